"""Draws the flowchart of architecture.md, which GitHub draws with Mermaid, as SVG.

It reads what docs/picture.py writes: boxes with a name and a label, one `subgraph`, and arrows.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from layered_layout import Layout, lay_out
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup", "svg"]

_BOX = re.compile(r'\s*(\w+)\["<b>(.*?)</b>(?:<br/>(.*?))?"\]$')
_ARROW = re.compile(r"\s*(\w+) --> (\w+)$")
_GROUP = re.compile(r'\s*subgraph (\w+)\["(.*)"\]$')

WIDTH, HEIGHT, GAP, ROW, LANE, EDGE = 164, 50, 14, 96, 12, 12
#: How many letters of a label fit in a box.
_LETTERS = 24


def _read(text: str) -> tuple[dict[str, tuple[str, str]], set[str], list[tuple[str, str]]]:
    """The boxes, those of them in the group, and the arrows.

    Raises:
        ValueError: a line is none of these.
    """
    boxes: dict[str, tuple[str, str]] = {}
    grouped: set[str] = set()
    arrows: list[tuple[str, str]] = []
    in_group = False
    for line in text.splitlines():
        if found := _BOX.match(line):
            boxes[found[1]] = (unescape(found[2]), unescape(found[3] or ""))
            if in_group:
                grouped.add(found[1])
        elif found := _ARROW.match(line):
            arrows.append((found[1], found[2]))
        elif _GROUP.match(line) or line.strip() == "end":
            in_group = line.strip() != "end"
        elif line.strip() not in ("", "flowchart TD"):
            raise ValueError(f"not a line of docs/picture.py: {line}")
    return boxes, grouped, arrows


def svg(text: str) -> str:
    """The flowchart as SVG; its colors are in site.css."""
    boxes, grouped, arrows = _read(text)
    layout = lay_out(list(boxes), arrows, box=WIDTH, gap=GAP, lane=LANE)
    width = round(layout.width) + 2 * EDGE
    height = (layout.layers - 1) * ROW + HEIGHT + 2 * EDGE
    drawn = [_arrow(layout, *each) for each in arrows]
    drawn += [_box(layout, name, *boxes[name], name in grouped) for name in boxes]
    return (
        f'<svg class="picture" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{_told(boxes, arrows)}">'
        '<defs><marker id="picture-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="tip" d="M0 0l8 4-8 4z"/></marker></defs>'
        f"{''.join(drawn)}{_legend(height) if grouped else ''}</svg>"
    )


def _told(boxes: dict[str, tuple[str, str]], arrows: list[tuple[str, str]]) -> str:
    """The picture in words."""
    lines = []
    for name, (shown, _) in boxes.items():
        used = [boxes[end][0] for start, end in arrows if start == name]
        if used:
            lines.append(f"{shown} imports {', '.join(used)}.")
    return escape(" ".join(lines))


def _legend(height: int) -> str:
    """What the color of a box means, in the free corner."""
    y = height - EDGE - 16
    return (
        f'<g class="box grouped"><rect x="{EDGE}" y="{y}" width="24" height="16" rx="4"/></g>'
        f'<text class="label legend" x="{EDGE + 32}" y="{y + 12}">in integrations/</text>'
    )


def _top(layer: int) -> int:
    return EDGE + layer * ROW


def _box(layout: Layout, name: str, shown: str, label: str, is_grouped: bool) -> str:
    center, layer = layout.centers[name]
    x, y = round(center) + EDGE, _top(layer)
    rows = [label] if 0 < len(label) <= _LETTERS else _halves(label)
    start = y + HEIGHT / 2 - (len(rows) * 14) / 2 + 4
    texts = [f'<text class="name" x="{x}" y="{start:.0f}">{escape(shown)}</text>']
    texts += [
        f'<text class="label" x="{x}" y="{start + 15 + 13 * index:.0f}">{escape(row)}</text>'
        for index, row in enumerate(rows)
    ]
    kind = "box grouped" if is_grouped else "box"
    rect = f'<rect x="{x - WIDTH // 2}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
    return f'<g class="{kind}">{rect}{"".join(texts)}</g>'


def _halves(label: str) -> list[str]:
    words = label.split()
    if len(words) < 2:
        return words
    cuts = range(1, len(words))
    best = min(cuts, key=lambda n: abs(len(" ".join(words[:n])) - len(" ".join(words[n:]))))
    return [" ".join(words[:best]), " ".join(words[best:])]


def _arrow(layout: Layout, start: str, end: str) -> str:
    """From the lower edge of a box to the upper edge of another one, straight through layers."""
    first = layout.centers[start][1]
    xs = [round(x) + EDGE for x in layout.ways[start, end]]
    y = _top(first) + HEIGHT
    path = f"M{xs[0]} {y}"
    for index, x in enumerate(xs[1:], 1):
        top = _top(first + index)
        middle = (y + top) // 2
        path += f"C{xs[index - 1]} {middle} {x} {middle} {x} {top - (index == len(xs) - 1)}"
        y = top + HEIGHT
        if index < len(xs) - 1:
            path += f"V{y}"
    return f'<path class="arrow" d="{path}" marker-end="url(#picture-tip)"/>'


class Picture(SphinxDirective):
    """A block of Mermaid."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The picture, in a frame that scrolls."""
        try:
            drawn = svg("\n".join(self.content))
        except ValueError as error:
            raise self.error(str(error)) from None
        frame = f'<div class="picture-frame">{drawn}</div>'
        return [nodes.raw("", frame, format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("mermaid", Picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
