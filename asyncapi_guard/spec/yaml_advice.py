"""What is wrong with text that is no YAML, and what to do: read from the text itself.

PyYAML finds the place, and where that begins of which it is part: the bracket, the quote, the key.
What stands at these two says what the author has to mend. What PyYAML says of it is its own
business, and other words in its other versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from asyncapi_guard.spec.yaml_slips import Slip, slip_near, unclosed

__all__ = ["advice_for", "control_character"]

_BLANKS = " \t"
_BREAKS = "\r\n"
_LINE = re.compile(r"[^\r\n]*")
_LONGEST_KEY = 1_024
_CLOSING = {"[": "]", "{": "}"}
#: Text in quotes, whole.
_QUOTED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL),
    "'": re.compile(r"'(?:[^']|'')*'"),
}
_ESCAPE = re.compile(
    r"\\(?:[0abt\tnvfre \"/\\N_LP\r\n]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_BEGINS_ITEM = re.compile(r"-(?:[ \t\r\n]|\Z)")


def control_character(character: str) -> str:
    """What is wrong with a character that no YAML may have."""
    return (
        f"the control character U+{ord(character):04X} is not allowed in YAML: remove it, or write "
        f'it as an escape in double quotes, such as "\\x{ord(character):02x}"'
    )


def advice_for(text: str, offset: int, begin: int) -> Slip:
    """What is wrong, how to mend it, and where: not always where PyYAML stopped.

    The message is empty where nothing is known.

    Args:
        text: the whole document.
        offset: where PyYAML stopped.
        begin: where that begins of which it is part; at the same place, if PyYAML does not say.
    """
    place = _Place(text, offset, begin)
    tab = _tab(place)
    if tab:
        return Slip(tab, offset)
    slip = unclosed(text, offset) or slip_near(text, offset, begin) or _opening(place)
    return slip or Slip(next(filter(None, (say(place) for say in _SAY)), ""), offset)


@dataclass(frozen=True)
class _Place:
    """Where PyYAML stopped in a text, and where the thing begins that it was reading."""

    text: str
    offset: int
    begin: int

    @cached_property
    def sign(self) -> str:
        """The character at which it stopped."""
        return self.text[self.offset : self.offset + 1]

    @cached_property
    def opening(self) -> str:
        """The character with which the thing begins, where that is not the same place."""
        return self.text[self.begin : self.begin + 1] if self.begin < self.offset else ""

    @cached_property
    def before(self) -> str:
        """What stands before it in its line."""
        start = max(self.text.rfind(sign, 0, self.offset) for sign in _BREAKS) + 1
        return self.text[start : self.offset]

    @cached_property
    def at_end(self) -> bool:
        """Whether nothing is written from here on."""
        return not self.text[self.offset :].strip()

    def line(self, offset: int) -> int:
        """The number of a line."""
        return self.text.count("\n", 0, offset) + 1


#: A bracket, and a `#` in its line that begins a comment.
_HASH_WITHIN = re.compile(r"[\[{][^\n'\"\]}]*[ \t]#")


def _tab(place: _Place) -> str:
    blanks = place.before[: len(place.before) - len(place.before.lstrip(_BLANKS))]
    if "\t" in blanks or (place.sign == "\t" and not place.before.strip()):
        return "indent with spaces, not with tabs"
    return "a tab is not allowed here: use spaces" if place.sign == "\t" else ""


def _indicator(place: _Place) -> str:
    """Signs with which no plain text begins."""
    if place.opening and place.opening in "|>":
        return f"only '-', '+', a digit, or a comment can follow {place.opening!r} in its line"
    if (place.before or place.sign)[:1] == "%":
        return (
            "a line that begins with '%' is a directive, such as '%YAML 1.2': text that begins "
            "with '%' needs quotes"
        )
    if place.sign == "?":
        return "text that begins with '? ' needs quotes"
    for sign in (place.sign, place.opening):
        if sign and sign in "@`%":
            return f"text that begins with {sign!r} needs quotes"
    if place.opening and place.opening in "&*!":
        return f"text that begins with {place.opening!r} needs quotes"
    return ""


def _opening(place: _Place) -> Slip | None:
    """A quote or a bracket that nothing closes, where it opens."""
    line = place.line(place.begin)
    if _is_open_quote(place) and not _escape(place):
        message = f"the quote {place.opening} that opens on line {line} is not closed"
        return Slip(message, place.begin)
    closing = _CLOSING.get(place.opening)
    if closing is not None and (place.at_end or _goes_on_outside(place)):
        message = f"the {place.opening!r} that opens on line {line} is not closed"
        if _HASH_WITHIN.match(place.text, place.begin):
            message = f"# begins a comment, so {message}; put text with ' #' in it in quotes"
            return Slip(message, place.begin)
        return Slip(f"{message}: '{closing}' is missing", place.begin)
    return None


def _is_open_quote(place: _Place) -> bool:
    whole = _QUOTED.get(place.opening)
    if whole is None:
        return False
    found = whole.match(place.text, place.begin)
    return found is None or found.end() > place.offset


def _goes_on_outside(place: _Place) -> bool:
    """Whether the line below that of an open bracket is no further to the right."""
    above, _, below = place.text[place.begin :].partition("\n")
    start = place.text.rfind("\n", 0, place.begin) + 1
    written = next((line for line in below.split("\n") if line.strip()), "")
    is_below = place.begin + len(above) < place.offset
    return is_below and _indent(written) <= _indent(place.text[start:])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(_BLANKS))


def _escape(place: _Place) -> str:
    """An escape that there is not."""
    if place.opening != '"' or not _is_open_quote(place) or place.at_end:
        return ""
    escape = place.text.rfind("\\", place.begin, place.offset + 1)
    if escape < place.offset - 2 or _ESCAPE.match(place.text, escape):
        return ""
    sign = place.text[escape : escape + 2]
    return f"{sign!r} is not an escape; write the backslash twice, or use single quotes"


def _bracket(place: _Place) -> str:
    closing = _CLOSING.get(place.opening)
    if closing is None:
        return ""
    line = place.line(place.begin)
    if ";" in place.text[place.begin : place.offset].partition("\n")[0]:
        return f"what is in {place.opening}{closing} is separated by ',', not by ';'"
    return (
        f"a ',' or the closing '{closing}' is missing before this: the {place.opening!r} of line "
        f"{line} is open; text with brackets, braces or commas in it needs quotes"
    )


def _colon(place: _Place) -> str:
    if place.sign != ":":
        return ""
    if len(place.before) > _LONGEST_KEY:
        return f"a key has at most {_LONGEST_KEY:,} characters"
    return (
        "text with ': ' in it needs quotes; else the line above lacks its ':', or this one begins "
        "too far to the right"
    )


def _fence(place: _Place) -> str:
    is_fence = place.text.startswith("```", place.offset)
    return "'```' is Markdown, and not YAML: remove the line" if is_fence else ""


def _closing(place: _Place) -> str:
    if not place.sign or place.sign not in "]},":
        return ""
    if place.sign == ",":
        return "a value is missing before this ',': text that begins with it needs quotes"
    return f"there is nothing that {place.sign!r} ends: text that begins with it needs quotes"


def _item(place: _Place) -> str:
    if place.before.strip() and _BEGINS_ITEM.match(place.text, place.offset):
        return "a list cannot begin here: put its first '-' on a new line"
    return ""


def _key(place: _Place) -> str:
    """A key of which the line, or the text, ends before its colon comes."""
    if not place.opening or place.opening in _BLANKS:
        return ""
    found = _LINE.match(place.text, place.begin)
    end = found.end() if found is not None else place.begin
    written = place.text[place.begin : end]
    if end - place.begin > _LONGEST_KEY:
        return f"a key has at most {_LONGEST_KEY:,} characters"
    ended = place.at_end or end <= place.offset
    return "a key needs a ':' behind it" if ended and not _has_value(written) else ""


def _has_value(line: str) -> bool:
    """Whether there is a key with its colon, or an item of a list, in what is left of a line."""
    return re.search(r":(?:[ \t]|\Z)|^-(?:[ \t]|\Z)|^\?(?:[ \t]|\Z)", line) is not None


def _neighbours(place: _Place) -> str:
    """What does not belong to the lines above it, or to the text before it."""
    before = place.before.rstrip(_BLANKS)
    if before.endswith(("'", '"')):
        return "text follows a quoted string: put quotes around all of it"
    if before.endswith(("]", "}")):
        return "text follows a closing bracket: text with brackets in it needs quotes"
    if place.at_end:
        return "it ends too early: a bracket, a brace or a value is missing"
    if not before:
        return (
            "this line is indented differently from its neighbors, or text follows a closing quote"
        )
    return ""


#: From what is known for sure to what is likely.
_SAY = (
    _escape, _bracket, _fence, _indicator, _colon, _closing, _item, _key, _neighbours,
)  # fmt: skip
