"""Several versions of a status list: which decides, what revokes, and that no order of refreshes changes a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Verdict
from carbonseal.passport.assembly import refresh
from carbonseal.passport.credentials import REVOCATION, SUSPENSION, Carried
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.seals import Seal
from carbonseal.passport.status_lists import StatusList
from tests.verification.tampering import undetermined
from tests.world import AT, BLOCK_TIME, SIGNED, World, codes, suspendable

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Versions:
    """A passport that can be suspended, and 20 versions of its lists, of different days; those that set its bits are few."""

    world: World
    passport: Passport
    lists: Sequence[Carried[StatusList]]
    seals: dict[bytes, Seal]


@cache
def versions() -> Versions:
    world = World()
    passport = world.passport(change=suspendable)
    made = [
        world.status_list(world.maker, bits, SIGNED + timedelta(hours=hours), purpose)
        for purpose, position in ((REVOCATION, 7), (SUSPENSION, 9))
        for hours, bits in (
            (-30, ()),
            (-20, ()),
            (0, ()),
            (5, (position,)),
            (5, ()),
            (12, ()),
            (60, (position,)),
            (90, ()),
        )
    ]
    return Versions(world, passport, made, world.seals([one.commitment for one in made]))


def refreshed(passport: Passport, lists: Sequence[Carried[StatusList]]) -> Passport:
    return refresh(passport, seals=versions().seals, status_lists=lists, link=lambda _origin, _old, _new: None)


def verdict(passport: Passport, at: datetime) -> Verdict:
    return versions().world.verify(passport, at=at).verdict


some = st.sets(st.integers(0, 15)).map(lambda numbers: [versions().lists[number] for number in sorted(numbers)])
few = settings(max_examples=30)
instants = st.integers(3, 200).map(lambda hours: SIGNED + timedelta(hours=hours))


@few
@given(st.lists(some, max_size=4), st.data(), instants)
def test_the_order_of_refreshes_changes_nothing(
    groups: list[list[Carried[StatusList]]], data: st.DataObject, at: datetime
) -> None:
    one, other = versions().passport, versions().passport
    for group in groups:
        one = refreshed(one, group)
    for group in data.draw(st.permutations(groups)):
        other = refreshed(other, group[::-1])
    assert one.status_lists == other.status_lists == refreshed(versions().passport, list(chain(*groups))).status_lists
    assert verdict(one, at) is verdict(other, at)


@few
@given(some, some, instants)
def test_another_version_takes_no_revocation_back(
    first: list[Carried[StatusList]], more: list[Carried[StatusList]], at: datetime
) -> None:
    before = refreshed(versions().passport, first)
    after = refreshed(before, more)
    revoked = [codes(versions().world.verify(passport, at=at)) & {"status.revoked"} for passport in (before, after)]
    assert revoked[0] <= revoked[1]
    revoking = [one.signed for one in (*first, *more) if one.signed.purpose == REVOCATION and one.signed.is_set(7)]
    assert bool(revoked[1]) is bool(revoking)


@few
@given(some, some, instants)
def test_versions_that_are_later_than_the_instant_change_nothing_unless_they_revoke(
    first: list[Carried[StatusList]], more: list[Carried[StatusList]], at: datetime
) -> None:
    later = [one for one in more if one.signed.valid_from > at and not one.signed.is_set(7)]
    before = refreshed(versions().passport, first)
    begun = [one.signed.purpose for one in before.status_lists.values() if one.signed.valid_from <= at]
    if {REVOCATION, SUSPENSION} <= set(begun):
        assert verdict(before, at) is verdict(refreshed(before, later), at)


class TestAge:
    """`require status within=`: a list counts at that age, whether or not it is still valid."""

    @pytest.mark.parametrize(
        ("within", "at", "expected"),
        [
            ("", SIGNED + 7 * DAY, Verdict.UNDETERMINED),
            (" within=60d", SIGNED + 60 * DAY, Verdict.VERIFIED),
            (" within=60d", SIGNED + 60 * DAY + timedelta(seconds=1), Verdict.UNDETERMINED),
            (" within=1h", SIGNED + 6 * DAY, Verdict.VERIFIED),  # it is still valid
        ],
    )
    def test_it_begins_with_the_list(self, within: str, at: datetime, expected: Verdict) -> None:
        world = World()
        report = world.verify(world.passport(), at=at, status="require status" + within)
        assert report.verdict is expected
        assert ("status.stale" in codes(report)) is (expected is Verdict.UNDETERMINED)

    def test_a_list_that_is_dated_later_than_it_was_sealed_is_as_old_as_its_seal(self) -> None:
        world = World()
        passport = world.passport(starting=BLOCK_TIME + 50 * DAY)
        at = BLOCK_TIME + 60 * DAY
        assert world.verify(passport, at=at, status="require status within=9d").verdict is Verdict.UNDETERMINED
        assert world.verify(passport, at=at, status="require status within=60d").verdict is Verdict.VERIFIED


class TestRemedies:
    """What to do, where the instant asked about is past: a refresh adds only versions that are later."""

    @pytest.mark.parametrize(
        ("starting", "at", "code"),
        [(AT + DAY, AT, "status.not-yet"), (SIGNED, SIGNED + 8 * DAY, "status.stale")],
    )
    def test_none_promises_that_a_refresh_helps_about_an_earlier_day(
        self, starting: datetime, at: datetime, code: str
    ) -> None:
        world = World()
        report = world.verify(world.passport(starting=starting), at=at)
        undetermined(report, code)
        remedy = next(finding.remedy for finding in report.findings if finding.code.name == code)
        assert "later" in remedy or "never that of an earlier one" in remedy
        newer = world.status_list(world.maker, valid_from=at + DAY)
        again = refresh(
            world.passport(starting=starting), seals=world.seals([newer.commitment]), status_lists=[newer],
            link=lambda _origin, _old, _new: None,
        )  # fmt: skip
        assert world.verify(again, at=at).verdict is Verdict.UNDETERMINED
        assert world.verify(again, at=at + DAY).verdict is Verdict.VERIFIED


def test_a_suspension_alone_is_no_status() -> None:
    world = World()

    def only(draft: dict[str, object]) -> None:
        suspendable(draft)
        draft["credentialStatus"] = draft["credentialStatus"][1]  # type: ignore[index]

    passport = world.passport(change=only)
    kept = refresh(passport, seals={}, status_lists=[], link=lambda _origin, _old, _new: None)
    assert parse(kept.encode()) == kept
    undetermined(world.verify(kept), "status.not-named", "status.missing")
