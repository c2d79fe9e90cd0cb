"""Rules of style about tags: there are some, described, in order, each once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_style = group("Style", Severity.WARNING, optional=True)

RULES = (
    _style(
        "info-tags",
        "`info` should list the tags of the document.",
        "Documentation groups operations by these tags, in this order, with these descriptions.",
        "info: {title: Chat, version: 1.0.0, tags: []}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: rooms, description: Where to talk.}]}",
    ),
    _style(
        "tag-description",
        "Each tag of `info` should have a description.",
        "A tag is a heading in the documentation, and its description is the text below.",
        "info: {title: Chat, version: 1.0.0, tags: [{name: rooms}]}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: rooms, description: Where to talk.}]}",
    ),
    _style(
        "tag-defined",
        "`info` should list every tag that the document uses.",
        "A tag that isn't in the list is often a typo, and makes a group of its own.",
        """
        info: {title: Chat, version: 1.0.0, tags: [{name: rooms}]}
        channels: {chat: {address: /}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}, tags: [{name: room}]}
        """,
        """
        info: {title: Chat, version: 1.0.0, tags: [{name: rooms}]}
        channels: {chat: {address: /}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}, tags: [{name: rooms}]}
        """,
    ),
    _style(
        "tags-order",
        "The tags of `info` should be sorted by name.",
        "Readers find a tag sooner, and two branches rarely change the same line of the list.",
        "info: {title: Chat, version: 1.0.0, tags: [{name: rooms}, {name: people}]}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: people}, {name: rooms}]}",
    ),
    _style(
        "tag-unique",
        "The tags of a list should have different names.",
        "Tools show only one of the two tags, and tools differ in which one.",
        "info: {title: Chat, version: 1.0.0, tags: [{name: a, description: One.}, {name: a}]}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: a, description: One.}, {name: b}]}",
    ),
)

_WITH_TAGS = tuple(name for name, fields in OBJECTS.items() if "tags" in fields)


def _check_tags(context: Context) -> None:
    info = context.field(context.main, "info", dict)
    tags = list(_named(context, info))
    if "info-tags" in context.optional and info is not None and not info.value.get("tags"):
        text = "'info' has no tags; add one for each group of operations"
        context.report("info-tags", info, text, key=True)
    if "tag-description" in context.optional:
        for name, entry, tag in tags:
            if not str(tag.value.get("description") or "").strip():
                text = f"tag {shown(name)} has no description; describe what it groups"
                context.report("tag-description", entry, text)
    if "tags-order" in context.optional:
        _check_order(context, [(name, entry) for name, entry, _ in tags])
    if "tag-unique" in context.optional:
        _check_unique(context)
    if "tag-defined" in context.optional:
        _check_defined(context, [name for name, _, _ in tags])


def _named(context: Context, holder: Node | None) -> Iterator[tuple[str, Node, Node]]:
    """The tags of an object: the name, the entry, and what it means."""
    if holder is None or not isinstance(holder.value.get("tags"), list):
        return
    for _, entry, tag in context.entries(holder, "tags"):
        name = tag.value.get("name")
        if isinstance(name, str):
            yield name, entry, tag


def _check_order(context: Context, tags: list[tuple[str, Node]]) -> None:
    """Report the first tag that stands behind one that follows it in the alphabet."""
    for (before, _), (name, entry) in pairwise(tags):
        if (name.casefold(), name) < (before.casefold(), before):
            text = f"tag {shown(name)} belongs before {shown(before)}; sort the tags by name"
            context.report("tags-order", entry, text)
            return


def _check_unique(context: Context) -> None:
    for kind in _WITH_TAGS:
        for holder in context.all(kind):
            seen: dict[str, Node] = {}
            for name, entry, tag in _named(context, holder):
                first = seen.setdefault(name, tag)
                # Tags that are equal in all are `equal-items`.
                if first is not tag and first.value != tag.value:
                    text = f"duplicate tag {shown(name)} in this list; remove one"
                    context.report("tag-unique", entry, text)


def _check_defined(context: Context, listed: list[str]) -> None:
    if not listed:
        return  # which `info-tags` says once
    known = frozenset(listed)
    for kind in _WITH_TAGS:
        for holder in context.all(kind) if kind != "Info" else ():
            for name, entry, _ in _named(context, holder):
                if name not in known:
                    text = f"tag {shown(name)} is not listed in the tags of 'info'"
                    context.report("tag-defined", entry, text + nearest(name, listed))


CHECKS = (_check_tags,)
