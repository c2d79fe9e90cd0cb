"""Descriptions as HTML: CommonMark without HTML of its own, and with links that are safe to press.

Text of strangers becomes markup here and nowhere else, so this module is the one to read twice.
Links lead to http, https, mailto, or places on the page; pictures become links, because a page
loads nothing from elsewhere. A text that is too large to be parsed while somebody waits is shown as
it is written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

__all__ = ["is_long", "markdown", "plain", "split_lead"]

#: Characters that are parsed, and of a text that is shown cut.
_LARGEST = 50_000
_LONG = 1_600
_LONG_LINES = 20
_SAFE = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
#: Headings of a description are no headings of the page: they would break its outline.
_HEADING = ("h1", "h2", "h3", "h4", "h5", "h6")


@lru_cache(maxsize=4096)
def markdown(text: str) -> Markup:
    """A text as HTML."""
    if len(text) > _LARGEST:
        return Markup('<p class="plain-text">{}</p>').format(text)
    return Markup(_parser().render(text))  # noqa: S704  # the parser escapes what it is given


@lru_cache(maxsize=4096)
def inline(text: str) -> Markup:
    """A text of one paragraph as HTML, without the paragraph."""
    if len(text) > _LARGEST:
        return escape(text)
    return Markup(_parser().renderInline(text))  # noqa: S704  # as above


def plain(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def is_long(text: str) -> bool:
    """Whether a text is cut where the rest can be shown."""
    return len(text) > _LONG or text.count("\n") > _LONG_LINES


def split_lead(text: str) -> tuple[str, str]:
    """The first paragraph of a text, and the rest."""
    lead, _, rest = text.strip().partition("\n\n")
    return lead.strip(), rest.strip()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    parser.validateLink = _is_safe  # type: ignore[method-assign]  # markdown-it's own hook
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("heading_open", _heading_open)
    parser.add_render_rule("heading_close", _heading_close)
    return parser


def _is_safe(url: str) -> bool:
    return _SAFE.match(url) is not None


def _image(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """A picture as a link to it: the page loads nothing from elsewhere."""
    token = tokens[index]
    text = self.renderInlineAsText(token.children or [], options, env) or "picture"
    source = str(token.attrGet("src") or "")
    return str(Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(source, text))


def _link(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],  # noqa: ARG001  # markdown-it's signature
) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, index, options, {})


def _heading_open(*_: Any) -> str:
    return '<p class="md-heading">'


def _heading_close(*_: Any) -> str:
    return "</p>\n"
