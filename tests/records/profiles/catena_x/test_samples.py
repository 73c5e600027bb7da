"""Catena-X's published samples, as they are: what they give, with sums that do not add up (notes of the format, measured)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from carbonseal.records.admission import admit
from carbonseal.records.canonical import canonicalise
from carbonseal.records.profiles import lookup
from carbonseal.records.strict import RECORD_LIMITS
from tests.records.profiles.changes import SAMPLES
from tests.records.profiles.sums import exact, residuals

FILES = {
    "catena-x/pcf-8": SAMPLES / "formats/catenax/pcf-8.0.0.json",
    "catena-x/pcf-9": SAMPLES / "catenax/pcf-9.0.0.json",
    "catena-x/pcf-10": SAMPLES / "formats/catenax/pcf-10.0.0.json",
}


@pytest.mark.skipif(not SAMPLES.exists(), reason="CARBONSEAL_SAMPLES names no folder of published samples")
@pytest.mark.parametrize(("profile", "file"), FILES.items())
def test_published_samples(profile: str, file: Path) -> None:
    raw = file.read_bytes()
    admit(raw, profile)
    found = lookup(profile).footprint(canonicalise(raw, RECORD_LIMITS).value)
    assert found is not None
    assert found.amount
    assert found.total
    assert (exact(found.amount), found.unit_word, exact(found.total)) == (1, "liter", Fraction("2.9"))
    assert residuals(found) == {
        "pcfExcludingBiogenicUptake": -1.4,
        "pcfIncludingBiogenicUptake": 0,
        "packagingPcfExcludingBiogenicUptake": -0.6,
        "packagingPcfIncludingBiogenicUptake": 0.2,
        "distributionStagePcfExcludingBiogenicUptake": 0,
        "distributionStagePcfIncludingBiogenicUptake": 0,
    }
    assert found.geographies == ("Africa", "DE", "US-NY")
    assert found.methods.free_attribution is (profile != "catena-x/pcf-10")
