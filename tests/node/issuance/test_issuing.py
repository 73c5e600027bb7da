"""Passports from a real node: issued, verified, refreshed, revoked."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused, Verdict
from carbonseal.node.config import StatusConfig
from carbonseal.node.issuance import refreshing
from carbonseal.node.issuance.issued import Issued
from carbonseal.node.node import Node
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import parse
from carbonseal.passport.status_lists import ENTRIES, STATUS_LIST
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import Report, verify
from tests.node.conftest import Begin, ledger_in
from tests.node.issuance.issuing import MAKER, RECORD, START, Clock, issue, part, request, within


def verify_at(directory: Path, clock: Clock, raw: bytes) -> Report:
    """Under a policy that trusts the node's log and issuer, and asks for a status and for no ledger."""

    async def lines(node: Node) -> list[str]:
        key = bytes.fromhex((directory / "keys/maker.key").read_text())
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
        log, issuer = node.log().verifier.encode(), f"signer maker issuer {MAKER.id} {encode_key(public)}"
        asked = ["quorum none", "require status"]
        return ["carbonseal-policy v1", f"log {log}", issuer, *asked]

    policy = parse_policy("\n".join(within(directory, clock, lines)))
    return verify(raw, policy, at=clock.now)


def codes(report: Report) -> set[str]:
    return {finding.code.name for finding in report.findings}


def test_an_issued_passport_verifies(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, lambda node: issue(node, name="reader"))
    report = verify_at(directory, clock, raw)
    assert report.verdict is Verdict.VERIFIED, [str(finding) for finding in report.findings]
    assert report.name == "reader"
    assert {"credential.signed", "seal.included", "record.disclosed", "status.current"} <= codes(report)


def test_a_record_can_be_withheld(directory: Path, clock: Clock) -> None:
    async def withheld(node: Node) -> bytes:
        receipt = await node.submit(RECORD, "json/1")
        record = {"role": "footprint", "commitment": receipt.commitment.hex(), "disclose": False}
        return await node.issue(request(receipt.commitment, records=[record]))

    raw = within(directory, clock, withheld)
    assert b"12.50" not in raw
    report = verify_at(directory, clock, raw)
    assert report.verdict is Verdict.VERIFIED
    assert "record.withheld" in codes(report)


