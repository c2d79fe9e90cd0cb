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
        "A file is YAML 1.2 or JSON.",
        """
        Keys are strings and stand once in a mapping, tags are those of YAML's JSON
        schema, and there are limits on size, depth and aliases. A second key of the same name would
        silently replace the first: that is how half of a document disappears.
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
        "`asyncapi` is a version that is known: 3.0 or 3.1.",
        """
        The version is a string of three numbers; the last of them never matters. Documents of
        AsyncAPI 2 are built otherwise: `asyncapi-guard upgrade` converts them.
        """,
        "asyncapi: 3.1",
        "asyncapi: 3.1.0",
    ),
    _error(
        "too-many-findings",
        "There are fewer than 5,000 errors, and fewer than 5,000 warnings.",
        """
        After so many errors the linter ends, and after so many warnings it leaves out the others:
        nobody reads more. Mend what was found, and look again.
        """,
        "# A document with 5,000 errors.",
        "# Any other document.",
    ),
)
