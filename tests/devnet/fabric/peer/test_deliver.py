"""The Deliver services of an embedded peer, as Fabric's own clients use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.orderer import ab_pb2
from fabric_protos.peer import events_pb2_grpc

from carbonseal_devnet.fabric import rpc, wire
from carbonseal_devnet.fabric.embedded.network import Network
from carbonseal_devnet.fabric.identity import Identity
from tests.devnet.fabric.calls import VALID, on
from tests.devnet.fabric.clients import TIMEOUT, Client

OLDEST = ab_pb2.SeekPosition(oldest=ab_pb2.SeekOldest())
NEWEST = ab_pb2.SeekPosition(newest=ab_pb2.SeekNewest())
NEXT = ab_pb2.SeekPosition(next_commit=ab_pb2.SeekNextCommit())


def at(number: int) -> Any:
    return ab_pb2.SeekPosition(specified=ab_pb2.SeekSpecified(number=number))


def sought(signer: Identity, channel: str, **positions: Any) -> Any:
    """A signed request for blocks."""
    raw = ab_pb2.SeekInfo(**positions).SerializeToString()
    return common_pb2.Envelope.FromString(wire.envelope(common_pb2.DELIVER_SEEK_INFO, channel, raw, signer))


async def answers(network: Network, request: Any, kind: str = "Deliver") -> list[Any]:
    """All that a peer answers to one request."""

    async def requests() -> AsyncIterator[Any]:
        yield request

    async with rpc.connect(network.endpoint("Org1MSP"), network.tls_ca("Org1MSP").read_bytes()) as connection:
        call = getattr(events_pb2_grpc.DeliverStub(connection), kind)(requests(), timeout=TIMEOUT)
        return [answer async for answer in call]


def test_blocks_whole_and_filtered(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        assert (await client.invoke("put", "a", "1"))[0] == VALID
        await network.synced()
        everything = sought(client.user, network.channel, start=OLDEST, stop=NEWEST)
        *blocks, last = await answers(network, everything)
        assert [one.block.SerializeToString() for one in blocks] == [await network.block(n) for n in range(3)]
        assert last.status == common_pb2.SUCCESS
        *private, last = await answers(network, everything, "DeliverWithPrivateData")
        assert [one.block_and_private_data.block for one in private] == [one.block for one in blocks]
        assert last.status == common_pb2.SUCCESS
        *filtered, last = await answers(network, everything, "DeliverFiltered")
        assert [one.filtered_block.number for one in filtered] == [0, 1, 2]
        assert {one.filtered_block.channel_id for one in filtered} == {network.channel}
        (transaction,) = filtered[2].filtered_block.filtered_transactions
        assert (transaction.type, transaction.tx_validation_code) == (common_pb2.ENDORSER_TRANSACTION, VALID)
        assert last.status == common_pb2.SUCCESS

    on(tmp_path, work)


def test_one_block_and_the_next_one(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        (one, _) = await answers(network, sought(client.user, network.channel, start=at(1), stop=at(1)))
        assert one.block.header.number == 1
        none = sought(client.user, network.channel, start=NEXT, stop=NEXT, behavior=ab_pb2.SeekInfo.FAIL_IF_NOT_READY)
        (status,) = await answers(network, none)
        assert status.status == common_pb2.NOT_FOUND

    on(tmp_path, work)


Asked = Callable[[Network, Client], Any]


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (lambda network, client: sought(client.user, "elsewhere", start=OLDEST, stop=NEWEST), common_pb2.NOT_FOUND),
        (lambda network, client: sought(client.user, network.channel, start=OLDEST), common_pb2.BAD_REQUEST),
        (lambda network, client: sought(client.user, network.channel, start=at(2), stop=at(1)), common_pb2.BAD_REQUEST),
        (lambda network, client: common_pb2.Envelope(payload=b"\xff"), common_pb2.BAD_REQUEST),
        (
            lambda network, client: common_pb2.Envelope(
                payload=sought(client.user, network.channel, start=OLDEST, stop=NEWEST).payload, signature=b"forged"
            ),
            common_pb2.FORBIDDEN,
        ),
    ],
    ids=["channel", "no-stop", "backwards", "no-message", "forged"],
)
def test_what_is_refused(request_of: Asked, status: int, tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        for kind in ("Deliver", "DeliverFiltered", "DeliverWithPrivateData"):
            (answer,) = await answers(network, request_of(network, client), kind)
            assert answer.status == status

    on(tmp_path, work)
