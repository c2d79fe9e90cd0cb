"""What Sphinx's and the theme's HTML lacks for readers who don't see a page: axe-core finds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["setup"]

#: In the text of a page: what to replace, and by what.
_IN_BODIES = (
    # A column without a name has no header.
    (r'<th class="head([^"]*)">(?:<p></p>)?</th>', r'<td class="head\1"></td>'),
)
#: The parameters of a signature: Sphinx makes them a list of definitions, which they aren't.
_PARAMETERS = re.compile(r'<dl>\s*((?:<dd><em class="sig-param">.*?</dd>\s*)+)</dl>', re.DOTALL)
#: Around the text, from the theme: two landmarks that only a name tells apart.
_AROUND = (
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Pages">'),
    ('<aside class="toc-drawer', '<aside aria-label="This page" class="toc-drawer'),
)


def _amend_body(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if "body" in context:
        body = _PARAMETERS.sub(_as_lines, context["body"])
        for pattern, replacement in _IN_BODIES:
            body = re.sub(pattern, replacement, body)
        context["body"] = body


def _as_lines(found: re.Match[str]) -> str:
    return found[1].replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")


def _amend_files(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    files = [Path(app.outdir) / f"{name}.html" for name in (*app.env.found_docs, "search")]
    for file in filter(Path.is_file, files):
        text = file.read_text(encoding="utf-8")
        for old, new in _AROUND:
            if old not in text and new not in text:
                raise ExtensionError(f"{file.name} has no {old}: has the theme changed?")
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", _amend_body)
    app.connect("build-finished", _amend_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
