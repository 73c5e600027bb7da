"""What a product credential says: what a request cannot say, what is added up, and what the issuer is warned of."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Finding, Refused
from carbonseal.instants import format_instant
from carbonseal.node.issuance import issue_desk
from carbonseal.node.node import Node
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.products import Classification, Facility
from carbonseal.records.files import File
from tests.node.issuance.issuing import MAKER, START, Clock, issue, part, request, within
from tests.repository.sources import REPOSITORY

FREIGHT = {"role": "stage", "stage": "A4", "quantity": "2", "unit": "ton kilometer"}
LOT = {"number": "L-1", "quantity": "100", "unit": "piece"}
ABOUT: dict[str, Any] = {
    "identifiers": ["urn:epc:id:sgtin:4012345.011111.1"],
    "classifications": [{"scheme": "urn:example:cn", "code": "8507 60"}],
    "facility": {"id": "urn:example:works", "name": "Works", "country": "DE"},
    "batch": {**LOT, "serials": ["1", "2"]},
}


def made(directory: Path, clock: Clock, n: int, **changes: Any) -> Passport:
    """A passport about the record number `n`, with what was warned of in `said`."""
    return parse(within(directory, clock, lambda node: issue(node, f'{{"n": {n}}}'.encode(), **changes)))


def value(passport: Passport) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(passport.encode())
    return found


def warned(directory: Path, clock: Clock, n: int, **changes: Any) -> list[Finding]:
    found: list[Finding] = []

    async def go(node: Node) -> None:
        receipt = await node.submit(f'{{"n": {n}}}'.encode(), "json/1")
        await node.issue(request(receipt.commitment, **changes), found.append)

    within(directory, clock, go)
    return found


def codes(found: list[Finding]) -> list[str]:
    return [finding.code.name for finding in found]


def test_everything_of_a_request_is_signed(directory: Path, clock: Clock) -> None:
    async def staged(node: Node) -> bytes:
        footprint, freight = [await node.submit(f'{{"n": {n}}}'.encode(), "json/1") for n in range(2)]
        records = [
            {"role": "footprint", "commitment": footprint.commitment.hex()},
            {**FREIGHT, "commitment": freight.commitment.hex()},
        ]
        return await node.issue(request(footprint.commitment, records=records, **ABOUT))

    credential = parse(within(directory, clock, staged)).credential
    assert [(one.role, one.stage, one.quantity, one.unit) for one in credential.records] == [
        ("footprint", "", "", ""),
        ("stage", "A4", "2", "ton kilometer"),
    ]
    assert credential.identities == {"urn:example:reader", "urn:epc:id:sgtin:4012345.011111.1"}
    assert credential.classifications == (Classification("urn:example:cn", "8507 60"),)
    assert credential.facility == Facility("urn:example:works", "Works", "DE")
    assert credential.batch is not None
    assert (credential.batch.number, credential.batch.quantity, credential.batch.serials.listed) == (
        "L-1",
        "100",
        ("1", "2"),
    )


def test_one_lot_has_one_key_and_another_product_issuer_or_number_has_another(directory: Path, clock: Clock) -> None:
    lots = [
        made(directory, clock, n, **changes).credential.lot
        for n, changes in enumerate(
            [{"batch": LOT}, {"batch": {**LOT, "quantity": "90"}}, {"batch": {**LOT, "number": "L-2"}}]
        )
    ]
    other = made(directory, clock, 3, subject="urn:example:other", batch=LOT).credential.lot
    assert lots[0] == lots[1]
    assert len({*lots, other}) == 3
    assert all(lot is not None and lot[0] == MAKER.id for lot in lots)


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"batch": {**LOT, "unit": "Stück"}}, "issue.unknown-unit", "/batch/unit"),
        ({"batch": {**LOT, "quantity": "0.00"}}, "issue.zero", "/batch/quantity"),
        ({"batch": {"number": "L-1"}}, "issue.malformed", "/batch"),
        ({"batch": {**LOT, "serials": ["1", "1"]}}, "issue.malformed", "/batch/serials"),
        ({"batch": {**LOT, "salt": "00" * 32}}, "issue.malformed", "/batch"),
        ({"components": [part({}, "1", unit="banana")]}, "issue.unknown-unit", "/components/0/unit"),
        ({"components": [part({}, "0")]}, "issue.zero", "/components/0/quantity"),
        (
            {"components": [part({}, "1", per={"amount": "1", "unit": "peice"})]},
            "issue.unknown-unit",
            "/components/0/per/unit",
        ),
        (
            {"components": [part({}, "1", per={"amount": "0", "unit": "piece"})]},
            "issue.malformed",
            "/components/0/per/amount",
        ),
        ({"components": [part({}, "1", basis="estimated")]}, "issue.malformed", "/components/0/basis"),
        ({"identifiers": ["urn:a:b", "urn:a:b"]}, "issue.malformed", "/identifiers"),
        ({"identifiers": ["urn:example:reader"]}, "credential.listed-twice", None),
    ],
)
def test_what_cannot_be_is_refused(
    directory: Path, clock: Clock, changes: dict[str, Any], code: str, place: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        made(directory, clock, 1, **changes)
    assert refused.value.finding.code.name == code
    assert refused.value.finding.place == (() if place is None else (place,))


def test_two_footprints_and_stages_without_a_quantity_are_refused(directory: Path, clock: Clock) -> None:
    record = {"role": "footprint", "commitment": "00" * 32}
    stage = {**FREIGHT, "commitment": "02" * 32}
    for records, code in (
        ([record, {**record, "commitment": "01" * 32}], "credential.listed-twice"),
        ([record, {**record, "role": "other"}], "credential.listed-twice"),
        ([{**stage, "quantity": "0"}], "issue.zero"),
        ([{**stage, "unit": "kilometres"}], "issue.unknown-unit"),
        ([{"role": "stage", "commitment": "02" * 32}], "issue.malformed"),
        ([{**stage, "role": "use"}], "issue.malformed"),
        ([{**stage, "stage": "A1"}], "issue.malformed"),
    ):
        with pytest.raises(Refused) as refused:
            made(directory, clock, 1, records=records)
        assert refused.value.finding.code.name == code


def test_a_product_is_no_component_of_itself_by_any_identifier(directory: Path, clock: Clock) -> None:
    cell = made(directory, clock, 1, subject="urn:example:cell", identifiers=["urn:gtin:1"])
    pack = made(directory, clock, 2, subject="urn:example:pack", components=[part(value(cell), "2")])
    for changes in (
        {"subject": "urn:gtin:1"},
        {"identifiers": ["urn:gtin:1"]},
        {"identifiers": ["urn:example:pack", "urn:gtin:2"]},
    ):
        with pytest.raises(Refused, match="urn:") as refused:
            made(directory, clock, 3, components=[part(value(pack), "1")], **changes)
        assert refused.value.finding.code.name == "issue.own-component"
    assert made(directory, clock, 3, identifiers=["urn:gtin:2"], components=[part(value(pack), "1")])


def test_lines_about_one_component_are_added_up(directory: Path, clock: Clock) -> None:
    cell = value(made(directory, clock, 1, subject="urn:example:cell"))
    lines = [part(cell, "1"), part(cell, "0.25", unit="kilogram"), part(cell, "2"), part(cell, "1", basis="listed")]
    components = made(directory, clock, 2, components=lines).credential.components
    assert [(one.quantity, one.unit, one.basis) for one in components] == [
        ("3", "piece", "used"),
        ("0.25", "kilogram", "used"),
        ("1", "piece", "listed"),
    ]


def test_a_sum_is_exact_and_has_no_more_digits_than_a_quantity(directory: Path, clock: Clock) -> None:
    cell = value(made(directory, clock, 1, subject="urn:example:cell"))
    large, small = "9" * 17 + "8." + "9" * 18, "0." + "0" * 17 + "1"
    whole = made(directory, clock, 2, components=[part(cell, large), part(cell, small)])
    assert whole.credential.components[0].quantity == "9" * 18 + "." + "0" * 18
    with pytest.raises(Refused) as refused:
        made(directory, clock, 3, components=[part(cell, large), part(cell, "1"), part(cell, small)])
    assert refused.value.finding.code.name == "issue.malformed"


def test_a_passport_that_nobody_could_read_is_not_handed_out(
    directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_desk, "MAX_PASSPORT", 1000)
    with pytest.raises(Refused, match="at most 1000") as refused:
        made(directory, clock, 1)
    assert refused.value.finding.code.name == "issue.too-large"


def test_a_file_is_disclosed_as_it_is(directory: Path, clock: Clock) -> None:
    data = b"%PDF-1.7\n\x00\xff"

    async def go(node: Node) -> bytes:
        receipt = await node.submit(data, "file/1", media="application/pdf")
        assert await node.submit(data, "file/1", media="application/pdf") == receipt
        other = await node.submit(data, "file/1", media="application/octet-stream")
        assert other.commitment != receipt.commitment
        warnings: list[Finding] = []
        raw = await node.issue(request(receipt.commitment), warnings.append)
        assert not warnings
        return await node.refresh(raw)

    passport = parse(within(directory, clock, go))
    (record,) = passport.records.values()
    assert (record.profile, record.file) == ("file/1", File("application/pdf", data))
    assert record.commitment() == passport.credential.records[0].commitment


class TestWarnings:
    def test_an_honest_chain_has_none(self, directory: Path, clock: Clock) -> None:
        cell = made(directory, clock, 1, subject="urn:example:cell", batch={**LOT, "quantity": "1000"})
        lines = [part(value(cell), "10", per={"amount": "1", "unit": "piece"})]
        old = made(directory, clock, 2, components=lines, batch=LOT).root.hex()
        assert not warned(directory, clock, 3, components=lines, batch=LOT, supersedes=old)

    def test_more_taken_of_a_lot_than_it_yielded(self, directory: Path, clock: Clock) -> None:
        cell = value(made(directory, clock, 1, subject="urn:example:cell", batch={**LOT, "quantity": "999"}))
        lines = [part(cell, "5"), part(cell, "10", unit="pair", per={"amount": "4", "unit": "piece"})]
        (found,) = warned(directory, clock, 2, components=lines, batch=LOT)
        assert found.code.name == "batch.exceeded-noted"
        assert "took 1000 piece of a lot of" in str(found)
        assert not warned(directory, clock, 3, components=lines, batch={**LOT, "quantity": "99"})
        assert not warned(directory, clock, 4, components=lines)  # without a lot of its own, nobody can tell

    def test_takes_of_several_tiers_are_added(self, directory: Path, clock: Clock) -> None:
        copper = value(made(directory, clock, 1, subject="urn:example:cu", batch={**LOT, "unit": "kilogram"}))
        per = {"amount": "1", "unit": "piece"}
        in_cell = part(copper, "600", unit="gram", per=per)
        cell = value(made(directory, clock, 2, subject="urn:example:cell", components=[in_cell], batch=LOT))
        lines = [part(cell, "1"), part(copper, "0.5", unit="kilogram", per=per)]
        (found,) = warned(directory, clock, 3, components=lines, batch=LOT)
        assert "took 110 kilogram of a lot of" in str(found)

    def test_a_component_that_ends_first(self, directory: Path, clock: Clock) -> None:
        soon = format_instant(START + timedelta(days=30))
        cell = value(made(directory, clock, 1, subject="urn:example:cell", validUntil=soon))
        assert codes(warned(directory, clock, 2, components=[part(cell, "1")])) == ["issue.component-ends-first"]
        assert not warned(directory, clock, 3, components=[part(cell, "1")], validUntil=soon)

    def test_a_component_that_is_superseded(self, directory: Path, clock: Clock) -> None:
        old = made(directory, clock, 1, subject="urn:example:cell", batch=LOT)
        new = made(directory, clock, 2, subject="urn:example:cell", batch=LOT, supersedes=old.root.hex())
        lines = [part(value(old), "1"), part(value(new), "1")]
        found = warned(directory, clock, 3, components=lines)
        assert codes(found) == ["current.superseded-noted"]
        assert old.root.hex()[:8] in found[0].message

    def test_a_digest_that_nothing_was_issued_with(self, directory: Path, clock: Clock) -> None:
        found = warned(directory, clock, 1, supersedes="ab" * 32)
        assert codes(found) == ["issue.supersedes-unknown"]

    def test_identifiers_that_trade_would_not_find(self, directory: Path, clock: Clock) -> None:
        right = ["https://maker.example/01/09506000134352", "urn:gtin:9506000134352", "urn:lei:529900T8BM49AURSDO55"]
        hs = {"scheme": "urn:carbonseal:hs:2022", "code": "852352"}
        assert not warned(directory, clock, 1, identifiers=right, classifications=[hs])
        wrong = ["https://maker.example/01/9506000134352", "urn:gtin:9506000134351", "urn:lei:529900T8BM49AURSDO56"]
        spaced = {"scheme": "urn:carbonseal:hs:2022", "code": "8523 52"}
        found = warned(directory, clock, 2, identifiers=wrong, classifications=[spaced])
        assert codes(found) == ["issue.not-canonical", "issue.identifier", "issue.identifier", "issue.identifier"]
        assert "write https://maker.example/01/09506000134352:" in found[0].remedy
        assert "2 would be right" in found[1].message


def test_a_record_of_another_product_is_warned_of(directory: Path, clock: Clock) -> None:
    """No statement on it would cover this product; whoever has two names for one lists both."""
    record = (REPOSITORY / "examples" / "footprint.json").read_bytes()

    async def go(node: Node) -> list[list[str]]:
        receipt = await node.submit(record, "pact/3.0")
        found: list[list[Finding]] = []
        for identifiers in ([], ["urn:product:example:cell-2400"]):
            found.append([])
            await node.issue(request(receipt.commitment, identifiers=identifiers), found[-1].append)
        return [[name for name in codes(one) if name == "issue.other-product"] for one in found]

    assert within(directory, clock, go) == [["issue.other-product"], []]
