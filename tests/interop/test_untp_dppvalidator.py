"""UNTP passports beside dppvalidator, which carries UN/CEFACT's schemas: both take the same ones, and refuse the same mistakes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.records.profiles import lookup
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
    """What the validator says, without --strict: that would refuse a proof."""
    file = folder / "passport.json"
    file.write_text(json.dumps(document))
    command = [str(needed("CARBONSEAL_DPPVALIDATOR")), "validate", str(file), "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    valid = json.loads(done.stdout)["valid"]
    assert (done.returncode == 0) == valid
    return bool(valid)


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
