"""Drafts and tenants: those of another one are not there, and records are read for who prepared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.access.scopes import Scope
from carbonseal.node.config import TenantConfig
from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.issuance.drafts.drafting import four_eyes, people, prepared, reviewed, token, wanted
from tests.node.issuance.issuing import MAKER, Clock, within
from tests.node.issuance.stating import refuses


def test_another_tenants_drafts_are_not_there(begin: Begin, clock: Clock) -> None:
    theirs = replace(MAKER, name="theirs", id="did:web:theirs.example", key="file:keys/theirs.key", tenant="other")
    tenants = (TenantConfig("default", "file:keys/default.salt"), TenantConfig("other", "file:keys/other.salt"))
    directory = four_eyes(begin, issuers=(MAKER, theirs), tenants=tenants)

    async def work(node: Node) -> None:
        who = await people(node)
        scopes = who["dora"].scopes
        stranger = await token(node, "eve", *scopes, tenant="other")
        draft = (await reviewed(node, await wanted(node), who)).draft
        assert not node.drafts.listed(stranger) and not node.drafts.listed(stranger, waiting=True)
        assert [one.draft.number for one in node.drafts.listed(who["carl"], waiting=True)] == [draft.number]
        seen = draft.content
        tries: list[Callable[[int], Awaitable[object]]] = [
            lambda number: node.drafts.show(number, stranger),
            lambda number: node.drafts.change(number, seen, {}, stranger),
            lambda number: node.drafts.comment(number, stranger, "hm"),
            lambda number: node.drafts.review(number, seen, stranger),
            lambda number: node.drafts.send_back(number, stranger, "no"),
            lambda number: node.drafts.release(number, seen, stranger),
            lambda number: node.drafts.discard(number, stranger, "no"),
        ]
        for attempt in tries:
            told = []
            for number in (draft.number, 77):
                with refuses("draft.unknown") as caught:
                    await attempt(number)
                told.append(str(caught.value).replace(str(number), "N"))
            assert told[0] == told[1]
        assert (await node.drafts.show(draft.number, who["carl"])).stored.draft == draft
        with refuses("issue.unknown-issuer"):
            await prepared(node, await wanted(node), stranger)

    within(directory, clock, work)


def test_a_granted_record_is_read_for_who_prepared_and_no_longer_than_granted(begin: Begin, clock: Clock) -> None:
    tenants = (TenantConfig("default", "file:keys/default.salt"), TenantConfig("other", "file:keys/other.salt"))
    directory = four_eyes(begin, tenants=tenants)

    async def work(node: Node) -> None:
        who = await people(node)
        owner = await token(node, "olga", Scope.RELEASE, tenant="other")
        theirs = (await node.submit(b'{"kilograms": "7"}', "json/1", "other")).commitment
        asked = await wanted(node)
        asked["records"] = [{"role": "footprint", "commitment": theirs.hex(), "disclose": False}]
        with refuses("node.unknown-commitment"):
            await prepared(node, asked, who["anna"])
        with refuses("node.unknown-commitment"):  # nor by the operator, in this tenant's name
            await prepared(node, asked, OPERATOR)
        await node.access.grant(owner, "anna", "other", theirs)
        one, other = [(await reviewed(node, asked, who)).draft for _ in range(2)]
        await node.drafts.release(one.number, one.content, who["carl"])
        await node.access.revoke_grant(owner, "anna", "other", theirs)
        with refuses("node.unknown-commitment"):
            await node.drafts.release(other.number, other.content, who["carl"])

    within(directory, clock, work)
