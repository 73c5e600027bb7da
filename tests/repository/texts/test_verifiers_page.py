"""docs/verifiers.md has every code that somebody who verifies meets: what is lacking by its name, all else by its family."""

from __future__ import annotations

import re

from carbonseal.findings import Outcome
from tests.repository.sources import REPOSITORY
from tests.repository.texts import codes
from tests.repository.texts.families import FAMILIES, RESERVED
from tests.repository.texts.verifiers_codes import DOCUMENTS, VERIFICATION, met

PAGE = (REPOSITORY / "docs" / "verifiers.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z0-9-]+\.[a-z0-9-]+)`", PAGE))
LINKED = set(re.findall(r"\(codes\.md#([a-z-]+)\)", PAGE)) & FAMILIES.keys()


def test_every_code_is_there_by_its_name_or_its_family() -> None:
    found = [one.code.name for one in codes.defined() if met(one.code.name)]
    assert len(found) > 200
    assert [name for name in found if name not in NAMED and codes.family_of(name) not in LINKED] == []


def test_whatever_can_be_lacking_has_a_line_of_its_own() -> None:
    """Save for the checks of figures, which have a page of their own."""
    families = {*VERIFICATION, *DOCUMENTS}
    lacking = {one.code.name for one in codes.defined() if one.code.outcome is Outcome.UNDETERMINED}
    assert sorted(name for name in lacking - NAMED if codes.family_of(name) in families) == []


def test_no_code_is_named_that_does_not_exist() -> None:
    existing = {one.code.name for one in codes.defined()}
    named = {name for name in NAMED if codes.family_of(name) in FAMILIES}
    assert not named - existing
    assert not NAMED & RESERVED.keys()
