"""Puts SVG files of the docs into the page, so that they have the colors of its theme.

On GitHub they are images: each file has colors of its own, which the variables of the page replace.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def _inline(app: Sphinx, document: nodes.document) -> None:
    for image in list(document.findall(nodes.image)):
        if not image["uri"].endswith(".svg"):
            continue
        name = posixpath.normpath(image["uri"])
        text = (Path(app.srcdir) / name).read_text(encoding="utf-8")
        drawn = re.sub(r"<\?xml.*?\?>|<!--.*?-->", "", text, flags=re.DOTALL).strip()
        frame = f'<div class="picture-frame">{drawn}</div>'
        # An image is in a paragraph of its own, and HTML has no frames in paragraphs.
        place = image.parent if len(image.parent) == 1 else image
        place.replace_self(nodes.raw("", frame, format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", _inline)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
