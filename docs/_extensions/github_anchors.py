"""Gives each heading the anchor that it has on GitHub as well, such as `rate_limited`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def _add(app: Sphinx, document: nodes.document) -> None:
    taken = set(document.ids)
    for section in document.findall(nodes.section):
        slug = section.get("slug")
        if slug and slug not in taken:
            # The first one is what the table of contents links to.
            section["ids"].insert(0, slug)
            document.ids[slug] = section
            taken.add(slug)


def setup(app: Sphinx) -> dict[str, Any]:
    # Before the table of contents is collected.
    app.connect("doctree-read", _add, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
