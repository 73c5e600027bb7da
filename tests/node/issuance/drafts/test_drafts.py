"""Drafts in a real node: prepared, reviewed and released by different persons; and what all others try."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.findings import Finding
from carbonseal.node.access.callers import OPERATOR, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.drafts import tables
from carbonseal.node.issuance.drafts.machine import State
from carbonseal.node.issuance.drafts.tables import Stored
from carbonseal.node.node import Node
from carbonseal.passport.conformity.files import parse_accreditation, parse_statement
from carbonseal.passport.passports import parse
from carbonseal.records.canonical import jcs
from tests.node.conftest import Begin
from tests.node.issuance.drafts.drafting import (
    four_eyes,
    people,
    prepared,
    reviewed,
    statement_wanted,
    token,
    wanted,
)
from tests.node.issuance.issuing import MAKER, Clock, within
from tests.node.issuance.stating import accreditation_request, multikey, refuses
from tests.node.issuance.test_previews import kept, unsigned


@pytest.fixture
def directory(begin: Begin) -> Path:
    return four_eyes(begin)


def signed_here(node: Node) -> int:
    """How many entries there are, in the log or on their way to it."""
    log = node.log()
    return log.size + log.waiting


class TestTheWay:
    def test_of_every_kind(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            asked = {
                "passport": await wanted(node, supersedes="ab" * 32),
                "statement": await statement_wanted(node),
                "accreditation": accreditation_request(multikey(directory)),
            }
            await node.sequence()
            for kind, one in asked.items():
                before, warned = signed_here(node), list[Finding]()
                draft = (await reviewed(node, one, who, kind)).draft
                shown = await node.drafts.show(draft.number, who["carl"])
                assert signed_here(node) == before
                done = await node.drafts.release(draft.number, draft.content, who["carl"], warned.append)
                assert signed_here(node) > before
                assert done.draft.state is State.RELEASED
                assert (done.draft.preparers, done.draft.reviewer, done.draft.releaser) == (("anna",), "ben", "carl")
                assert done.document is not None
                file, section = await issued(node, done)
                assert shown.preview.document == unsigned(file, section)
                assert [*shown.preview.warnings] == warned
                assert [one.act for one in shown.acts] == ["prepare", "review"]

        within(directory, clock, work)

    def test_every_act_is_audited_and_told_with_what_was_said(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            first = (await node.drafts.prepare("passport", await wanted(node), who["anna"], "as ordered"))[0].draft
            await node.drafts.comment(first.number, who["ben"], "which meter?")
            await node.drafts.send_back(first.number, who["ben"], "the meter is missing")
            again = await wanted(node, b'{"kilograms": "13"}')
            changed = (await node.drafts.change(first.number, first.content, again, who["anna"]))[0].draft
            await node.drafts.review(first.number, changed.content, who["ben"], "now it is right")
            await node.drafts.release(first.number, changed.content, who["carl"], text="for March")
            acts = (await node.drafts.show(first.number, who["ben"])).acts
            assert [(one.act, one.who, one.said) for one in acts] == [
                ("prepare", "anna", "as ordered"),
                ("comment", "ben", "which meter?"),
                ("return", "ben", "the meter is missing"),
                ("change", "anna", ""),
                ("review", "ben", "now it is right"),
                ("release", "carl", "for March"),
                ("complete", "node", ""),
            ]
            events = [json.loads(event) for event, _ in node.access.audit.page(0)]
            told = [(one["what"], one["who"]["name"], one["why"]) for one in events if one["what"].endswith("-draft")]
            assert told == [(f"{one.act}-draft", one.who, one.said) for one in acts if one.who != "node"]
            (issue,) = [one for one in events if one["what"] == "issue-passport"]
            assert issue["who"] == {"kind": "person", "name": "carl", "token": "carl"}
            assert issue["about"]["draft"] == str(first.number)

        within(directory, clock, work)

    def test_a_release_that_is_asked_for_again_is_the_same(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            draft = (await reviewed(node, await wanted(node), who)).draft
            once = await node.drafts.release(draft.number, draft.content, who["carl"])
            size = signed_here(node)
            assert await node.drafts.release(draft.number, draft.content, who["carl"]) == once
            with refuses("draft.state"):
                await node.drafts.release(draft.number, draft.content, who["dora"])
            assert signed_here(node) == size

        within(directory, clock, work)

    def test_of_two_releases_at_one_time_one_signs(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            draft = (await reviewed(node, await wanted(node), who)).draft
            releases = [node.drafts.release(draft.number, draft.content, who[name]) for name in ("carl", "dora") * 3]
            done = await asyncio.gather(*releases, return_exceptions=True)
            assert sorted(type(one).__name__ for one in done) == ["Refused"] * 3 + ["Stored"] * 3
            assert len(node.issued()) == 1

        within(directory, clock, work)


async def issued(node: Node, done: Stored) -> tuple[bytes, str]:
    """The file of what was released, and the section that its root is in."""
    assert done.document is not None
    match done.kind:
        case "passport":
            file = await node.passport(done.document) or b""
            assert parse(file).root == done.document
            return file, "credentials"
        case "statement":
            file = node.statements.file(done.document, OPERATOR)
            assert parse_statement(file).root == done.document
            return file, "statements"
    file = node.accreditations.file(done.document, OPERATOR)
    assert parse_accreditation(file).root == done.document
    return file, "accreditations"


class TestAttacks:
    def test_two_tokens_of_one_person_are_one_person(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            second = await token(node, "anna-phone", *who["anna"].scopes, whose="anna")
            draft = (await prepared(node, await wanted(node), who["anna"])).draft
            with refuses("draft.same-person"):
                await node.drafts.review(draft.number, draft.content, second)
            await node.drafts.review(draft.number, draft.content, who["dora"])
            for one in (second, await token(node, "dora-phone", *who["dora"].scopes, whose="dora")):
                with refuses("draft.same-person"):
                    await node.drafts.release(draft.number, draft.content, one)

        within(directory, clock, work)

    def test_who_prepares_by_a_system_still_needs_two_others_or_himself_and_one(
        self, directory: Path, clock: Clock
    ) -> None:
        """Whose a system is, the node does not know: so that two persons look at it, reviewer and releaser differ."""

        async def work(node: Node) -> None:
            who = await people(node)
            system = await token(node, "erp", Scope.ISSUE, Scope.READ, kind=Kind.SYSTEM)
            draft = (await prepared(node, await wanted(node), system)).draft
            await node.drafts.review(draft.number, draft.content, who["anna"])
            with refuses("draft.same-person"):
                await node.drafts.release(draft.number, draft.content, who["anna"])
            with refuses("access.scope-missing"):
                await node.drafts.release(draft.number, draft.content, system)
            await node.drafts.release(draft.number, draft.content, who["carl"])

        within(directory, clock, work)

    def test_the_operator_prepares_and_does_neither(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            draft = (await prepared(node, await wanted(node), OPERATOR)).draft
            with refuses("draft.persons-only") as caught:
                await node.drafts.review(draft.number, draft.content, OPERATOR)
            assert "carbonseal token create" in str(caught.value)
            await node.drafts.review(draft.number, draft.content, who["ben"])
            with refuses("draft.persons-only"):
                await node.drafts.release(draft.number, draft.content, OPERATOR)
            with refuses("draft.persons-only"):
                await node.drafts.send_back(draft.number, OPERATOR, "no")

        within(directory, clock, work)

    def test_what_changed_after_the_review_is_reviewed_again(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            asked, other = await wanted(node), await wanted(node, b'{"kilograms": "1"}')
            draft = (await reviewed(node, asked, who)).draft
            await node.drafts.change(draft.number, draft.content, other, who["anna"])
            with refuses("draft.state"):
                await node.drafts.release(draft.number, draft.content, who["carl"])
            with refuses("draft.changed"):  # the digest of the content that was reviewed before
                await node.drafts.review(draft.number, draft.content, who["ben"])
            back, _ = await node.drafts.change(
                draft.number,
                (await node.drafts.show(draft.number, who["anna"])).stored.draft.content,
                asked,
                who["dora"],
            )
            assert back.draft.content == draft.content  # the very bytes again, and no review of them counts
            with refuses("draft.state"):
                await node.drafts.release(draft.number, draft.content, who["carl"])
            with refuses("draft.same-person"):  # she prepared what it had before
                await node.drafts.review(draft.number, draft.content, who["anna"])

        within(directory, clock, work)

    def test_the_content_is_the_request_to_the_byte(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            asked = await wanted(node)
            spaced = json.loads(json.dumps(dict(reversed(asked.items())), indent=4))
            one, other = [(await prepared(node, text, who["anna"])).draft for text in (asked, spaced)]
            assert one.content == other.content == hashlib.sha256(jcs(asked)).digest()
            shown = await node.drafts.show(one.number, who["ben"])
            assert shown.request == jcs(asked)

        within(directory, clock, work)

    def test_rights_that_were_taken_away(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            draft = (await reviewed(node, await wanted(node), who)).draft
            await node.access.set_scopes("ben", [Scope.READ])
            with refuses("draft.review-void"):
                await node.drafts.release(draft.number, draft.content, who["carl"])
            await node.drafts.send_back(draft.number, who["carl"], "Ben has left")
            draft = (await node.drafts.change(draft.number, draft.content, await wanted(node), who["anna"]))[0].draft
            await node.drafts.review(draft.number, draft.content, who["dora"])
            await node.access.set_scopes("anna", [Scope.READ])  # what she prepared, two others looked at
            await node.drafts.release(draft.number, draft.content, who["carl"])

        within(directory, clock, work)

    def test_what_issuing_refuses_is_no_draft_is_not_reviewed_and_not_released(
        self, directory: Path, clock: Clock
    ) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            before = kept(directory)
            with refuses("issue.malformed"):
                await prepared(node, {"issuer": "maker"}, who["anna"])
            with refuses("issue.unknown-issuer"):
                await prepared(node, await wanted(node, issuer="nobody"), who["anna"])
            assert not node.drafts.listed(who["anna"])
            assert before
            soon = await wanted(node, validUntil="2026-11-22T10:00:00Z")
            one = (await prepared(node, soon, who["anna"])).draft
            other = (await reviewed(node, soon, who)).draft
            size = signed_here(node)
            await clock.sleep(3600)
            with refuses("issue.ended"):
                await node.drafts.review(one.number, one.content, who["ben"])
            with refuses("issue.ended"):
                await node.drafts.release(other.number, other.content, who["carl"])
            assert str((await node.drafts.show(one.number, who["ben"])).preview.refusal).startswith("/validUntil")
            assert signed_here(node) == size

        within(directory, clock, work)

    def test_two_drafts_of_one_statement(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            who = await people(node)
            asked = await statement_wanted(node)
            one, other = [(await reviewed(node, asked, who, "statement")).draft for _ in range(2)]
            await node.drafts.release(one.number, one.content, who["carl"])
            with refuses("issue.second-statement"):
                await node.drafts.release(other.number, other.content, who["carl"])
            await node.drafts.discard(other.number, who["carl"], "it is there")
            with refuses("draft.state"):
                await node.drafts.comment(other.number, who["ben"], "why?")

        within(directory, clock, work)

    def test_a_draft_stays_its_signers_and_its_kinds(self, begin: Begin, clock: Clock) -> None:
        second = replace(MAKER, name="second", id="did:web:second.example", key="file:keys/second.key")
        directory = four_eyes(begin, issuers=(MAKER, second))

        async def work(node: Node) -> None:
            who = await people(node)
            draft = (await prepared(node, await wanted(node), who["anna"])).draft
            with refuses("draft.malformed"):
                await node.drafts.change(draft.number, draft.content, await wanted(node, issuer="second"), who["anna"])
            with refuses("issue.malformed"):
                await node.drafts.change(draft.number, draft.content, await statement_wanted(node), who["anna"])

        within(directory, clock, work)


class TestBounds:
    def test_open_drafts_and_acts_are_bounded(
        self, directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "MOST_OPEN", 2)
        monkeypatch.setattr(tables, "MOST_ACTS", 3)

        async def work(node: Node) -> None:
            who = await people(node)
            asked = await wanted(node)
            one, _ = [(await prepared(node, asked, who["anna"])).draft for _ in range(2)]
            with refuses("draft.too-many"):
                await prepared(node, asked, who["anna"])
            for text in ("one", "two"):
                await node.drafts.comment(one.number, who["ben"], text)
            with refuses("draft.too-many"):
                await node.drafts.comment(one.number, who["ben"], "three")
            await node.drafts.discard(one.number, who["ben"], "that will do")
            await prepared(node, asked, who["anna"])
            monkeypatch.setattr(tables, "MOST_OPEN", 9)
            monkeypatch.setattr(tables, "MOST_BYTES", 2 * len(jcs(asked)))
            with refuses("draft.too-many"):
                await prepared(node, asked, who["anna"])

        within(directory, clock, work)


def test_a_change_and_a_review_at_one_time(directory: Path, clock: Clock) -> None:
    """Whichever comes first, no content is reviewed that was not seen."""

    async def work(node: Node) -> None:
        who = await people(node)
        asked, other = await wanted(node), await wanted(node, b'{"kilograms": "99"}')
        for _ in range(4):
            draft = (await prepared(node, asked, who["anna"])).draft
            acts = [
                node.drafts.review(draft.number, draft.content, who["ben"]),
                node.drafts.change(draft.number, draft.content, other, who["anna"]),
                node.drafts.review(draft.number, draft.content, who["dora"]),
            ]
            await asyncio.gather(*acts, return_exceptions=True)
            now = (await node.drafts.show(draft.number, who["ben"])).stored.draft
            assert (now.state, now.reviewer) == (State.DRAFT, "") or now.content == draft.content
            assert now.state is not State.REVIEWED or now.content == draft.content

    within(directory, clock, work)