def test_components_come_along(directory: Path, clock: Clock) -> None:
    async def chain(node: Node) -> bytes:
        cell = json.loads(await issue(node, b'{"part": "cell"}', name="cell", subject="urn:example:cell"))
        pack = await issue(
            node,
            b'{"part": "pack"}',
            name="pack",
            subject="urn:example:pack",
            components=[part(cell, "4")],
        )
        return await issue(node, name="reader", components=[part(json.loads(pack), "1")])

    raw = within(directory, clock, chain)
    passport = parse(raw)
    assert {one.signed.name for one in passport.credentials.values()} == {"reader", "pack", "cell"}
    assert passport.credential.components[0].quantity == "1"
    assert {one.signed.purpose for one in passport.status_lists.values()} == {"revocation", "suspension"}
    assert len(passport.status_lists) == 2
    assert verify_at(directory, clock, raw).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"issuer": "nobody"}, "issue.unknown-issuer"),
        ({"subject": "no uri"}, "issue.malformed"),
        ({"records": []}, "issue.malformed"),
        ({"validUntil": "2026-02-30T00:00:00Z"}, "issue.malformed"),
        ({"more": 1}, "issue.malformed"),
        ({"records": [{"role": "footprint", "commitment": "00" * 32}]}, "node.unknown-commitment"),
        ({"components": [part({}, "1")]}, "passport.other-file"),
    ],
)
def test_requests_that_are_refused(directory: Path, clock: Clock, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        within(directory, clock, lambda node: issue(node, **change))
    assert refused.value.finding.code.name == code


def test_refreshing_changes_nothing_that_is_signed_and_renews_the_status(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, issue)
    clock.now += timedelta(days=8)
    assert verify_at(directory, clock, raw).verdict is Verdict.UNDETERMINED
    assert "status.stale" in codes(verify_at(directory, clock, raw))
    newer = within(directory, clock, lambda node: node.refresh(raw))
    report = verify_at(directory, clock, newer)
    assert report.verdict is Verdict.VERIFIED, [str(finding) for finding in report.findings]
    old, new = parse(raw), parse(newer)
    assert old.credentials == new.credentials
    assert old.records == new.records
    for commitment, seal in old.seals.items():
        if commitment in new.seals:
            assert {head.checkpoint for head in seal.heads} <= {head.checkpoint for head in new.seals[commitment].heads}


def test_refreshing_again_at_once_changes_nothing(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, issue)
    newer = within(directory, clock, lambda node: node.refresh(raw))
    assert within(directory, clock, lambda node: node.refresh(newer)) == newer


@pytest.mark.parametrize("step", ["parse_file", "refresh"])
def test_others_are_answered_while_a_passport_is_refreshed(
    directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Anybody may send 64 MiB to be refreshed: reading them takes seconds."""
    answered, real = threading.Event(), getattr(refreshing, step)

    def waiting(*args: Any, **kwargs: Any) -> Any:
        assert answered.wait(10), "nobody else was answered meanwhile"
        return real(*args, **kwargs)

    async def both(node: Node) -> bytes:
        raw = await issue(node)
        monkeypatch.setattr(refreshing, step, waiting)
        running = asyncio.create_task(node.refresh(raw))
        await asyncio.sleep(0.01)
        answered.set()
        return await running

    assert parse(within(directory, clock, both)).credential.subject == "urn:example:reader"


def test_a_revoked_credential_is_rejected_once_refreshed(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, issue)
    other = within(directory, clock, lambda node: issue(node, b'{"other": "one"}'))
    within(directory, clock, lambda node: node.revoke(parse(raw).root))
    assert verify_at(directory, clock, raw).verdict is Verdict.VERIFIED  # until it is refreshed, or its list is stale
    newer = within(directory, clock, lambda node: node.refresh(raw))
    assert "status.revoked" in codes(verify_at(directory, clock, newer))
    assert verify_at(directory, clock, newer).verdict is Verdict.REJECTED
    untouched = within(directory, clock, lambda node: node.refresh(other))
    assert verify_at(directory, clock, untouched).verdict is Verdict.VERIFIED


def test_a_revocation_is_handed_out_before_any_ledger_has_it(begin: Begin, clock: Clock, tmp_path: Path) -> None:
    """So is a list that only renews another: it comes beside the anchored one, which goes on deciding where anchors are asked
    for."""
    directory = begin(issuers=(MAKER,), ledgers=(ledger_in(tmp_path / "ledger"),))

    async def anchored(node: Node) -> bytes:
        raw = await issue(node)
        await node.anchor()
        await node.wait_for_anchors(600)
        return await node.refresh(raw)

    raw = within(directory, clock, anchored)
    (tmp_path / "ledger/down").touch()
    clock.now += timedelta(days=4)  # more than half of the list's time: a newer one is signed
    renewed = within(directory, clock, lambda node: node.refresh(raw))
    assert parse(renewed).status_lists.keys() > parse(raw).status_lists.keys()
    assert verify_at(directory, clock, renewed).verdict is Verdict.VERIFIED
    within(directory, clock, lambda node: node.revoke(parse(raw).root))
    revoked = within(directory, clock, lambda node: node.refresh(raw))
    assert "status.revoked" in codes(verify_at(directory, clock, revoked))


def test_a_passport_of_elsewhere_is_not_refreshed(directory: Path, begin: Begin, clock: Clock) -> None:
    raw = within(directory, clock, issue)
    elsewhere = begin("elsewhere", issuers=(replace(MAKER, name="other", id="did:web:other.example"),))
    with pytest.raises(Refused) as refused:
        within(elsewhere, clock, lambda node: node.refresh(raw))
    assert refused.value.finding.code.name == "node.unrelated-passport"


def test_only_what_was_issued_here_can_be_revoked(directory: Path, clock: Clock) -> None:
    with pytest.raises(Refused) as refused:
        within(directory, clock, lambda node: node.revoke(bytes(32)))
    assert refused.value.finding.code.name == "node.unknown-credential"


def test_a_passport_is_handed_out_again_by_its_digest(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, issue)
    assert within(directory, clock, lambda node: node.passport(parse(raw).root)) == raw
    assert within(directory, clock, lambda node: node.passport(bytes(32))) is None


def test_every_credential_has_a_position_of_its_own(directory: Path, clock: Clock) -> None:
    async def three(node: Node) -> list[bytes]:
        return [await issue(node, f'{{"n": {n}}}'.encode()) for n in range(3)]

    entries = [parse(raw).credential.status for raw in within(directory, clock, three)]
    assert [{entry.index for entry in own} for own in entries] == [{0}, {1}, {2}]
    assert len({entry.list_id for own in entries for entry in own}) == 2
    assert ENTRIES > 3


class TestSuspension:
    def test_a_suspended_credential_is_undetermined_until_it_is_reinstated(self, directory: Path, clock: Clock) -> None:
        raw = within(directory, clock, issue)
        root = parse(raw).root
        assert within(directory, clock, lambda node: node.suspend(root))
        assert not within(directory, clock, lambda node: node.suspend(root))
        assert [one.suspended for one in within(directory, clock, listed)] == [True]
        clock.now += timedelta(hours=1)
        suspended = within(directory, clock, lambda node: node.refresh(raw))
        report = verify_at(directory, clock, suspended)
        assert (report.verdict, "status.suspended" in codes(report)) == (Verdict.UNDETERMINED, True)
        assert within(directory, clock, lambda node: node.reinstate(root))
        assert not within(directory, clock, lambda node: node.reinstate(root))
        clock.now += timedelta(hours=1)
        reinstated = within(directory, clock, lambda node: node.refresh(suspended))
        assert verify_at(directory, clock, reinstated).verdict is Verdict.VERIFIED
        clock.now -= timedelta(hours=1, seconds=1)  # asked about an instant before
        assert "status.suspended" in codes(verify_at(directory, clock, reinstated))

    def test_in_one_second_the_last_word_counts(self, directory: Path, clock: Clock) -> None:
        async def back_and_forth(node: Node) -> bytes:
            raw = await issue(node)
            for _ in range(2):
                await node.suspend(parse(raw).root)
                await node.reinstate(parse(raw).root)
            return await node.refresh(raw)

        raw = within(directory, clock, back_and_forth)
        clock.now += timedelta(minutes=1)
        assert verify_at(directory, clock, raw).verdict is Verdict.VERIFIED


async def again(node: Node, passport: bytes) -> bytes:
    return await node.refresh(passport)


async def listed(node: Node) -> list[Issued]:
    return node.issued()


class TestLists:
    def test_their_validity_is_a_setting(self, begin: Begin, clock: Clock) -> None:
        directory = begin(issuers=(MAKER,), status=StatusConfig(days=60))
        raw = within(directory, clock, issue)
        clock.now += timedelta(days=59)
        assert verify_at(directory, clock, raw).verdict is Verdict.VERIFIED
        clock.now += timedelta(days=1)
        assert "status.stale" in codes(verify_at(directory, clock, raw))

    def test_their_ids_are_where_the_node_serves_them(self, begin: Begin, clock: Clock) -> None:
        directory = begin(issuers=(MAKER,), status=StatusConfig(url="https://passports.example/carbonseal"))

        async def fetch(node: Node) -> list[tuple[str, bytes | None]]:
            entries = parse(await issue(node)).credential.status
            return [(entry.list_id, await node.status_list(uuid.UUID(entry.list_id[-36:]))) for entry in entries]

        for list_id, served in within(directory, clock, fetch):
            assert list_id.startswith("https://passports.example/carbonseal/v1/status-lists/")
            assert served is not None
            assert STATUS_LIST.parse(json.loads(served)).id == list_id

    def test_what_is_served_is_never_stale(self, directory: Path, clock: Clock) -> None:
        entry = parse(within(directory, clock, issue)).credential.status[0]
        clock.now += timedelta(days=30)
        served = within(directory, clock, lambda node: node.status_list(uuid.UUID(entry.list_id)))
        assert served is not None
        assert STATUS_LIST.parse(json.loads(served)).valid_from == clock.now
        assert within(directory, clock, lambda node: node.status_list(uuid.UUID(int=1))) is None

    def test_who_asks_while_it_is_changed_makes_no_second_version_of_one_date(
        self, directory: Path, clock: Clock
    ) -> None:
        """Else the version in which it is suspended still counts after it was reinstated, or the other way about."""

        async def at_once(node: Node) -> list[dict[str, Any]]:
            passport = parse(await issue(node))
            name = uuid.UUID(passport.credential.status[1].list_id)
            clock.now += timedelta(days=10)  # a new version is due
            suspending = asyncio.create_task(node.suspend(passport.root))
            served = [await node.status_list(name)]
            await suspending
            reinstating = asyncio.create_task(node.reinstate(passport.root))
            served += await asyncio.gather(*(node.status_list(name) for _ in range(4)))
            await reinstating
            return [json.loads(one) for one in (*served, await node.status_list(name)) if one is not None]

        versions = {one.digest: one for one in map(STATUS_LIST.parse, within(directory, clock, at_once))}.values()
        assert len({one.valid_from for one in versions}) == len(versions)
        assert not max(versions, key=lambda one: one.valid_from).is_set(0)

    def test_another_address_begins_other_lists(self, directory: Path, clock: Clock) -> None:
        before = parse(within(directory, clock, issue)).credential.status
        path = directory / "node.toml"
        text = path.read_text()
        path.write_text(text.replace("[status]\n", '[status]\nurl = "https://passports.example"\n'))
        after = parse(within(directory, clock, issue)).credential.status
        assert {entry.list_id.partition(":")[0] for entry in before} == {"urn"}
        assert {entry.list_id.partition(":")[0] for entry in after} == {"https"}

    def test_versions_add_up_and_no_two_begin_together(self, directory: Path, clock: Clock) -> None:
        raw = within(directory, clock, issue)
        for _ in range(5):
            clock.now += timedelta(days=5)
            raw = within(directory, clock, partial(again, passport=raw))
        versions = [one.signed for one in parse(raw).status_lists.values() if one.signed.purpose == "revocation"]
        assert len({one.valid_from for one in versions}) == len(versions) == 6
        for age in range(0, 25, 5):  # it still says what it said at each of those instants
            clock.now = START + timedelta(days=age)
            assert verify_at(directory, clock, raw).verdict is Verdict.VERIFIED
