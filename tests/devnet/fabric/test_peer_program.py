"""Fabric's own `peer` program, where it is found (CARBONSEAL_FABRIC_BIN or the PATH), notices no difference."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from fabric_protos.common import common_pb2

from carbonseal.ledger import Attempt, AttemptStatus, Checked, Observation
from carbonseal_devnet.fabric import rpc, wire
from carbonseal_devnet.fabric.embedded.blocking import Blocking, in_thread
from carbonseal_devnet.fabric.genesis import Settings
from carbonseal_devnet.fabric.identity import Node
from tests.devnet.fabric.tiny import tiny
from tests.fabric import networks

PEER = shutil.which("peer", path=os.environ.get("CARBONSEAL_FABRIC_BIN", os.environ["PATH"]))
pytestmark = pytest.mark.skipif(PEER is None, reason="Fabric's programs are not here")

CORE = {
    "peer": {"BCCSP": {"Default": "SW", "SW": {"Hash": "SHA2", "Security": 256}}},
}


class Program:
    """The command-line client, as a user of an organisation."""

    def __init__(self, network: Blocking, directory: Path, *, bft: bool = False) -> None:
        self.network, self.directory, self.bft = network, directory, bft
        self.settings = directory / "client"
        self.settings.mkdir()
        (self.settings / "core.yaml").write_text(json.dumps(CORE))  # JSON is YAML

    def run(
        self, *arguments: str, msp_id: str = "Org1MSP", user: str = "User1", address: str = ""
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "FABRIC_CFG_PATH": str(self.settings),
            "FABRIC_LOGGING_SPEC": "fatal",
            "CORE_PEER_LOCALMSPID": msp_id,
            "CORE_PEER_MSPCONFIGPATH": str(self.network.msp(msp_id, user)),
            "CORE_PEER_ADDRESS": address or self.network.endpoint(msp_id),
            "CORE_PEER_TLS_ENABLED": "true",
            "CORE_PEER_TLS_ROOTCERT_FILE": str(self.network.tls_ca(msp_id)),
        }
        return subprocess.run(
            [str(PEER), *arguments],
            env=environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def ok(self, *arguments: str, user: str = "User1", address: str = "") -> str:
        done = self.run(*arguments, user=user, address=address)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 1
        return done.stderr

    def orderer(self) -> list[str]:
        ca = self.network.tls_ca("OrdererMSP")
        return ["-c", self.network.channel, "-o", self.network.orderer_endpoint(), "--tls", "--cafile", str(ca)]

    def invoke(self, *arguments: str, organisations: Sequence[str] = ("Org1MSP", "Org2MSP")) -> tuple[int, str]:
        network = self.network
        chosen = [
            "-C",
            network.channel,
            "-n",
            network.chaincode,
            "--waitForEvent",
            "-c",
            json.dumps({"Args": arguments}),
        ]
        for each in organisations:
            chosen += ["--peerAddresses", network.endpoint(each), "--tlsRootCertFiles", str(network.tls_ca(each))]
        ca = str(network.tls_ca("OrdererMSP"))
        run = self.run("chaincode", "invoke", *chosen, "-o", network.orderer_endpoint(), "--tls", "--cafile", ca)
        return run.returncode, run.stdout + run.stderr

    def query(self, *arguments: str) -> list[str]:
        call = json.dumps({"Args": arguments})
        return ["chaincode", "query", "-C", self.network.channel, "-n", self.network.chaincode, "-c", call]


@pytest.fixture(params=[False, True], ids=["raft", "bft"])
def program(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Program]:
    with in_thread(
        tmp_path / "network", settings=Settings(bft=request.param, batch_count=1), chaincode=tiny
    ) as network:
        yield Program(network, tmp_path, bft=request.param)


def test_the_client_commands(program: Program) -> None:
    network = program.network
    assert network.channel in program.ok("channel", "list")
    assert program.invoke("put", "a", "1")[0] == 0
    assert program.ok(*program.query("get", "a")) == "1\n"
    info = json.loads(program.ok("channel", "getinfo", "-c", network.channel).split(": ", 1)[1])
    assert info["height"] == network.height() == 3
    failed, output = program.invoke("put", "a", "2", organisations=["Org1MSP"])
    assert failed
    assert "ENDORSEMENT_POLICY_FAILURE" in output
    assert "status:404" in program.refused(*program.query("missing"))
    assert "status:500" in program.refused(*program.query("private", "x"))
    program.ok("channel", "fetch", "2", "from-peer.block", "-c", network.channel)
    assert (program.directory / "from-peer.block").read_bytes() == network.block(2)
    program.ok("channel", "fetch", "2", "from-orderer.block", *program.orderer())
    ordered = common_pb2.Block.FromString((program.directory / "from-orderer.block").read_bytes())
    assert wire.header_hash(ordered.header) == wire.header_hash(common_pb2.Block.FromString(network.block(2)).header)
    for which in ("oldest", "config"):
        program.ok("channel", "fetch", which, f"{which}.block", *program.orderer())
        assert (program.directory / f"{which}.block").read_bytes() == network.genesis
    defined = ["lifecycle", "chaincode", "querycommitted", "-C", network.channel]
    assert f"Name: {network.chaincode}, Version: 1.0, Sequence: 1" in program.ok(*defined)
    assert "Sequence: 1" in program.ok(*defined, "-n", network.chaincode)
    assert "404" in program.refused(*defined, "-n", "other") or "not defined" in program.refused(
        *defined, "-n", "other"
    )


def test_what_is_anchored_by_hand_is_proved(tmp_path: Path) -> None:
    """With carbonseal's own chaincode: the program writes and reads an anchor, and the adapter gathers evidence of it."""
    statement = networks.anchor(1).statement
    words = (statement.log_id.hex(), "1", statement.root.hex())
    with in_thread(tmp_path / "network", settings=Settings(batch_count=1)) as network:
        program = Program(network, tmp_path)
        assert program.invoke("anchor", *words)[0] == 0
        query = program.query("get", network.publisher(), *words[:2])
        value = bytes.fromhex(program.ok(*query, "--hex"))
        assert value.startswith(statement.encode())
        failed, output = program.invoke("anchor", words[0], "1", "66" * 32)
        assert failed
        assert "status:409" in output

        async def evidence() -> Checked:
            async with networks.connected(network) as ledger:
                seen = Observation(AttemptStatus.FINAL, "", {"statement": statement.encode().hex()})
                found = await ledger.evidence(Attempt(statement, "", "", b""), seen)
                return await networks.checked(network, ledger, found, statement)

        assert asyncio.run(evidence()).proved


