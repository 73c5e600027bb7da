"""Accreditations: which bodies may state what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carbonseal.findings import Finding, Verdict
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.conformity.files import StatementFile
from carbonseal.passport.conformity.scopes import Scope
from carbonseal.passport.conformity.statements import Opinion
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import Classification
from carbonseal.verification.verify import Report
from tests.passport.stated import ACCREDITED, ACCREDITOR, BODY, SCOPE, opinion
from tests.verification.conformity.scenes import AT, LATER, OTHER_BODY, Scene, commitments, found
from tests.world import BLOCK_TIME, SIGNED, Issuer, Version, codes, key, suspendable

DAY = timedelta(days=1)
FAMILIES = "statement accreditation"


class Accredited(Scene):
    """A reader, and a statement on it by a body that is accredited."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = self.chain.product("reader", "5")

    def file(self, *accreditations: Bundle, **changes: Any) -> StatementFile:
        given: Opinion = opinion(commitments(self.reader), **changes)
        return self.stated.statement(given, accreditations=accreditations)

    def report(self, *accreditations: Bundle, **changes: str) -> Report:
        return self.accredited(self.passport(self.reader, self.file(*accreditations)), **changes)


def _one(report: Report, name: str) -> Finding:
    (finding,) = [one for one in report.findings if one.code.name == name]
    return finding


def test_an_accredited_body_counts_under_its_accreditor_s_name() -> None:
    scene = Accredited()
    report = scene.report(scene.stated.accreditation())
    assert report.verdict is Verdict.VERIFIED
    assert found(report, FAMILIES) == ["accreditation.counts", "statement.stands", "statement.met"]
    assert _one(report, "statement.met").facts["names"] == "dakks"


def test_without_its_accreditation_the_body_is_unknown() -> None:
    assert found(Accredited().report(), FAMILIES) == ["statement.unknown-body", "statement.unmet"]


def test_an_accreditor_that_the_policy_does_not_list_accredits_nobody() -> None:
    scene = Accredited()
    other = Issuer("did:web:accreditor.example", key("another key"))
    report = scene.report(scene.stated.accreditation(accreditor=other))
    assert report.verdict is Verdict.UNDETERMINED
    assert found(report, FAMILIES) == [
        "accreditation.unknown-accreditor",
        "statement.unaccredited",
        "statement.unmet",
    ]


def test_the_depth_is_one() -> None:
    """A body that is accredited accredits nobody."""
    scene = Accredited()
    second = scene.stated.accreditation(body=OTHER_BODY, accreditor=BODY)
    file = scene.stated.statement(opinion(commitments(scene.reader)), body=OTHER_BODY, accreditations=[second])
    assert "accreditation.unknown-accreditor" in codes(scene.accredited(scene.passport(scene.reader, file)))


def test_a_forged_accreditation_rejects() -> None:
    scene = Accredited()
    accreditation = scene.stated.accreditation()
    (carried,) = accreditation.accreditations.values()
    document = {**carried.signed.document, "validUntil": "2099-01-01T00:00:00Z"}
    from carbonseal.passport.conformity.accreditations import ACCREDITATION

    forged = ACCREDITATION.carry(document, carried.salt)
    bundle = replace(accreditation, root=forged.signed.digest, accreditations={forged.signed.digest: forged})
    report = scene.report(bundle)
    assert report.verdict is Verdict.REJECTED and "credential.bad-signature" in codes(report)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"since": BLOCK_TIME + DAY}, "accreditation.not-begun"),
        ({"since": SIGNED + timedelta(seconds=1)}, "accreditation.not-begun"),  # begun between C and T
        ({"until": BLOCK_TIME - timedelta(seconds=1)}, "accreditation.ended"),
        ({"scope": [Scope("iso-14067:2018", "validation")]}, "accreditation.other-scope"),
        ({"scope": [replace(SCOPE, programme="https://programme.example/1")]}, "accreditation.other-scope"),
        (
            {"scope": [replace(SCOPE, sector=Classification("urn:example:sectors", "27"))]},
            "accreditation.other-scope",
        ),
        ({"versions": [((1,), SIGNED, REVOCATION)]}, "accreditation.withdrawn-then"),
        (
            {"change": suspendable, "versions": [((), SIGNED, REVOCATION), ((9,), SIGNED, SUSPENSION)]},
            "accreditation.suspended-then",
        ),
    ],
)
def test_outside_its_accreditation_a_statement_counts_for_nothing_and_says_why(
    changes: dict[str, Any], code: str
) -> None:
    scene = Accredited()
    report = scene.report(scene.stated.accreditation(**changes))
    assert report.verdict is Verdict.UNDETERMINED
    assert found(report, FAMILIES) == ["accreditation.counts", code, "statement.unmet"]


def test_a_scope_is_matched_by_equality() -> None:
    scene = Accredited()
    whole = Scope(
        "iso-14067:2018", "verification", "https://programme.example/1", Classification("urn:example:sectors", "27")
    )
    file = scene.file(scene.stated.accreditation(scope=[SCOPE, whole]), scope=whole)
    assert scene.accredited(scene.passport(scene.reader, file)).verdict is Verdict.VERIFIED


