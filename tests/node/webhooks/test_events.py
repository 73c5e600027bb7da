"""Events of a tenant's life: told to the tenant's receiver, as others' libraries read and verify them."""

from __future__ import annotations

from pathlib import Path

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.config import SignerConfig, TenantConfig
from carbonseal.node.toml_tables import Table
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.node.webhooks.settings import read_webhooks
from carbonseal.passport.passports import parse
from tests.node.conftest import Begin, ledger_in
from tests.node.webhooks.receiving import Receiver, Time, receiving, run, telling
from tests.nodes import ORIGIN

LOOPBACK = read_webhooks(Table({"allow": ["127.0.0.0/8"]}, ("node.toml", "webhooks")))
TENANTS = tuple(TenantConfig(name, f"file:keys/salt-{name}.key") for name in ("mine", "theirs"))
ISSUERS = tuple(
    SignerConfig(f"of-{name}", f"did:web:{name}.example", f"file:keys/{name}.key", name) for name in ("mine", "theirs")
)


def wanted(name: str, receiver: Receiver, tenant: str = "mine") -> NewReceiver:
    return NewReceiver(tenant, name, receiver.url, frozenset())


def test_a_life(begin: Begin, tmp_path: Path) -> None:
    directory = begin(tenants=TENANTS, issuers=ISSUERS, webhooks=LOOPBACK, ledgers=(ledger_in(tmp_path / "ledger"),))
    run(a_life(directory))


async def a_life(directory: Path) -> None:
    time = Time()
    async with receiving(Receiver()) as mine, receiving(Receiver()) as theirs, telling(directory, time) as node:
        secret = await node.webhooks.add(OPERATOR, wanted("erp", mine))
        await node.webhooks.add(OPERATOR, wanted("erp", theirs, "theirs"))
        receipt = await node.submit(b'{"n": 1}', "json/1", "mine")
        other = await node.submit(b'{"n": 2}', "json/1", "theirs")
        listed = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
        passport = await node.issue({"issuer": "of-mine", "subject": "urn:example:cell", "records": listed})
        digest = parse(passport).root
        await node.suspend(digest, OPERATOR, "meter")
        await node.reinstate(digest, OPERATOR, "meter")
        await node.revoke(digest, OPERATOR, "meter")
        await node.anchor()
        await node.wait_for_anchors(0.0)
        came = await mine.passing(time, "sealed", "issued", "suspended", "reinstated", "revoked")
        assert all(one.is_signed_by(secret) for one in came)
        assert {one.event.get_source() for one in came} == {ORIGIN}
        sealed = [record for one in came if one.type == "carbonseal.sealed" for record in one.data["records"]]
        assert receipt.commitment.hex() in [one["commitment"] for one in sealed]
        assert other.commitment.hex() not in str([one.body for one in came])
        theirs_came = await theirs.passing(time, "sealed")
        assert receipt.commitment.hex() not in str([one.body for one in theirs_came])
        assert digest.hex() not in str([one.body for one in theirs_came])
