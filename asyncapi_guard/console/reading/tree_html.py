"""Trees of rows as HTML. They are most of a page, and a template takes several times as long.

All that comes from the document is escaped here; limits and descriptions are HTML already.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from asyncapi_guard.console.reading.markdown import is_long, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.console.reading.rows import Group, Link, Row

__all__ = ["tree_html"]

_OPEN_GROUPS = 2


def tree_html(row: Row, depth: int = 0) -> Markup:
    """A value that has no row of its own: what is said of it, and what is in it.

    Args:
        row: the value.
        depth: how many values it is in.
    """
    return Markup("".join(_whole(row, depth)))  # noqa: S704  # each part is escaped


def _whole(row: Row, depth: int) -> Iterator[str]:
    unfolds = row.is_nested or bool(row.closings)
    says_more = row.limits or row.text or (row.links and depth) or row.again or row.is_elsewhere
    if says_more or not unfolds:
        yield '<div class="alt-text">'
        if row.limits or not unfolds:
            kind = "" if unfolds else _kind(row.kind)
            limits = f" {row.limits}" if row.limits else ""
            again = " the same again, to any depth" if row.again else ""
            yield f'<div class="limits">{kind}{limits}{again}</div>'
        if row.text:
            yield _text(row.text)
        if depth > 0:
            yield from map(_place_of, row.links)
        yield "</div>"
    yield from _inside(row, depth)


def _inside(row: Row, depth: int) -> Iterator[str]:
    """What is in a value."""
    if row.rows or row.closings:
        yield '<ul class="tree">'
        for each in row.rows:
            yield from _node(each, depth)
        for sentence in row.closings:
            yield f'<li class="closed">{escape(sentence)}</li>'
        yield "</ul>"
    is_alone = len(row.groups) + len(row.rows) <= 1
    for group in row.groups:
        yield from _group(group, depth, "" if is_alone else group.heading)


def _group(group: Group, depth: int, heading: str) -> Iterator[str]:
    """Alternatives or conditions."""
    opened = " open" if depth < _OPEN_GROUPS else ""
    said = f' <span class="type">{escape(heading)}</span>' if heading else ""
    for branch in group.branches:
        yield f'<details class="alt"{opened}><summary>{escape(branch.title)}{said}</summary>'
        yield from _whole(branch.row, depth + 1)
        yield "</details>"
        opened = said = ""  # the first one speaks for all


def _node(row: Row, depth: int) -> Iterator[str]:
    """A value with a row of its own."""
    if row.is_nested:
        opened = "" if depth else " open"
        yield f'<li class="node"><details{opened}><summary>{_head(row)}'
        yield "".join(f'<span class="type">{escape(each.name)}</span>' for each in row.links)
        yield f"</span></summary>{_said(row)}"
        yield from map(_place_of, row.links)
        yield from _inside(row, depth + 1)
        yield "</details></li>"
        return
    links = "".join(f" {_link(each)}" for each in row.links)
    closings = "".join(f'<p class="closed">{escape(sentence)}</p>' for sentence in row.closings)
    yield f'<li class="node">{_head(row)}{links}</span>{_said(row)}{closings}</li>'


def _head(row: Row) -> str:
    """The line of a value, but for its links and its end."""
    parts = ['<span class="node-head">']
    if row.position is not None:
        parts.append(f'<span class="muted num">{row.position}.</span>')
    if row.name:
        kind = "" if row.is_name else ' class="any-name"'
        parts.append(f"<code{kind}>{escape(row.name)}</code>")
    parts.append(_kind(row.kind))
    if row.presence:
        kind = "must" if row.presence == "required" else "may"
        parts.append(f'<span class="{kind}">{escape(row.presence)}</span>')
    if row.deprecated:
        parts.append('<span class="may">deprecated</span>')
    return "".join(parts)


@lru_cache(maxsize=256)
def _kind(words: str) -> str:
    return f'<span class="type">{escape(words)}</span>'


def _said(row: Row) -> str:
    """What is said of a value below its name."""
    said = [str(row.limits)] if row.limits else []
    if row.again:
        said.append("the same again, to any depth")
    elif row.is_elsewhere:
        said.append("described at its link")
    limits = f'<div class="limits">{", ".join(said)}</div>' if said else ""
    return f"{limits}{_text(row.text)}" if row.text else limits


def _text(source: str) -> str:
    kind = " long" if is_long(source) else ""
    return f'<div class="md node-text{kind}">{markdown(source)}</div>'


def _link(link: Link) -> str:
    return f'<a class="small" href="#{escape(link.anchor)}">{escape(link.name)}</a>'


def _place_of(link: Link) -> str:
    name = f"{escape(link.name)} and where it is used"
    return f'<p class="node-text"><a href="#{escape(link.anchor)}">{name}</a></p>'
