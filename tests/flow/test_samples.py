"""The checks over documents that others published: CARBONSEAL_SAMPLES names their folder (see tests/records/profiles)."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from carbonseal.flow.rules import Result
from carbonseal.passport.products import USED, Amount
from tests.flow.chains import Chain, Made, Part, used

SAMPLES = Path(os.environ.get("CARBONSEAL_SAMPLES", "/nowhere"))
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="CARBONSEAL_SAMPLES names no folder with samples")


def documents(file: str) -> list[Any]:
    found = json.loads((SAMPLES / file).read_text(encoding="utf-8"))
    return found if isinstance(found, list) else [found]


def alone(document: Any, profile: str) -> list[Result]:
    chain = Chain()
    return [result for _, result in chain.results(chain.product("sample", document=document, profile=profile))]


def counted(file: str, profile: str) -> Counter[str]:
    """In how many of the documents each rule comes out."""
    return Counter(name for one in documents(file) for name in {result.rule.name for result in alone(one, profile)})


@pytest.mark.parametrize(
    ("file", "count"), [("electronics.json", 30), ("cosmetics-tier-2.json", 10), ("textile-tier-1.json", 10)]
)
def test_directory_samples_state_one_part_and_are_not_checkable(file: str, count: int) -> None:
    found = counted(f"formats/pact3/{file}", "pact/3.0")
    assert found["total.not-checkable"] == found["consistency.fraction"] == count
    assert not found["total.differs"]


def test_two_cosmetics_weigh_more_than_their_kilogram() -> None:
    assert counted("formats/pact3/cosmetics-tier-2.json", "pact/3.0")["consistency.mass"] == 2


def test_the_demo_api_states_every_part_and_does_not_add_up() -> None:
    assert counted("formats/pact3/demo-api-v3.json", "pact/3.0")["total.differs"] == 3


def test_totals_of_pact_2_are_not_checked() -> None:
    found = counted("formats/pact2/demo-api-v2.json", "pact/2.3")
    assert found["total.not-checkable"] == 3
    assert not found["total.differs"]


@pytest.mark.parametrize(
    ("file", "profile"), [("formats/catenax/pcf-8.0.0.json", "8"), ("catenax/pcf-9.0.0.json", "9")]
)
def test_free_attribution_is_not_checkable(file: str, profile: str) -> None:
    found = counted(file, f"catena-x/pcf-{profile}")
    assert found["total.not-checkable"] == found["biogenic.not-checkable"] == 1
    assert not found["total.differs"]


def test_the_printed_digits_of_declarations_miss_by_half_a_percent() -> None:
    concrete = counted("formats/ilcd-epd/concrete.json", "ilcd-epd/1")
    assert concrete["total.near"] == 1
    assert not concrete["total.differs"]
    aluminium = counted("formats/ilcd-epd/aluminium-profile.json", "ilcd-epd/1")
    assert aluminium["total.holds"] == 1


def test_four_stages_of_a_battery_are_its_footprint() -> None:
    found = counted("formats/epcis/battery-carbon-footprint.json", "epcis/2.0")
    assert found["total.holds"] == 1


def test_the_pack_holds_its_cells_figures_and_not_their_mass() -> None:
    chain = Chain()
    cell = chain.product("cell", document=documents("formats/tidas/battery-cell-pcf.json")[0], profile="tidas/1")
    document = documents("tidas/battery-pack-pcf.json")[0]
    pack = chain.product("pack", document=document, profile="tidas/1", parts=[used(cell, "1000")])
    names = {result.rule.name for _, result in chain.results(pack)}
    assert {"contributions.holds", "mass.exceeds"} <= names


def test_bills_of_material_have_no_cycle_and_repeated_parts_are_added() -> None:
    """36 bills, 70 lines, 44 edges; nine parts have several parents, seven pairs are listed 2 to 10 times: issue adds these up."""
    bills = {
        one["catenaXId"]: _added(one["childItems"]) for one in documents("formats/catenax/bom-graph-part-types.json")
    }
    chain = Chain()
    made: dict[str, Made] = {}

    def build(part: str) -> Made:
        if part not in made:
            lines = [
                Part(build(child), str(amount), unit, PIECE, USED)
                for (child, unit), amount in bills.get(part, {}).items()
            ]
            made[part] = chain.product(part, "1000000.0", lines, subject=part)
        return made[part]

    roots = {*bills} - {child for lines in bills.values() for child, _ in lines}
    edges = set()
    for root in sorted(roots):
        found = chain.results(build(root))
        assert not [result for name, result in found if result.rule.name == "quantities.cycle"]
        edges |= {(edge.parent.label, edge.label) for edge in chain.graph(made[root]).all_edges()}
    assert len(bills) == 36
    assert len(edges) == 44


PIECE = Amount("1", "piece")


def _added(lines: list[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    """The quantity of each child by unit."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line["catenaXId"], line["quantity"]["unit"]] += Decimal(str(line["quantity"]["value"]))
    return found
