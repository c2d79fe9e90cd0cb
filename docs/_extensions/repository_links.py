"""Links from a page to files of the repository, which the site does not have.

`../../examples/simple` works on GitHub. Here it becomes the address of the file on GitHub, if the
file exists, and if a heading that is linked to does; otherwise the build says so.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

from asyncapi_guard import project_urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

__all__ = ["REPOSITORY", "outside_fences", "setup", "slugs"]

REPOSITORY = project_urls.SOURCE
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_FENCE = re.compile(r" *(`{3,}|~{3,})")
_logger = logging.getLogger(__name__)


def outside_fences(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of a page, each with whether it is outside of every block of code."""
    fence = ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if fence:
            yield line, False
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            fence = found[1] if found else ""
            yield line, not found


def slugs(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    found: dict[str, int] = {}
    for line, counts in outside_fences(text):
        heading = re.match(r"#{1,6} +(.*?)(?: +#+)? *$", line) if counts else None
        if heading:
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            found[slug] = found.get(slug, -1) + 1
            if found[slug]:
                found[f"{slug}-{found[slug]}"] = 0
    return set(found)


def address(page: Path, link: str) -> str | None:
    """The address on GitHub of a file that a page links to; `None` for a link of another kind.

    Raises:
        ValueError: the file does not exist, or the heading doesn't.
    """
    path, _, anchor = link.partition("#")
    if not path or re.match(r"[a-z]+:", path):
        return None
    file = Path(os.path.normpath(page.parent / path))
    if file.is_relative_to(DOCS) and not file.is_dir():
        return None  # Sphinx looks at these
    if not file.exists() or not file.is_relative_to(ROOT):
        raise ValueError(f"{link} is not a file of the repository")
    if anchor and anchor not in slugs(file.read_text(encoding="utf-8")):
        raise ValueError(f"{file.relative_to(ROOT)} has no heading #{anchor}")
    kind = "tree" if file.is_dir() else "blob"
    suffix = f"#{anchor}" if anchor else ""
    return f"{REPOSITORY}/{kind}/main/{file.relative_to(ROOT).as_posix()}{suffix}"


def _rewrite(app: Sphinx, docname: str, source: list[str]) -> None:
    page = Path(app.env.doc2path(docname))

    def rewritten(found: re.Match[str]) -> str:
        try:
            return address(page, found[0]) or found[0]
        except ValueError as error:
            _logger.warning("%s", error, location=docname, type="repository_links")
            return found[0]

    lines = outside_fences(source[0])
    source[0] = "".join(_LINK.sub(rewritten, line) if counts else line for line, counts in lines)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
