"""The profiles catena-x/pcf-8, -9 and -10: one footprint in three layouts gives the same figures; lists have one item."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.footprints import units
from carbonseal.footprints.documents import read_instant
from carbonseal.footprints.model import Footprint, Methods
from carbonseal.footprints.stages import DISTRIBUTION, LIFE_CYCLE, PRODUCTION
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT
from tests.records.profiles.catena_x import examples
from tests.records.profiles.changes import changed
from tests.records.profiles.sums import exact, residuals
from tests.records.refusals import refused

VERSIONS = sorted(examples.VERSIONS)


def footprint(version: str, place: str = "", value: Any = None) -> Footprint:
    document = examples.VERSIONS[version]
    if place:
        document = changed(document, place, value)
    profile = lookup(version)
    profile.check(document)
    found = profile.footprint(document)
    assert found is not None
    return found


def read(version: str, name: str, place: str = "", value: Any = None) -> Any:
    return getattr(footprint(version, place, value), name)


@pytest.mark.parametrize("version", VERSIONS)
def test_figures_are_read(version: str) -> None:
    found = footprint(version)
    assert (exact(found.amount), found.unit, exact(found.mass)) == (
        10,
        units.KILOGRAM,
        10,
    )
    assert found.total
    assert found.total.value == Fraction("45.2")
    assert found.total.pointer == examples.PRODUCTION[version] + "/pcfExcludingBiogenicUptake"
    assert (exact(found.uptake), exact(found.biogenic_content)) == (
        -3,
        Fraction("0.8"),
    )
    assert residuals(found) == {one.name: 0 for one in found.sums}
    assert len(found.sums) == 6
    assert found.boundary == PRODUCTION
    assert [(one.stages, one.figure.value) for one in found.stages] == [(DISTRIBUTION, Fraction("1.25"))]
    assert [figure.value for figure in found.removals] == [Fraction("-0.5")]
    assert (exact(found.packaging), found.packaging_included) == (Fraction("0.8"), True)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_beside_the_figures_is_read(version: str) -> None:
    found = footprint(version)
    assert found.period
    assert found.period.end == read_instant("2026-01-01")
    assert found.validity
    assert (found.validity.start, found.validity.end) == (read_instant("2026-02-01"), read_instant("2027-02-01"))
    assert found.longest_years is None
    assert found.geographies == ("Western Europe", "DE")
    assert not found.one_geography
    assert found.id == "0b1c6e6e-5f3a-4f0a-9d3c-1f4c2f6f7a01"
    assert found.preceding == ("1d0dbb3d-3d53-43c9-a1b5-8d54b1b5a3cd",)
    assert (found.product, found.company, found.gwp_sets) == ("Resin 7", "Example Resins (invented)", ("AR6",))
    assert found.product_ids == ("urn:product:example:resin-7",)
    assert found.exempted
    assert found.exempted_limit
    assert (exact(found.exempted), exact(found.exempted_limit)) == (Fraction("1.5"), 3)
    assert found.primary_data_share
    assert found.primary_data_share.value == Fraction("61.5")
    assert [figure.value for figure in found.ratings] == [Fraction("1.5"), 1, 2]
    assert found.verification
    assert found.verification.provider == "Example Certification (invented)"
    assert found.methods == Methods()


def test_versions_differ_only_in_where_things_stand() -> None:
    def facts(version: str) -> Footprint:
        """Without what names the version or a place."""
        found = footprint(version)
        return replace(
            found,
            profile="",
            amount=None, mass=None, total=None, including=None, uptake=None, sums=(), removals=(), stages=(), ratings=(),
            biogenic_content=None, fossil_content=None, packaging=None, outbound=None, period=None, validity=None, exempted=None,
            primary_data_share=None, verification=None,
        )  # fmt: skip

    assert facts("catena-x/pcf-8") == facts("catena-x/pcf-9") == facts("catena-x/pcf-10")


def test_methods_that_forbid_comparison_are_read() -> None:
    balancing = "/pcfAssessmentAndMethodology/0/pcfMethodology/0/massBalancingInformation/0"
    allocation = "/pcfAssessmentAndMethodology/0/pcfMethodology/0/allocationInForeground/0"
    assert read("catena-x/pcf-8", "methods", "/pcf/freeAttributionInMassBalancing", "true").free_attribution
    free = f"{balancing}/freeAttributionInMassBalancing"
    assert read("catena-x/pcf-9", "methods", free, "true").free_attribution
    assert read("catena-x/pcf-10", "methods", free, True).free_attribution
    assert read("catena-x/pcf-8", "methods", "/pcf/massBalancingUsed", True).mass_balancing
    assert read(
        "catena-x/pcf-9", "methods", f"{allocation}/allocationWasteIncineration", "system expansion"
    ).substitution
    kind = "/pcfAssessmentAndMethodology/0/pcfAssessmentInformation/0/idAndVersion/0/retroOrProspectivePcfType"
    assert read("catena-x/pcf-10", "methods", kind, "Prospective PCF without forerunner").prospective
    assert read("catena-x/pcf-8", "gwp_sets", "/pcf/ipccCharacterizationFactors", "unspecified") == ()


def test_a_stage_that_is_not_included_is_not_read() -> None:
    assert footprint("catena-x/pcf-8", "/pcf/distributionStageIncluded", False).outbound is None


def test_boundaries_and_status() -> None:
    assert read("catena-x/pcf-8", "boundary", "/partialFullPcf", "Cradle-to-grave") == LIFE_CYCLE
    assert read("catena-x/pcf-8", "is_deprecated", "/status", "Deprecated")


def test_ids_are_compared_without_their_prefix() -> None:
    upper = "urn:uuid:0B1C6E6E-5F3A-4F0A-9D3C-1F4C2F6F7A01"
    assert read("catena-x/pcf-8", "id", "/id", upper) == "0b1c6e6e-5f3a-4f0a-9d3c-1f4c2f6f7a01"


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_recognises_its_own(version: str) -> None:
    words = {name: lookup(name).recognises(examples.VERSIONS[version]) for name in VERSIONS}
    assert {name for name, word in words.items() if word} == {version}
    assert words[version] == f"Catena-X pcf {version.rpartition('-')[2]}.0.0"


ASSESSMENT = "/pcfAssessmentAndMethodology/0/pcfAssessmentInformation"
MISTAKES: list[tuple[str, str, Any, Code]] = [
    ("catena-x/pcf-8", "/specVersion", "urn:io.catenax.pcf:datamodel:version:7.0.0", codes.RECORD_FORM),
    ("catena-x/pcf-8", "/specVersion", [], codes.RECORD_FORM),
    ("catena-x/pcf-8", "/id", "17", codes.RECORD_FORM),
    ("catena-x/pcf-8", "/validityPeriodEnd", ABSENT, codes.RECORD_MISSING),
    ("catena-x/pcf-8", "/companyName", "", codes.RECORD_EMPTY),
    ("catena-x/pcf-8", "/pcf/declaredUnitAmount", 0, codes.RECORD_RANGE),
    ("catena-x/pcf-8", "/pcf/declaredUnitAmount", "10", codes.RECORD_TYPE),
    ("catena-x/pcf-8", "/pcf/fossilGhgEmissions", -1, codes.RECORD_RANGE),
    ("catena-x/pcf-8", "/pcf/biogenicCO2Uptake", 1, codes.RECORD_RANGE),
    ("catena-x/pcf-8", "/pcf/ipccCharacterizationFactors", "AR7", codes.RECORD_UNKNOWN_VALUE),
    ("catena-x/pcf-8", "/pcf/referencePeriodEnd", "2026-13-01T00:00:00Z", codes.RECORD_FORM),
    ("catena-x/pcf-9", "/general", [], codes.RECORD_EMPTY),
    ("catena-x/pcf-9", "/carbonContent", ABSENT, codes.RECORD_MISSING),
    ("catena-x/pcf-9", "/scopeOfPcfForm", [{}, {}], codes.RECORD_ITEMS),
    ("catena-x/pcf-9", ASSESSMENT, [], codes.RECORD_EMPTY),
    ("catena-x/pcf-9", f"{ASSESSMENT}/0/time/0/created", None, codes.RECORD_TYPE),
    ("catena-x/pcf-10", f"{ASSESSMENT}/0/idAndVersion/0/precedingPfIds", [{"id": "a"}], codes.RECORD_TYPE),
    (
        "catena-x/pcf-10",
        "/scopeOfPcfForm/0/specVersion",
        "urn:io.catenax.pcf:datamodel:version:9.0.0",
        codes.RECORD_FORM,
    ),
]


@pytest.mark.parametrize(("version", "place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(version: str, place: str, value: Any, code: Code) -> None:
    finding = refused(code, lookup(version).check, changed(examples.VERSIONS[version], place, value))
    assert finding.place[0].startswith(place)


@pytest.mark.parametrize("version", ["catena-x/pcf-9", "catena-x/pcf-10"])
def test_every_object_of_a_list_stands_alone(version: str) -> None:
    """A second item anywhere is refused: no reader could say which of the two is meant."""
    document: Any = examples.VERSIONS[version]
    places = [place for place in _lists(document) if not place.endswith(("attestationOfConformance", "precedingPfIds"))]
    assert len(places) > 15
    for place in places:
        target: Any = document
        for step in place.split("/")[1:]:
            target = target[int(step) if isinstance(target, list) else step]
        twice = changed(document, place, [*target, target[0]])
        assert refused(codes.RECORD_ITEMS, lookup(version).check, twice).place == (place,)


def _lists(value: Any, place: str = "") -> list[str]:
    """The pointers of all lists of objects."""
    found = [place] if isinstance(value, list) and value and isinstance(value[0], dict) else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [inner for key, item in items for inner in _lists(item, f"{place}/{key}")]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_format_does_not_define_may_stand_there(version: str) -> None:
    lookup(version).check({**examples.VERSIONS[version], "ownMember": {"anything": [1, None]}})
