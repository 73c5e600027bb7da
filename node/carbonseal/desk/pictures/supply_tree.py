"""The supply chain as a tree: a line for each product, with how much of it went in, and a bar for what it brings to the root."""

from __future__ import annotations

from collections.abc import Iterator

from carbonseal.desk.figures import Row

from .svg import element, picture, shortened, text

WIDTH, LINE, INDENT, SIZE = 760.0, 24.0, 18.0, 12.0
NAMES, QUANTITIES, BARS = 8.0, 330.0, 470.0  # where columns begin
LONGEST_BAR = 160.0
MOST = 150  # lines


def supply_tree(rows: list[Row], title: str, more: str) -> str:
    """The picture of these rows, in the order of the tree. `more` is written below where there are more than `MOST`."""
    drawn = rows[:MOST]
    height = LINE * (len(drawn) + (len(rows) > MOST)) + 8
    return picture(WIDTH, height, title, [*_lines(drawn, more if len(rows) > MOST else "")])


def _lines(rows: list[Row], more: str) -> Iterator[str]:
    last: dict[int, float] = {}  # where the newest line of each tier is
    for number, row in enumerate(rows):
        y, x = LINE * number + 18, NAMES + INDENT * row.tier
        if row.tier:
            above = last[row.tier - 1]
            yield element("path", d=f"M{x - 12:.0f} {above + 5:.0f}V{y - 4:.0f}H{x - 3:.0f}", class_="branch")
        last[row.tier] = y
        name = shortened(row.name, QUANTITIES - x - 8, SIZE)
        yield text(name, x=x, y=y, class_="absent" if row.is_absent else "name")
        yield text(shortened(row.quantity, BARS - QUANTITIES - 8, SIZE), x=QUANTITIES, y=y)
        yield from _bar(row, y)
    if more:
        yield text(more, x=NAMES, y=LINE * len(rows) + 18)


def _bar(row: Row, y: float) -> Iterator[str]:
    length = LONGEST_BAR * min(1.0, max(0.0, float(row.of_whole or 0)))
    if length:
        yield element("rect", x=BARS, y=y - 11, width=max(1.0, length), height=14.0, class_="bar")
    yield text(row.brings, x=BARS + length + 6, y=y)
