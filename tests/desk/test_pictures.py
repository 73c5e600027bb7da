"""Pictures: well-formed, bounded, with words for every mark, and nothing in them that a product's name could put there."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.desk.figures import Row
from carbonseal.desk.pictures.carbon_flow import HEIGHT, carbon_flow
from carbonseal.desk.pictures.supply_tree import MOST, supply_tree

HOSTILE = '</text><script>alert(1)</script>"&\u202e'
SVG = "{http://www.w3.org/2000/svg}"


def row(tier: int, name: str = "Cell", share: Fraction | None = Fraction(1, 2)) -> Row:
    return Row(tier, name, "1 piece", "2", "1 kg", share)


@st.composite
def trees(draw: st.DrawFn) -> list[Row]:
    """Rows as a tree has them: the first is the root, and no tier is left out on the way down."""
    made = [row(0, draw(st.text(max_size=30)), draw(SHARES))]
    for _ in range(draw(st.integers(0, 25))):
        tier = draw(st.integers(1, made[-1].tier + 1))
        made.append(row(tier, draw(st.text(max_size=30)), draw(SHARES)))
    return made


SHARES = st.none() | st.fractions(-2, 3, max_denominator=1000)


@given(trees())
def test_every_tree_gives_a_picture_that_is_well_formed(rows: list[Row]) -> None:
    tree = ElementTree.fromstring(supply_tree(rows, "a", "more"))
    assert len(tree.findall(f"{SVG}rect")) <= len(rows)
    if flow := carbon_flow(rows, "b"):
        drawn = ElementTree.fromstring(flow)
        boxes = drawn.findall(f"{SVG}rect")
        assert 1 <= len(boxes) <= len(rows)
        assert all(float(box.attrib["height"]) > 0 for box in boxes)


def test_a_name_is_a_name() -> None:
    for drawn in (
        supply_tree([row(0, HOSTILE)], HOSTILE, ""),
        carbon_flow([row(0, HOSTILE), row(1, HOSTILE)], HOSTILE),
    ):
        assert "<script" not in drawn
        assert "\u202e" not in drawn
        assert ElementTree.fromstring(drawn).find(f"{SVG}title") is not None


def test_boxes_are_as_high_as_what_they_bring() -> None:
    rows = [row(0, "root", Fraction(1)), row(1, "half", Fraction(1, 2)), row(1, "quarter", Fraction(1, 4))]
    drawn = ElementTree.fromstring(carbon_flow(rows, "flow"))
    heights = {float(box.attrib["height"]) for box in drawn.findall(f"{SVG}rect")}
    assert heights == {HEIGHT, HEIGHT / 2, HEIGHT / 4}
    assert len(drawn.findall(f"{SVG}path")) == 2
    assert {text.text for text in drawn.findall(f"{SVG}text")} == {"root", "half", "quarter", "1 kg"}


def test_what_is_too_much_to_draw_is_said_and_not_drawn() -> None:
    rows = [row(0), *(row(1) for _ in range(MOST))]
    drawn = supply_tree(rows, "tree", "and more")
    assert drawn.count('class="name"') == MOST
    assert "and more" in drawn
    assert carbon_flow(rows, "flow") == ""
    assert carbon_flow([row(0)], "flow") == ""
