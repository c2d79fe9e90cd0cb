"""Rules about a document and its files as a whole."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

#: The loader reads files and the version. Findings are counted where they are collected.
CHECKED_IN = ("lint.findings", "spec.limits", "spec.loader", "spec.versions")

_error = group("Structure", Severity.ERROR)

RULES = (
    _error(
        "unreadable",
        "A document must be valid YAML 1.2 or JSON.",
        """
        Keys must be strings and unique within a mapping, and tags must belong to YAML's JSON
        schema. Size, depth and aliases are limited. A duplicate key would silently replace the
        first one, and part of the document would be lost.
        """,
        """
        info: {title: Chat, version: 1.0.0}
        channels: {chat: {address: /chat}}
        channels: {news: {address: /news}}
        """,
        """
        info: {title: Chat, version: 1.0.0}
        channels: {chat: {address: /chat}, news: {address: /news}}
        """,
    ),
    _error(
        "unsupported-version",
        "`asyncapi` must be a supported version: 3.0 or 3.1.",
        """
        The version is a string of three numbers, and the last number doesn't matter. AsyncAPI 2
        documents have a different structure: convert them with `asyncapi-guard upgrade`.
        """,
        "asyncapi: 3.1",
        "asyncapi: 3.1.0",
    ),
    _error(
        "too-many-findings",
        "A document must have fewer than 5,000 errors and fewer than 5,000 warnings.",
        """
        After 5,000 errors the linter stops, and after 5,000 warnings it leaves out the rest. Fix
        the findings that are listed, then validate again.
        """,
        "# A document with 5,000 errors.",
        "# Any other document.",
    ),
)
