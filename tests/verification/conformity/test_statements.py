"""Statements: which stand, and which count for what a policy requires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carbonseal.findings import Verdict
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.multibase import encode_key
from carbonseal.verification.verify import verify_statement
from tests.passport.stated import BODY, POLICY, Stated, footprints, opinion, program
from tests.verification.conformity.scenes import AT, LATER, OTHER_BODY, Scene, commitments, found
from tests.world import SIGNED, Issuer, World, codes, suspendable

BY = "require statement by=tuev"


def _world() -> tuple[World, Stated]:
    world = World()
    return world, Stated(world)


def _report(given: Mapping[str, Any] | None = None, line: str = BY, **made: Any) -> Any:
    """A reader with a footprint of 5 kg, and one statement on it with these changes."""
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    statement = scene.stated.statement(opinion(commitments(reader), **(given or {})), **made)
    return scene.verify(scene.passport(reader, statement), statement=line)


def test_a_statement_on_the_footprint_covers_it() -> None:
    report = _report()
    assert report.verdict is Verdict.VERIFIED
    assert found(report) == ["statement.stands", "statement.met"]
    (met,) = [one for one in report.findings if one.code.name == "statement.met"]
    assert met.facts == {"names": "tuev", "share": "100 %", "required": "100 %"}


def test_without_any_it_is_undetermined_and_says_that() -> None:
    scene = Scene()
    report = scene.verify(scene.passport(scene.chain.product("reader", "5")))
    assert report.verdict is Verdict.UNDETERMINED and found(report) == ["statement.absent"]


def test_without_one_that_counts_it_names_what_lacks_it() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    unknown = scene.stated.statement(opinion(commitments(reader)), body=OTHER_BODY)
    report = scene.verify(scene.passport(reader, unknown))
    assert report.verdict is Verdict.UNDETERMINED
    (unmet,) = [one for one in report.findings if one.code.name == "statement.unmet"]
    assert unmet.facts["share"] == "0 %" and unmet.facts["uncovered"].startswith("reader (")


def test_what_is_not_required_is_not_asked() -> None:
    scene = Scene()
    report = scene.verify(scene.passport(scene.chain.product("reader", "5")), statement="")
    assert report.verdict is Verdict.VERIFIED and found(report) == ["statement.not-asked"]


@pytest.mark.parametrize(
    ("given", "line", "why"),
    [
        ({"assurance": "limited"}, f"{BY} assurance=reasonable", "its assurance is limited"),
        ({"opinion": "modified", "qualifications": ("of stage A2 nothing was seen",)}, BY, "its opinion is modified"),
        ({"opinion": "adverse", "qualifications": ("the figure is wrong",)}, f"{BY} opinion=modified", "adverse"),
        ({"opinion": "disclaimed", "qualifications": ("no data",)}, f"{BY} opinion=modified", "disclaimed"),
        (
            {
                "engagement": "validation",
                "assurance": "",
                "materiality": "",
                "scope": opinion().scope.__class__("iso-14067:2018", "validation"),
            },
            BY,
            "its engagement is validation",
        ),
        ({}, f"{BY} covers=program", "it covers product"),
        ({}, f"{BY} standard=iso-14083:2023", "its scope is iso-14067:2018"),
        ({}, f"{BY} engagement=critical-review", "its engagement is verification"),
    ],
)
def test_of_another_kind_than_required_it_does_not_count(given: Mapping[str, Any], line: str, why: str) -> None:
    report = _report(given, line)
    assert report.verdict is Verdict.UNDETERMINED
    assert found(report) == ["statement.stands", "statement.unmet", "statement.other"]
    assert why in report.findings[-1].message or any(why in one.message for one in report.findings)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"assurance": "limited"}, f"{BY} assurance=limited"),
        ({}, f"{BY} assurance=limited"),  # reasonable is more
        ({}, f"{BY} standard=iso-14083:2023,iso-14067:2018"),
        ({"opinion": "modified", "qualifications": ("of stage A2 nothing was seen",)}, f"{BY} opinion=modified"),
        ({}, f"{BY} covers=program,product share=60% engagement=verification,validation"),
    ],
)
def test_what_the_policy_allows_counts(given: Mapping[str, Any], line: str) -> None:
    assert _report(given, line).verdict is Verdict.VERIFIED


def test_program_certification_under_covers_product_is_undetermined_and_says_why() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    passport = scene.passport(reader, scene.stated.statement(program()))
    report = scene.verify(passport, statement=f"{BY} covers=product")
    assert report.verdict is Verdict.UNDETERMINED
    (other,) = [one for one in report.findings if one.code.name == "statement.other"]
    assert "it covers program, and the policy requires product" in other.message
    assert scene.verify(passport, statement=f"{BY} covers=product,program").verdict is Verdict.VERIFIED


def test_a_forged_statement_rejects() -> None:
    def forge(document: dict[str, Any]) -> None:
        document["credentialSubject"]["addressee"] = "whoever reads this"

    report = _report(signed=forge)
    assert report.verdict is Verdict.REJECTED
    assert "credential.bad-signature" in codes(report) and "statement.not-shown" in codes(report)


def test_a_statement_of_another_organisation_is_not_about_who_copied_the_record() -> None:
    """The record of the maker's footprint, cited by somebody else for a product of theirs."""
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    statement = scene.stated.statement(opinion(commitments(reader)))
    copied = scene.chain.product("reader", "5", issuer="copier")
    assert commitments(copied) == commitments(reader)
    report = scene.verify(scene.passport(copied, statement), "copier")
    assert report.verdict is Verdict.UNDETERMINED and "statement.unmet" in codes(report)


