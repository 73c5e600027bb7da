"""Credentials have one closed form; instants have one spelling."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.goods.serials import SerialRange, Serials
from carbonseal.instants import format_instant, from_seconds, parse_instant
from carbonseal.passport import bundles
from carbonseal.passport.credentials import StatusEntry
from carbonseal.passport.products import (
    PRODUCT,
    Amount,
    Batch,
    Classification,
    Component,
    Facility,
    ListedRecord,
    batch_salt,
    draft_product,
)
from carbonseal.passport.schemas import MAX_COMPONENT_LINES, MAX_RANGES, MAX_SERIALS
from carbonseal.passport.status_lists import STATUS_LIST
from carbonseal.records.canonical import jcs
from tests.world import SIGNED, Issuer, key

MAKER = Issuer("did:web:maker.example", key("maker"))
RECORDS = (
    ListedRecord("footprint", "pact/3.0", b"\1" * 32),
    ListedRecord("stage", "pact/3.0", b"\2" * 32, "A4", "2", "ton kilometer"),
)
PER = Amount("10", "piece")
COMPONENTS = (Component(b"\3" * 32, "2.5", "kilogram", PER, "used"),)
SERIALS = Serials(("0001", "0002"), (SerialRange("R-1", "R-9"),))
RANGES = tuple(SerialRange(f"{n}-1", f"{n}-9") for n in range(MAX_RANGES + 1))
BATCH = Batch("L-2026/11 a", b"\5" * 32, "1000", "piece", SERIALS)
STATUS = (
    StatusEntry("revocation", "urn:example:status", 131_071),
    StatusEntry("suspension", "urn:example:suspensions", 9),
)


def signed(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": "urn:example:1",
        "issuer": MAKER.id,
        "subject": "urn:example:product",
        "name": "a thing",
        "records": RECORDS,
        "components": COMPONENTS,
        "identifiers": ("urn:epc:id:sgtin:4012345.011111.1",),
        "classifications": (Classification("urn:example:scheme", "8471.30"),),
        "facility": Facility("urn:example:site:1", "Works 1", "DE"),
        "supersedes": b"\6" * 32,
        "batch": BATCH,
        "valid_from": SIGNED,
        "valid_until": SIGNED + timedelta(days=365),
        "status": STATUS,
    }
    return MAKER.sign(draft_product(**{**given, **changes}))


def refused(document: dict[str, Any], *codes: str) -> None:
    """With one of these codes, or as malformed."""
    with pytest.raises(Refused) as caught:
        PRODUCT.parse(document)
    assert caught.value.finding.code.name in (codes or ("credential.malformed",))
    assert caught.value.finding.message


def test_what_is_drafted_is_read() -> None:
    credential = PRODUCT.parse(signed())
    assert (credential.issuer, credential.key) == (MAKER.id, MAKER.public)
    assert (credential.subject, credential.name) == ("urn:example:product", "a thing")
    assert credential.records == RECORDS
    assert credential.components == COMPONENTS
    assert credential.identities == {"urn:example:product", "urn:epc:id:sgtin:4012345.011111.1"}
    assert credential.classifications == (Classification("urn:example:scheme", "8471.30"),)
    assert credential.facility == Facility("urn:example:site:1", "Works 1", "DE")
    assert (credential.supersedes, credential.batch) == (b"\6" * 32, BATCH)
    assert credential.status == STATUS
    assert credential.created == SIGNED
    assert (credential.valid_from, credential.valid_until) == (SIGNED, SIGNED + timedelta(days=365))
    assert credential.canonical == jcs(credential.document)


def test_what_may_be_left_out() -> None:
    nothing = {"facility": None, "supersedes": None, "batch": None}
    credential = PRODUCT.parse(signed(valid_until=None, status=(), components=(), identifiers=(), **nothing))
    assert (credential.valid_until, credential.status, credential.components) == (None, (), ())
    assert (credential.facility, credential.supersedes, credential.batch, credential.lot) == (None, None, None, None)


def test_the_digest_covers_the_proof() -> None:
    one, other = signed(), signed()
    assert PRODUCT.parse(one).digest == PRODUCT.parse(other).digest
    other["proof"]["created"] = "2026-11-20T09:00:01Z"
    assert PRODUCT.parse(one).digest != PRODUCT.parse(other).digest


def members(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [way] * bool(way) + [found for step in steps for found in members(value[step], (*way, step))]


SUBJECT = "credentialSubject"
OPTIONAL = {
    ("validUntil",),
    ("credentialStatus",),
    *((SUBJECT, member) for member in ("name", "facility", "supersedes", "batch")),
    (SUBJECT, "batch", "serials"),
}
MAY_BE_EMPTY = {"components", "identifiers", "classifications"}
KINDS = {"@context", "type", "cryptosuite", "statusPurpose", "stage", "basis"}


@pytest.mark.parametrize("way", members(signed()), ids=lambda way: "/".join(map(str, way)))
def test_no_member_may_be_missing_or_of_another_type(way: tuple[Any, ...]) -> None:
    def holder(document: dict[str, Any]) -> Any:
        for step in way[:-1]:
            document = document[step]
        return document

    for wrong in (None, 1, [], {}, "", "x\ny", ["x"], {"x": 1}):
        document = copy.deepcopy(signed())
        if (wrong == [] and way[-1] in MAY_BE_EMPTY) or (wrong == ["x"] and way[-1] == "serials"):
            continue
        holder(document)[way[-1]] = wrong
        if (KINDS & set(way) and wrong in ("", "x\ny", ["x"])) or way == ("proof",):
            refused(document, "credential.unknown-value", "credential.malformed")
        elif wrong == {"x": 1} or (wrong == {} and way == ("credentialStatus",)):
            refused(document, "credential.malformed", "credential.unknown-member")
        else:
            refused(document)
    document = copy.deepcopy(signed())
    container = holder(document)
    if isinstance(container, dict):
        del container[way[-1]]
        if way not in OPTIONAL:
            refused(document)
        container["more"] = 1
        refused(document, "credential.unknown-member" if way in OPTIONAL else "credential.malformed")


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update({"@context": []}),
        lambda it: it.update({"@context": [{"x": "y"}]}),
        lambda it: it.update(type=[], proof=1),
        lambda it: it.update(proof=[it["proof"], it["proof"]]),
        lambda it: it.update(credentialStatus=[]),
        lambda it: it["credentialStatus"].append(1),
        lambda it: it["proof"].update(proofPurpose="authentication"),
        lambda it: it.update(issuer={"id": it["issuer"]}),
        lambda it: it.update(issuer="did:web:other.example"),
        lambda it: it.update(validFrom="2026-11-20T09:00:00.000Z"),
        lambda it: it.update(validFrom="2026-11-20T09:00:00+00:00"),
        lambda it: it.update(validFrom="2026-11-31T09:00:00Z"),
        lambda it: it.update(validFrom="2026-11-20T24:00:00Z"),
        lambda it: it.update(validFrom="0000-01-01T00:00:00Z"),
        lambda it: it.update(validUntil="2026-11-20 09:00:00Z"),
        lambda it: it["credentialStatus"][0].update(statusListIndex="01"),
        lambda it: it["credentialStatus"][1].update(statusListIndex="-1"),
        lambda it: it["credentialStatus"][0].update(statusListIndex="1000000000"),
        lambda it: it["credentialSubject"].update(name="a\u202ething"),
        lambda it: it["credentialSubject"].update(name="a\x9bthing"),
        lambda it: it["credentialSubject"].update(id="no uri"),
        lambda it: it["credentialSubject"].update(records=[]),
        lambda it: it["credentialSubject"]["records"][0].update(commitment="AB" * 32),
        lambda it: it["credentialSubject"]["records"][0].update(commitment="ab" * 31),
        lambda it: it["credentialSubject"]["records"][0].update(profile="PACT/3.0"),
        lambda it: it["credentialSubject"]["components"][0].update(quantity="1e3"),
        lambda it: it["credentialSubject"]["components"][0].update(quantity="01"),
        lambda it: it["credentialSubject"]["components"][0].update(quantity="-1"),
        lambda it: it["credentialSubject"]["components"][0].update(quantity="1."),
        lambda it: it["credentialSubject"]["components"][0]["per"].update(amount="0.00"),
        lambda it: it["credentialSubject"]["records"][0].update(stage="A4", quantity="1", unit="piece"),
        lambda it: it["credentialSubject"]["records"][0].update(role="stage"),
        lambda it: it["credentialSubject"]["records"][1].update(role="use"),
        lambda it: it["credentialSubject"]["records"][1].pop("quantity"),
        lambda it: it["credentialSubject"].update(identifiers=["a b"]),
        lambda it: it["credentialSubject"]["classifications"][0].update(code="x" * 129),
        lambda it: it["credentialSubject"]["facility"].update(country="de"),
        lambda it: it["credentialSubject"]["batch"].pop("quantity"),
        lambda it: it["credentialSubject"]["batch"].update(salt="05" * 31),
        lambda it: it["credentialSubject"]["batch"].update(serials=[]),
        lambda it: it["proof"].update(created="2026-13-01T00:00:00Z"),
        lambda it: it["proof"].update({"@context": it["@context"][:1]}),
        lambda it: it["proof"].update(verificationMethod=it["proof"]["verificationMethod"].replace("#", "?key=")),
        lambda it: it["proof"].update(verificationMethod=it["proof"]["verificationMethod"].replace("#z", "#u")),
        lambda it: it["proof"].update(
            verificationMethod="did:web:maker.example#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"
        ),
        lambda it: it.update(termsOfUse=[], validFrom="soon"),
    ],
)
def test_other_forms(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(signed())
    change(document)
    refused(document)


@pytest.mark.parametrize(
    "twice",
    [
        {"records": (*RECORDS, RECORDS[0])},
        {"records": (*RECORDS, ListedRecord("other", "json/1", RECORDS[0].commitment))},
        {"components": (*COMPONENTS, *COMPONENTS)},
        {"components": (*COMPONENTS, replace(COMPONENTS[0], quantity="1"))},
        {"identifiers": ("urn:example:product",)},
        {"identifiers": ("urn:example:a", "urn:example:a")},
        {"classifications": (Classification("urn:a:b", "1"), Classification("urn:a:b", "1"))},
        {"batch": replace(BATCH, serials=Serials(("1", "1")))},
        {"batch": replace(BATCH, serials=Serials(("R-5",), (SerialRange("R-1", "R-9"),)))},
        {"records": (RECORDS[0], ListedRecord("footprint", "json/1", b"\4" * 32))},
        {"status": (STATUS[0], StatusEntry("revocation", "urn:example:more", 1))},
    ],
)
def test_nothing_is_listed_twice(twice: dict[str, Any]) -> None:
    refused(signed(**twice), "credential.listed-twice")


def test_several_records_may_have_a_role_that_is_no_footprint() -> None:
    records = (*RECORDS, *(ListedRecord("activity", "json/1", bytes([number]) * 32) for number in (8, 9)))
    records = (*records, ListedRecord("stage", "pact/3.0", b"\4" * 32, "A4", "0.5", "ton kilometer"))
    assert PRODUCT.parse(signed(records=records)).records == records


def test_a_component_may_be_listed_in_other_units_and_on_another_basis() -> None:
    one = COMPONENTS[0]
    changes = (
        {"unit": "gram"},
        {"per": Amount("10.0", "piece")},
        {"per": Amount("10", "kilogram")},
        {"basis": "listed"},
    )
    components = (one, *(replace(one, **change) for change in changes))
    assert PRODUCT.parse(signed(components=components)).components == components


@pytest.mark.parametrize(
    ("change", "most"),
    [
        ({"batch": replace(BATCH, serials=Serials(tuple(map(str, range(MAX_SERIALS + 1)))))}, "4096 serial numbers"),
        ({"batch": replace(BATCH, serials=Serials((), RANGES))}, "256 ranges of serial numbers"),
        (
            {
                "components": [
                    replace(COMPONENTS[0], per=Amount(str(n), "piece")) for n in range(1, MAX_COMPONENT_LINES + 2)
                ]
            },
            "8192 lines of components",
        ),
        ({"identifiers": [f"urn:example:{number}" for number in range(65)]}, "64 identifiers"),
        ({"classifications": [Classification("urn:example:a", str(number)) for number in range(65)]}, "64 class"),
    ],
)
def test_lists_that_are_too_long_are_undetermined(change: dict[str, Any], most: str) -> None:
    with pytest.raises(Refused, match=most) as caught:
        PRODUCT.parse(signed(**change))
    assert caught.value.finding.code.name == "credential.over-limit"
    assert caught.value.finding.code.outcome is Outcome.UNDETERMINED


class TestBatches:
    def test_the_same_lot_of_the_same_product_has_the_same_key(self) -> None:
        salt = batch_salt(bytes(32), "urn:example:product", BATCH.number)
        one, other = (
            PRODUCT.parse(signed(batch=Batch(BATCH.number, salt, quantity, "piece"))).lot for quantity in ("5", "7")
        )
        assert one == other
        assert one == (MAKER.id, "urn:example:product", hashlib.sha256(salt + BATCH.number.encode()).digest())

    @given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
    def test_different_lots_have_different_salts(self, product: str, number: str, other: str, second: str) -> None:
        same = (product, number) == (other, second)
        assert (batch_salt(bytes(32), product, number) == batch_salt(bytes(32), other, second)) is same
        assert batch_salt(bytes(32), product, number) != batch_salt(bytes([1]) * 32, product, number)

    def test_a_short_key_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            batch_salt(bytes(31), "urn:example:product", "1")


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update({"@context": it["@context"][::-1]}),
        lambda it: it.update({"@context": [*it["@context"], "https://example.com/more"]}),
        lambda it: it.update(type=it["type"][::-1]),
        lambda it: it.update(type=["VerifiableCredential", "SomethingNew"], credentialSubject={"new": True}),
        lambda it: it["credentialSubject"].update(type="Lot"),
        lambda it: it["credentialStatus"][1].update(statusPurpose="message"),
        lambda it: it["credentialStatus"][0].update(type="StatusList2021Entry"),
        lambda it: it.update(credentialStatus={"type": "Ledger2030", "anything": 1}),
        lambda it: it["proof"].update(cryptosuite="mldsa44-jcs-2024", proofValue="u" + "A" * 3227),
        lambda it: it.update(proof={"type": "JwtProof2030", "jws": "ey"}),
        lambda it: it.update(termsOfUse=[]),
        lambda it: it["proof"].update(domain="example.com"),
        lambda it: it["credentialSubject"].update(lot={}),
        lambda it: it["credentialSubject"]["records"][1].update(stage="A1"),
        lambda it: it["credentialSubject"]["records"][0].update(share="0.5"),
        lambda it: it["credentialSubject"]["components"][0].update(basis="estimated"),
        lambda it: it["credentialSubject"]["components"][0].update(origin="mine"),
        lambda it: it["credentialSubject"]["batch"].update(made="2026"),
        lambda it: it["credentialStatus"][0].update(statusSize=1),
    ],
)
def test_what_is_unknown_is_undetermined(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(signed())
    change(document)
    with pytest.raises(Refused) as caught:
        PRODUCT.parse(document)
    assert caught.value.finding.code.name in ("credential.unknown-value", "credential.unknown-member")
    assert caught.value.finding.code.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("change", [lambda it: it.update(more=1), lambda it: it["credentialSubject"].update(more=1)])
def test_a_member_of_another_form_is_rejected_beside_an_unknown_one(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(signed())
    change(document)
    document["credentialSubject"]["records"][0]["commitment"] = "AB" * 32
    refused(document)


def test_each_subject_has_a_type_and_a_profile_of_its_own() -> None:
    """And none reads another's credentials."""
    subjects = [bundles.subject_of(section) for section in bundles.SIGNED]
    assert len({tuple(subject.type) for subject in subjects}) == len({subject.profile for subject in subjects}) == 4
    with pytest.raises(Refused) as caught:
        STATUS_LIST.parse(signed())
    assert caught.value.finding.code.name == "credential.unknown-value"


