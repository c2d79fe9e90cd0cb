"""A document that was read: its text, its data, and where each value stands."""

from __future__ import annotations

import gc
import json
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from asyncapi_guard.errors import Finding, UnreadableDocument
from asyncapi_guard.spec.json_text import first_fault
from asyncapi_guard.spec.limits import DEFAULT_LIMITS, most_digits, refuse
from asyncapi_guard.spec.pointers import Path, format_pointer
from asyncapi_guard.spec.position import Position, position_at
from asyncapi_guard.spec.yaml_text import Builder, Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.limits import Limits

__all__ = [
    "Source",
    "check_data",
    "no_garbage_collection",
    "read_source",
    "read_text",
]


class Source:
    """A document that was read: its name, text and data.

    Attributes:
        name: how people know it; stands in error messages.
        uri: its absolute URI, the base of its relative references.
        text: the text, or `None` when the document came as data.
        data: plain dicts, lists, strings, numbers, booleans and `None`; shared where the text has
            aliases, so never to be changed.
    """

    __slots__ = ("_marks", "data", "name", "text", "uri")

    def __init__(self, name: str, uri: str, text: str | None, data: Any) -> None:
        self.name: str = name
        self.uri: str = uri
        self.text: str | None = text
        self.data: Any = data
        self._marks: Marks | None = None

    @property
    def digest(self) -> str:
        """What tells the text from any other; empty when the document came as data."""
        if self.text is None:
            return ""
        import hashlib

        return hashlib.blake2b(
            self.text.encode("utf-8", "surrogatepass"), digest_size=16
        ).hexdigest()

    def renamed(self, name: str, uri: str) -> Source:
        """The same document by another name, with the data shared."""
        source = Source(name, uri, self.text, self.data)
        source._marks = self._marks
        return source

    def position(self, path: Path, *, key: bool = False) -> Position:
        """Where a value (or with `key` its key) stands; its nearest ancestor if it is not there.

        `(0, 0)` when the document came as data.
        """
        if self.text is None:
            return Position(0, 0)
        if self._marks is None:
            with no_garbage_collection():
                self._marks = Marks.of(self.text)
        return self._marks.find(path, key=key)

    def position_of(self, pointer: str) -> Position:
        """Where the key of what a JSON Pointer names stands; what is nearest if it is not there."""
        parts = pointer.split("/")[1:]
        path = tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)
        return self.position(path, key=True)

    def finding(
        self, path: Path, message: str, code: str = "invalid-document", *, key: bool = False
    ) -> Finding:
        """A finding about the value at `path` (with `key`, about its key)."""
        line, column = self.position(path, key=key)
        return Finding(self.name, line, column, format_pointer(path), message, code)


def read_source(name: str, uri: str, raw: bytes, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Read a YAML or JSON document (JSON when the name ends so).

    Raises:
        UnreadableDocument: it is not text, not YAML or JSON, has two equal keys, or is beyond the
            limits.
    """
    if len(raw) > limits.size:
        refuse(name, f"the file has {len(raw):,} bytes; at most {limits.size:,} are read")
    text = _decode(name, raw)
    with no_garbage_collection():
        if uri.lower().endswith(".json"):
            data = _read_json(name, text, limits)
        else:
            data = _read_yaml(name, text, limits)
    return Source(name, uri, text, data)


def read_text(name: str, uri: str, raw: bytes) -> Source:
    """A document whose data nobody needs: its text, for positions.

    Raises:
        UnreadableDocument: it is not text.
    """
    return Source(name, uri, _decode(name, raw), None)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Keep the collector away while a document is made or walked: there is no garbage in it."""
    # The collector would walk a growing tree again and again for nothing: a third of the time.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


# -- encodings -------------------------------------------------------------------------------------

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def _decode(name: str, raw: bytes) -> str:
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        refuse(name, f"byte {raw[error.start]:#04x} is not {encoding.upper()} text", line, column)


# -- JSON ------------------------------------------------------------------------------------------


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("an object has a duplicate key")
    return data


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _read_json(name: str, text: str, limits: Limits) -> Any:
    try:
        data = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        check_data(name, data, limits)
    except (RecursionError, UnreadableDocument, ValueError) as error:
        # Python's reader says neither where everything is, nor twice the same in its versions.
        fault = first_fault(text, limits, most_digits())
        if fault is not None:
            message = f"not JSON: {fault.message}" if fault.is_syntax else fault.message
            refuse(name, message, *position_at(text, fault.offset))
        if isinstance(error, UnreadableDocument):
            raise
        refuse(name, f"not JSON: Python's reader does not take it ({type(error).__name__})")
    return data


def check_data(name: str, data: Any, limits: Limits) -> None:
    """Hold data that was not read from YAML to the limits, and to what JSON can say.

    Raises:
        UnreadableDocument: it is too deep, too large, or holds something that is not JSON.
    """
    level, depth, nodes = [data], 0, 0
    too_large = 10 ** most_digits()
    while level:
        nodes += len(level)
        depth += 1
        if nodes > limits.nodes:
            refuse(name, f"more than {limits.nodes:,} values")
        below: list[Any] = []
        for value in level:
            if isinstance(value, (dict, list)) and depth > limits.depth:
                refuse(name, f"more than {limits.depth} levels deep")
            fault = _not_json(value, too_large)
            if fault is not None:
                refuse(name, fault)
            if isinstance(value, (dict, list)):
                below.extend(value.values() if isinstance(value, dict) else value)
        level = below


def _not_json(value: Any, too_large: int) -> str | None:
    """What is wrong with a value, not looking into it."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return "a key must be a string"
        return None if all(map(_is_text, value)) else "a key has half of a surrogate pair"
    if isinstance(value, str):
        return None if _is_text(value) else "a string has half of a surrogate pair"
    if isinstance(value, (int, float)):
        # A comparison, not digits: Python refuses to write down what has too many of them.
        fits = abs(value) < too_large if isinstance(value, int) else math.isfinite(value)
        return None if fits else "a number is too large, or is NaN"
    return (
        None
        if value is None or isinstance(value, list)
        else f"a {type(value).__name__} is not JSON"
    )


def _is_text(value: str) -> bool:
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _read_yaml(name: str, text: str, limits: Limits) -> Any:
    try:
        return Builder(name, limits).build(text)
    except UnreadableDocument as error:
        if not text.lstrip().startswith("{") or "\\u" not in text:
            raise
        try:
            # JSON's escapes of characters beyond 16 bits are no YAML to the library.
            return _read_json(name, text, limits)
        except UnreadableDocument:
            raise error from None
