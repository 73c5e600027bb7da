"""A node that does all that nodes do."""

from __future__ import annotations

import asyncio
from pathlib import Path

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.config import SignerConfig
from carbonseal.node.exchange.inbox import NewEvent
from carbonseal.node.exchange.settings import ExchangeConfig
from carbonseal.node.listen_config import Address
from carbonseal.node.lookup.search import Query
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import digest
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.passport.passports import parse
from tests.node.conftest import ledger_in
from tests.node.issuance.drafts.drafting import people, reviewed
from tests.node.issuance.stating import ACCREDITOR, BODY, accredit, programme, state, subject
from tests.node.webhooks.receiving import until
from tests.nodes import make_node, settings
from tests.records.documents import encoded, footprint


def make(folder: Path) -> Path:
    """The directory of a node that may do all of it."""
    config = settings(
        issuers=(SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key"),),
        bodies=(BODY,),
        accreditors=(ACCREDITOR,),
        ledgers=(ledger_in(folder / "ledger"),),
        pact=ExchangeConfig(Address("127.0.0.1", 9443), "https://pact.example"),
        heartbeat=3600,
    )
    return make_node(folder / "node", config)


def site(number: int) -> dict[str, str]:
    return {"id": f"urn:example:site:{number}", "name": "Site", "country": "DE"}


async def live(directory: Path) -> None:
    """What a node does all its life."""
    async with Node.open(directory) as node:
        for number in range(2):
            receipt = await node.submit(b'{"n": %d}' % number, "json/1")
            listed = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
            passport = await node.issue({"issuer": "maker", "subject": "urn:example:cell", "records": listed})
            await node.anchor()
            await node.wait_for_anchors(30)
            await node.refresh(passport)
            root = parse(passport).root
            await node.passport(root)
            await node.revoke(root)
            node.issued(0)
            accreditation = await accredit(node)
            for of in (subject([receipt.commitment]), programme(name=str(number), sites=[site(number)])):
                statement = await state(node, of, accreditations=[accreditation.to_json()])
                await node.refresh(passport)
                await node.statements.act("suspend", statement.root, "looked at again", OPERATOR)
                node.statements.file(statement.root, OPERATOR)
            node.statements.listed(OPERATOR)
            node.accreditations.listed(OPERATOR)
            node.accreditations.file(accreditation.root, OPERATOR)
            node.seal(receipt.commitment)
            node.is_final(receipt.commitment)
            node.states()
        for _ in range(2):
            async with node.idempotency.under(digest("a key"), digest("a request")) as key:
                job = await node.jobs.export(OPERATOR, {"subject": "urn:example:cell"}, key)
        async for _job in node.jobs.finishing(job["job"], OPERATOR, asyncio.sleep):
            node.jobs.listed(OPERATOR, 0, 9)
        await node.sequence()
        await look_up(node)
        await draft(node)
        await tell(node)
    async with Node.open(directory) as node:
        running = asyncio.create_task(node.run())
        await node.startup_checked()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def draft(node: Node) -> None:
    """Drafts that are released, and one that is discarded."""
    who, listed = await people(node), (await node.submit(b"{}", "json/1")).commitment.hex()
    records = [{"role": "footprint", "commitment": listed}]
    asked = {"issuer": "maker", "subject": "urn:example:pack", "records": records}
    for number in (1, 2):
        stored = await reviewed(node, asked, who)
        await node.drafts.show(number, who["carl"])
        await node.drafts.release(number, stored.draft.content, who["carl"])
    await node.drafts.discard((await reviewed(node, asked, who)).draft.number, who["carl"], "twice is enough")
    for waiting in (False, True):
        node.drafts.listed(who["carl"], waiting=waiting)
        node.drafts.listed(OPERATOR, waiting=waiting)


async def look_up(node: Node) -> None:
    """Footprints of which two have one id, found in every way."""
    for figure in ("3.86", "1.93"):
        await node.submit(encoded(footprint({"/pcf/pcfExcludingBiogenicUptake": figure})), "pact/3.0")
    await node.sequence()
    await node.lookup.indexer.catch_up()
    for query in (
        Query(),
        Query({"product": ["urn:gtin:4712345060507"]}),
        Query(profile="pact/3.0"),
        Query(is_disputed=True),
    ):
        found, _ = await node.lookup.find(OPERATOR, query)
        assert found
        node.lookup.about(found[0].record.log, found[0].record.entry)
    node.lookup.indexer.index.disputes(node.log().origin, 0, 10)
    inbox = node.partners.exchange.inbox if node.partners.exchange else None
    assert inbox is not None
    for number in range(2):
        new = NewEvent(
            "buyer", "default", "requested", f"event-{number}", "https://a.example", 0, b"{}", "https://a.example"
        )
        assert inbox.put(new)
        assert not inbox.put(new)
    event = inbox.due("buyer", "https://a.example")
    assert event is not None
    inbox.change(event)
    assert len(inbox.page(None, 0)) == len(inbox.page("default", 0)) == 2


async def tell(node: Node) -> None:
    """A receiver that nobody reaches: what is made for it is tried, and waits."""
    await node.webhooks.add(OPERATOR, NewReceiver("default", "erp", "https://[2001:470::1]:1/", frozenset()))
    await node.webhooks.rotate(OPERATOR, "default", "erp")
    telling = asyncio.create_task(node.webhooks.run(asyncio.sleep))
    await node.submit(b'{"n": 7}', "json/1")
    await node.sequence()
    await until(lambda: node.webhooks.listed(OPERATOR)[0][1].made > 0)
    await node.webhooks.replay(OPERATOR, "default", "erp", [f"msg_{'0' * 40}"])
    await node.webhooks.replay(OPERATOR, "default", "erp", [])
    node.webhooks.dead(OPERATOR, "default", "erp", 0, 9)
    await node.webhooks.pause(OPERATOR, "default", "erp", "moving")
    await node.webhooks.resume(OPERATOR, "default", "erp")
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    await node.webhooks.remove(OPERATOR, "default", "erp")
