"""In whatever order statements, lists and heads are added, the verdict at an instant is the same."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.passport.assembly import attach, refresh
from carbonseal.passport.conformity.files import StatementFile
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Seal
from tests.flow.chains import used
from tests.passport.stated import BODY, opinion, program
from tests.verification.conformity.scenes import AT, LATER, OTHER_BODY, Scene, commitments
from tests.world import SIGNED, Version, suspendable

# How many documents there are to add.
MANY = 7


class Added:
    """A passport, and what can be added to it: statements, corrections, versions of lists, later heads."""

    def __init__(self) -> None:
        self.scene = scene = Scene()
        cell = scene.chain.product("cell", "3", issuer="supplier")
        reader = scene.chain.product("reader", "10", parts=[used(cell, "2")])
        accreditation = scene.stated.accreditation(body=OTHER_BODY)
        first = scene.stated.statement(opinion(commitments(reader)), change=suspendable)
        suspended: list[Version] = [((), SIGNED, REVOCATION), ((9,), SIGNED, SUSPENSION)]
        self.files: list[StatementFile] = [
            first,
            scene.stated.statement(opinion(commitments(reader), supersedes=first.root), versions=suspended),
            scene.stated.statement(
                opinion(commitments(cell), "did:web:supplier.example"), body=OTHER_BODY, accreditations=[accreditation]
            ),
            scene.stated.statement(program()),
            scene.stated.statement(opinion(commitments(reader)), versions=[((1,), LATER, REVOCATION)]),
            scene.stated.statement(program("did:web:supplier.example"), change=suspendable, versions=suspended),
        ]
        self.passport = scene.passport(reader)
        scene.world.passport(name="something later")
        self.newer: dict[bytes, Seal] = scene.world.seals(list(self.passport.seals))
        assert len(self.files) == MANY - 1

    def with_these(self, order: list[int]) -> Passport:
        """The passport after these additions, one after another; the last of all is a refresh with later heads."""
        made = self.passport
        for number in order:
            if number < len(self.files):
                made = attach(made, [self.files[number]], self.scene.stated.link)
            else:
                made = refresh(made, seals=self.newer, status_lists=[], link=self.scene.stated.link)
        return made


@cache
def added() -> Added:
    return Added()


@settings(max_examples=25)
@given(st.data())
def test_the_order_of_additions_changes_no_verdict(data: st.DataObject) -> None:
    some = data.draw(st.lists(st.integers(0, MANY - 1), unique=True, max_size=5))
    other = data.draw(st.permutations(some))
    twice = [*other, *data.draw(st.lists(st.sampled_from(some), max_size=2))] if some else []
    made, again = added().with_these(some), added().with_these(twice)
    assert set(made.statements) == set(again.statements) and set(made.status_lists) == set(again.status_lists)
    line = f"require statement by=tuev share={data.draw(st.sampled_from(['10%', '60%', '100%']))}"
    for changes in ({"statement": f"{line} covers=product,program"}, {"statement": line}):
        written: dict[str, Any] = changes
        reports = [added().scene.verify(one, **written) for one in (made, again)]
        first, second = ({(one.code.name, one.message) for one in report.findings} for report in reports)
        assert reports[0].verdict is reports[1].verdict
        assert {one for one in first ^ second if one[0].startswith(("statement", "accreditation"))} == set()


def test_what_is_added_says_something() -> None:
    """The property above is about statements that stand, are replaced, suspended and withdrawn."""
    report = added().scene.verify(added().with_these(list(range(MANY))))
    codes = {one.code.name for one in report.findings}
    assert {"statement.stands", "statement.replaced", "statement.suspended", "statement.unaccredited"} <= codes
    assert AT > SIGNED and BODY.id != OTHER_BODY.id
