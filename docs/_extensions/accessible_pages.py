"""What Sphinx's and the theme's HTML lacks for readers who don't see the page, or use no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["setup"]


def _amend(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if "body" in context:
        # Its text, "Link to this heading", is in the title, and the sign means nothing.
        context["body"] = context["body"].replace('title="Link to this', 'aria-label="Link to this')


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", _amend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
