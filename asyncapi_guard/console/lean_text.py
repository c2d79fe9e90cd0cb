"""Our scripts and style sheets as browsers get them: without comments and without indentation.

Only whole lines of comments go, and the spaces at the beginning and the end of lines. Every line
break of a script stays where it is, so a browser names the lines of our files. That is safe as long
as nothing but a comment spans lines, and our files keep to it: a text that continues on the next
line raises. tests/console/test_lean_text.py parses what is left, and finds the same program and the
same rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lean_text"]


def lean_text(text: str) -> str:
    """A script or a style sheet with less in it that only people read.

    Args:
        text: of a file in `static/`.

    Returns:
        As many lines as it had.

    Raises:
        ValueError: a line ends within a text, or within a comment that does not begin a line.
    """
    return "\n".join(_lean(text.split("\n")))


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
