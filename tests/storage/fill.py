"""`python -m tests.storage.fill`: fill databases of each kind, and write them as SQL to tests/storage/filled.

Once a revision is released its databases stay as they are: they are what later programs have to migrate.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from carbonseal.node.access.callers import OPERATOR, Kind
from carbonseal.node.access.oidc.bearer import Identity
from carbonseal.node.access.principals import Wanted
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import ForeignConfig, LedgerConfig, SignerConfig
from carbonseal.node.exchange.inbox import NewEvent
from carbonseal.node.exchange.settings import ExchangeConfig
from carbonseal.node.listen_config import Address
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import digest
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.node.witnessing.heads import Conflict
from carbonseal.passport.passports import parse
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import BALANCES, CERTIFICATES
from carbonseal.storage.schema import NODE
from carbonseal.storage.webhook_tables import DELIVERIES, OUTAGES
from tests.foreign_logs import ForeignLog
from tests.node.issuance.drafts.drafting import people, reviewed
from tests.node.issuance.stating import ACCREDITOR, BODY, accredit, state, subject
from tests.nodes import install_simulated, make_node, settings

OTHER = ForeignLog()
FILLED = Path(__file__).with_name("filled")


async def work(directory: Path) -> None:
    async with Node.open(directory, clock=lambda: 1.8e9) as node:
        passports = []
        for number in range(3):
            receipt = await node.submit(b'{"n": %d}' % number, "json/1")
            listed = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
            wanted = {"issuer": "maker", "subject": "urn:example:cell", "records": listed}
            async with node.idempotency.under(digest(str(number)), digest("wanted")) as key:
                passports.append(await node.issue(wanted, key=key))
        await node.revoke(parse(passports[0]).root)
        await node.jobs.export(OPERATOR, {})
        accreditation = await accredit(node)
        statement = await state(node, subject([receipt.commitment]), accreditations=[accreditation.to_json()])
        await node.statements.act("suspend", statement.root, "to be looked at again", OPERATOR)
        scopes = frozenset({Scope.SUBMIT, Scope.READ})
        await node.access.create_token(NewToken("erp-1", "erp", Kind.SYSTEM, "default", scopes, 90))
        who = await people(node)
        another = {"issuer": "maker", "subject": "urn:example:pack", "records": listed}
        draft = (await reviewed(node, another, who)).draft
        await node.drafts.release(draft.number, draft.content, who["carl"])
        await node.access.add_identity(
            Identity("https://login.example.org", "1"), Wanted("erp", Kind.SYSTEM, None, None)
        )
        await node.access.grant(OPERATOR, "erp", "default", receipt.commitment)
        await node.webhooks.add(OPERATOR, NewReceiver("default", "erp", "https://erp.example.org/", frozenset()))
        await node.log().submit_foreign(OTHER.request(0, 7))
        with suppress(Conflict):
            await node.log().submit_foreign(ForeignLog(forks_at=3).request(0, 7))
        exchange = node.partners.exchange
        assert exchange is not None
        exchange.inbox.put(
            NewEvent("erp", "default", "published", "event-1", "https://a.example", 1_800_000_000, b"{}", "")
        )
        await node.audit_heads.join()
        await node.sequence()
        await node.anchor()
        await node.wait_for_anchors(30)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        sys.path.insert(0, str(install_simulated(directory / "plugins")))
        (directory / "ledger").mkdir()
        ledger = LedgerConfig(
            "sim:1", f"sim+file://{directory}/ledger/l.db", "sim-publisher", 3600, {"called": "sim:1"}
        )
        issuer = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
        config = settings(
            issuers=(issuer,),
            bodies=(BODY,),
            accreditors=(ACCREDITOR,),
            ledgers=(ledger,),
            foreign=(ForeignConfig(OTHER.signer.verifier),),
            pact=ExchangeConfig(Address("127.0.0.1", 9443), "https://pact.example"),
        )
        asyncio.run(work(make_node(directory / "node", config)))
        with closing(Database(directory / "node/node.db", NODE)) as database, database.write() as connection:
            insert_rows(connection, BALANCES, [("sim:1", "SIM", 2, "100", "", False, 1.8e9)])
            insert_rows(connection, CERTIFICATES, [("sim:1", 1.9e9)])
            letter = (1, 1, f"msg_{'0' * 40}", "sealed", b"{}", "dead", 1.8e9, 82, "answered 500")
            insert_rows(connection, DELIVERIES, [letter])
            outage = (1, "ledger/sim:1", "failing", "it does not answer", "", 1_800_000_000, 1_800_000_000, True)
            insert_rows(connection, OUTAGES, [outage])
        FILLED.mkdir(exist_ok=True)
        for name, path in (("log", "logs/default.db"), ("node", "node.db")):
            with closing(sqlite3.connect(directory / "node" / path)) as source:
                (FILLED / f"{name}.sql").write_text("\n".join(source.iterdump()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
