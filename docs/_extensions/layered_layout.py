"""Where the boxes of a graph without circles go: in layers, each arrow pointing down.

The usual four steps: a layer for each box by the longest way to it, places for arrows that pass
through layers, an order in each layer with few crossings, and then x by the neighbors' average.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Layout", "lay_out"]

#: A box, or a place where an arrow passes a layer: `(from, to, layer)`.
_Place = str | tuple[str, str, int]
_SWEEPS = 24


@dataclass(slots=True)
class Layout:
    """Where boxes are, and by which points arrows go.

    Attributes:
        centers: the x of each box's center, and the number of its layer.
        ways: for each arrow, the x in each layer from its first to its last.
        width: from the left edge of the first box to the right edge of the last one.
        layers: how many there are.
    """

    centers: dict[str, tuple[float, int]] = field(default_factory=dict)
    ways: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    width: float = 0
    layers: int = 0


def lay_out(
    boxes: Sequence[str], arrows: Sequence[tuple[str, str]], *, box: float, gap: float, lane: float
) -> Layout:
    """Lay out a graph.

    Args:
        boxes: the names of all boxes.
        arrows: from which box to which.
        box: how wide a box is.
        gap: how far boxes are from each other.
        lane: how wide the way of an arrow through a layer is.
    """
    depth = _depths(boxes, arrows)
    layers: list[list[_Place]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in boxes:
        layers[depth[name]].append(name)
    chains: dict[tuple[str, str], list[_Place]] = {}
    for start, end in arrows:
        passed = [(start, end, layer) for layer in range(depth[start] + 1, depth[end])]
        for place in passed:
            layers[place[2]].append(place)
        chains[start, end] = [start, *passed, end]
    above: dict[_Place, list[_Place]] = defaultdict(list)
    below: dict[_Place, list[_Place]] = defaultdict(list)
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    _order(layers, above, below)

    def size(place: _Place) -> float:
        return box + gap if isinstance(place, str) else lane

    x = _positions(layers, above, below, size)
    left = min(x[name] for name in boxes) - box / 2
    right = max(x[name] for name in boxes) + box / 2
    left = min([left, *(x[p] for layer in layers for p in layer)])
    right = max([right, *(x[p] for layer in layers for p in layer)])
    return Layout(
        {name: (x[name] - left, depth[name]) for name in boxes},
        {arrow: [x[place] - left for place in chain] for arrow, chain in chains.items()},
        right - left,
        len(layers),
    )


def _depths(boxes: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The layer of each box: one more than that of the lowest box that points to it."""
    sources: dict[str, list[str]] = {name: [] for name in boxes}
    targets: dict[str, list[str]] = {name: [] for name in boxes}
    for start, end in arrows:
        sources[end].append(start)
        targets[start].append(end)
    depth: dict[str, int] = {}

    def find(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max(map(find, sources[name]), default=-1)
        return depth[name]

    for name in boxes:
        find(name)
    # A box with nothing above it belongs beside what it points to, not at the top.
    for name in boxes:
        if not sources[name] and targets[name]:
            depth[name] = min(depth[each] for each in targets[name]) - 1
    return depth


def _order(
    layers: list[list[_Place]],
    above: dict[_Place, list[_Place]],
    below: dict[_Place, list[_Place]],
) -> None:
    """Order each layer by the average of its neighbors, with as few crossings as that gives."""
    best = [list(layer) for layer in layers]
    fewest = _crossings(layers, below)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        neighbors = above if down else below
        rows = range(1, len(layers)) if down else range(len(layers) - 2, -1, -1)
        for row in rows:
            beside = layers[row - 1 if down else row + 1]
            rank = {place: index for index, place in enumerate(beside)}
            own = {place: index for index, place in enumerate(layers[row])}
            layers[row].sort(
                key=lambda p: _average((rank[n] for n in neighbors[p]), own[p])  # used at once
            )
        crossings = _crossings(layers, below)
        if crossings < fewest:
            fewest, best = crossings, [list(layer) for layer in layers]
    layers[:] = best


def _average(values: Iterable[float], otherwise: float) -> float:
    found = list(values)
    return sum(found) / len(found) if found else otherwise


def _crossings(layers: list[list[_Place]], below: dict[_Place, list[_Place]]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        rank = {place: index for index, place in enumerate(lower)}
        ends = [sorted(rank[each] for each in below[place]) for place in upper]
        flat = [(index, end) for index, group in enumerate(ends) for end in group]
        count += sum(a[0] < b[0] and a[1] > b[1] for i, a in enumerate(flat) for b in flat[i + 1 :])
    return count


def _positions(layers, above, below, size):  # noqa: ANN001, ANN202  # as in lay_out
    """An x for each place: as near to its neighbors as the order in its layer lets it be."""
    x: dict[_Place, float] = {}
    for layer in layers:
        at = 0.0
        for place in layer:
            x[place] = at + size(place) / 2
            at += size(place)
        for place in layer:
            x[place] -= at / 2
    for sweep in range(40):
        rows = layers if sweep % 2 == 0 else layers[::-1]
        for layer in rows:
            near = above if sweep % 2 == 0 else below
            wanted = {p: _average((x[n] for n in near[p]), x[p]) for p in layer}
            _spread(layer, wanted, size, x)
    return x


def _spread(layer, wanted, size, x) -> None:  # noqa: ANN001  # as in lay_out
    """Put the places of a layer where they want to be, in order, and never over one another.

    Places that would overlap form a block, which has the average of what they want.
    """
    blocks: list[tuple[float, float, list[_Place]]] = []  # left edge, width, places
    for place in layer:
        width = size(place)
        block = (wanted[place] - width / 2, width, [place])
        while blocks and blocks[-1][0] + blocks[-1][1] > block[0]:
            left, wide, places = blocks.pop()
            together = [*places, *block[2]]
            offset, lefts = 0.0, []
            for each in together:
                lefts.append(wanted[each] - size(each) / 2 - offset)
                offset += size(each)
            # What is a box pulls more than what only passes.
            weights = [4 if isinstance(each, str) else 1 for each in together]
            middle = sum(a * w for a, w in zip(lefts, weights, strict=True)) / sum(weights)
            block = (middle, wide + block[1], together)
        blocks.append(block)
    for left, _, places in blocks:
        at = left
        for each in places:
            x[each] = at + size(each) / 2
            at += size(each)
