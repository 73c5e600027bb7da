"""Many anchors by a real node that is killed again and again, on a network whose orderers, peers and chaincode are killed
again and again. Each anchor is committed once, by the blocks alone, and all of the evidence is checked in a process without
network, grpc and protobuf."""

from __future__ import annotations

import base64
import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from fabric_protos.common.configtx_pb2 import ConfigGroup
from fabric_protos.orderer import configuration_pb2

from carbonseal.ledger import Evidence, Statement
from carbonseal.node.anchoring.evidence import EvidenceStore
from carbonseal.node.anchoring.outbox import Outbox
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import LedgerConfig
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE
from carbonseal_adapters.fabric.checking.anchors import Place
from carbonseal_devnet.fabric.network import FabricNetwork
from tests import nodes
from tests.ethereum import storm_driver  # it knows nothing of a node's ledgers
from tests.fabric.blocks import CONFLICT, DUPLICATE, VALID, transactions
from tests.programs import storms
from tests.repository.sources import REPOSITORY

ANCHORS = storms.anchors(50)
LIVES = storms.lives(100, 250)  # how many of a node's crash points it lives through
KILLS = 8  # of the network's processes, at most: each failure doubles what the node waits before it tries again
IN_A_BLOCK = 3
OFFLINE = REPOSITORY / "tests" / "fabric" / "offline.py"


def make_node(directory: Path, network: FabricNetwork) -> None:
    ledger = LedgerConfig(network.ledger, network.uri, network.publisher(), 3600, network.node_options())
    own = nodes.log_config(origin="storm.example/log")
    nodes.make_node(directory, nodes.settings(own, ledgers=(ledger,)))


def small_blocks(root: ConfigGroup) -> None:
    value = root.groups["Orderer"].values["BatchSize"]
    size = configuration_pb2.BatchSize.FromString(value.value)
    size.max_message_count = IN_A_BLOCK
    value.value = size.SerializeToString()


@contextmanager
def killing(network: FabricNetwork, dice: random.Random) -> Iterator[Counter[str]]:
    """Kill one after the other, each for a moment, at most until the block ends. Gives how often each kind was."""
    nodes = [
        *(("orderer", number) for number in range(orderers(network))),
        *((kind, msp) for kind in ("peer", "chaincode") for msp in network.msp_ids),
    ]
    over = threading.Event()
    kills: Counter[str] = Counter()
    failed: list[BaseException] = []

    def strike() -> None:
        one_of_each = [dice.choice([node for node in nodes if node[0] == kind]) for kind in dict(nodes)]
        for kind, which in [*one_of_each, *dice.choices(nodes, k=KILLS - len(one_of_each))]:
            if over.wait(dice.uniform(0.2, 0.8)):
                return
            getattr(network, f"stop_{kind}")(which)
            over.wait(dice.uniform(0, 0.3))
            getattr(network, f"start_{kind}")(which)
            kills[kind] += 1

    def run() -> None:
        try:
            strike()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]


def orderers(network: FabricNetwork) -> int:
    endpoints: set[str] = set()
    with suppress(IndexError):
        while True:
            endpoints.add(network.orderer_endpoint(len(endpoints)))
    return len(endpoints)


def anchor_many(directory: Path, dice: random.Random) -> int:
    """Start the node until it has ended by itself; how often it was killed."""
    kills = 0
    while True:
        ended = storm_driver.run(directory, ANCHORS, dice.randint(*LIVES))
        if ended == 0:
            return kills
        assert ended == -signal.SIGKILL
        kills += 1


def anchored(directory: Path, network: FabricNetwork) -> dict[Statement, Evidence]:
    """Every statement that the node calls final, with its evidence."""
    with closing(Database(directory / "node.db", NODE)) as database:
        outbox, store = Outbox(database), EvidenceStore(database)
        anchors = outbox.anchors(network.ledger)
        assert {anchor.state for anchor in anchors} == {State.FINAL}
        return {
            outbox.attempts(anchor)[0].statement: dict(store.at(anchor.log, anchor.size))[network.ledger]
            for anchor in anchors
        }


def check_blocks(network: FabricNetwork, statements: Iterable[Statement]) -> Counter[int]:
    """Each anchor is written by one valid transaction; what else is in the blocks lost against it, or is its copy."""
    seen = list(transactions(network))
    assert {each.code for each in seen} <= {VALID, CONFLICT, DUPLICATE}
    valid = [each for each in seen if each.code == VALID]
    writer = bytes.fromhex(network.publisher())
    keys = Counter(key for each in valid for namespace, key, _ in each.writes if namespace == network.chaincode)
    assert keys == Counter(Place(writer, each).key for each in statements)
    assert len({each.id for each in valid}) == len(valid)
    return Counter(each.code for each in seen)


def check_offline(network: FabricNetwork, given: dict[Statement, Evidence], file: Path) -> int:
    """How many anchors their evidence proves, in a process without network and without grpc."""
    options = {
        "config": network.ledger.removeprefix("fabric:"),
        "chaincode": network.chaincode,
        "attest": network.node_options()["attest"],
        "publisher": network.publisher(),
    }
    anchors = [
        {
            "statement": statement.encode().hex(),
            "type": evidence.type,
            "version": evidence.version,
            "data": base64.b64encode(evidence.data).decode(),
        }
        for statement, evidence in given.items()
    ]
    config = base64.b64encode(network.genesis).decode()
    file.write_text(json.dumps({"ledger": network.ledger, "options": options, "config": config, "anchors": anchors}))
    command = [sys.executable, "-W", "error", str(OFFLINE), str(file)]
    ended = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


def test_the_anchors_of_a_node_are_committed_once(carbonseal_fresh_fabric: FabricNetwork, tmp_path: Path) -> None:
    network, directory = carbonseal_fresh_fabric, tmp_path / "node"
    network.update(small_blocks)
    make_node(directory, network)
    with killing(network, random.Random(16)) as kills:
        lives = anchor_many(directory, random.Random(5))
    height = network.synced()
    anchors = anchored(directory, network)
    assert len(anchors) == ANCHORS
    codes = check_blocks(network, anchors)
    proved = check_offline(network, anchors, tmp_path / "evidence.json")
    assert proved == ANCHORS
    assert lives >= 1
    assert set(kills) == {"orderer", "peer", "chaincode"}
    print(f"{ANCHORS} anchors, node killed {lives} times, {dict(kills)} killed, {height} blocks, codes {dict(codes)}")
