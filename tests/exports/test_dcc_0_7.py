"""Statements as UNTP conformity credentials: bound to the footprints, never better than the opinion, and nothing made up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.exports import dcc_0_7
from carbonseal.exports.dcc_form import DCC
from carbonseal.exports.links import digest_multibase, name_of
from carbonseal.findings import Refused
from carbonseal.footprints.export.exported import Exported
from carbonseal.passport.bundles import Bundle, Disclosed
from carbonseal.passport.conformity.scopes import Scope
from carbonseal.passport.conformity.statements import Opinion, SiteVisit
from carbonseal.passport.conformity.words import OPINIONS, STANDARDS, UNMODIFIED
from carbonseal.passport.credentials import REVOCATION
from carbonseal.passport.products import Classification, Facility
from carbonseal.records.commitments import commit
from carbonseal.records.files import FILE, File
from carbonseal.records.profiles import lookup
from tests.exports.test_dpp_0_7 import TOTAL
from tests.flow.chains import Chain, Made
from tests.passport.stated import ACCREDITOR, BODY, Stated, opinion, program
from tests.records.documents import ABSENT
from tests.records.profiles.changes import changed
from tests.world import SIGNED, Issuer, World, key

COMMITMENT = b"1" * 32
WORLD = Stated(World())
MODIFIED: dict[str, Any] = {"opinion": "modified", "qualifications": ("one site was not visited",)}


def copied(bundle: Bundle, level: str = "") -> Exported:
    (digest,) = bundle.statements
    return dcc_0_7.export(bundle, digest, lookup, level)


def of(
    given: Opinion,
    body: Issuer = BODY,
    *,
    accredited: bool = True,
    level: str = "",
    stated: Stated | None = None,
    **more: Any,
) -> Exported:
    """The copy of a statement file."""
    stated = stated or Stated(World())
    bundles = [stated.accreditation(body, **more)] if accredited else []
    return copied(stated.statement(given, body, accreditations=bundles), level)


def in_passport(chain: Chain, root: Made, covered: Iterable[bytes]) -> Bundle:
    """The passport of a product with a statement on these footprints."""
    stated = Stated(World())
    made = stated.statement(opinion(covered), accreditations=[stated.accreditation()])
    return replace(chain.passport(root), statements=made.statements, accreditations=made.accreditations)


def commitment(made: Made) -> bytes:
    return made.credential.signed.records[0].commitment


def only(found: Exported) -> dict[str, Any]:
    (assessment,) = found.document["credentialSubject"]["conformityAssessment"]
    return dict(assessment)


def refused(call: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return caught.value.finding.code.name


def test_a_statement_of_an_accredited_body() -> None:
    found = of(opinion([COMMITMENT], name="Maker Ltd"))
    document, subject = found.document, found.document["credentialSubject"]
    assert document["issuer"]["id"] == BODY.id
    assert document["validFrom"] == "2026-11-20T09:00:00Z"
    assert "proof" not in document
    assert document["credentialStatus"]["statusListIndex"] == 2
    assert subject["description"].startswith("Unsigned copy")
    assert subject["auditableEvidence"]["digestMultibase"].startswith("zQm")
    assert subject["id"] == subject["auditableEvidence"]["linkURL"]
    assert (subject["assessorLevel"], subject["attestationType"]) == ("3rdParty", "verification")
    assert subject["assessmentLevel"] == "no-endorsement"
    assert subject["issuedToParty"] == {"type": ["Party"], "id": "did:web:maker.example", "name": "Maker Ltd"}
    assert subject["referenceScheme"]["id"] == "urn:carbonseal:standard:iso-14064-3:2019"
    (authorisation,) = subject["authorisation"]
    assert authorisation["name"].startswith("Accreditation D-VS-1: verification, iso-14067:2018, valid until")
    assert authorisation["issuingAuthority"]["id"] == ACCREDITOR.id
    assessment = only(found)
    assert assessment["conformance"] is True
    assert assessment["assessmentDate"] == "2026-11-19"
    assert assessment["id"] == name_of(COMMITMENT)
    assert assessment["evidence"][0]["digestMultibase"] == digest_multibase(COMMITMENT)
    assert [one["name"].partition(",")[0] for one in assessment["assessmentCriteria"]] == [
        "ISO 14067:2018",
        "PACT Methodology",
    ]
    assert {
        "opinion: unmodified",
        "level of assurance: reasonable",
        "materiality: 5 %",
        "period: 2025-01-01T00:00:00Z to 2026-01-01T00:00:00Z, both included",
        "no site visit: the data are metered and were read from a distance",
        "addressee: importers and customs",
    } <= {*assessment["specifiedCondition"]}
    assert f"the figures of the footprint {COMMITMENT.hex()}: they are not disclosed here" in found.lost


def test_in_a_passport_it_has_the_figures_of_the_products_that_are_covered() -> None:
    chain = Chain()
    cell = chain.product("cell", "0.25", issuer="other")
    pack = chain.product("pack", "7.70", batch=("L-7", "10", "piece"))
    found = copied(in_passport(chain, pack, [commitment(pack), COMMITMENT, commitment(cell)]))
    covered, unknown, of_another = found.document["credentialSubject"]["conformityAssessment"]
    assert covered["name"] == "carbon footprint of pack, cradle-to-gate"
    assert covered["assessedProduct"] == [
        {"product": {"type": ["Product"], "id": "urn:product:example:pack", "name": "pack"}}
    ]
    measures = {one["metric"]["id"]: one["measure"] for one in covered["assessedPerformance"]}
    assert measures[TOTAL] == {"value": 7.7, "unit": "KGM"}
    for other in (unknown, of_another):
        assert other["assessedPerformance"] == other["assessedProduct"] == []


@pytest.mark.parametrize("word", OPINIONS)
def test_only_an_unmodified_opinion_is_conformance(word: str) -> None:
    qualified: dict[str, Any] = (
        {} if word == UNMODIFIED else {"qualifications": ("the boiler's meter was not calibrated",)}
    )
    found = of(opinion([COMMITMENT], opinion=word, **qualified))
    assessment = only(found)
    assert assessment["conformance"] is (word == UNMODIFIED)
    assert f"opinion: {word}" in assessment["specifiedCondition"]
    if word != UNMODIFIED:
        assert "qualification: the boiler's meter was not calibrated" in assessment["specifiedCondition"]
        assert f"conformance: false, as the opinion is {word}" in found.assumed


def test_a_programme_has_no_figure() -> None:
    rules: dict[str, Any] = {
        "scope": Scope("iso-14067:2018", "verification", "https://programme.example", Classification("urn:a:b", "C27"))
    }
    site = Facility("https://works.example/1", "Works 1", "DE")
    visit = SiteVisit(date(2026, 10, 1), "physical", site.id)
    found = of(program(sites=(site,), visits=(visit,), no_visit="", **rules), scope=[rules["scope"]])
    assessment = only(found)
    assert assessment["assessedPerformance"] == []
    assert assessment["assessedFacility"][0]["facility"]["id"] == site.id
    assert assessment["assessmentCriteria"][-1]["id"] == "https://rules.example/pcf/4"
    assert found.document["credentialSubject"]["referenceScheme"]["id"] == "https://programme.example"
    assert {
        "covers a program: it says nothing of the figure of one product",
        "site visit: 2026-10-01, physical, https://works.example/1",
        "country of Works 1 (https://works.example/1): DE",
        "scope: verification, iso-14067:2018, https://programme.example, urn:a:b C27",
    } <= {*assessment["specifiedCondition"]}
    model = only(of(program(covers="model", model="cells 3.1")))
    assert model["name"] == "model cells 3.1, cradle-to-gate"
    assert "calculation model: cells 3.1" in model["specifiedCondition"]


def test_a_regulation_is_told_as_one() -> None:
    (found,) = only(of(opinion([COMMITMENT], criteria=("iso-14067:2018", "cbam:2023/956"))))["referenceRegulation"]
    assert found["id"] == "urn:carbonseal:standard:cbam:2023/956"


@pytest.mark.parametrize(
    "unfit",
    [
        {"scope": [Scope("iso-14067:2018", "validation")]},
        {"scope": [Scope("iso-14067:2018", "verification", "https://programme.example")]},
        {"since": SIGNED + timedelta(days=1)},
        {"until": SIGNED - timedelta(days=1)},
        {"keys": [key("another").public_key().public_bytes_raw()]},
    ],
    ids=["activity", "programme", "not begun", "ended", "key"],
)
def test_an_accreditation_that_does_not_fit_authorises_nothing(unfit: dict[str, Any]) -> None:
    found = of(opinion([COMMITMENT]), **unfit)
    subject = found.document["credentialSubject"]
    assert subject["authorisation"] == []
    assert (subject["assessorLevel"], subject["assessmentLevel"]) == ("unspecified", "no-endorsement")
    assert refused(of, opinion([COMMITMENT]), level="authority-globalmra", **unfit) == "export.not-endorsed"


def test_what_a_body_says_of_itself_is_told_as_that() -> None:
    found = of(opinion([COMMITMENT], accreditor="https://dakks.example", number="D-VS-7"), accredited=False)
    (authorisation,) = found.document["credentialSubject"]["authorisation"]
    assert authorisation["name"] == "Accreditation D-VS-7, as the body itself says"
    assert "endorsementEvidence" not in authorisation
    assert found.document["issuer"]["name"] == BODY.id
    assert "issuer.name: the body's id, as no accreditation that fits states a name" in found.assumed


def test_who_states_of_itself_is_no_third_party() -> None:
    found = of(opinion([COMMITMENT], organisation=BODY.id))
    assert found.document["credentialSubject"]["assessorLevel"] == "self"


def test_the_caller_may_say_how_the_accreditor_is_recognised() -> None:
    found = of(opinion([COMMITMENT]), level="authority-globalmra")
    assert found.document["credentialSubject"]["assessmentLevel"] == "authority-globalmra"
    assert "assessmentLevel: authority-globalmra, as you say" in found.assumed


@pytest.mark.parametrize("engagement", ["critical-review", "agreed-upon-procedures"])
def test_an_engagement_that_is_no_attestation_there(engagement: str) -> None:
    scope = Scope("iso-14067:2018", engagement)
    none = {"assurance": "", "materiality": "", "opinion": "" if engagement.startswith("agreed") else UNMODIFIED}
    given = opinion([COMMITMENT], engagement=engagement, scope=scope, **none)
    assert refused(of, given, scope=[scope]) == "export.no-word"


def test_a_withdrawn_statement_is_not_copied() -> None:
    stated = Stated(World())
    withdrawn = stated.statement(opinion([COMMITMENT]), versions=[((), SIGNED, REVOCATION), ((1,), SIGNED, REVOCATION)])
    assert refused(copied, withdrawn) == "export.withdrawn"


def test_the_signed_document_is_named_by_its_own_bytes_where_it_is_carried() -> None:
    file = File("application/pdf", b"%PDF-1.7 signed")
    original = commit(FILE, bytes(32), file.canonical)
    made = Stated(World()).statement(opinion([COMMITMENT], original=original))
    withheld = copied(made).document["credentialSubject"]["conformityCertificate"]
    assert withheld["digestMultibase"] == digest_multibase(original)
    carried = replace(made, records={original: Disclosed(FILE, bytes(32), {}, file)})
    certificate = copied(carried).document["credentialSubject"]["conformityCertificate"]
    assert certificate["digestMultibase"] == digest_multibase(hashlib.sha256(file.data).digest())
    assert certificate["mediaType"] == "application/pdf"


def test_what_replaces_another_says_which() -> None:
    old = b"\2" * 32
    assert (
        f"corrects the statement with the SHA-256 {old.hex()}"
        in only(of(opinion([COMMITMENT], corrects=old)))["specifiedCondition"]
    )


def test_an_id_that_is_no_uri_there_is_refused_where_it_stands() -> None:
    assert refused(of, opinion([COMMITMENT], organisation="urn:a:<b>")).startswith("record.")


SUBJECT, ASSESSMENT = "/credentialSubject", "/credentialSubject/conformityAssessment/0"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((f"/{one}", ABSENT) for one in ("@context", "id", "issuer", "validFrom", "name", "credentialSubject")),
        *(
            (f"{SUBJECT}/{one}", ABSENT)
            for one in ("id", "assessorLevel", "assessmentLevel", "attestationType", "issuedToParty", "referenceScheme")
        ),
        *(
            (f"{ASSESSMENT}/{one}", ABSENT)
            for one in ("id", "assessmentCriteria", "assessmentDate", "assessedPerformance", "conformityTopic")
        ),
        (f"{ASSESSMENT}/conformance", ABSENT),
        (f"{SUBJECT}/assessorLevel", "third party"),
        (f"{SUBJECT}/authorisation/0/issuingAuthority", ABSENT),
        ("/credentialStatus/statusListIndex", "2"),
    ],
)
def test_the_form_is_held_to(place: str, value: Any) -> None:
    document = of(opinion([COMMITMENT])).document
    DCC.check(document)
    assert refused(DCC.check, changed(document, place, value)).startswith("record.")


WORDS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x2FF, exclude_categories=["Cc"]), min_size=1, max_size=30
)
DAYS = st.dates(date(1970, 1, 1), date(2200, 1, 1))


@given(
    since=DAYS,
    length=st.integers(0, 4000),
    day=DAYS,
    texts=st.tuples(WORDS, WORDS, WORDS),
    words=st.lists(st.sampled_from(sorted(STANDARDS)), min_size=1, max_size=4, unique=True),
    word=st.sampled_from(OPINIONS),
    footprints=st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4, unique=True),
)
def test_any_statement_has_a_copy_that_says_what_it_says(
    since: date, length: int, day: date, texts: Any, words: list[str], word: str, footprints: list[bytes]
) -> None:
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    given = opinion(
        footprints,
        name=texts[0],
        addressee=texts[1],
        qualifications=(texts[2],),
        since=start,
        until=start + timedelta(days=length),
        opinion_date=day,
        standards=tuple(words),
        opinion=word,
    )
    found = of(given, accredited=False, stated=WORLD)
    assessments = found.document["credentialSubject"]["conformityAssessment"]
    assert [one["evidence"][0]["digestMultibase"] for one in assessments] == [
        digest_multibase(one) for one in footprints
    ]
    for one in assessments:
        assert one["conformance"] is (word == UNMODIFIED)
        assert one["assessmentDate"] == day.isoformat()
        assert {f"addressee: {texts[1]}", f"qualification: {texts[2]}"} <= {*one["specifiedCondition"]}
        assert [standard["name"] for standard in one["referenceStandard"]] == [STANDARDS[each] for each in words]
