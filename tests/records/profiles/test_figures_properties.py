"""For every profile with figures: its check refuses with Refused alone, and what it accepts is read without an error."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.footprints.figures import Figure
from carbonseal.records.profiles import lookup
from tests.programs.effort import examples
from tests.records.documents import JSON_VALUES
from tests.records.profiles.aas.examples import EXAMPLE as AAS
from tests.records.profiles.activity.examples import EXAMPLE as ACTIVITY
from tests.records.profiles.battery.examples import FORMS
from tests.records.profiles.catena_x.examples import VERSIONS
from tests.records.profiles.epcis.examples import EXAMPLE as EPCIS
from tests.records.profiles.ilcd_epd.examples import EXAMPLE as ILCD
from tests.records.profiles.spoiled import is_read, spoiled
from tests.records.profiles.untp.examples import NEW, OLD

EXAMPLES: list[tuple[str, Any]] = [
    *VERSIONS.items(),
    *(("battery/1", form) for form in FORMS.values()),
    ("aas/pcf-1.0", AAS),
    ("untp/dpp-0.6", OLD),
    ("untp/dpp-0.7", NEW),
    ("epcis/2.0", EPCIS),
    ("ilcd-epd/1", ILCD),
    ("activity/1", ACTIVITY),
]


@pytest.mark.parametrize(("profile", "example"), EXAMPLES)
@given(data=st.data())
@settings(max_examples=examples(25))
def test_whatever_is_accepted_is_read(profile: str, example: Any, data: st.DataObject) -> None:
    is_read(profile, data.draw(spoiled(example)))


@pytest.mark.parametrize("profile", sorted({name for name, _ in EXAMPLES}))
@given(value=JSON_VALUES)
@settings(max_examples=examples(15))
def test_any_json_is_refused_or_read(profile: str, value: Any) -> None:
    is_read(profile, value)


@pytest.mark.parametrize(("profile", "example"), EXAMPLES)
def test_an_example_is_read_left_as_it_is_and_its_pointers_lead_to_its_figures(profile: str, example: Any) -> None:
    document = copy.deepcopy(example)
    assert is_read(profile, document)
    assert document == example
    footprint = lookup(profile).footprint(document)
    assert footprint is not None
    figures = [footprint.total, *(part.figure for one in footprint.sums for part in one.parts)]
    pointers = [figure.pointer for figure in figures if isinstance(figure, Figure) and figure.pointer]
    assert pointers or footprint.metrics
    for pointer in pointers:
        value: Any = document
        for step in pointer.split("/")[1:]:
            value = value[int(step) if isinstance(value, list) else step]
        assert isinstance(value, str | int | float)