@pytest.mark.parametrize(
    "body",
    [
        Issuer("did:web:maker.example", BODY.key),  # the maker's id, and another key
        Issuer("did:web:maker.example", World().maker.key),
    ],
)
def test_who_signed_in_the_same_tree_vouches_for_nothing(body: Issuer) -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(reader)), body=body))
    line = f"signer tuev body {body.id} {encode_key(body.public)}"
    changes = {"body": line, "maker": ""} if body.key is World().maker.key else {"body": line}
    if body.public == World().maker.public:  # a key has one role: as the maker's it is no body's
        report = scene.verify(passport)
        assert found(report) == ["statement.unknown-body", "statement.unmet"]
        return
    report = scene.verify(passport, **changes)
    assert report.verdict is Verdict.UNDETERMINED and "statement.self" in codes(report)


def test_a_supplier_in_the_tree_does_not_vouch_for_the_product() -> None:
    scene = Scene()
    supplier = Issuer("did:web:supplier.example", BODY.key)
    cell = scene.chain.product("cell", "1", issuer="supplier")
    reader = scene.chain.product("reader", "5", parts=[_used(cell)])
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(reader)), body=supplier))
    line = f"signer tuev body {supplier.id} {encode_key(supplier.public)}"
    assert "statement.self" in codes(scene.verify(passport, body=line))


def _used(made: Any) -> Any:
    from tests.flow.chains import used

    return used(made, "1")


def test_a_body_that_nobody_knows_is_told_and_lowers_nothing() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    unknown = scene.stated.statement(opinion(commitments(reader)), body=OTHER_BODY)
    known = scene.stated.statement(opinion(commitments(reader)))
    report = scene.verify(scene.passport(reader, known, unknown))
    assert report.verdict is Verdict.VERIFIED and "statement.unknown-body" in codes(report)
    assert scene.verify(scene.passport(reader, unknown), statement="", body="").verdict is Verdict.VERIFIED


def test_what_is_not_sealed_as_required_is_told_and_lowers_nothing_where_another_counts() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    known = scene.stated.statement(opinion(commitments(reader)))
    unsealed = scene.stated.statement(opinion(commitments(reader)), seals={})
    report = scene.verify(scene.passport(reader, known, unsealed))
    assert report.verdict is Verdict.VERIFIED and "statement.not-shown" in codes(report)
    assert scene.verify(scene.passport(reader, unsealed)).verdict is Verdict.UNDETERMINED


def test_a_withdrawn_statement_counts_for_nothing_and_rejects_nobody() -> None:
    report = _report(versions=[((1,), SIGNED, REVOCATION)])
    assert report.verdict is Verdict.UNDETERMINED
    assert found(report) == ["statement.withdrawn", "statement.unmet"]


def test_a_suspension_of_a_statement_ends() -> None:
    suspended = [((), SIGNED, REVOCATION), ((9,), SIGNED, SUSPENSION)]
    report = _report(change=suspendable, versions=suspended)
    assert found(report) == ["statement.suspended", "statement.unmet"]
    ended = _report(change=suspendable, versions=[*suspended, ((), LATER, SUSPENSION)])
    assert ended.verdict is Verdict.VERIFIED


