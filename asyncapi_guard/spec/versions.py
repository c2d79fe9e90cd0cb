"""Which documents are ours: AsyncAPI 3.0 and 3.1, whatever the patch number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import InvalidDocument, UnsupportedVersion
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from asyncapi_guard.spec.references import Node

__all__ = ["CODE", "check_version", "version_of"]

_VERSION = re.compile(r"3\.[01]\.[0-9]+(?:-[0-9A-Za-z.-]+)?")
#: The code of these findings.
CODE = "unsupported-version"


def check_version(root: Node) -> None:
    """Make sure that a document says that it is AsyncAPI 3.0 or 3.1.

    Raises:
        InvalidDocument: it is no mapping.
        UnsupportedVersion: it is of another version, or something else.
    """
    version = version_of(root, "3.1.0")
    if not _VERSION.fullmatch(version.value):
        raise UnsupportedVersion(version.finding(_other_version(version.value), CODE))


def version_of(root: Node, example: str) -> Node:
    """The version of an AsyncAPI document, a string; an example of one for the message.

    Raises:
        InvalidDocument: it is no mapping.
        UnsupportedVersion: it says no version.
    """
    data = root.value
    if not isinstance(data, dict):
        what = "empty" if data is None else kind_of(data)
        message = f"the document is {what}; expected a mapping with 'asyncapi'"
        raise InvalidDocument(root.finding(message, CODE))
    version = root.get("asyncapi")
    if version is None:
        raise UnsupportedVersion(root.finding(_no_version(data, example), CODE))
    if not isinstance(version.value, str):
        message = f"asyncapi must be a string such as {example!r}, not {kind_of(version.value)}"
        raise UnsupportedVersion(version.finding(message, CODE))
    return version


def _no_version(data: dict[str, object], example: str) -> str:
    is_openapi = "openapi" in data or "swagger" in data
    hint = (
        "this looks like an OpenAPI document"
        if is_openapi
        else f"it begins with e.g. 'asyncapi: {example}'"
    )
    return f"not an AsyncAPI document: {hint}"


def _other_version(version: str) -> str:
    message = f"AsyncAPI {shown(version)} is not supported; 3.0 and 3.1 are"
    if version.startswith("2."):
        message += "; convert the file first: asyncapi-guard upgrade FILE -o asyncapi.yml"
    elif re.fullmatch(r"3(?:\.[01])?", version):
        message += "; write three numbers, e.g. '3.1.0'"
    return message
