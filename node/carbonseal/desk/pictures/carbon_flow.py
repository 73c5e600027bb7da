"""The flow of carbon into a product, from left to right: a box for each product, as high as what it brings to the root, and a band
from it to what it went into. Boxes are as high as their figures say, so that what components do not bring is seen as what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from carbonseal.desk.figures import Row

from .svg import element, picture, shortened, text

HEIGHT, COLUMN, BOX, GAP, SIZE = 320.0, 190.0, 14.0, 10.0, 11.0
TOP, LOWEST = 16.0, 1.0  # above the first box; of the smallest box
MOST = 60  # boxes


@dataclass(slots=True)
class _Node:
    row: Row
    size: float
    below: list[_Node] = field(default_factory=list)
    y: float = 0.0

    @property
    def extent(self) -> float:
        """The height that it and all that flows into it take."""
        inflow = sum(one.extent for one in self.below) + GAP * max(0, len(self.below) - 1)
        return max(self.size, inflow, SIZE * 2.2)


def carbon_flow(rows: list[Row], title: str) -> str:
    """The picture of these rows, in the order of the tree; empty where figures are missing, or there is nothing that flows."""
    drawn = [row for row in rows if row.of_whole is not None and row.of_whole > 0]
    if len(drawn) < 2 or drawn[0].tier or len(drawn) > MOST:
        return ""
    root = _grown(drawn)
    depth = max(row.tier for row in drawn)
    _place(root, TOP)
    width = COLUMN * depth + COLUMN
    nodes = [*_walk(root)]
    bands = (band for node in nodes for band in _bands(node, depth))
    boxes = (mark for node in nodes for mark in _box(node, depth))  # above the bands: words are read
    return picture(width, root.extent + TOP * 2, title, [*bands, *boxes])


def _grown(rows: list[Row]) -> _Node:
    root = _Node(rows[0], HEIGHT)
    open_: list[_Node] = [root]
    for row in rows[1:]:
        del open_[row.tier :]
        if len(open_) < row.tier:
            continue  # what it went into has no figure
        node = _Node(row, max(LOWEST, HEIGHT * float(row.of_whole or 0)))
        open_[-1].below.append(node)
        open_.append(node)
    return root


def _place(node: _Node, top: float) -> None:
    node.y = top + (node.extent - node.size) / 2
    inflow = sum(one.extent for one in node.below) + GAP * max(0, len(node.below) - 1)
    at = top + (node.extent - inflow) / 2
    for one in node.below:
        _place(one, at)
        at += one.extent + GAP


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    for one in node.below:
        yield from _walk(one)


def _bands(node: _Node, depth: int) -> Iterator[str]:
    """The bands into a product, one below the other at its left side."""
    x, slot = _left(node, depth), node.y
    for one in node.below:
        yield element("path", d=_band(_left(one, depth) + BOX, one.y, x, slot, one.size), class_="band")
        slot += one.size


def _box(node: _Node, depth: int) -> Iterator[str]:
    x, middle = _left(node, depth), node.y + node.size / 2
    yield element("rect", x=x, y=node.y, width=BOX, height=node.size, class_="box")
    name = shortened(node.row.name, COLUMN - BOX - 12, SIZE)
    yield text(name, x=x + BOX + 4, y=middle - 1, class_="label")
    yield text(node.row.brings, x=x + BOX + 4, y=middle + SIZE, class_="label")


def _left(node: _Node, depth: int) -> float:
    return COLUMN * (depth - node.row.tier) + 4


def _band(x0: float, y0: float, x1: float, y1: float, size: float) -> str:
    half = (x0 + x1) / 2
    upper = f"M{x0:.1f} {y0:.1f}C{half:.1f} {y0:.1f} {half:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    lower = f"V{y1 + size:.1f}C{half:.1f} {y1 + size:.1f} {half:.1f} {y0 + size:.1f} {x0:.1f} {y0 + size:.1f}Z"
    return upper + lower
