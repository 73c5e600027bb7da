"""When something is shown to have existed, when keys, credentials and status lists are in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence
from carbonseal.passport.assembly import refresh
from carbonseal.passport.credentials import sign_document
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, Seal
from tests.verification.tampering import undetermined
from tests.world import AT, BLOCK_TIME, CHAIN, ORIGIN, SIGNED, World, chain_evidence, codes, written


class TestTime:
    def test_the_earliest_time_at_which_the_quorum_is_met(self) -> None:
        world = World()
        report = world.verify(world.passport())
        assert report.existed_by == BLOCK_TIME

    def test_a_log_without_witnesses_dates_nothing(self) -> None:
        world = World()
        undetermined(world.verify(world.passport(), time="require time by=both"), "time-quorum.unmet")

    def test_an_instant_before_the_proven_time(self) -> None:
        world = World()
        undetermined(world.verify(world.passport(), at=BLOCK_TIME - timedelta(hours=1)), "time.after-instant")

    def test_a_refreshed_passport_proves_the_same_time(self) -> None:
        world = World()
        passport = world.passport()
        world.passport(name="something later")
        newer = refresh(
            passport,
            seals=world.seals(list(passport.seals)),
            status_lists=[],
            link=lambda origin, old, new: world.log.consistency(old, new) if origin == ORIGIN else None,
        )
        assert all(len(seal.heads) == 2 for seal in newer.seals.values())
        report = world.verify(newer)
        assert report.verdict is Verdict.VERIFIED
        assert report.existed_by == BLOCK_TIME


def later_seals(world: World, commitments: list[bytes], time: datetime) -> dict[bytes, Seal]:
    """Seals under the log's head as it is now, which the chain dates `time`."""
    seals = world.seals(commitments)
    statement = world.log.checkpoint(world.log.size).statement()
    made = chain_evidence(statement, timestamp=int(time.timestamp()))
    block = made.trust(CHAIN)
    known = [item for item in world.trusted if item.value.get("number") != 1000 + statement.size]
    world.trusted = known + [item for item in block if item not in known]
    return {
        commitment: replace(seal, heads=tuple(dated(head, made.evidence) for head in seal.heads))
        for commitment, seal in seals.items()
    }


def dated(head: Head, evidence: Evidence) -> Head:
    anchors = (replace(one, evidence=evidence) if one.ledger == CHAIN else one for one in head.anchors)
    return replace(head, anchors=tuple(anchors))


def every_seal(passport: Passport, change: Callable[[Seal], Seal]) -> Passport:
    return replace(passport, seals={commitment: change(seal) for commitment, seal in passport.seals.items()})


