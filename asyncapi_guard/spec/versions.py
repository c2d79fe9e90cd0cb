"""Which documents are ours: AsyncAPI 3.0 and 3.1, whatever the patch number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InvalidDocument, UnsupportedVersion
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from typing import TypeGuard

    from asyncapi_guard.spec.references import Node

__all__ = ["CODE", "built_as", "check_version", "says_2_is_3", "version_of"]

_VERSION = re.compile(r"3\.[01]\.[0-9]+(?:-[0-9A-Za-z.-]+)?")
# Fields of channels.
_ONLY_IN_2 = frozenset(("publish", "subscribe"))
_ONLY_IN_3 = frozenset(("address", "messages"))
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
        message = says_2_is_3(root) or _other_version(version.value)
        raise UnsupportedVersion(version.finding(message, CODE))


def says_2_is_3(root: Node) -> str | None:
    """What is wrong with a document that says 2.x and is built as 3.x; `None` if it is not that."""
    version = root.value.get("asyncapi")
    if not isinstance(version, str) or not version.startswith("2.") or built_as(root.value) != 3:
        return None
    has = "'operations'" if "operations" in root.value else "channels with 'address' or 'messages'"
    return f"this looks like AsyncAPI 3: it has {has}; change the version: asyncapi: 3.1.0"


def built_as(data: dict[str, Any]) -> int | None:
    """The major version whose fields a document has; `None` if it has neither's, or both."""
    section = data.get("channels")
    channels = [c for c in section.values() if isinstance(c, dict)] if _is_map(section) else []
    two = any(_ONLY_IN_2 & channel.keys() for channel in channels)
    three = _is_map(data.get("operations")) or any(
        _ONLY_IN_3 & channel.keys() for channel in channels
    )
    return None if two == three else 2 if two else 3


def _is_map(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


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
        raise UnsupportedVersion(version.finding(_no_string(version.value, example), CODE))
    return version


def _no_string(value: object, example: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"'asyncapi' must be a string such as {example!r}, not {kind_of(value)}"
    whole = _whole(str(value)) or example
    hint = _UPGRADE if 2 <= value < 3 and example.startswith("3") else ""
    return f"'asyncapi' must be a string, but {value} is a number; write {whole!r}{hint}"


def _whole(text: str) -> str:
    """A version of three numbers for one that begins as ours do; empty if there is none."""
    found = re.fullmatch(r"v?([23])(?:\.([0-9]+))?(?:\.[0-9x*]+)?", text)
    if found is None or (found[1] == "3" and found[2] not in (None, "0", "1")):
        return ""
    return f"{found[1]}.{found[2] or ('1' if found[1] == '3' else '6')}.0"


def _no_version(data: dict[str, object], example: str) -> str:
    if "openapi" in data or "swagger" in data:
        hint = f"this looks like an OpenAPI document; write 'asyncapi: {example}' in its first line"
        return f"not an AsyncAPI document: {hint}"
    near = next((key for key in data if _letters(key) == "asyncapi"), None)
    if near is not None:
        return f"not an AsyncAPI document: write 'asyncapi' instead of {shown(near)}"
    return f"not an AsyncAPI document, which begins with a line such as 'asyncapi: {example}'"


def _letters(key: object) -> str:
    return re.sub(r"[^a-z]", "", str(key).lower())


_UPGRADE = "; convert the file first: asyncapi-guard upgrade FILE -o asyncapi.yml"


def _other_version(version: str) -> str:
    message = f"AsyncAPI {shown(version)} is not supported; 3.0 and 3.1 are"
    whole = _whole(version)
    if version.startswith("2."):
        return message + _UPGRADE
    return f"{message}; write {whole!r}" if whole.startswith("3") else message
