"""Where a text first breaks JSON or the limits, and in what way.

Python's reader gives neither the place of a key that stands twice nor that of a level too deep, and
what it says of other faults differs between versions. So a text that it did not read is read here,
token by token and without recursion, until the fault is met.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from asyncapi_guard.spec.limits import Limits

__all__ = ["Fault", "first_fault"]

_BLANKS = re.compile(r"[ \t\n\r]*")
_BEGUN = re.compile(r'"(?:[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*')
_STRING = re.compile(_BEGUN.pattern + '"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_CONSTANTS = frozenset(("true", "false", "null"))
_NOT_FINITE = re.compile(r"-?Infinity|NaN")


class Fault(NamedTuple):
    """What is wrong with a text, and the offset at which it is.

    Attributes:
        offset: of the character.
        message: what is wrong, and what to do.
        is_syntax: whether the text is no JSON from there on.
    """

    offset: int
    message: str
    is_syntax: bool


class _FaultError(Exception):
    def __init__(self, offset: int, message: str, *, is_syntax: bool = True) -> None:
        self.fault = Fault(offset, message, is_syntax)


class _Held(NamedTuple):
    """An object (with the lines of its keys) or an array that is open."""

    opened: int
    keys: dict[str, int] | None


def first_fault(text: str, limits: Limits, digits: int) -> Fault | None:
    """The first fault of a text that is meant to be JSON; `None` if there is none.

    Args:
        text: the whole of it.
        limits: how deep it may be, and how many values it may have.
        digits: how many an integer may have.
    """
    try:
        _Walk(text, limits, digits).document()
    except _FaultError as error:
        return error.fault
    return None


class _Walk:
    """One reading: where it is, and what is open there."""

    def __init__(self, text: str, limits: Limits, digits: int) -> None:
        self.text = text
        self.limits = limits
        self.digits = digits
        self.offset = 0
        self.nodes = 0
        self.open: list[_Held] = []

    def document(self) -> None:
        self.blanks()
        if self.at_end:
            raise _FaultError(0, "there is nothing in it")
        self.value()
        while self.open:
            self.blanks()
            if not self.closes():
                self.member()
        self.blanks()
        if not self.at_end:
            raise _FaultError(self.offset, self.known_mistake() or "the document has ended before")

    # -- moving ------------------------------------------------------------------------------------

    @property
    def at_end(self) -> bool:
        return self.offset >= len(self.text)

    @property
    def next(self) -> str:
        return self.text[self.offset : self.offset + 1]

    def blanks(self) -> None:
        found = _BLANKS.match(self.text, self.offset)
        self.offset = found.end() if found is not None else self.offset

    def takes(self, sign: str) -> bool:
        """Whether a sign stands here; if so, go behind it and the blanks that follow."""
        if self.next != sign:
            return False
        self.offset += 1
        self.blanks()
        return True

    # -- collections -------------------------------------------------------------------------------

    def closes(self) -> bool:
        """Whether the innermost collection ends here; if not, go to its next member."""
        held = self.open[-1]
        is_first = self.offset == held.opened
        end = "]" if held.keys is None else "}"
        if self.takes(end):
            self.open.pop()
            return True
        if is_first:
            return False
        comma = self.offset
        if not self.takes(","):
            self.expected(f"a ',' or the closing '{end}'")
        if self.next == end:
            raise _FaultError(comma, f"JSON does not allow a ',' before the closing '{end}'")
        return False

    def member(self) -> None:
        keys = self.open[-1].keys
        if keys is not None:
            self.key(keys)
            self.blanks()
            if not self.takes(":"):
                self.expected("a ':' behind the key")
        self.value()

    def key(self, keys: dict[str, int]) -> None:
        start = self.offset
        if self.next != '"':
            self.expected("a key in double quotes")
        name = self.string("a key")
        line = self.text.count("\n", 0, start) + 1
        if name in keys:
            message = (
                f"duplicate key {shown(name)}, first defined on line {keys[name]}; merge the two"
            )
            raise _FaultError(start, message, is_syntax=False)
        keys[name] = line

    def enter(self, keys: dict[str, int] | None) -> None:
        if len(self.open) >= self.limits.depth:
            message = f"more than {self.limits.depth} levels deep"
            raise _FaultError(self.offset, message, is_syntax=False)
        self.offset += 1
        self.blanks()
        self.open.append(_Held(self.offset, keys))

    # -- values ------------------------------------------------------------------------------------

    def value(self) -> None:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            message = f"more than {self.limits.nodes:,} values"
            raise _FaultError(self.offset, message, is_syntax=False)
        if self.next == "{":
            self.enter({})
        elif self.next == "[":
            self.enter(None)
        elif self.next == '"':
            self.string("a string")
        elif not self.number():
            self.word()

    def string(self, what: str) -> str:
        found = _STRING.match(self.text, self.offset)
        if found is None:
            raise _broken_string(self.text, self.offset)
        text: str = json.loads(found[0])
        if not text.isascii() and any("\ud800" <= character < "\ue000" for character in text):
            message = f"{what} has half of a surrogate pair"
            raise _FaultError(self.offset, message, is_syntax=False)
        self.offset = found.end()
        return text

    def number(self) -> bool:
        found = _NUMBER.match(self.text, self.offset)
        if found is None:
            return False
        is_integer = found[1] is None and found[2] is None
        if is_integer and len(found[0].lstrip("-")) > self.digits:
            raise _FaultError(self.offset, "the number has too many digits", is_syntax=False)
        if not is_integer and math.isinf(float(found[0])):
            raise _FaultError(self.offset, "the number is too large", is_syntax=False)
        self.offset = found.end()
        return True

    def word(self) -> None:
        if _NOT_FINITE.match(self.text, self.offset):
            message = "infinities and NaN are not JSON; put the text in quotes"
            raise _FaultError(self.offset, message, is_syntax=False)
        found = _WORD.match(self.text, self.offset)
        if found is None or found[0] not in _CONSTANTS:
            self.expected("a value")
        else:
            self.offset = found.end()

    # -- what is wrong -----------------------------------------------------------------------------

    def expected(self, what: str) -> None:
        """Say what should stand here, or what mistake it is that does."""
        if self.at_end:
            place = self.open[-1].opened if self.open else 0
            line = self.text.count("\n", 0, place) + 1
            message = f"it ends where {what} is expected; what begins on line {line} is not closed"
        else:
            message = self.known_mistake() or f"expected {what}"
        raise _FaultError(self.offset, message)

    def known_mistake(self) -> str | None:
        """What it is that stands here and is no JSON, if it is a thing that people write."""
        signs = ((sign.match(self.text, self.offset), said) for sign, said in _MISTAKES)
        return next((said for found, said in signs if found), None)


#: What people write that other languages have.
_MISTAKES = (
    (re.compile(r"//|/\*|#"), "JSON has no comments: remove it"),
    (re.compile("'"), "strings need double quotes, not single quotes"),
    (re.compile(r"(?:True|False|None)\b"), "JSON's words are true, false and null"),
    (
        re.compile(r"\+|\.|(?<=0)[0-9]"),
        "a number has no '+', no needless 0, and digits on both sides of its '.'",
    ),
)


def _broken_string(text: str, start: int) -> _FaultError:
    """Why what begins with a quote is no string of JSON."""
    begun = _BEGUN.match(text, start)
    at = begun.end() if begun is not None else start
    sign = text[at : at + 1]
    if not sign:
        return _FaultError(start, "the quote that begins here is not closed")
    if sign == "\\":
        return _FaultError(at, f"{text[at : at + 2]!r} is not an escape; write the backslash twice")
    if sign in "\r\n":
        return _FaultError(
            at, "the line ends in a text; close its quote, or write the break as \\n"
        )
    return _FaultError(
        at, f"the character U+{ord(sign):04X} is written \\u{ord(sign):04x} in a text"
    )
