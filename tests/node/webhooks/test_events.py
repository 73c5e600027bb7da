"""Events of a tenant's life: told to the tenant's receiver, as others' libraries read and verify them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import SignerConfig, TenantConfig
from carbonseal.node.toml_tables import Table
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.node.webhooks.settings import read_webhooks
from carbonseal.passport.passports import parse
from tests.node.conftest import Begin, ledger_in
from tests.node.issuance.drafts.drafting import four_eyes, people, prepared, reviewed
from tests.node.issuance.drafts.drafting import wanted as asked
from tests.node.simulated import SimulatedLedger
from tests.node.webhooks.receiving import Receiver, Time, receiving, run, telling
from tests.nodes import ORIGIN
from tests.records.documents import encoded, footprint

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
    async with (
        receiving(Receiver()) as mine,
        receiving(Receiver()) as theirs,
        telling(directory, time, only=False) as node,
    ):
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
        came = await mine.passing(time, "sealed", "issued", "suspended", "reinstated", "revoked")
        assert all(one.is_signed_by(secret) for one in came)
        assert {one.event.get_source() for one in came} == {ORIGIN}
        sealed = [record for one in came if one.type == "carbonseal.sealed" for record in one.data["records"]]
        assert receipt.commitment.hex() in [one["commitment"] for one in sealed]
        assert other.commitment.hex() not in str([one.body for one in came])
        while "carbonseal.final" not in {one.type for one in mine.messages}:
            await time.pass_by(1)
        anchored, final = (
            next(one.data for one in mine.messages if one.type == f"carbonseal.{type_}")
            for type_ in ("anchored", "final")
        )
        assert anchored == final
        assert (final["ledger"], final["log"], final["size"]) == ("sim:1", ORIGIN, node.log().size)
        theirs_came = await theirs.passing(time, "sealed")
        assert receipt.commitment.hex() not in str([one.body for one in theirs_came])
        assert digest.hex() not in str([one.body for one in theirs_came])


def test_a_second_figure_is_told_to_its_tenant(begin: Begin) -> None:
    run(second_figure(begin(tenants=TENANTS, webhooks=LOOPBACK)))


async def second_figure(directory: Path) -> None:
    time = Time()
    async with (
        receiving(Receiver()) as mine,
        receiving(Receiver()) as theirs,
        telling(directory, time, only=False) as node,
    ):
        await node.webhooks.add(OPERATOR, wanted("erp", mine))
        await node.webhooks.add(OPERATOR, wanted("erp", theirs, "theirs"))
        for tenant, figure in (("mine", "3.86"), ("theirs", "3.86"), ("mine", "1.93")):
            document = footprint({"/pcf/pcfExcludingBiogenicUptake": figure})
            await node.submit(encoded(document), "pact/3.0", tenant)
        await node.sequence()
        (told,) = [one for one in await mine.passing(time, "disputed") if one.type == "carbonseal.disputed"]
        assert told.data["footprint"] == footprint()["id"]
        assert [one["index"] for one in told.data["records"]] == [1, 3]
        assert [one["figure"].split()[0] for one in told.data["records"]] == ["3.86", "1.93"]
        assert "carbonseal.disputed" not in {one.type for one in await theirs.passing(time, "sealed")}


def test_drafts(begin: Begin) -> None:
    directory = four_eyes(begin, webhooks=LOOPBACK)
    run(drafts(directory))


async def drafts(directory: Path) -> None:
    time = Time()
    async with receiving(Receiver()) as erp, telling(directory, time) as node:
        await node.webhooks.add(OPERATOR, wanted("erp", erp, "default"))
        who = await people(node)
        first = await reviewed(node, await asked(node), who)
        released = await node.drafts.release(first.draft.number, first.draft.content, who["carl"])
        second = await prepared(node, await asked(node, b'{"n": 2}'), who["anna"])
        await node.drafts.comment(second.draft.number, who["ben"], "which meter?")
        await node.drafts.send_back(second.draft.number, who["ben"], "the meter was broken")
        came = await erp.passing(time, "prepared", "reviewed", "released", "issued", "refused")
        of_drafts = [one for one in came if one.data.get("kind") == "draft"]
        told = sorted(
            (one.event.get_extension("sequence"), one.type, one.data["draft"], one.data["act"]) for one in of_drafts
        )
        assert [one[1:] for one in told] == [
            ("carbonseal.prepared", 1, "prepare"),
            ("carbonseal.reviewed", 1, "review"),
            ("carbonseal.released", 1, "complete"),
            ("carbonseal.prepared", 2, "prepare"),
            ("carbonseal.refused", 2, "return"),
        ]
        assert released.document is not None
        [digest] = [one.data["credential"] for one in came if one.type == "carbonseal.issued"]
        assert digest == released.document.hex()
        assert "broken" not in str([one.body for one in came])  # reasons stay in the node


def test_anchors_that_fail_and_that_are_taken_back(begin: Begin, tmp_path: Path) -> None:
    """The operator is told of both; a tenant of what becomes of its anchors."""
    folder = tmp_path / "ledger"
    directory = begin(tenants=TENANTS, webhooks=LOOPBACK, ledgers=(ledger_in(folder),))
    run(
        anchors(directory, SimulatedLedger(folder / "ledger.db"), (folder / "barred").touch, (folder / "barred").unlink)
    )


async def anchors(directory: Path, ledger: SimulatedLedger, bar: Callable[[], None], unbar: Callable[[], None]) -> None:
    time = Time()
    async with (
        receiving(Receiver()) as pager,
        receiving(Receiver()) as erp,
        telling(directory, time, only=False) as node,
    ):
        await node.webhooks.add(OPERATOR, wanted("pager", pager, ""))
        await node.webhooks.add(OPERATOR, wanted("erp", erp))
        await node.submit(b'{"n": 1}', "json/1", "mine")
        await node.sequence()
        bar()
        await node.anchor()
        [refused] = [one for one in await pager.passing(time, "refused", "failing") if one.type == "carbonseal.refused"]
        assert refused.data["kind"] == "anchor"
        assert refused.data["reason"]
        unbar()
        await node.anchor()
        while State.INCLUDED not in node.states()[0].counts:
            await time.pass_by(1)
        ledger.reorg(drop=True)
        while "carbonseal.reorged" not in {one.type for one in erp.messages}:
            await time.pass_by(1)
        assert "carbonseal.anchored" in {one.type for one in erp.messages}
        assert "carbonseal.refused" not in {one.type for one in erp.messages}
