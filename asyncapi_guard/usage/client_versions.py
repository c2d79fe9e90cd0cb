"""The version of a client: the only string of clients that is kept, cleaned and shortened."""

from __future__ import annotations

import inspect
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from asyncapi_guard.contract import header_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.usage.lines import Kind

__all__ = [
    "MOST_VERSIONS",
    "OTHERS",
    "UNKNOWN",
    "Label",
    "Labels",
    "Shown",
    "check_source",
    "source_of",
]

#: How many versions a process tells apart on one day.
MOST_VERSIONS = 100
#: How many characters a label has.
_LONGEST = 40
_DAY = 86_400.0
_UNCLEAN = re.compile(r"[^\w .+~()/:@-]+")
#: Where credentials are; a label is written to a file.
_SECRET_HEADERS = frozenset(("authorization", "cookie", "proxy-authorization"))
_SECRET = re.compile(r"token|secret|passw|credential|api-?_?key|session|jwt", re.IGNORECASE)
_FORMS = (
    "'auth:/version' for a field of the auth value, 'header:X-Client-Version', 'query:version', or "
    "a function that takes the handshake"
)


class Shown(Protocol):
    """What a client shows when it connects."""

    @property
    def auth(self) -> Any:
        """The auth value."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of its request."""
        ...

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the URL."""
        ...


class Label(NamedTuple):
    """What clients are counted under.

    Attributes:
        kind: whether it is a version.
        text: the version; `None` for those that do not say it, and for those that are too many.
    """

    kind: Kind
    text: str | None


UNKNOWN = Label("unknown", None)
OTHERS = Label("others", None)


class Labels:
    """Labels, no more than so many on a day."""

    def __init__(self, most: int = MOST_VERSIONS) -> None:
        self._most = most
        self._since = time.monotonic()
        self._known: dict[str, Label] = {}

    def of(self, said: Any) -> Label:
        """The label of what a client says of its version."""
        text = _clean(said)
        if not text:
            return UNKNOWN
        label = self._known.get(text)
        if label is None:
            if len(self._known) >= self._most:
                if time.monotonic() < self._since + _DAY:
                    return OTHERS
                self._known, self._since = {}, time.monotonic()
            label = self._known[text] = Label("version", text)
        return label


def _clean(said: Any) -> str:
    if isinstance(said, bool) or not isinstance(said, (str, int, float)):
        return ""
    return _UNCLEAN.sub("", str(said)[: 4 * _LONGEST]).strip()[:_LONGEST]


def check_source(source: Any) -> None:
    """Raise for what does not say where versions are.

    Raises:
        TypeError: it is neither a text nor a function.
        ValueError: it is another text, or leads to where credentials are.
    """
    if inspect.iscoroutinefunction(source) or inspect.iscoroutinefunction(
        getattr(source, "__call__", None)  # noqa: B004  # of an instance
    ):
        raise TypeError("usage_version must be a function, not a coroutine function")
    if callable(source):
        return
    if not isinstance(source, str):
        raise TypeError(f"usage_version must be {_FORMS}, not a {type(source).__name__}")
    part, _, name = source.partition(":")
    if part not in ("auth", "header", "query") or not name or (part == "auth" and name[0] != "/"):
        raise ValueError(f"usage_version is {source!r}; expected {_FORMS}")
    if _SECRET.search(name) or (part == "header" and header_key(name) in _SECRET_HEADERS):
        raise ValueError(
            f"usage_version is {source!r}, which looks like a credential: what clients say there "
            "is written to files"
        )


def source_of(source: str | Callable[[Any], Any]) -> Callable[[Shown], Any]:
    """What asks a client for its version, by an option that was checked."""
    if callable(source):
        return source
    part, _, name = source.partition(":")
    if part == "header":
        return lambda shown: shown.headers.get(name)
    if part == "query":
        return lambda shown: shown.query.get(name)
    keys = [key.replace("~1", "/").replace("~0", "~") for key in name.split("/")[1:]]
    return lambda shown: _at(shown.auth, keys)


def _at(value: Any, keys: list[str]) -> Any:
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