def core(network: Blocking, node: Node, directory: Path, ports: list[int]) -> dict[str, Any]:
    """Settings of a real peer, no more than it starts with."""
    address = f"{rpc.LOOPBACK}:{ports[0]}"
    tls = {name: {"file": str(node.home / "tls" / file)} for name, file in
           {"cert": "server.crt", "key": "server.key", "rootcert": "ca.crt"}.items()}  # fmt: skip
    plugins = {
        "endorsers": {"escc": {"name": "DefaultEndorsement"}},
        "validators": {"vscc": {"name": "DefaultValidation"}},
    }
    handlers = {"authFilters": [{"name": "DefaultAuth"}], "decorators": [{"name": "DefaultDecorator"}], **plugins}
    private = {"pullRetryThreshold": "1s", "transientstoreMaxBlockRetention": 1000, "pushAckTimeout": "3s",
               "btlPullMargin": 10, "reconcileBatchSize": 10, "reconcileSleepInterval": "1m",
               "implicitCollectionDisseminationPolicy": {"requiredPeerCount": 0, "maxPeerCount": 1}}  # fmt: skip
    gossip = {"bootstrap": address, "endpoint": address, "useLeaderElection": False, "orgLeader": True,
              "state": {"enabled": False}, "pvtData": private}  # fmt: skip
    concurrency = {"endorserService": 100, "deliverService": 100, "gatewayService": 100}
    return {
        "peer": {
            **CORE["peer"], "id": "peer1", "networkId": "test", "listenAddress": address, "address": address,
            "chaincodeListenAddress": f"{rpc.LOOPBACK}:{ports[1]}", "localMspId": "Org1MSP",
            "mspConfigPath": str(node.home / "msp"), "fileSystemPath": str(directory / "production"),
            "tls": {"enabled": True, **tls}, "gossip": gossip, "handlers": handlers,
            "deliveryclient": {"reconnectTotalTimeThreshold": "3600s", "connTimeout": "3s", "reConnectBackoffThreshold": "1s"},
            "limits": {"concurrency": concurrency},
        },
        "vm": {"endpoint": ""},
        "chaincode": {
            "mode": "net", "executetimeout": "30s", "startuptimeout": "30s", "installTimeout": "30s",
            "externalBuilders": [{"name": "none", "path": str(directory)}],
            "system": dict.fromkeys(["_lifecycle", "cscc", "lscc", "qscc"], "enable"),
        },
        "ledger": {
            "state": {"stateDatabase": "goleveldb", "totalQueryLimit": 1000},
            "history": {"enableHistoryDatabase": False},
            "pvtdataStore": {"collElgProcMaxDbBatchSize": 5000, "collElgProcDbBatchesInterval": 1000},
            "snapshots": {"rootDir": str(directory / "snapshots")},
        },
        "operations": {"listenAddress": f"{rpc.LOOPBACK}:{ports[2]}"},
        "metrics": {"provider": "disabled"},
    }  # fmt: skip


