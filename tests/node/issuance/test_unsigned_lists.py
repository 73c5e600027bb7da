"""Status lists whose key does not sign, as one in a token that was pulled out: changes are kept, told, and signed later."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.keys.codes import TOKEN_FAILED
from carbonseal.node.node import Node
from carbonseal.node.secrets import VerifiedSigner
from carbonseal.passport.credentials import REVOCATION
from carbonseal.passport.passports import parse
from carbonseal.passport.status_lists import STATUS_LIST
from carbonseal.records import strict
from carbonseal.service.health import health
from tests.node.issuance.issuing import Clock, issue, within
from tests.node.running import in_background

UNSAID, LATE = "issue.status-unsaid", "issue.status-late"
ABOUT = "signer/maker/revocation-list"


class Token:
    """Where the issuer's key is. The log's own signs on."""

    def __init__(self, patch: pytest.MonkeyPatch, directory: Path) -> None:
        self.is_away = False
        signs = VerifiedSigner.sign

        def sign(key: VerifiedSigner, data: bytes) -> bytes:
            if self.is_away and "maker" in repr(key):
                raise Refused(TOKEN_FAILED(uri="pkcs11:object=maker", reason="it is not there"))
            return signs(key, data)

        patch.setattr(VerifiedSigner, "sign", sign)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch, directory: Path) -> Token:
    return Token(monkeypatch, directory)


def list_of(passport: bytes) -> tuple[uuid.UUID, int]:
    """The UUID and the position of the revocation list."""
    (entry,) = (one for one in parse(passport).credential.status if one.purpose == REVOCATION)
    return uuid.UUID(entry.list_id.removeprefix("urn:uuid:")), entry.index


async def says(node: Node, passport: bytes) -> bool:
    name, index = list_of(passport)
    newest = await node.status_list(name)
    assert newest is not None
    return STATUS_LIST.carry(strict.parse(newest), bytes(32)).signed.is_set(index)


def test_a_revocation_is_kept_told_and_signed_later(directory: Path, clock: Clock, token: Token) -> None:
    async def work(node: Node) -> None:
        passport = await issue(node)
        root = parse(passport).root
        token.is_away = True
        for _ in range(2):  # asked again it is the same
            with pytest.raises(Refused) as refused:
                await node.revoke(root)
            assert refused.value.finding.code.name == UNSAID
        report = health(node)
        assert report["state"] == "failing"
        (failure,) = report["failures"]
        assert failure["about"] == ABOUT
        assert "it is not there" in failure["problem"]
        for given in (node.refresh(passport), node.status_list(list_of(passport)[0]), issue(node, b'{"another": 1}')):
            with pytest.raises(Refused):  # nothing that would say it is not revoked
                await given
        token.is_away = False
        async with in_background(node):
            while health(node)["state"] != "ok":
                await clock.sleep(1)
            assert await says(node, passport)
        assert not await node.revoke(root)  # it was, already

    within(directory, clock, work)


def test_after_a_crash_it_is_still_told_and_signed(directory: Path, clock: Clock, token: Token) -> None:
    issued: list[bytes] = []

    async def revoke(node: Node) -> None:
        issued.append(await issue(node))
        token.is_away = True
        with pytest.raises(Refused):
            await node.revoke(parse(issued[0]).root)

    async def again(node: Node) -> None:
        assert [one["about"] for one in health(node)["failures"]] == [ABOUT]
        token.is_away = False
        assert await says(node, issued[0])
        assert health(node)["state"] == "ok"

    within(directory, clock, revoke)
    within(directory, clock, again)


def test_a_list_that_says_all_is_given_out_until_it_ends(directory: Path, clock: Clock, token: Token) -> None:
    async def work(node: Node) -> None:
        passport = await issue(node)
        newest = await node.status_list(list_of(passport)[0])
        token.is_away = True
        clock.now += timedelta(days=6)  # half of its time is over
        assert await node.status_list(list_of(passport)[0]) == newest
        assert await node.refresh(passport)
        assert LATE in str(node.issuing_problems())
        clock.now += timedelta(days=2)
        with pytest.raises(Refused) as refused:
            await node.refresh(passport)
        assert refused.value.finding.code.name == UNSAID
        token.is_away = False
        assert await node.status_list(list_of(passport)[0]) != newest
        assert not node.issuing_problems().get(ABOUT)

    within(directory, clock, work)