class TestKeysOfIssuers:
    def line(self, world: World, window: str) -> str:
        return f"{world.lines()['maker']} {window}"

    def test_in_its_window(self) -> None:
        world = World()
        passport = world.passport()
        window = f"from={written(SIGNED)} until={written(BLOCK_TIME)}"
        assert world.verify(passport, maker=self.line(world, window)).verdict is Verdict.VERIFIED

    def test_after_its_end_whatever_date_the_credential_claims(self) -> None:
        world = World()
        passport = world.passport()
        window = f"until={written(BLOCK_TIME - timedelta(seconds=1))}"
        undetermined(world.verify(passport, maker=self.line(world, window)), "signer.key-ended")

    def test_before_its_beginning(self) -> None:
        world = World()
        passport = world.passport()
        window = f"from={written(BLOCK_TIME + timedelta(seconds=1))}"
        undetermined(world.verify(passport, maker=self.line(world, window)), "signer.key-not-yet")

    def test_signed_before_its_beginning_and_sealed_after(self) -> None:
        world = World()
        passport = world.passport()
        window = f"from={written(SIGNED + timedelta(seconds=1))}"
        undetermined(world.verify(passport, maker=self.line(world, window)), "signer.key-not-yet")

    def test_leaving_early_heads_out_brings_nothing_behind_the_beginning(self) -> None:
        """The holder of a passport cuts its first heads off, so that the time that is left is in the window."""
        world = World()
        passport = world.passport()
        world.passport(name="something later")
        early = {commitment: seal.heads[0] for commitment, seal in passport.seals.items()}
        whole = refresh(
            passport,
            seals=later_seals(world, list(passport.seals), BLOCK_TIME + timedelta(days=30)),
            status_lists=[],
            link=lambda origin, old, new: world.log.consistency(old, new) if origin == ORIGIN else None,
        )
        cut = every_seal(whole, lambda seal: replace(seal, heads=(replace(seal.heads[-1], consistency=None),)))
        assert all(seal.heads[0] != early[commitment] for commitment, seal in cut.seals.items())
        window = {"maker": self.line(world, f"from={written(BLOCK_TIME + timedelta(days=1))}")}
        at = BLOCK_TIME + timedelta(days=40)
        status = "require status within=60d"
        for one in (whole, cut):
            undetermined(world.verify(one, at=at, status=status, **window), "signer.key-not-yet")
            assert world.verify(one, at=at, status=status).verdict is Verdict.VERIFIED

    def test_a_thief_who_dates_it_before_the_end_has_sealed_it_after(self) -> None:
        world = World()
        stolen = replace(world.maker)
        early = SIGNED - timedelta(days=365)
        stolen.sign = lambda document: sign_document(document, stolen.key.sign, stolen.public, early)  # type: ignore[method-assign]
        passport = world.passport(stolen, change=lambda draft: draft.update(validFrom=written(early)))
        assert passport.credential.created == early
        line = self.line(world, f"until={written(SIGNED)}")
        undetermined(world.verify(passport, maker=line), "signer.key-ended")

    def test_where_no_time_is_shown(self) -> None:
        world = World()
        passport = world.passport()
        line = self.line(world, f"until={written(AT)}")
        undetermined(world.verify(passport, maker=line, time=""), "signer.time-unknown")


class TestValidity:
    @pytest.mark.parametrize(
        ("member", "instant", "code"),
        [("validUntil", AT, "credential.expired"), ("validFrom", AT + timedelta(days=1), "credential.not-yet-valid")],
    )
    def test_outside(self, member: str, instant: object, code: str) -> None:
        world = World()
        passport = world.passport(change=lambda draft: draft.update({member: written(instant)}))  # type: ignore[arg-type]
        undetermined(world.verify(passport), code)


class TestStatus:
    def test_revoked(self) -> None:
        world = World()
        report = world.verify(world.passport(revoked=[7]))
        assert report.verdict is Verdict.REJECTED
        assert "status.revoked" in codes(report)

    def test_somebody_elses_position(self) -> None:
        world = World()
        assert world.verify(world.passport(revoked=[6, 8])).verdict is Verdict.VERIFIED

    def test_stale(self) -> None:
        world = World()
        undetermined(world.verify(world.passport(), at=SIGNED + timedelta(days=7)), "status.stale")

    def test_missing(self) -> None:
        world = World()
        passport = world.passport()
        gone = {one.commitment for one in passport.status_lists.values()}
        seals = {commitment: seal for commitment, seal in passport.seals.items() if commitment not in gone}
        undetermined(world.verify(replace(passport, status_lists={}, seals=seals)), "status.missing")

    def test_not_named(self) -> None:
        world = World()
        passport = world.passport(change=lambda draft: draft.pop("credentialStatus"))
        lists = {one.commitment for one in passport.status_lists.values()}
        seals = {commitment: seal for commitment, seal in passport.seals.items() if commitment not in lists}
        passport = replace(passport, status_lists={}, seals=seals)
        undetermined(world.verify(passport), "status.not-named")
        report = world.verify(passport, status="")
        assert report.verdict is Verdict.VERIFIED
        assert "status.not-asked" in codes(report)

    def test_no_such_position(self) -> None:
        world = World()

        def far(draft: dict[str, object]) -> None:
            draft["credentialStatus"]["statusListIndex"] = "131072"  # type: ignore[index]

        undetermined(world.verify(world.passport(change=far)), "status.no-position")
