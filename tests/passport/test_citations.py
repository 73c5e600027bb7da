"""What a passport's credentials cite decides what it may carry: one rule for reading, assembling and verifying."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from carbonseal.findings import Refused
from carbonseal.passport.assembly import refresh
from carbonseal.passport.citations import citations
from carbonseal.passport.passports import Passport, parse
from tests.world import World


@cache
def example() -> tuple[Passport, Passport]:
    """A product with one component, and the component's own passport."""
    world = World()
    part = world.passport(world.supplier, "sensor")
    return world.passport(components=[part]), part


def test_the_root_is_first_and_its_components_follow() -> None:
    whole, part = example()
    assert list(citations(whole.root, whole.credentials).credentials) == [whole.root, part.root]


def test_all_that_a_passport_carries_is_cited() -> None:
    whole, _ = example()
    cited = citations(whole.root, whole.credentials)
    assert whole.records.keys() <= cited.records
    assert {one.signed.name for one in whole.status_lists.values()} <= set(cited.status_lists)
    assert whole.seals.keys() <= cited.seals(whole.status_lists.values()) == whole.commitments()


def test_a_component_that_is_not_carried_is_cited_and_leads_to_nothing() -> None:
    whole, part = example()
    cited = citations(whole.root, {whole.root: whole.credentials[whole.root]})
    assert list(cited.credentials) == [whole.root]
    assert cited.components == {part.root}


def test_a_root_that_is_not_carried_leads_to_nothing() -> None:
    whole, _ = example()
    cited = citations(bytes(32), whole.credentials)
    assert not (cited.credentials or cited.components or cited.records or cited.status_lists)


@pytest.mark.parametrize("section", ["credentials", "records", "seals"])
def test_what_only_another_root_cites_is_refused_and_left_out_by_refreshing(section: str) -> None:
    whole, part = example()
    swollen = replace(part, **{section: getattr(whole, section)})
    with pytest.raises(Refused) as refused:
        parse(swollen.encode())
    assert refused.value.finding.code.name == "passport.uncited"
    assert refresh(swollen, seals={}, status_lists=[], link=lambda _origin, _old, _new: None).encode() == part.encode()
