"""Our UNTP examples are valid by UN/CEFACT's own schemas, which dppvalidator (MIT) carries, and so are others' by our profiles.

The package is not in the `dev` extra: `pip install dppvalidator==0.5.1`.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.records.profiles import lookup
from tests.records.documents import ABSENT
from tests.records.profiles.changes import changed
from tests.records.profiles.untp.examples import NEW, OLD

dppvalidator = pytest.importorskip("dppvalidator", reason="pip install dppvalidator==0.5.1")
PASSPORTS = {"untp/dpp-0.6": (OLD, "0.6.1"), "untp/dpp-0.7": (NEW, "0.7.0")}


def errors(document: Any, version: str) -> list[Any]:
    """What the validator has against a passport: schema and model layers, as its command has them without --strict."""
    engine = importlib.import_module("dppvalidator.validators").ValidationEngine(schema_version=version)
    return list(engine.validate(document).errors)


@pytest.mark.parametrize("profile", PASSPORTS)
def test_our_examples_are_valid_by_the_published_schemas(profile: str) -> None:
    document, version = PASSPORTS[profile]
    assert errors(document, version) == []
    lookup(profile).check(document)


SPOILED: list[tuple[str, str, Any]] = [
    ("untp/dpp-0.6", "/issuer", ABSENT),
    ("untp/dpp-0.6", "/credentialSubject/emissionsScorecard/primarySourcedRatio", ABSENT),
    ("untp/dpp-0.6", "/credentialSubject/emissionsScorecard/operationalScope", "Gate"),
    ("untp/dpp-0.7", "/credentialSubject/producedAtFacility", ABSENT),
    ("untp/dpp-0.7", "/credentialSubject/idGranularity", "lot"),
    ("untp/dpp-0.7", "/credentialSubject/performanceClaim/0/claimDate", ABSENT),
]


@pytest.mark.parametrize(("profile", "place", "value"), SPOILED)
def test_both_refuse_the_same_mistakes(profile: str, place: str, value: Any) -> None:
    document, version = PASSPORTS[profile]
    wrong = changed(document, place, value)
    assert errors(wrong, version)
    with pytest.raises(Refused):
        lookup(profile).check(wrong)