def test_suspended_between_statement_and_verification_it_is_judged_both_ways() -> None:
    """What was stated before stands, at whatever instant; what is stated afterwards does not."""
    scene = Accredited()
    lists = [((), SIGNED, REVOCATION), ((), SIGNED, SUSPENSION), ((9,), LATER + DAY, SUSPENSION)]
    accreditation = scene.stated.accreditation(change=suspendable, versions=lists)
    passport = scene.passport(scene.reader, scene.file(accreditation))
    written: dict[str, Any] = {"status": "", **ACCREDITED}
    for at in (AT, LATER + 3 * DAY):
        assert scene.world.verify(passport, at=at, **written).verdict is Verdict.VERIFIED
    afterwards = Accredited()
    suspended = [((), SIGNED, REVOCATION), ((9,), SIGNED - DAY, SUSPENSION)]
    report = afterwards.report(afterwards.stated.accreditation(change=suspendable, versions=suspended))
    assert "accreditation.suspended-then" in codes(report)


def test_a_status_that_is_not_known_for_that_time_is_told_where_status_is_required() -> None:
    """Versions that are later than the statement, or that had ended, say nothing of that time."""
    world_lists: tuple[list[Version], ...] = ([], [((), LATER, REVOCATION)], [((), SIGNED - 30 * DAY, REVOCATION)])
    for versions in world_lists:
        scene = Accredited()
        passport = scene.world.passport()
        from tests.passport.stated import footprints

        file = scene.stated.statement(
            opinion(footprints(passport)), accreditations=[scene.stated.accreditation(versions=versions)]
        )
        given = scene.stated.attached(passport, file)
        lines: dict[str, Any] = {**ACCREDITED, "statement": ""}
        report = scene.world.verify(given, **lines)
        assert found(report, FAMILIES)[:2] == ["accreditation.counts", "accreditation.status-unknown"], versions
        assert "statement.stands" in codes(scene.world.verify(given, **{**lines, "status": ""}))


def test_without_a_proved_time_an_accreditation_is_undetermined() -> None:
    scene = Accredited()
    report = scene.report(scene.stated.accreditation(), time="")
    assert found(report, FAMILIES) == ["accreditation.counts", "accreditation.time-unknown", "statement.unmet"]


def test_a_key_with_another_role_is_given_to_no_body() -> None:
    scene = Accredited()
    maker = scene.world.maker
    thief = Issuer(BODY.id, maker.key)
    accreditation = scene.stated.accreditation(body=thief)
    supplier = scene.chain.product("cell", "1", issuer="supplier")
    file = scene.stated.statement(
        opinion(commitments(supplier), "did:web:supplier.example"), body=thief, accreditations=[accreditation]
    )
    report = scene.accredited(scene.passport(supplier, file))
    assert report.verdict is Verdict.UNDETERMINED
    assert found(report, FAMILIES) == [
        "accreditation.counts",
        "accreditation.key-taken",
        "statement.unaccredited",
        "statement.unmet",
    ]


def test_a_body_that_is_listed_and_accredited_counts_by_both_names() -> None:
    scene = Accredited()
    passport = scene.passport(scene.reader, scene.file(scene.stated.accreditation()))
    listed = f"signer tuev body {BODY.id} {encode_key(BODY.public)}"
    group = {"group": "group both all tuev dakks", "statement": "", "line": "require statement by=both"}
    with pytest.raises(Exception, match="both"):  # a name of the world's policy
        scene.accredited(passport, listed=listed, **group)
    group = {"group": "group vouching all tuev dakks", "statement": "", "line": "require statement by=vouching"}
    assert scene.accredited(passport, listed=listed, **group).verdict is Verdict.VERIFIED


def test_the_accreditor_s_own_key_window_holds() -> None:
    scene = Accredited()
    passport = scene.passport(scene.reader, scene.file(scene.stated.accreditation()))
    line = f"{ACCREDITED['body']} until=2026-11-19T00:00:00Z"
    report = scene.accredited(passport, body=line)
    assert found(report, FAMILIES)[0] == "accreditation.not-shown" and report.verdict is Verdict.UNDETERMINED


def test_an_accreditation_of_another_body_is_not_carried() -> None:
    scene = Accredited()
    made = scene.file(scene.stated.accreditation(body=OTHER_BODY))
    assert not made.accreditations


def test_two_accreditations_of_one_body_are_judged_each() -> None:
    """One that ended, and the one in whose place it came."""
    scene = Accredited()
    ended = scene.stated.accreditation(until=SIGNED - DAY)
    new = scene.stated.accreditation(since=SIGNED - DAY)
    passport: Passport = scene.passport(scene.reader, scene.file(ended, new))
    assert scene.accredited(passport).verdict is Verdict.VERIFIED
    assert ACCREDITOR.id in {one.signed.issuer for one in passport.accreditations.values()}


def test_a_body_whose_other_key_signed_the_product_vouches_for_itself() -> None:
    """Under another id: the accreditation shows that both are one."""
    scene = Accredited()
    both = [BODY.public, scene.chain.maker.public]
    own = scene.report(scene.stated.accreditation(keys=both))
    assert own.verdict is Verdict.UNDETERMINED
    assert found(own, FAMILIES) == [
        "accreditation.counts",
        "accreditation.key-taken",
        "statement.self",
        "statement.unmet",
    ]
    other = scene.report(scene.stated.accreditation(keys=[BODY.public, OTHER_BODY.public]))
    assert other.verdict is Verdict.VERIFIED
