"""What is lacking is named, with who can mend it, whatever the quorum looks like."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from carbonseal.findings import Outcome
from carbonseal.log.notes import Cosigner
from carbonseal.passport.passports import Passport
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import Report, verify
from tests.world import AT, CHAIN, OTHER_ORIGIN, World, key

OTHER = f"tlog:{OTHER_ORIGIN}"
CONSORTIUM = (
    f"ledger consortium fabric:{'5a' * 32} config={'5a' * 32} chaincode=anchors attest=1:Org1 publisher={'01' * 32}"
)


@cache
def made() -> tuple[World, Passport]:
    world = World()
    return world, world.passport(witnessed=True)


def report_on(*lines: str, trusted: bool = True, **changes: str) -> Report:
    """On a passport that is anchored on `chain` and on `other`, under a policy with the ledger `consortium` too."""
    world, passport = made()
    policy = world.policy(consortium=CONSORTIUM, more="\n".join(lines), anchors="", time="", status="", **changes)
    return verify(passport, policy, world.trust() if trusted else Trust(), at=AT)


def facts(report: Report, code: str) -> list[dict[str, str]]:
    """The facts of the findings with this code on the seal of the credential itself."""
    found = (one for one in report.findings if one.code.name == code)
    return [dict(one.facts) for one in found if one.place[1:] == ("seal",) and "status" not in one.place[0]]


@pytest.mark.parametrize(
    ("group", "agree", "lacking"),
    [
        (["group g all chain other consortium"], "chain, other", "consortium"),
        (["group g 3 chain other consortium"], "chain, other", "consortium"),
        (["group i any consortium", "group g all chain i"], "chain", "consortium"),
        (["group i all other consortium", "group g all chain i"], "chain, other", "consortium"),
        (["group i all chain consortium", "group j all other i", "group g all j"], "chain, other", "consortium"),
    ],
)
def test_the_ledger_that_is_required_and_absent_is_named(group: Sequence[str], agree: str, lacking: str) -> None:
    report = report_on(*group, "require anchors by=g")
    (unmet,) = facts(report, "ledger-quorum.unmet")
    assert unmet == {"ledgers": agree, "lacking": lacking}
    (absent,) = facts(report, "ledger.absent")
    assert absent == {"name": "consortium", "ledger": f"fabric:{'5a' * 32}"}
    (message,) = {one.message for one in report.findings if one.code.name == "ledger-quorum.unmet"}
    assert message == f"too few ledgers agree: {agree}; the policy also requires consortium"
    (remedy,) = {one.remedy for one in report.findings if one.code.name == "ledger.absent"}
    assert "refresh" in remedy


def test_who_brings_no_trust_is_told_to_gather_it() -> None:
    report = report_on("group g 2 chain consortium", "require anchors by=g", "require time by=chain", trusted=False)
    assert facts(report, "ledger-quorum.unmet") == [{"ledgers": "none", "lacking": "chain and consortium"}]
    assert facts(report, "time-quorum.unmet") == [{"ledgers": "none", "lacking": "chain"}]
    assert facts(report, "ledger.not-shown") == [{"name": "chain", "ledger": CHAIN}]
    (remedy,) = {one.remedy for one in report.findings if one.code.name == "ledger.not-shown"}
    assert "carbonseal trust gather" in remedy


def test_of_a_choice_all_that_would_do_are_named() -> None:
    report = report_on("group i any other consortium", "group g all chain i", "require anchors by=g", trusted=False)
    assert facts(report, "ledger-quorum.unmet") == [{"ledgers": "other", "lacking": "chain"}]
    report = report_on("group g 1 chain consortium", "require anchors by=g", trusted=False)
    assert facts(report, "ledger-quorum.unmet") == [{"ledgers": "none", "lacking": "1 of (chain, consortium)"}]
    assert [one["name"] for one in facts(report, "ledger.not-shown") + facts(report, "ledger.absent")] == [
        "chain",
        "consortium",
    ]


def test_an_anchor_without_a_date_is_named_where_time_lacks_it() -> None:
    report = report_on("group g all chain other", "require time by=g")
    assert facts(report, "time-quorum.unmet") == [{"ledgers": "chain", "lacking": "other"}]
    assert facts(report, "ledger.not-dated") == [{"name": "other", "ledger": OTHER}]
    assert not facts(report, "ledger.absent")


def test_witnesses_that_are_lacking_are_named() -> None:
    world, _ = made()
    stranger = Cosigner("second.example", key("second"))
    lines = (
        f"witness first {world.witness.verifier.encode()}",
        f"witness second {stranger.verifier.encode()}",
        "group w all first second",
    )
    report = report_on(*lines, quorum="", after="quorum w")
    assert facts(report, "witness-quorum.unmet") == [{"witnesses": "first", "lacking": "second"}]


def test_the_witnesses_of_a_log_that_is_a_ledger_are_named() -> None:
    world, _ = made()
    report = report_on(
        f"witness first {world.witness.verifier.encode()}",
        f"ledger other {OTHER} key={world.other.signer.verifier.encode()} quorum=first",
        "require anchors by=other",
        other="",
        both="",
    )
    (unwitnessed, *_) = (one for one in report.findings if one.code.name == "ledger.not-witnessed")
    assert unwitnessed.facts == {"witnesses": "none", "lacking": "first"}
    assert facts(report, "ledger.not-shown") == [{"name": "other", "ledger": OTHER}]


def test_what_is_met_lacks_nothing() -> None:
    report = report_on("group g all chain other", "require anchors by=g", "require time by=chain")
    assert not [one for one in report.findings if one.code.outcome is Outcome.UNDETERMINED]
    assert not {"ledger.absent", "ledger.not-shown", "ledger.not-dated"} & {one.code.name for one in report.findings}
