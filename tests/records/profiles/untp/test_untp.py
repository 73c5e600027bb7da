"""The profiles untp/dpp-0.6 and untp/dpp-0.7: a scorecard is read, a claim is not taken for one, an envelope is not verified."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.footprints import units
from carbonseal.footprints.documents import read_instant
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import LIFE_CYCLE, PRODUCTION
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT
from tests.records.profiles.changes import changed
from tests.records.profiles.sums import exact
from tests.records.profiles.untp.examples import NEW, OLD
from tests.records.refusals import refused

PASSPORTS = {"untp/dpp-0.6": OLD, "untp/dpp-0.7": NEW}
CARD = "/credentialSubject/emissionsScorecard"


def footprint(profile: str, document: Any) -> Footprint:
    lookup(profile).check(document)
    found = lookup(profile).footprint(document)
    assert found is not None
    return found


def old(place: str = "/name", value: Any = "Passport") -> Footprint:
    return footprint("untp/dpp-0.6", changed(OLD, place, value))


def test_the_scorecard_is_read() -> None:
    found = old()
    assert (exact(found.amount), found.unit, found.unit_word) == (1, units.PIECE, "C62")
    assert found.total
    assert (found.total.value, found.total.pointer) == (Fraction("1.85"), f"{CARD}/carbonFootprint")
    assert found.boundary == PRODUCTION
    assert found.primary_data_share
    assert found.primary_data_share.value == 45
    assert found.mass
    assert found.mass.value == Fraction("0.25")
    assert found.validity
    assert (found.validity.start, found.validity.end) == (read_instant("2026-01-15"), read_instant("2028-01-15"))
    assert (found.product, found.company, found.geographies) == ("Cathode foil", "Example Cathodes (invented)", ("DE",))
    assert found.id == "https://cathodes.example.com/passports/17"


def test_scopes() -> None:
    assert old(f"{CARD}/operationalScope", "CradleToGrave").boundary == LIFE_CYCLE
    assert old(f"{CARD}/operationalScope", "None").boundary is None


def test_a_weight_is_the_product_s() -> None:
    """A footprint for 1 kg of a product that weighs 250 g has no mass of 250 g."""
    assert old(f"{CARD}/declaredUnit", "KGM").mass is None
    assert old("/credentialSubject/product/dimensions/weight/unit", "MTR").mass is None


def test_a_passport_without_scorecard_has_no_total() -> None:
    found = old(CARD, None)
    assert (found.total, found.amount, found.unit) == (None, None, None)


def test_claims_are_metrics_and_none_is_the_total() -> None:
    found = footprint("untp/dpp-0.7", NEW)
    assert found.total is None
    assert [(one.name, one.figure.value, one.unit_word) for one in found.metrics] == [
        ("product-carbon-footprint", Fraction("1.85"), "KGM"),
        ("recycled-content", 12, "P1"),
    ]
    assert found.metrics[0].id == "https://metrics.example.org/product-carbon-footprint"
    assert found.metrics[0].figure.pointer == "/credentialSubject/performanceClaim/0/claimedPerformance/0/measure/value"
    assert "the passport does not say which claim is its footprint: see its metrics" in found.remarks
    assert found.geographies == ("DE",)


@pytest.mark.parametrize("profile", PASSPORTS)
def test_a_proof_is_told_and_not_verified(profile: str) -> None:
    document = copy.deepcopy(PASSPORTS[profile])
    assert "the envelope has no proof" in footprint(profile, document).remarks
    document["proof"] = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofValue": "z1"}
    document["credentialStatus"] = {"type": "BitstringStatusListEntry"}
    told = footprint(profile, document).remarks
    assert "the envelope's proof (DataIntegrityProof eddsa-jcs-2022) was not verified" in told
    assert "the envelope's status was not looked up" in told
    document["proof"] = [{"type": "Ed25519Signature2020"}, {}]
    assert len([remark for remark in footprint(profile, document).remarks if "was not verified" in remark]) == 2


def test_mass_fractions_above_1_are_told() -> None:
    place = "/credentialSubject/materialsProvenance"
    found = old(place, [{"name": "A", "massFraction": 0.75}, {"name": "B", "massFraction": 0.75}])
    assert f"{place}: the mass fractions add up to 1.5" in found.remarks
    thirds = old(place, [{"name": "A", "massFraction": 0.33}] * 3)
    assert not any("mass fractions" in remark for remark in thirds.remarks)


def test_each_version_recognises_its_own() -> None:
    six, seven = lookup("untp/dpp-0.6"), lookup("untp/dpp-0.7")
    assert (six.recognises(OLD), seven.recognises(OLD)) == ("UNTP DPP 0.6.1", "")
    assert (six.recognises(NEW), seven.recognises(NEW)) == ("", "UNTP DPP 0.7.0")
    working = changed(OLD, "/@context/1", "https://test.uncefact.org/vocabulary/untp/dpp/working/")
    assert six.recognises(working) == "UNTP DPP working"
    six.check(working)
    assert not six.recognises(changed(OLD, "/type", ["VerifiableCredential"]))


MISTAKES: list[tuple[str, str, Any, Code]] = [
    ("untp/dpp-0.6", "/@context/1", "https://vocabulary.uncefact.org/untp/0.7.0/context/", codes.RECORD_FORM),
    ("untp/dpp-0.6", "/type", ["VerifiableCredential"], codes.RECORD_FORM),
    ("untp/dpp-0.6", "/issuer/name", ABSENT, codes.RECORD_MISSING),
    ("untp/dpp-0.6", f"{CARD}/carbonFootprint", "1.85", codes.RECORD_TYPE),
    ("untp/dpp-0.6", f"{CARD}/primarySourcedRatio", 45, codes.RECORD_RANGE),
    ("untp/dpp-0.6", f"{CARD}/operationalScope", "Gate", codes.RECORD_UNKNOWN_VALUE),
    ("untp/dpp-0.6", "/validUntil", "2028", codes.RECORD_DATE_TIME),
    ("untp/dpp-0.7", "/credentialSubject", ABSENT, codes.RECORD_MISSING),
    ("untp/dpp-0.7", "/credentialSubject/idGranularity", "lot", codes.RECORD_UNKNOWN_VALUE),
    ("untp/dpp-0.7", "/credentialSubject/performanceClaim/0/claimDate", "2026", codes.RECORD_FORM),
    (
        "untp/dpp-0.7",
        "/credentialSubject/performanceClaim/0/claimedPerformance/0/measure/value",
        "1.85",
        codes.RECORD_TYPE,
    ),
]


@pytest.mark.parametrize(("profile", "place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(profile: str, place: str, value: Any, code: Code) -> None:
    finding = refused(code, lookup(profile).check, changed(PASSPORTS[profile], place, value))
    assert place.startswith(finding.place[0])