@contextmanager
def real_peer(program: Program, directory: Path) -> Iterator[tuple[str, IO[str]]]:
    """A real peer of Org1 beside the embedded ones. Gives its address, once it has joined the channel."""
    network, ports = program.network, rpc.free_ports(3)
    directory.mkdir()
    node = network.organisations["Org1MSP"].node("peer1")
    (directory / "core.yaml").write_text(json.dumps(core(network, node, directory, ports)))
    environment = {**os.environ, "FABRIC_CFG_PATH": str(directory), "FABRIC_LOGGING_SPEC": "info"}
    genesis = Path(directory / "genesis.block")
    genesis.write_bytes(network.genesis)
    address = f"{rpc.LOOPBACK}:{ports[0]}"
    with subprocess.Popen(
        [str(PEER), "node", "start"],
        env=environment,
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "Started peer with ID" in line:
                    break
            program.ok("channel", "join", "-b", str(genesis), user="Admin", address=address)
            yield address, process.stdout
        finally:
            process.terminate()
            process.communicate()


def test_a_real_peer_joins_and_stores_the_same_bytes(program: Program) -> None:
    """Commit hashes included: it came to the same state by its own rules. Follows configuration updates too."""
    network = program.network
    if network.consensus == "BFT" and re.search(r"Version: v?2\.", program.ok("version")):
        pytest.skip("peers know BFT since Fabric 3")
    for number in range(3):
        assert program.invoke("add", "a", str(number))[0] == 0
    assert program.invoke("delete", "a")[0] == 0
    assert program.invoke("count", "a", "z", "into")[0] == 0
    assert program.invoke("put", "b", "1", organisations=["Org1MSP"])[0] == 1
    network.duplicate()
    program.invoke("put", "b", "1")  # whether it hears first of the transaction or of its copy is left to chance
    network.duplicate(False)
    network.renew_orderer()
    network.add_organisation()
    assert program.invoke("put", "c", "1")[0] == 0
    height = network.synced()
    with real_peer(program, program.directory / "real") as (address, output):
        for line in output:
            if f"Committed block [{height - 1}]" in line:
                break
        for number in range(height):
            file = f"{number}.block"
            program.ok("channel", "fetch", str(number), file, "-c", network.channel, address=address)
            assert (program.directory / file).read_bytes() == network.block(number), number
