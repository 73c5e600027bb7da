"""New organisations, new certificates, revoked and expired ones, and configurations that are refused."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from fabric_protos.common import common_pb2
from fabric_protos.common.configtx_pb2 import ConfigGroup

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.deliver import Refusal
from carbonseal_devnet.fabric.embedded.network import Network
from carbonseal_devnet.fabric.msp import Forbidden
from tests.devnet.fabric.calls import VALID, on, refused
from tests.devnet.fabric.clients import Client, connected


@pytest.mark.parametrize("bft", [False, True])
def test_a_new_organisation_and_a_new_orderer_certificate(tmp_path: Path, bft: bool) -> None:
    async def work(network: Network, client: Client) -> None:
        await client.invoke("put", "a", "1")
        before = network.ordering.channel
        old = network.orderers[0].node.identity.pem
        renewed = await network.renew_orderer()
        joined = await network.add_organisation()
        assert network.orderers[0].node.identity.pem != old
        assert (await client.invoke("put", "b", "1"))[0] == VALID
        await network.synced()
        assert await network.block(5) == await network.block(5, "Org3MSP")
        configs = [common_pb2.Block.FromString(raw) for raw in await network.config_blocks()]
        assert [each.header.number for each in configs] == [0, renewed, joined]
        for older, newer in itertools.pairwise(configs):
            Channel.of_block(older).check_block(newer)
        newest = common_pb2.Block.FromString(await network.block(5))
        Channel.of_block(configs[-1]).check_block(newest)
        if bft:  # there, a certificate is known by the configuration alone
            with pytest.raises(Forbidden):
                before.check_block(newest)
        async with connected(network, "Org3MSP") as third:
            assert await third.evaluate("get", "b") == b"1"

    async def again(network: Network, client: Client) -> None:
        assert (await client.invoke("put", "c", "1"))[0] == VALID
        assert await network.height("Org3MSP") == await network.synced()

    on(tmp_path, work, bft=bft)
    on(tmp_path, again, bft=bft)


def break_timeout(root: ConfigGroup) -> None:
    root.groups["Orderer"].values["BatchTimeout"].value = b"\n\x04soon"


def break_msp(root: ConfigGroup) -> None:
    root.groups["Application"].groups["Org2MSP"].values["MSP"].value = b"\x12\x03abc"


def break_orderers(root: ConfigGroup) -> None:
    for group in root.groups["Orderer"].groups.values():
        group.values["Endpoints"].value = b""


def no_organisations(root: ConfigGroup) -> None:
    root.groups["Application"].groups.clear()


def other_consensus(root: ConfigGroup) -> None:
    root.groups["Orderer"].values["ConsensusType"].value = b"\n\x04solo"


@pytest.mark.parametrize("change", [break_timeout, break_msp, break_orderers, no_organisations, other_consensus])
def test_a_configuration_that_nobody_could_work_with_is_refused(
    tmp_path: Path, change: Callable[[ConfigGroup], None]
) -> None:
    async def work(network: Network, client: Client) -> None:
        with pytest.raises(Refusal):
            await network.update(change)
        assert await client.invoke("put", "a", "1") == (VALID, 2)

    on(tmp_path, work)


def test_a_revoked_user_may_no_more(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        async with connected(network, user="Mallory") as mallory:
            await mallory.invoke("put", "a", "1")
            await network.revoke("Org1MSP", "Mallory")
            async with refused(grpc.StatusCode.UNKNOWN, saying="revoked"):
                await mallory.ask("get", "a")
        await client.evaluate("get", "a")

    on(tmp_path, work)


def test_an_expired_certificate_gets_nowhere(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        organisation = network.organisations["Org1MSP"]
        folder = network.msp("Org1MSP", "Late")
        begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
        late = organisation.renew(folder, begins=begins, lasts=datetime.timedelta(days=1))
        async with connected(network, identity=late) as expired, refused(grpc.StatusCode.UNKNOWN, saying="expired"):
            await expired.ask("get", "a")
        identifier, _ = await client.endorse("put", "a", "1")
        late_one = wire.envelope(common_pb2.ENDORSER_TRANSACTION, network.channel, b"", late)
        async with refused(grpc.StatusCode.ABORTED, saying="expired"):
            await client.submit(identifier, common_pb2.Envelope.FromString(late_one))

    on(tmp_path, work)
