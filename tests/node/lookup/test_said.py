"""What records of each kind say of themselves, as the index has it."""

from __future__ import annotations

import hashlib

import pytest

from carbonseal.node.lookup.said import LONGEST, Said, fold, read
from carbonseal.records.canonical import jcs
from carbonseal.records.files import File
from tests.records.documents import ABSENT, footprint

EXCLUDING, INCLUDING, AMOUNT, UNIT = (
    "/pcf/pcfExcludingBiogenicUptake", "/pcf/pcfIncludingBiogenicUptake",
    "/pcf/declaredUnitAmount", "/pcf/declaredUnitOfMeasurement",
)  # fmt: skip


def said(**changes: object) -> Said:
    return read("pact/3.0", jcs(footprint({place.replace("__", "/"): value for place, value in changes.items()})))


def figure(excluding: str, amount: str, unit: str, including: str = "0") -> Said:
    changes = {EXCLUDING: excluding, INCLUDING: including, AMOUNT: amount, UNIT: unit}
    return read("pact/3.0", jcs(footprint(changes)))


def test_a_footprint_says_its_names_its_figure_and_when_it_is_valid() -> None:
    found = said(__productClassifications=["urn:pact:CPC:41431"], __productIds=["urn:GTIN:4712345060507", "urn:xy:2"])
    assert dict(found.names) == {
        "digest": found.names["digest"],
        "footprint": ("5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f11",),
        "product": ("urn:gtin:4712345060507", "urn:xy:2"),
        "company": ("urn:pact:nordkupfer.example:company:1",),
        "classification": ("urn:pact:cpc:41431",),
        "geography": ("de",),
        "status": ("active",),
    }
    assert found.shown == "3.86 kg CO2e for 1 kilogram, excluding biogenic uptake"
    assert (found.start, found.end) == (
        1_767_225_600_000_000,
        1_861_920_000_000_000,
    )  # 2026-01-01 and three years later
    assert Said.decode(found.encode()) == found


def test_a_stated_validity_counts_and_half_of_one_is_completed() -> None:
    stated = said(__validityPeriodStart="2026-02-01T00:00:00Z", __validityPeriodEnd="2026-02-01T00:00:01+00:00")
    assert (stated.start, stated.end) == (1_769_904_000_000_000, 1_769_904_001_000_000)
    assert said(__validityPeriodStart="2026-02-01T00:00:00Z").end == said().end


def test_a_period_at_the_end_of_time_is_read() -> None:
    assert said(__pcf__referencePeriodEnd="9998-02-03T00:00:00Z").end == 253_373_616_000_000_000


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (figure("3.86", "1", "kilogram"), figure("3860.0", "1", "tonne"), True),
        (figure("3.86", "1", "kilogram"), figure("3.86", "2000", "gram"), False),
        (figure("3.86", "1", "kilogram"), figure("3.86", "1", "liter"), False),
        (figure("3.86", "1", "kilogram", "3"), figure("3.86", "1", "kilogram", "2"), False),
        (figure("3.86", "1", "kilogram"), said(__status="Deprecated", __pcf__pcfIncludingBiogenicUptake="0"), True),
    ],
    ids=["other unit", "half of it", "other dimension", "other uptake", "deprecated now"],
)  # fmt: skip
def test_what_a_second_figure_is(one: Said, other: Said, agree: bool) -> None:
    assert one.agrees(other) is agree
    assert other.agrees(one) is agree


def test_other_versions_and_other_bases_are_other_figures() -> None:
    one = Said({}, version=1, figure="a:1:mass")
    assert one.agrees(Said({}, version=2, figure="a:2:mass"))
    assert one.agrees(Said({}, version=1, figure="b:2:mass"))
    assert one.agrees(Said({}, version=1))


def test_a_file_is_found_by_the_digest_of_its_bytes() -> None:
    found = read("file/1", File("application/pdf", b"%PDF").canonical)
    assert dict(found.names) == {"digest": (hashlib.sha256(b"%PDF").hexdigest(),)}


def test_a_credential_is_found_by_products_lot_and_digest() -> None:
    subject = {"id": "urn:Example:Cell", "identifiers": ["urn:xy:2"], "name": "Cell", "batch": {"number": "L-7"}}
    raw = jcs({"credentialSubject": subject})
    found = read("credential/1", raw)
    assert found.names == {
        "digest": (hashlib.sha256(raw).hexdigest(),),
        "product": ("urn:example:cell", "urn:xy:2"),
        "batch": ("l-7",),
    }
    assert found.title == "Cell"


def test_what_has_no_figures_is_found_by_its_digest() -> None:
    assert set(read("json/1", b'{"id":"x"}').names) == {"digest"}
    assert set(read("statement/1", b'{"id":"x"}').names) == {"digest"}


def test_long_names_are_kept_as_digests_and_still_match() -> None:
    assert fold("A" * LONGEST) == "a" * LONGEST
    assert fold("A" * (LONGEST + 1)) == "sha256:" + hashlib.sha256(b"a" * (LONGEST + 1)).hexdigest()
    assert len(said(__productIds=["urn:xy:" + "y" * 5000]).names["product"][0]) == 71


def test_a_footprint_without_id_of_company_says_none() -> None:
    assert "company" not in said(__companyIds=ABSENT).names
