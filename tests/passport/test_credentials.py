"""Credentials have one closed form; instants have one spelling."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.instants import format_instant, from_seconds, parse_instant
from carbonseal.passport.credentials import StatusEntry
from carbonseal.passport.passports import SUBJECTS
from carbonseal.passport.products import PRODUCT, Component, ListedRecord, draft_product
from carbonseal.passport.status_lists import STATUS_LIST
from carbonseal.records.canonical import jcs
from tests.world import SIGNED, Issuer, key

MAKER = Issuer("did:web:maker.example", key("maker"))
RECORDS = (ListedRecord("footprint", "pact/3.0", b"\1" * 32), ListedRecord("activity", "json/1", b"\2" * 32))
COMPONENTS = (Component(b"\3" * 32, "2.5", "kilogram"),)
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
    assert credential.status == STATUS
    assert credential.created == SIGNED
    assert (credential.valid_from, credential.valid_until) == (SIGNED, SIGNED + timedelta(days=365))
    assert credential.canonical == jcs(credential.document)


def test_what_may_be_left_out() -> None:
    credential = PRODUCT.parse(signed(valid_until=None, status=(), components=()))
    assert (credential.valid_until, credential.status, credential.components) == (None, (), ())


def test_the_digest_covers_the_proof() -> None:
    one, other = signed(), signed()
    assert PRODUCT.parse(one).digest == PRODUCT.parse(other).digest
    other["proof"]["created"] = "2026-11-20T09:00:01Z"
    assert PRODUCT.parse(one).digest != PRODUCT.parse(other).digest


def members(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [way] * bool(way) + [found for step in steps for found in members(value[step], (*way, step))]


OPTIONAL = {("validUntil",), ("credentialStatus",), ("credentialSubject", "name")}
KINDS = {"@context", "type", "cryptosuite", "statusPurpose"}


@pytest.mark.parametrize("way", members(signed()), ids=lambda way: "/".join(map(str, way)))
def test_no_member_may_be_missing_or_of_another_type(way: tuple[Any, ...]) -> None:
    def holder(document: dict[str, Any]) -> Any:
        for step in way[:-1]:
            document = document[step]
        return document

    for wrong in (None, 1, [], {}, "", "x\ny", ["x"], {"x": 1}):
        document = copy.deepcopy(signed())
        if wrong == [] and way[-1] == "components":
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
        {"components": (*COMPONENTS, Component(COMPONENTS[0].digest, "1", "piece"))},
        {"records": (RECORDS[0], ListedRecord("footprint", "json/1", b"\4" * 32))},
        {"status": (STATUS[0], StatusEntry("revocation", "urn:example:more", 1))},
    ],
)
def test_nothing_is_listed_twice(twice: dict[str, Any]) -> None:
    refused(signed(**twice), "credential.listed-twice")


def test_several_records_may_have_a_role_that_is_no_footprint() -> None:
    records = (*RECORDS, ListedRecord("activity", "json/1", b"\4" * 32))
    assert PRODUCT.parse(signed(records=records)).records == records


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
        lambda it: it["credentialSubject"].update(batch={}),
        lambda it: it["credentialSubject"]["records"][0].update(stage="use"),
        lambda it: it["credentialSubject"]["components"][0].update(basis="used"),
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
    assert len({tuple(subject.type) for subject in SUBJECTS.values()}) == len(SUBJECTS)
    assert len({subject.profile for subject in SUBJECTS.values()}) == len(SUBJECTS)
    with pytest.raises(Refused) as caught:
        STATUS_LIST.parse(signed())
    assert caught.value.finding.code.name == "credential.unknown-value"


def test_a_credential_is_its_bytes() -> None:
    again = dict(reversed(signed().items()))
    assert PRODUCT.parse(again).canonical == PRODUCT.parse(signed()).canonical


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
