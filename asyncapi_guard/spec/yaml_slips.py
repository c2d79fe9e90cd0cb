"""Slips that a text itself shows near the place where it stops being YAML.

A parser stops where it cannot go on, which is often a line below the mistake: a key without a blank
behind its colon is text that goes on in the next line. So the lines around that place are looked at
for what people write, and the mistake is reported where it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from asyncapi_guard.spec.wording import COMMENT, GLUED, blank_missing, quoted_reference

__all__ = ["Slip", "slip_near", "unclosed"]

_COMMENT_SIGN = re.compile(r"//|/\*|--[ \t]")
_LINE_COMMENT = re.compile(r"[ \t]*(?=//|/\*|--[ \t])")
_GLUED_LINE = re.compile(rf"[ ]*(?:- +)*(?={GLUED.pattern}$)")
_GLUED_ITEM = re.compile(r"[ ]*-(?=[\[{\"'])")
_OTHER_DASH = re.compile("[ ]*(?=[\u2022\u2023\u2013\u2014\u00b7][ ])")
_NO_COLON = re.compile(r"[ ]*(?=[A-Za-z$][^:#'\"\[\]{}]*$)")
_HASH = re.compile(r"\$ref[\"']?:[ \t]+(#[^\s}\],]*)")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)
_BLANK_LOOKALIKE = re.compile("[ \t]*(?=[\u00a0\u2000-\u200b\u202f\u3000])")
#: A comment, or a text in quotes that begins where a value may.
_QUOTED = re.compile(
    r"""(?:^|(?<=\s))\#[^\n]*
    |(?:^[ ]*|(?<=[:,\-][ ])|(?<=[\[{,]))(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
#: What stands before a quote that opens a text, and hardly before one that closes it.
_OPENS = re.compile(r"(?:[\w$]:|^[ ]*-|[\[{,])[ ]*$")


class Slip(NamedTuple):
    """What is wrong and what to do, and where that is."""

    message: str
    offset: int


def slip_near(text: str, offset: int, begin: int) -> Slip | None:
    """The mistake that explains why a text is no YAML at a place.

    Args:
        text: the whole document.
        offset: where it cannot be read any more.
        begin: where that begins of which the place is part.
    """
    return (
        _conflict(text, offset)
        or _unquoted(text, offset, begin)
        or _comment(text, offset)
        or _in_lines(text, offset, begin)
    )


def unclosed(text: str, offset: int) -> Slip | None:
    """The quote before a place that nothing closes but the next quote, which opens another text."""
    for found in _QUOTED.finditer(text, 0, _line_end(text, offset)):
        quoted = found["quoted"]
        if quoted is None or "\n" not in quoted:
            continue
        last = quoted[quoted.rindex("\n") + 1 : -1]
        if _OPENS.search(last):
            return Slip(_not_closed(text, found.start("quoted")), found.start("quoted"))
    return None


def _not_closed(text: str, start: int) -> str:
    line = text.count("\n", 0, start) + 1
    return f"the quote {text[start]} that opens on line {line} is not closed"


def _conflict(text: str, offset: int) -> Slip | None:
    found = _CONFLICT.search(text, 0, _line_end(text, offset))
    if found is None:
        return None
    return Slip("a merge conflict is not resolved: keep one side, remove its marks", found.start())


def _unquoted(text: str, offset: int, begin: int) -> Slip | None:
    """A reference within brackets: the comment that it begins swallows them."""
    for found in _HASH.finditer(text, _line_start(text, begin), offset):
        return Slip(quoted_reference(found[1]), found.start())
    return None


def _comment(text: str, offset: int) -> Slip | None:
    """A comment as other languages have them, behind a value."""
    return Slip(COMMENT, offset) if _COMMENT_SIGN.match(text, offset) else None


def _in_lines(text: str, offset: int, begin: int) -> Slip | None:
    """A mistake in the line where it begins, in the line above the place, or in its own."""
    own = _line_start(text, offset)
    for start in dict.fromkeys((_line_start(text, begin), _line_above(text, own), own)):
        line = text[start : _line_end(text, start)].rstrip()
        for look in _IN_ANY if start == own else (*_IN_ANY, *_IN_OTHERS):
            found, message = look(line)
            if found is not None:
                return Slip(message, start + found.end())
    return None


_Found = tuple["re.Match[str] | None", str]


def _is_comment(line: str) -> _Found:
    return _LINE_COMMENT.match(line), COMMENT


def _has_other_blanks(line: str) -> _Found:
    message = "the line begins with a no-break space or the like: indent with plain spaces"
    return _BLANK_LOOKALIKE.match(line), message


def _is_glued(line: str) -> _Found:
    found = _GLUED_LINE.match(line)
    return found, blank_missing(found[1], found[2]) if found is not None else ""


def _is_glued_item(line: str) -> _Found:
    return _GLUED_ITEM.match(line), "a blank is missing behind the '-' of an item"


def _has_other_dash(line: str) -> _Found:
    return _OTHER_DASH.match(line), "the items of a list begin with '- '"


def _has_no_colon(line: str) -> _Found:
    message = "a key needs a ':' behind it; text that goes on over several lines needs quotes"
    return _NO_COLON.match(line), message


_IN_ANY = (_is_comment, _has_other_blanks, _is_glued_item, _has_other_dash)
#: The place's own line may be whole.
_IN_OTHERS = (_is_glued, _has_no_colon)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _line_above(text: str, start: int) -> int:
    """Where the line above begins that says something; the line itself if none does."""
    above = start
    while above > 0:
        end = above - 1
        above = _line_start(text, end)
        line = text[above:end].strip()
        if line and not line.startswith("#"):
            return above
    return start
