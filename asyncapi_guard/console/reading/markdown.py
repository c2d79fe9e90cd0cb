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

__all__ = ["inline", "is_long", "markdown"]

#: Characters that are parsed, and opening brackets among them.
_LARGEST = 50_000
_MOST_BRACKETS = 1_000
#: Characters and lines of a text that is shown cut.
_LONG = 1_600
_LONG_LINES = 20
#: Most texts have no marks, and need no parser.
_SENTENCE = re.compile(r"[A-Za-z](?:[^\W_]|[ ,.;:()/'\"-])*")
_SAFE = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)


def markdown(text: str) -> Markup:
    """A text as HTML."""
    if _is_too_large(text):
        return Markup('<p class="plain-text">{}</p>').format(text)
    if _SENTENCE.fullmatch(text):
        return Markup(f"<p>{escape(text)}</p>")  # noqa: S704  # escaped
    return _short(text) if len(text) < _LONG else _parsed(text)


def inline(text: str) -> Markup:
    """A text of one paragraph as HTML, without the paragraph."""
    if _is_too_large(text) or _SENTENCE.fullmatch(text):
        return escape(text)
    return Markup(_parser().renderInline(text))  # noqa: S704  # the parser escapes


def _is_too_large(text: str) -> bool:
    """Whether parsing takes too long: brackets cost the square of their number."""
    return len(text) > _LARGEST or text.count("[") > _MOST_BRACKETS


def _parsed(text: str) -> Markup:
    return Markup(_parser().render(text))  # noqa: S704  # as above


#: What schemas say of themselves stands wherever they are used.
_short = lru_cache(maxsize=1024)(_parsed)


def is_long(text: str) -> bool:
    """Whether a text is cut where the rest can be shown."""
    return len(text) > _LONG or text.count("\n") > _LONG_LINES


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
    """Headings of a description are no headings of the page: they would break its outline."""
    return '<p class="md-heading">'


def _heading_close(*_: Any) -> str:
    return "</p>\n"
