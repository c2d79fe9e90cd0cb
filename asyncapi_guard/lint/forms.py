"""Forms of strings that the specification asks for: URLs, e-mail, media types, expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asyncapi_guard.schema.string_formats import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FORMS", "PLACEHOLDER"]

#: `{name}` in an address, a host or a path.
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=\-]|%[0-9A-Fa-f]{2})+")
_WORD = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+\-]*"
_PARAMETER = rf"[ \t]*;[ \t]*{_WORD}=(?:\"[^\"]*\"|[^\s;\"]+)"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(?:{_PARAMETER})*")
_EXPRESSION = re.compile(r"\$message\.(?:header|payload)(?:#(?:/(?:[^~/]|~[01])*)*)?")


def _is_uri(text: str) -> bool:
    """RFC 3986, with a scheme."""
    scheme, colon, rest = text.partition(":")
    if not colon or not rest or not _SCHEME.fullmatch(scheme) or not _URI.fullmatch(text):
        return False
    try:
        port = urlsplit(text).port
    except ValueError:  # it is no number
        return False
    return port != -1 and rest != "//"


def _is_url(text: str) -> bool:
    """A URI that says where something is: with an authority, where its scheme has one."""
    if not _is_uri(text):
        return False
    parts = urlsplit(text)
    return bool(parts.netloc) or parts.scheme not in ("http", "https", "ftp", "ws", "wss")


#: By the grammar's names: whether a string has the form, and how people call it.
FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "url": (_is_url, "an absolute URL such as https://example.com/terms"),
    "uri": (_is_uri, "a URI such as urn:example:chat"),
    "email": (CHECKS["email"], "an e-mail address"),
    "media-type": (
        lambda text: _MEDIA_TYPE.fullmatch(text) is not None,
        "a specific media type such as application/json",
    ),
    "expression": (
        lambda text: _EXPRESSION.fullmatch(text) is not None,
        "a runtime expression such as $message.payload#/user/id",
    ),
}
