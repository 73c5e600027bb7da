"""UNTP passports beside dppvalidator, which carries UN/CEFACT's schemas: both take the same ones, and refuse the same mistakes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.passport.credentials import StatusEntry
from carbonseal.passport.products import Classification
from carbonseal.records.profiles import lookup
from tests.exports.test_dpp_0_7 import CODES, copied, product
from tests.flow.chains import Chain, used
from tests.interop.parts import needed
from tests.records.documents import ABSENT
from tests.records.profiles.changes import changed
from tests.records.profiles.untp.examples import NEW, OLD

PASSPORTS = {"untp/dpp-0.6": OLD, "untp/dpp-0.7": NEW}
SPOILED: list[tuple[str, str, Any]] = [
    ("untp/dpp-0.6", "/issuer", ABSENT),
    ("untp/dpp-0.6", "/credentialSubject/emissionsScorecard/primarySourcedRatio", ABSENT),
    ("untp/dpp-0.6", "/credentialSubject/emissionsScorecard/operationalScope", "Gate"),
    ("untp/dpp-0.7", "/credentialSubject/producedAtFacility", ABSENT),
    ("untp/dpp-0.7", "/credentialSubject/idGranularity", "lot"),
    ("untp/dpp-0.7", "/credentialSubject/performanceClaim/0/claimDate", ABSENT),
]


def is_valid(document: Any, folder: Path) -> bool:
    """Whether the validator takes a passport."""
    return not errors(document, folder)


def errors(document: Any, folder: Path) -> list[Any]:
    """What the validator says, without --strict: that would refuse a proof."""
    file = folder / "passport.json"
    file.write_text(json.dumps(document))
    command = [str(needed("CARBONSEAL_DPPVALIDATOR")), "validate", str(file), "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert (done.returncode == 0) == found["valid"] == (not found["errors"])
    return list(found["errors"])


@pytest.mark.parametrize("profile", PASSPORTS)
def test_our_examples_are_valid_by_the_published_schemas(
    profile: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    assert is_valid(PASSPORTS[profile], tmp_path)
    lookup(profile).check(PASSPORTS[profile])
    record_property("counted", f"dppvalidator: our example of {profile} is valid")


@pytest.mark.parametrize(("profile", "place", "value"), SPOILED)
def test_both_refuse_the_same_mistakes(profile: str, place: str, value: Any, tmp_path: Path) -> None:
    wrong = changed(PASSPORTS[profile], place, value)
    assert not is_valid(wrong, tmp_path)
    with pytest.raises(Refused):
        lookup(profile).check(wrong)


def test_our_copies_have_no_errors(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Of a model, a lot and a piece, with components, lists of status, a withheld footprint and figures that no double is."""
    chain = Chain()
    cell = chain.product("cell", "0.25")
    gtin = {"subject": "https://id.gs1.org/01/09506000134352"}
    status = (StatusEntry("revocation", "https://maker.example/status/1", 7), StatusEntry("suspension", "urn:a:s", 7))
    made = [
        product(chain),
        product(chain, parts=[used(cell, "2")], status=status, **gtin),
        product(chain, batch=("L-7", "500", "piece"), serials=["a", "b"], supersedes=cell),
        product(chain, total="0.1234567890123456789", batch=("L-8", "1", "piece"), serials=["0001"]),
        product(chain, withheld=True, classifications=(*CODES, Classification("urn:example:cn:2026", "8507 60 00"))),
    ]
    found = [errors(copied(one, chain).document, tmp_path) for one in made]
    assert found == [[]] * 5
    record_property("counted", "dppvalidator: 5 copies of product credentials, 0 errors")