def test_where_status_is_required_a_list_that_is_missing_makes_a_statement_count_for_nothing() -> None:
    world, stated = _world()
    passport = world.passport()
    lines: dict[str, Any] = {**POLICY, "statement": ""}
    without = stated.attached(passport, stated.statement(opinion(footprints(passport)), versions=[]))
    report = world.verify(without, **lines)
    assert report.verdict is Verdict.VERIFIED and "statement.not-shown" in codes(report)
    with_list = stated.attached(passport, stated.statement(opinion(footprints(passport))))
    assert "statement.stands" in codes(world.verify(with_list, **lines))
    late = AT + timedelta(days=30)  # the body's list has ended, and so has the issuer's
    assert "statement.not-shown" in codes(world.verify(with_list, at=late, **lines))


@pytest.mark.parametrize("member", ["supersedes", "corrects"])
def test_who_holds_both_finds_the_later_one(member: str) -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    first = scene.stated.statement(opinion(commitments(reader)))
    changes: dict[str, Any] = {member: first.root, "opinion": "adverse", "qualifications": ("of the wrong year",)}
    second = scene.stated.statement(opinion(commitments(reader), **changes))
    assert scene.verify(scene.passport(reader, first)).verdict is Verdict.VERIFIED
    report = scene.verify(scene.passport(reader, first, second))
    assert report.verdict is Verdict.UNDETERMINED
    assert {"statement.replaced", "statement.other"} <= codes(report)


def test_a_successor_replaces_from_its_beginning_and_a_correction_at_once() -> None:
    def next_year(draft: dict[str, Any]) -> None:
        draft["validFrom"] = "2027-01-01T00:00:00Z"

    scene = Scene()
    reader = scene.chain.product("reader", "5")
    given = commitments(reader)
    first = scene.stated.statement(opinion(given))
    successor = scene.stated.statement(opinion(given, supersedes=first.root), change=next_year)
    passport = scene.passport(reader, first, successor)
    early = scene.verify(passport)
    assert early.verdict is Verdict.VERIFIED
    assert found(early) == ["statement.not-valid", "statement.stands", "statement.met"]
    later = scene.verify(passport, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert later.verdict is Verdict.VERIFIED
    assert sorted(found(later)) == ["statement.met", "statement.replaced", "statement.stands"]
    correction = scene.stated.statement(opinion(given, corrects=first.root), change=next_year)
    assert "statement.replaced" in codes(scene.verify(scene.passport(reader, first, correction)))


def test_nobody_else_can_replace_a_statement() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    first = scene.stated.statement(opinion(commitments(reader)))
    hostile = scene.stated.statement(opinion(commitments(reader), supersedes=first.root), body=OTHER_BODY)
    other = f"signer other-body body {OTHER_BODY.id} {encode_key(OTHER_BODY.public)}"
    report = scene.verify(scene.passport(reader, first, hostile), second_body=other)
    assert report.verdict is Verdict.VERIFIED and "statement.replaced" not in codes(report)


def test_a_statement_has_its_own_time_of_validity() -> None:
    def ending(draft: dict[str, Any]) -> None:
        draft["validUntil"] = "2026-11-21T00:00:00Z"

    assert found(_report(change=ending)) == ["statement.not-valid", "statement.unmet"]


def test_the_window_of_a_body_s_key_holds_for_statements() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(reader))))
    for window, verdict in (
        ("from=2026-11-01T00:00:00Z until=2026-12-01T00:00:00Z", Verdict.VERIFIED),
        ("from=2026-11-21T00:00:00Z", Verdict.UNDETERMINED),
        ("until=2026-11-19T00:00:00Z", Verdict.UNDETERMINED),
    ):
        report = scene.verify(passport, body=f"{POLICY['body']} {window}")
        assert report.verdict is verdict, window


def test_by_itself_a_statement_is_verified_where_it_stands() -> None:
    world, stated = _world()
    file = stated.statement(opinion([b"1" * 32]))
    report = verify_statement(file, world.policy(**{**POLICY, "statement": ""}), world.trust(), at=AT)
    assert report.verdict is Verdict.VERIFIED and report.existed_by is not None
    assert found(report) == ["statement.stands"]
    unknown = verify_statement(file, world.policy(), world.trust(), at=AT)
    assert unknown.verdict is Verdict.UNDETERMINED
    assert found(unknown) == ["statement.unknown-body", "statement.not-standing"]
