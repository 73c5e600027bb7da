"""Refresh at the nodes of bodies and accreditors: what joins passports, and what is told to who has it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from carbonseal.passport.assembly import attach
from carbonseal.passport.conformity.files import (
    parse_accreditation,
    parse_file,
)
from carbonseal.passport.credentials import REVOCATION
from carbonseal.passport.passports import parse
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock, issue, within
from tests.node.issuance.stating import (
    ACCREDITOR,
    BODY,
    OTHER_BODY,
    accredit,
    accreditation_request,
    again,
    is_set,
    multikey,
    programme,
    refuses,
    state,
    subject,
)

NEXT = {"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,), bodies=(BODY, OTHER_BODY), accreditors=(ACCREDITOR,))


class TestRefresh:
    def test_a_passport_takes_in_what_was_released_about_it(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            raw = await issue(node)
            passport = parse(raw)
            (listed,) = passport.credential.records
            accreditation = await accredit(node)
            about = await state(node, subject([listed.commitment]), accreditations=[accreditation.to_json()])
            on_programme = await state(node, programme())
            kept = await state(node, subject([listed.commitment]), body=OTHER_BODY.name, attach=False)
            await state(node, subject([bytes(32)]))
            refreshed = parse(await node.refresh(raw))
            assert set(refreshed.statements) == {about.root, on_programme.root}
            assert set(refreshed.accreditations) == {accreditation.root}
            assert refreshed.credentials == passport.credentials
            assert await node.refresh(refreshed.encode()) == refreshed.encode()
            attached = parse(await node.refresh(attach(passport, [kept]).encode()))
            assert set(attached.statements) == {about.root, on_programme.root, kept.root}

        within(directory, clock, work)

    def test_who_holds_both_finds_the_later_one(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            raw = await issue(node)
            (listed,) = parse(raw).credential.records
            first = await state(node, subject([listed.commitment]))
            before = await node.refresh(raw)
            second = await state(
                node, subject([listed.commitment], opinionDate="2026-11-21", supersedes=first.root.hex())
            )
            for presented in (raw, before):
                found = parse(await node.refresh(presented)).statements
                assert {one.signed.replaces for one in found.values()} == {None, first.root}
                assert set(found) == {first.root, second.root}

        within(directory, clock, work)

    def test_what_is_withdrawn_joins_no_more_and_is_told_to_who_has_it(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            raw = await issue(node)
            (listed,) = parse(raw).credential.records
            statement = await state(node, subject([listed.commitment]))
            before = await node.refresh(raw)
            clock.now += timedelta(hours=1)
            await node.statements.act("withdraw", statement.root, "found wrong", OPERATOR)
            assert not parse(await node.refresh(raw)).statements
            assert is_set(parse(await node.refresh(before)), statement.root, REVOCATION)

        within(directory, clock, work)

    def test_the_bodys_node_refreshes_passports_of_elsewhere(self, begin: Begin, clock: Clock) -> None:
        """The maker's node issued it, the body's node states, the accreditor's accredits: three logs."""
        makers = begin("maker", issuers=(MAKER,))
        bodies = begin("body", bodies=(BODY,))
        accreditors = begin("accreditor", accreditors=(ACCREDITOR,))
        raw = within(makers, clock, issue)
        key = multikey(bodies)
        accreditation = parse_accreditation(
            within(accreditors, clock, lambda node: node.accreditations.issue(accreditation_request(key), OPERATOR))
        )
        with refuses("node.unrelated-passport"):
            within(bodies, clock, lambda node: node.refresh(raw))
        (listed,) = parse(raw).credential.records
        given = [accreditation.to_json()]
        within(bodies, clock, lambda node: state(node, subject([listed.commitment]), accreditations=given))
        refreshed = within(bodies, clock, lambda node: node.refresh(raw))
        assert len(parse(refreshed).statements) == len(parse(refreshed).accreditations) == 1
        clock.now += timedelta(days=30)
        for directory, issuer in ((makers, MAKER.id), (bodies, BODY.id), (accreditors, ACCREDITOR.id)):
            newer = within(directory, clock, partial(again, raw=refreshed))
            added = parse(newer).status_lists.keys() - parse(refreshed).status_lists.keys()
            assert {parse(newer).status_lists[digest].signed.issuer for digest in added} == {issuer}
            refreshed = newer

    def test_a_forged_statement_is_not_refreshed(self, directory: Path, clock: Clock) -> None:
        async def work(node: Node) -> None:
            file = await state(node, programme())
            for wrong in (file.encode().replace(b"importers", b"everybody"), b"{}", b'{"carbonseal":"statement/1"}'):
                with pytest.raises(Refused):
                    await node.refresh(wrong)
            assert parse_file(await node.refresh(file.encode())).root == file.root

        within(directory, clock, work)
