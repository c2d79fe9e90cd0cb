"""Our scripts and style sheets as browsers get them: without comments and without indentation.

Only whole lines of comments go, the spaces at the beginning and the end of lines, and those around
signs in a script, but for lines that may have a regular expression or a template. Every line break
of a script stays where it is, so a browser names the lines of our files. That is safe as long as
nothing but a comment spans lines, and our files keep to it: a text that continues on the next line
raises. tests/console/test_lean_text.py parses what is left, and finds the same program and the same
rules.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lean_style", "lean_text"]

#: What begins a regular expression or a template, or a text in the quotes that ours do not have.
_OTHER = re.compile(r"['`/]")
_TEXT = re.compile(r'("(?:[^"\\]|\\.)*")')
#: Signs that need no space. Of a question mark and a dot the space tells what they are.
_SIGN = re.compile(r" ?(===|!==|=>|&&|\|\||[={}();:,]|\?(?! ?\.)) ?")
_PROPERTY = re.compile(r"(--)?[a-z-]+: ")


def lean_script(text: str) -> str:
    """A script with less in it that only people read.

    Args:
        text: of a file in `static/`.

    Returns:
        As many lines as it had.

    Raises:
        ValueError: as for `lean_text`.
    """
    return "\n".join(map(_without_spaces, lean_text(text).split("\n")))


def _without_spaces(line: str) -> str:
    if _OTHER.search(line):
        return line
    parts = _TEXT.split(line)  # each second one is a text
    return "".join(
        part if index % 2 else _SIGN.sub(r"\1", part) for index, part in enumerate(parts)
    )


def lean_text(text: str) -> str:
    """A script or a style sheet without comments and indentation.

    Args:
        text: of a file in `static/`.

    Returns:
        As many lines as it had.

    Raises:
        ValueError: a line ends within a text, or within a comment that does not begin a line.
    """
    return "\n".join(_lean(text.split("\n")))


def lean_style(text: str) -> str:
    """A style sheet on one line: nobody looks for the lines of a rule.

    Args:
        text: of a file in `static/`.

    Raises:
        ValueError: as for `lean_text`.
    """
    found = ""
    for line in filter(None, lean_text(text).split("\n")):
        named = _PROPERTY.match(line)
        short = line[: named.end() - 1] + line[named.end() :] if named else line
        short = short.removesuffix(" {") + "{" * short.endswith(" {")
        # Elsewhere, the end of a line is a space: within a selector or a value.
        found += short if found.endswith(("{", "}", ";", ",")) or not found else f" {short}"
    return found


def _lean(lines: list[str]) -> Iterator[str]:
    within = False
    for number, line in enumerate(lines, 1):
        code = line.strip()
        begins = code.startswith("/*")
        if within or begins:
            within = "*/" not in code
            if not within and not code.endswith("*/"):
                raise ValueError(f"line {number}: code follows a comment: {code}")
            yield ""
        elif code.startswith("//"):
            yield ""
        elif code.count("`") % 2 or code.endswith("\\") or code.rfind("/*") > code.rfind("*/"):
            raise ValueError(f"line {number}: this goes on in the next line: {code}")
        else:
            yield code
    if within:
        raise ValueError("the last comment has no end")
