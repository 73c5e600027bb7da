"""Documents that others published, read as they are. They are not in this repository: CARBONSEAL_SAMPLES names their folder.

Sources, as repository, file and licence:

- wbcsd/pact-directory-service: packages/pact-data-model/samples (MIT); wbcsd/pact-demo-api-ts: src/utils/footprints.ts (MIT)
- wbcsd/pact-conformance-service: docs, src/schemas (MIT)
- jianchuanqi/tidas-link: examples (MIT); sine-fdn/ileap-extension: specs/index.bs (MIT)
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.footprints.model import Footprint, Sum
from carbonseal.records import codes
from carbonseal.records.admission import admit
from carbonseal.records.profiles import lookup
from tests.records.documents import encoded

SAMPLES = Path(os.environ.get("CARBONSEAL_SAMPLES", "/nowhere"))
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="CARBONSEAL_SAMPLES names no folder with samples")

# profile, file, how many documents are in it
READ = [
    ("pact/3.0", "formats/pact3/electronics.json", 30),
    ("pact/3.0", "formats/pact3/cosmetics-tier-2.json", 10),
    ("pact/3.0", "formats/pact3/textile-tier-1.json", 10),
    ("pact/3.0", "formats/pact3/demo-api-v3.json", 3),
    ("pact/2.3", "formats/pact2/demo-api-v2.json", 3),
    ("ileap/1", "formats/ileap/shipment-one-leg.json", 1),
    ("tidas/1", "formats/tidas/battery-cell-pcf.json", 1),
    ("tidas/1", "tidas/battery-pack-pcf.json", 1),
]


def documents(file: str) -> list[Any]:
    found = json.loads((SAMPLES / file).read_text(encoding="utf-8"))
    return found if isinstance(found, list) else [found]


def footprints(profile: str, file: str) -> list[Footprint]:
    found = []
    for document in documents(file):
        admit(encoded(document), profile)
        footprint = lookup(profile).footprint(document)
        assert footprint is not None
        found.append(footprint)
    return found


@pytest.mark.parametrize(("profile", "file", "count"), READ)
def test_published_footprints_are_sealed_and_read(profile: str, file: str, count: int) -> None:
    found = footprints(profile, file)
    assert len(found) == count
    for footprint in found:
        assert footprint.total is not None
        assert footprint.unit is not None
        assert footprint.amount is not None
        assert footprint.product_ids


def residual(found: Sum) -> Fraction:
    """The total without its parts; the disputed one is left out."""
    parts = (part.figure.value for part in found.parts if part.figure and not part.is_disputed)
    return found.total.value - sum(parts, Fraction(0))


def test_the_demo_does_not_add_up() -> None:
    found = [residual(one.sums[0]) for one in footprints("pact/3.0", "formats/pact3/demo-api-v3.json")]
    assert found == [Fraction("-0.90"), Fraction("-0.88"), Fraction("-1.05")]


@pytest.mark.parametrize(
    ("file", "least", "most"),
    [("electronics", "0.006", "0.063"), ("cosmetics-tier-2", "0.019", "0.21"), ("textile-tier-1", "0.019", "0.42")],
)
def test_the_directory_gives_one_part_alone(file: str, least: str, most: str) -> None:
    for one in footprints("pact/3.0", f"formats/pact3/{file}.json"):
        (total, _) = one.sums
        assert [part.name for part in total.parts if part.figure] == ["fossilGhgEmissions"]
        assert Fraction(least) <= residual(total) / total.total.value <= Fraction(most)


def test_the_pack_says_what_went_in() -> None:
    (pack,), (cell,) = footprints("tidas/1", "tidas/battery-pack-pcf.json"), footprints("tidas/1", READ[6][1])
    assert pack.total is not None
    assert cell.total is not None
    assert pack.flows[0].footprint_id == cell.id
    assert pack.flows[0].quantity is not None
    assert pack.total.value - pack.flows[0].quantity.value * cell.total.value == 4050


def test_the_leg_of_the_shipment_follows() -> None:
    ((leg,),) = (one.legs for one in footprints("ileap/1", "formats/ileap/shipment-one-leg.json"))
    assert leg.distance is not None
    assert leg.mass is not None
    assert leg.activity is not None
    assert leg.distance.value * leg.mass.value / 1000 == leg.activity.value == Fraction("36.801")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("pact/get-footprint-response.json", "seal each item of /data, with the profile pact/3.0"),
        ("pact/list-footprints-response.json", "seal what is at /data, with the profile pact/3.0"),
        ("formats/pact2/fulfilled-event-2.2.json", "seal each item of /data/pfs, with the profile pact/2.3"),
        ("formats/catenax/single-level-bom-as-built-4.0.0.json", "a Catena-X bill of material"),
        ("formats/catenax/single-level-bom-as-planned-4.0.0.json", "a Catena-X bill of material"),
        ("formats/batterypass/carbon-footprint-1.2.0.json", "convert it to UTF-8"),
        ("formats/cbam/complete.xml", "seal it as it is with the profile file/1"),
    ],
)
def test_what_is_something_else_is_answered_with_what_it_is(file: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        admit((SAMPLES / file).read_bytes(), "pact/3.0")
    assert words in str(caught.value.finding)


def test_pact_2_under_pact_3_names_its_profile() -> None:
    with pytest.raises(Refused) as caught:
        admit(encoded(documents("formats/pact2/demo-api-v2.json")[0]), "pact/3.0")
    assert caught.value.finding.code is codes.PROFILE_OTHER
    assert caught.value.finding.facts["use"] == "pact/2.3"