def test_a_credential_is_its_bytes() -> None:
    again = dict(reversed(signed(name="Türleser 🔑").items()))
    assert PRODUCT.parse(again).canonical == PRODUCT.parse(signed(name="Türleser 🔑")).canonical == jcs(again)


class TestInstants:
    @given(st.datetimes(timezones=st.just(UTC)))
    def test_round_trip(self, instant: datetime) -> None:
        text = format_instant(instant)
        assert len(text) == 20
        assert parse_instant(text) == instant.replace(microsecond=0)
        assert format_instant(parse_instant(text)) == text

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2026-11-22",
            "2026-11-22T08:30Z",
            "2026-11-22T08:30:00",
            "2026-11-22t08:30:00z",
            "2026-11-22T08:30:00.0Z",
            "2026-11-22T08:30:60Z",
            "2026-11-22T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "２026-11-22T08:30:00Z",
            "2026-11-22T08:30:00Z\n",
            "+2026-11-22T08:30:00Z",
        ],
    )
    def test_other_spellings(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            parse_instant(text)

    def test_other_zones(self) -> None:
        there = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
        assert format_instant(there) == "2026-11-22T08:30:00Z"

    @given(st.integers())
    def test_seconds(self, seconds: int) -> None:
        try:
            assert int(from_seconds(seconds).timestamp()) == seconds
        except ValueError as error:
            assert str(error)

    @pytest.mark.parametrize("seconds", [253_402_300_800, 2**63, 2**64 - 1, 10**30])
    def test_no_dates(self, seconds: int) -> None:
        with pytest.raises(ValueError, match=r".+"):
            from_seconds(seconds)
