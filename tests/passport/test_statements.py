"""The forms of statements and accreditations, and the files in which they travel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.passport import bundles
from carbonseal.passport.assembly import assemble_accreditation, attach
from carbonseal.passport.bundles import MAX_STATEMENTS
from carbonseal.passport.conformity.accreditations import ACCREDITATION
from carbonseal.passport.conformity.files import parse_accreditation, parse_file, parse_statement
from carbonseal.passport.conformity.statements import STATEMENT, opinion_to_json, read_opinion
from carbonseal.passport.conformity.words import COVERS, ENGAGEMENTS, STANDARDS
from carbonseal.passport.passports import parse
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from tests.log.refusals import refusal
from tests.passport.stated import BODY, Stated, footprints, opinion, program
from tests.repository.sources import REPOSITORY
from tests.world import SIGNED, Issuer, World, key

DIGEST = "ab" * 32


def test_an_opinion_is_what_was_read() -> None:
    for given in (opinion([b"1" * 32]), program(), program(covers="model", model="cells 3.1")):
        assert read_opinion(opinion_to_json(given)) == given


def _set(member: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(draft: dict[str, Any]) -> None:
        if value is None:
            del draft["credentialSubject"][member]
        else:
            draft["credentialSubject"][member] = value

    return change


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("assurance", None, "credential.malformed"),
        ("materiality", "100.5", "credential.malformed"),
        ("materiality", "-1", "credential.malformed"),
        ("opinion", None, "credential.malformed"),
        ("opinion", "modified", "credential.malformed"),  # without a qualification
        ("opinion", "clean", "credential.unknown-value"),
        ("opinion", ["clean"], "credential.unknown-value"),
        ("opinion", ["unmodified"], "credential.unknown-value"),
        ("opinion", [["clean"]], "credential.malformed"),
        ("opinion", {"clean": "clean"}, "credential.malformed"),
        ("covers", "batch", "credential.unknown-value"),
        ("covers", "program", "credential.malformed"),  # which has footprints, and no rulebook
        ("footprints", [], "credential.malformed"),
        ("footprints", [DIGEST, DIGEST], "credential.listed-twice"),
        ("footprints", [f"{n:064x}" for n in range(4097)], "credential.over-limit"),
        ("noSiteVisit", None, "credential.malformed"),
        ("siteVisits", [{"date": "2026-10-01", "kind": "physical"}], "credential.malformed"),  # and a reason for none
        ("siteVisits", [{"date": "2026-10-01", "kind": "by drone"}], "credential.unknown-value"),
        ("siteVisits", [{"date": "2026-10-01", "kind": ["by drone"]}], "credential.unknown-value"),
        ("engagement", "validation", "credential.malformed"),  # which has no assurance
        ("standards", ["iso-9001:2015"], "credential.unknown-value"),
        ("standards", [["iso-9001:2015"]], "credential.unknown-value"),
        ("scope", {"standard": ["iso-9001:2015"], "activity": ["verification"]}, "credential.unknown-value"),
        ("standards", ["iso-14065:2020", "iso-14065:2020"], "credential.listed-twice"),
        ("scope", {"standard": "iso-14067:2018", "activity": "validation"}, "credential.malformed"),
        ("scope", {"standard": "glec-framework:3", "activity": "verification"}, "credential.malformed"),
        ("boundary", "well-to-wheel", "credential.unknown-value"),
        ("period", {"from": "2026-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z"}, "credential.malformed"),
        ("opinionDate", "2026-02-30", "credential.malformed"),
        ("original", "no digest", "credential.malformed"),
        ("model", "cells 3.1", "credential.malformed"),  # of a statement on products
        ("weather", "fine", "credential.unknown-member"),
    ],
)
def test_what_an_opinion_cannot_be_is_refused(member: str, value: Any, code: str) -> None:
    change = _set(member, value)
    with pytest.raises(Refused) as refused:
        Stated(World()).statement(opinion([b"1" * 32]), change=change)
    assert refused.value.finding.code.name == code


def test_it_supersedes_or_corrects_and_not_both() -> None:
    def both(draft: dict[str, Any]) -> None:
        draft["credentialSubject"] |= {"supersedes": DIGEST, "corrects": DIGEST}

    with pytest.raises(Refused) as refused:
        Stated(World()).statement(opinion([b"1" * 32]), change=both)
    assert refused.value.finding.code.name == "credential.malformed"
    made = Stated(World()).statement(opinion([b"1" * 32], corrects=bytes.fromhex(DIGEST)))
    assert made.statement.replaces == bytes.fromhex(DIGEST)


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("keys", [], "credential.malformed"),
        ("keys", ["z6Mkf5rGMoatrSj1f4CyvuHBeXJELe9RPdzo2PKGNCKVtZxP"] * 2, "credential.listed-twice"),
        ("keys", ["z6Mknothingofakey11111111111111111111111111111111"], "credential.malformed"),
        ("scope", [], "credential.malformed"),
        ("scope", [{"standard": "iso-14067:2018", "activity": "verification"}] * 2, "credential.listed-twice"),
        ("scope", [{"standard": "iso-9001:2015", "activity": "verification"}], "credential.unknown-value"),
        ("number", None, "credential.malformed"),
        ("country", "DE", "credential.unknown-member"),
    ],
)
def test_what_an_accreditation_cannot_be_is_refused(member: str, value: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Stated(World()).accreditation(change=_set(member, value))
    assert refused.value.finding.code.name == code


def test_an_accreditation_ends() -> None:
    def endless(draft: dict[str, Any]) -> None:
        del draft["validUntil"]

    assert refusal(Stated(World()).accreditation, change=endless) == "credential.malformed"


def test_a_statement_file_is_what_was_read() -> None:
    stated = Stated(World())
    made = stated.statement(opinion([b"1" * 32]), accreditations=[stated.accreditation()])
    read = parse_statement(made.encode())
    assert read == made and read.statement.issuer == BODY.id and len(read.accreditations) == 1
    assert {one.signed.issuer for one in read.status_lists.values()} == {BODY.id, "did:web:accreditor.example"}


def test_of_a_statement_file_nothing_is_uncited() -> None:
    stated = Stated(World())
    made = stated.statement(opinion([b"1" * 32]), accreditations=[stated.accreditation()])
    value = strict.parse(made.encode())
    value["accreditations"] = {}
    assert refusal(parse_statement, jcs(value)) == "passport.uncited"
    other = stated.statement(program())
    value = {**strict.parse(made.encode()), "statement": other.root.hex()}
    assert refusal(parse_statement, jcs(value)) == "passport.not-carried"


def test_another_version_of_a_statement_file_is_undetermined() -> None:
    value = {**strict.parse(Stated(World()).statement(program()).encode()), "carbonseal": "statement/2"}
    assert refusal(parse_statement, jcs(value)) == "statement-file.unknown-version"
    assert refusal(parse_statement, jcs({**value, "carbonseal": "passport/1"})) == "statement-file.malformed"


def test_an_accreditation_file_is_what_was_read_and_joins_a_statement() -> None:
    world = World()
    stated = Stated(world)
    found = stated.accreditation()
    (carried,) = found.accreditations.values()
    made = assemble_accreditation(carried, seals=found.seals, status_lists=found.status_lists.values())
    read = parse_accreditation(made.encode())
    assert read == made and read.accreditation.body == BODY.id and len(read.status_lists) == 1
    passport = world.passport()
    assert [parse_file(one.encode()) for one in (made, passport)] == [made, passport]
    statement = stated.statement(program())
    assert attach(statement, [made]).accreditations == made.accreditations
    foreign = stated.statement(program(), body=Issuer("did:web:another.example", key("another")))
    assert attach(foreign, [made]) == foreign


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "passport.other-file"),
        (b'{"carbonseal":"statement/2"}', "statement-file.unknown-version"),
        (b'{"carbonseal":"accreditation/2"}', "accreditation-file.unknown-version"),
        (b'{"carbonseal":"accreditation/1"}', "accreditation-file.malformed"),
        (b'{"carbonseal":"trust/1"}', "passport.other-file"),
        (b'{"carbonseal":1}', "passport.other-file"),
        (b"[]", "passport.other-file"),
    ],
)
def test_a_file_is_read_as_what_it_says_it_is(raw: bytes, code: str) -> None:
    assert refusal(parse_file, raw) == code


def test_more_statements_than_a_passport_may_have_are_not_attached(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    stated, passport = Stated(world), world.passport()
    monkeypatch.setitem(bundles.MOST, "statements", 1)
    files = [stated.statement(opinion(footprints(passport))) for _ in range(2)]
    assert len(stated.attached(passport, files[0]).statements) == 1
    assert refusal(stated.attached, passport, *files) == "passport.over-limit"


def test_given_as_a_passport_it_is_named_as_what_it_is() -> None:
    with pytest.raises(Refused, match="a statement without a passport"):
        parse(Stated(World()).statement(program()).encode())


def test_a_passport_takes_in_what_is_about_it() -> None:
    world = World()
    stated = Stated(world)
    supplier = world.passport(world.supplier, "circuit board")
    passport = world.passport(components=[supplier])
    about = [
        stated.statement(opinion(footprints(passport)[:1]), accreditations=[stated.accreditation()]),
        stated.statement(opinion(footprints(passport)[1:])),
        stated.statement(program(world.supplier.id)),
    ]
    others = [stated.statement(opinion([b"1" * 32])), stated.statement(program("did:web:somebody.else.example"))]
    made = stated.attached(passport, *about, *others)
    assert set(made.statements) == {one.root for one in about}
    assert len(made.accreditations) == 1
    assert parse(made.encode()) == made
    assert stated.attached(made, *about) == made  # a second time nothing changes


def test_what_is_about_something_else_is_refused_in_a_passport() -> None:
    world = World()
    passport, other = world.passport(), Stated(world).statement(opinion([b"1" * 32]))
    value = strict.parse(passport.encode())
    value["statements"] = strict.parse(other.encode())["statements"]
    assert refusal(parse, jcs(value)) == "passport.uncited"


def test_a_passport_has_as_many_statements_as_are_allowed() -> None:
    value = strict.parse(World().passport().encode())
    value["statements"] = {f"{n:064x}": {"salt": DIGEST, "document": {}} for n in range(MAX_STATEMENTS + 1)}
    assert refusal(parse, jcs(value)) == "passport.over-limit"


def test_a_status_list_is_cited_for_the_signer_that_names_it() -> None:
    """A body cites lists of its own alone: one under the maker's id, which the maker's credential names, stays."""
    world = World()
    stated = Stated(world)
    passport = world.passport()
    made = stated.attached(passport, stated.statement(program(), versions=[]))
    assert made.status_lists == passport.status_lists


def test_the_subjects_have_their_own_profiles() -> None:
    assert {STATEMENT.profile, ACCREDITATION.profile} == {"statement/1", "accreditation/1"}


def test_the_words_are_those_of_the_page() -> None:
    page = (REPOSITORY / "docs" / "spec.md").read_text(encoding="utf-8")
    table = page.split("<!-- standards -->\n")[1].split("\n\n")[0]
    assert [tuple(row.strip("| ").split(" | ")) for row in table.splitlines()[2:]] == [
        (f"`{word}`", title) for word, title in STANDARDS.items()
    ]
    section = page.split("\n## 26 ")[1]
    assert all(f"`{word}`" in section for word in (*COVERS, *ENGAGEMENTS))


def test_an_accreditation_may_begin_before_it_was_signed() -> None:
    found = Stated(World()).accreditation(since=SIGNED - timedelta(days=900))
    (carried,) = found.accreditations.values()
    assert carried.signed.valid_from < carried.signed.created
