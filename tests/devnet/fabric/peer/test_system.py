"""The system chaincodes of an embedded peer: what Fabric's own clients ask them, and what each refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fabric_protos.common import configtx_pb2
from fabric_protos.peer import query_pb2
from fabric_protos.peer.lifecycle import lifecycle_pb2

from carbonseal_devnet.fabric.embedded.network import Network
from tests.devnet.fabric.calls import on
from tests.devnet.fabric.clients import Client


def test_what_a_channel_is_asked_of_itself(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        channels = query_pb2.ChannelQueryResponse.FromString(await client.evaluate("GetChannels", chaincode="cscc"))
        assert [one.channel_id for one in channels.channels] == [network.channel]
        config = await client.evaluate("GetChannelConfig", network.channel, chaincode="cscc")
        assert {"Application", "Orderer"} <= set(configtx_pb2.Config.FromString(config).channel_group.groups)
        asked = lifecycle_pb2.QueryChaincodeDefinitionArgs(name=network.chaincode).SerializeToString()
        one = await client.evaluate("QueryChaincodeDefinition", asked, chaincode="_lifecycle")
        found = lifecycle_pb2.QueryChaincodeDefinitionResult.FromString(one)
        assert (found.sequence, set(found.approvals)) == (1, {"Org1MSP", "Org2MSP"})
        every = await client.evaluate("QueryChaincodeDefinitions", b"", chaincode="_lifecycle")
        definitions = lifecycle_pb2.QueryChaincodeDefinitionsResult.FromString(every).chaincode_definitions
        assert [one.name for one in definitions] == [network.chaincode]

    on(tmp_path, work)


def message(kind: Any, **fields: Any) -> bytes:
    return bytes(kind(**fields).SerializeToString())


@pytest.mark.parametrize(
    ("chaincode", "arguments", "words"),
    [
        ("qscc", [], "Incorrect number of arguments"),
        ("cscc", [b"GetConfigBlock", b"elsewhere"], "Invalid chain ID"),
        ("qscc", [b"GetBlockByHash", b"CHANNEL", b"none"], ""),
        ("qscc", [b"GetChainInfo"], "missing argument"),
        (
            "_lifecycle",
            [b"QueryChaincodeDefinition", message(lifecycle_pb2.QueryChaincodeDefinitionArgs, name="none")],
            "namespace none is not defined",
        ),
        ("_lifecycle", [b"QueryChaincodeDefinition", b"\xff"], ""),
        (
            "_lifecycle",
            [
                b"CommitChaincodeDefinition",
                message(lifecycle_pb2.CommitChaincodeDefinitionArgs, name="tiny", sequence=9),
            ],
            "requested sequence is 9",
        ),
    ],
)
def test_what_is_refused(chaincode: str, arguments: list[bytes], words: str, tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        given = [network.channel.encode() if one == b"CHANNEL" else one for one in arguments]
        _, proposal = client.propose(*given, chaincode=chaincode)
        answer = await client.endorser.ProcessProposal(proposal, timeout=20)
        assert answer.response.status >= 400
        assert words in answer.response.message

    on(tmp_path, work)
