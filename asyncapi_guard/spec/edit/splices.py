"""Replacements of text, and the checks that all kinds of edits share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.spec.edit.edits import ImpossibleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.spec.edit.layout import Layout, Place
    from asyncapi_guard.spec.pointers import Path

__all__ = ["OverlapError", "Splice", "check_anchors", "spliced"]


class OverlapError(Exception):
    """Two edits change the same text."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Text in place of what stands between two offsets."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all replacements made.

    Raises:
        OverlapError: two of them are about the same part.
    """
    parts = []
    offset = 0
    # Stable: what goes to one place stands in the order in which it was given.
    for splice in sorted(splices, key=lambda each: each.start):
        if splice.start < offset:
            raise OverlapError
        parts += [text[offset : splice.start], splice.text]
        offset = splice.end
    return "".join((*parts, text[offset:]))


def check_anchors(layout: Layout, path: Path, place: Place, *, whole: bool) -> None:
    """Make sure that what changes is used in this place alone.

    Args:
        layout: the text.
        path: the path to the place.
        place: what changes.
        whole: whether all of it goes, or something in it changes.

    Raises:
        ImpossibleError: an alias elsewhere means the same text.
    """
    holder = place.holder if whole else place
    above: list[Place] = []
    while holder is not None:
        above.append(holder)
        holder = holder.holder
    inside = list(place.walk()) if whole else []
    for each in (*above, *inside):
        if each.anchor and each.kind != "alias" and each.anchor in layout.used:
            reason = f"it is at the anchor &{each.anchor[:60]}, which aliases use elsewhere"
            raise ImpossibleError(path, f"{reason}: edit it by hand")
