"""Versions of status lists that a holder, another signer or the issuer makes up: none takes a revocation back, makes an old list
young, or counts in another's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from carbonseal.findings import Refused, Verdict
from carbonseal.passport.assembly import refresh
from carbonseal.passport.credentials import REVOCATION, SUSPENSION, Carried
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.status_lists import MAX_VERSIONS, StatusList
from tests.verification.tampering import undetermined
from tests.world import AT, BLOCK_TIME, SIGNED, World, codes, key, suspendable

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def carrying(world: World, passport: Passport, lists: list[Carried[StatusList]], *, sealed: bool = True) -> Passport:
    """The passport with these versions too, as a holder puts them there."""
    seals = {**passport.seals, **(world.seals([one.commitment for one in lists]) if sealed else {})}
    return replace(
        passport, seals=seals, status_lists={**passport.status_lists, **{one.signed.digest: one for one in lists}}
    )


@pytest.mark.parametrize("purpose", [REVOCATION, SUSPENSION])
def test_sixteen_clean_versions_of_the_issuers_own_take_no_revocation_back(purpose: str) -> None:
    world = World()
    passport = world.passport(revoked=[7], change=suspendable)
    clean = [world.status_list(world.maker, (), SIGNED + n * HOUR, purpose) for n in range(1, MAX_VERSIONS)]
    report = world.verify(carrying(world, passport, clean))
    assert report.verdict is Verdict.REJECTED
    assert "status.revoked" in codes(report)


def test_a_seventeenth_version_pushes_none_out() -> None:
    world = World()
    passport = world.passport(revoked=[7])
    clean = [world.status_list(world.maker, (), SIGNED + n * HOUR) for n in range(1, MAX_VERSIONS + 1)]
    with pytest.raises(Refused) as refused:
        parse(carrying(world, passport, clean).encode())
    assert refused.value.finding.code.name == "passport.over-limit"
    kept = refresh(
        passport, seals=world.seals([one.commitment for one in clean]), status_lists=clean, link=lambda *_: None
    )
    assert "status.revoked" in codes(world.verify(kept))


def test_another_signer_makes_no_version_in_the_issuers_name() -> None:
    """The supplier's key is listed, and it signs a list that says it is the maker's: it neither counts nor accuses the maker."""
    world = World()
    at = SIGNED + 8 * DAY
    passport = world.passport()
    undetermined(world.verify(passport, at=at), "status.stale")
    forger = replace(world.supplier, id=world.maker.id)
    forged = carrying(world, passport, [world.status_list(forger, (), SIGNED + 7 * DAY)])
    assert world.verify(forged, at=at).verdict is not Verdict.VERIFIED
    revoking = carrying(world, passport, [world.status_list(forger, [7], SIGNED + HOUR)])
    assert "status.revoked" not in codes(world.verify(revoking))
    stranger = replace(world.maker, key=key("stranger"))
    unlisted = carrying(world, passport, [world.status_list(stranger, (), SIGNED + 7 * DAY)])
    assert world.verify(unlisted, at=at).verdict is not Verdict.VERIFIED


def test_versions_that_were_made_ahead_are_as_old_as_their_seals() -> None:
    """An issuer signs a version for each of 16 weeks on one day. Each is valid in its week, as one long one would be; once that is
    over, `within=` counts from the day on which all were sealed."""
    world = World()
    ahead = [world.status_list(world.maker, (), BLOCK_TIME + n * 7 * DAY) for n in range(MAX_VERSIONS - 1)]
    passport = carrying(world, world.passport(), ahead)
    end = BLOCK_TIME + (MAX_VERSIONS - 1) * 7 * DAY
    for within, verdict in (("29d", Verdict.UNDETERMINED), ("200d", Verdict.VERIFIED)):
        report = world.verify(passport, at=end + DAY, status=f"require status within={within}")
        assert report.verdict is verdict
        assert ("status.stale" in codes(report)) is (verdict is Verdict.UNDETERMINED)


def test_a_later_seal_makes_no_version_younger() -> None:
    world = World()
    passport = world.passport()
    at = SIGNED + 30 * DAY
    again = refresh(passport, seals=world.seals([*passport.seals]), status_lists=[], link=lambda *_: None)
    for one in (passport, again):
        undetermined(world.verify(one, at=at, status="require status within=29d"), "status.stale")


def test_of_two_that_begin_together_the_one_that_says_more_decides() -> None:
    world = World()
    passport = world.passport()
    twins = [world.status_list(world.maker, bits, SIGNED + HOUR) for bits in ([7], ())]
    for lists in (twins, twins[::-1]):
        assert "status.revoked" in codes(world.verify(carrying(world, passport, lists), at=AT))


def test_a_version_without_a_seal_says_nothing_good_and_everything_bad() -> None:
    world = World()
    at = SIGNED + 8 * DAY
    newer, revoking = (world.status_list(world.maker, bits, SIGNED + 7 * DAY) for bits in ((), [7]))
    assert world.verify(carrying(world, world.passport(), [newer]), at=at).verdict is Verdict.VERIFIED
    for made, verdict in ((newer, Verdict.UNDETERMINED), (revoking, Verdict.REJECTED)):
        passport = carrying(world, world.passport(), [made])
        bare = {commitment: seal for commitment, seal in passport.seals.items() if commitment != made.commitment}
        assert world.verify(replace(passport, seals=bare), at=at).verdict is verdict
