"""Statements and accreditations from a real node: issued, refused, withdrawn, and joined to passports by refresh."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Finding, Refused
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from carbonseal.passport.conformity.files import (
    StatementFile,
    parse_accreditation,
    parse_statement,
)
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.passports import parse
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock, issue, within
from tests.node.issuance.stating import (
    ACCREDITOR,
    BODY,
    OTHER_BODY,
    accredit,
    accreditation_request,
    asked,
    footprint,
    is_set,
    multikey,
    programme,
    refuses,
    state,
    statement_request,
    subject,
)

NEXT = {"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,), bodies=(BODY, OTHER_BODY), accreditors=(ACCREDITOR,))


class TestIssuing:
    def test_a_statement_is_signed_sealed_and_handed_out_with_its_status(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> StatementFile:
            return await state(node, subject([await footprint(node)]))

        file = within(directory, clock, work)
        assert (file.statement.issuer, file.statement.opinion.organisation) == (BODY.id, MAKER.id)
        assert {one.signed.purpose for one in file.status_lists.values()} == {REVOCATION, SUSPENSION}
        assert file.statements[file.root].commitment in file.seals

    def test_the_original_is_sealed_and_carried_where_the_request_says_so(self, directory: Path, clock: Clock) -> None:
        data = base64.b64encode(b"%PDF signed").decode()

        async def work(node: Node) -> list[StatementFile]:
            one, other = await footprint(node, b'{"n": 1}'), await footprint(node, b'{"n": 2}')
            original = {"media": "application/pdf", "data": data}
            return [
                await state(node, subject([one]), original=original),
                await state(node, subject([other]), original={**original, "disclose": True}),
            ]

        withheld, disclosed = within(directory, clock, work)
        assert withheld.statement.opinion.original == disclosed.statement.opinion.original
        assert not withheld.records
        assert [one.file.data for one in disclosed.records.values() if one.file] == [b"%PDF signed"]
        assert withheld.statement.opinion.original in withheld.seals

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"body": "nobody"}, "issue.unknown-body"),
            ({"body": ACCREDITOR.name}, "issue.unknown-body"),
            ({"more": 1}, "issue.malformed"),
            ({"credentialSubject": subject()}, "issue.malformed"),
            ({"credentialSubject": subject([bytes(32)], opinion="clean")}, "issue.malformed"),
            ({"credentialSubject": subject([bytes(32), bytes(32)])}, "credential.listed-twice"),
            ({"credentialSubject": subject([bytes(32)], opinionDate="2026-11-24")}, "issue.future"),
            (
                {
                    "credentialSubject": subject(
                        [bytes(32)], siteVisits=[{"date": "2027-01-01", "kind": "virtual"}], noSiteVisit=None
                    )
                },
                "issue.malformed",
            ),
            (
                {"credentialSubject": subject([bytes(32)], period=NEXT)},
                "issue.future",
            ),
            ({"validUntil": "2026-11-22T08:00:00Z"}, "issue.ended"),
            ({"original": {"media": "PDF", "data": ""}}, "issue.malformed"),
            ({"original": {"media": "application/pdf", "data": "?"}}, "passport.malformed"),
            (
                {
                    "credentialSubject": subject([bytes(32)], original="00" * 32),
                    "original": {"media": "application/pdf", "data": ""},
                },
                "issue.malformed",
            ),
            ({"accreditations": [{}]}, "accreditation-file.malformed"),
        ],
    )
    def test_requests_that_are_refused(self, directory: Path, clock: Clock, change: dict[str, Any], code: str) -> None:
        request = {**statement_request(subject([bytes(32)])), **change}

        async def work(node: Node) -> int:
            before = await footprint(node)
            with pytest.raises(Refused) as refused:
                await node.statements.issue(request, OPERATOR)
            assert refused.value.finding.code.name == code
            assert node.record(before).log.size <= 2  # nothing was sealed
            return len(node.statements.listed(OPERATOR))

        assert within(directory, clock, work) == 0

    def test_forecasts_are_validated_before_they_come_true(self, directory: Path, clock: Clock) -> None:
        of = subject(
            [bytes(32)],
            engagement="validation",
            period=NEXT,
        )
        del of["assurance"], of["materiality"]
        of["scope"] = {**of["scope"], "activity": "validation"}
        assert within(directory, clock, lambda node: state(node, of)).statement.opinion.engagement == "validation"


class TestSecondStatements:
    def test_a_body_has_one_current_statement_about_an_object_and_period(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            one, other = await footprint(node), await footprint(node, b'{"other": 1}')
            first = await state(node, subject([one, other]))
            with pytest.raises(Refused) as refused:
                await state(node, subject([other]))
            assert refused.value.finding.code.name == "issue.second-statement"
            assert first.root.hex() in refused.value.finding.message
            await state(node, subject([one]), body=OTHER_BODY.name)  # another body may
            second = await state(node, subject([other], supersedes=first.root.hex()))
            await state(node, subject([one]))  # what superseded the first says nothing of it
            with refuses("issue.second-statement"):
                await state(node, subject([other], corrects=first.root.hex()))
            await node.statements.act("withdraw", second.root, "wrong", OPERATOR)
            await state(node, subject([other]))

        within(directory, clock, work)

    def test_engagements_periods_and_sites_are_objects_of_their_own(self, directory: Path, clock: Clock) -> None:
        site = {"id": "urn:example:north", "name": "North", "country": "DE"}

        async def work(node: Node) -> None:
            await state(node, programme(sites=[site]))
            await state(node, programme(sites=[{**site, "id": "urn:example:south"}]))
            await state(
                node, programme(sites=[site], period={"from": "2024-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z"})
            )
            await state(node, {**programme(sites=[site]), "covers": "model", "model": "cells 3.1"})
            for again in (programme(sites=[site]), programme()):
                with refuses("issue.second-statement"):
                    await state(node, again)

        within(directory, clock, work)

    def test_a_body_replaces_its_own_statements_alone(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            one = await footprint(node)
            first = await state(node, subject([one]))
            with refuses("issue.replaces-other-body"):
                await state(node, subject([one], supersedes=first.root.hex()), body=OTHER_BODY.name)

        within(directory, clock, work)


def test_what_is_known_to_be_wrong_is_told(directory: Path, clock: Clock) -> None:
    found: list[Finding] = []

    async def work(node: Node) -> None:
        accreditation = await accredit(node)
        given = {"accreditations": [accreditation.to_json()]}
        await node.statements.issue(
            statement_request(subject([await footprint(node)]), **given), OPERATOR, found.append
        )
        assert not found
        of = subject([bytes(32)], supersedes="11" * 32, criteria=["glec-framework:3"])
        of["scope"] = {"standard": "glec-framework:3", "activity": "verification"}
        await node.statements.issue(statement_request(of), OPERATOR, found.append)

    within(directory, clock, work)
    assert {one.code.name for one in found} == {
        "issue.footprints-unknown",
        "issue.replaces-unknown",
        "issue.not-accredited",
    }


class TestAccreditations:
    def test_what_an_accreditor_gives_goes_with_every_statement_of_the_body(
        self, directory: Path, clock: Clock
    ) -> None:
        async def work(node: Node) -> None:
            accreditation = await accredit(node)
            given = [accreditation.to_json()]
            first = await state(node, subject([await footprint(node)]), accreditations=given)
            second = await state(node, programme(), accreditations=given)
            third = await state(node, {**programme(), "covers": "model", "model": "cells"})
            for file in (first, second, third):
                assert set(file.accreditations) == {accreditation.root}
                assert accreditation.accreditation.issuer in {one.signed.issuer for one in file.status_lists.values()}
            other = await state(node, programme(), body=OTHER_BODY.name)
            assert not other.accreditations

        within(directory, clock, work)

    def test_one_of_another_body_or_withdrawn_is_not_taken(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            accreditation = await accredit(node)
            with refuses("issue.other-body") as caught:
                await state(node, programme(), body=OTHER_BODY.name, accreditations=[accreditation.to_json()])
            assert caught.value.finding.place == ("accreditations", "0")
            await node.accreditations.act("withdraw", accreditation.root, "fraud", OPERATOR)
            newer = parse_accreditation(await node.refresh(accreditation.encode()))
            with refuses("status.revoked"):
                await state(node, programme(), accreditations=[newer.to_json()])
            forged = json.loads(accreditation.encode().replace(b"D-VS-1", b"D-VS-2"))
            with refuses("passport.wrong-key"):
                await state(node, programme(), accreditations=[forged])

        within(directory, clock, work)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"accreditor": BODY.name}, "issue.unknown-accreditor"),
            ({"validUntil": "2026-11-22T08:00:00Z"}, "issue.ended"),
            ({"validFrom": "2029-01-01T00:00:00Z"}, "issue.malformed"),
            ({"more": 1}, "issue.malformed"),
        ],
    )
    def test_requests_that_are_refused(self, directory: Path, clock: Clock, change: dict[str, Any], code: str) -> None:
        with pytest.raises(Refused) as refused:
            within(directory, clock, lambda node: accredit(node, **change))
        assert refused.value.finding.code.name == code

    def test_nobody_accredits_itself(self, directory: Path, clock: Clock) -> None:
        own = accreditation_request(multikey(directory, ACCREDITOR))
        for_itself = accreditation_request(multikey(directory))
        for_itself["credentialSubject"]["id"] = ACCREDITOR.id
        for request in (own, for_itself):
            with refuses("issue.self-accreditation"):
                within(directory, clock, partial(asked, request=request))

    def test_its_bits_are_never_cleared(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            accreditation = await accredit(node)
            assert await node.accreditations.act("suspend", accreditation.root, "audit overdue", OPERATOR)
            assert not await node.accreditations.act("suspend", accreditation.root, "again", OPERATOR)
            with refuses("issue.no-reinstatement"):
                await node.accreditations.act("reinstate", accreditation.root, "done", OPERATOR)
            with refuses("node.unknown-credential"):
                await node.reinstate(accreditation.root, why="x")
            (listed,) = node.accreditations.listed(OPERATOR)
            assert (listed["state"], listed["reason"]) == ("suspended", "audit overdue")
            newer = parse_accreditation(await node.refresh(accreditation.encode()))
            assert is_set(newer, accreditation.root, SUSPENSION)

        within(directory, clock, work)


class TestStatus:
    def test_a_statement_is_suspended_reinstated_and_withdrawn_with_reasons(
        self, directory: Path, clock: Clock
    ) -> None:
        async def work(node: Node) -> None:
            file = await state(node, programme())
            for act, purpose, after in (
                ("suspend", SUSPENSION, True),
                ("reinstate", SUSPENSION, False),
                ("withdraw", REVOCATION, True),
            ):
                clock.now += timedelta(hours=1)
                assert await node.statements.act(act, file.root, f"because of {act}", OPERATOR)
                newer = parse_statement(await node.refresh(file.encode()))
                assert is_set(newer, file.root, purpose) is after
                (listed,) = node.statements.listed(OPERATOR)
                assert listed["reason"] == f"because of {act}"
            assert listed["state"] == "withdrawn"
            assert not await node.statements.act("withdraw", file.root, "again", OPERATOR)

        within(directory, clock, work)

    def test_only_what_was_issued_here_as_what_it_is(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            statement, accreditation, passport = (
                await state(node, programme()),
                await accredit(node),
                parse(await issue(node)),
            )
            for digest in (bytes(32), accreditation.root, passport.root):
                with refuses("node.unknown-statement"):
                    await node.statements.act("withdraw", digest, "x", OPERATOR)
            with refuses("node.unknown-accreditation"):
                await node.accreditations.act("withdraw", statement.root, "x", OPERATOR)
            with refuses("node.unknown-credential"):
                await node.revoke(statement.root, why="x")

        within(directory, clock, work)
