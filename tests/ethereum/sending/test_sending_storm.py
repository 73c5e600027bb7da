"""Many anchors of several logs by real processes, killed again and again, on a chain that reorganises, through an endpoint that
fails. In the end every anchor is final, once, and paid once; and all of the evidence is checked without network and web3."""

from __future__ import annotations

import base64
import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from carbonseal.node.anchoring.evidence import EvidenceStore
from carbonseal.node.anchoring.outbox import Outbox
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import LedgerConfig
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_devnet.ethereum.network import Network
from tests import nodes
from tests.ethereum import storm_driver
from tests.programs import storms

HERE = Path(__file__).parents[1]
CONFIRMATIONS = 6
DEEPEST = CONFIRMATIONS - 2  # the two heads of a reorg are one block apart in height
ETHER = 10**18
MOST = 0.001  # of one anchor's costs, in ether
REORGS = ("reorg with", "reorg without")  # the transactions of the blocks that it takes back
FAULTS = ("busy", "failing", "garbage", "half", "hang-up", "lose", "swallow", "lie", "delay")


def make_node(directory: Path, network: Network, uri: str) -> None:
    options = {
        "registry": network.deployment.registry,
        "key": "file:keys/ethereum.key",
        "confirmations": str(CONFIRMATIONS),
        "max-cost": str(MOST),
        "replace-after": "1.5",
    }
    ledger = LedgerConfig(network.ledger, uri, network.publisher(0), 3600, options)
    logs = [nodes.log_config(name, f"storm.example/{name}") for name in ("default", "motors", "cables")]
    nodes.make_node(directory, nodes.settings(*logs, ledgers=(ledger,)))
    (directory / "keys/ethereum.key").write_text(network.key(0).hex())
    (directory / "keys/ethereum.key").chmod(0o600)


@contextmanager
def weather(network: Network, endpoint: Network, chance: random.Random) -> Iterator[Counter[str]]:
    """Blocks, reorgs and crowds on the chain, and faults of one endpoint, until the block ends; how often there was what."""
    over = threading.Event()
    failed: list[BaseException] = []
    seen: Counter[str] = Counter()
    bottom = network.deployment.block

    def blow() -> None:
        while not over.wait(chance.uniform(0.04, 0.14)):
            endpoint.heal()  # a fault is short; those that nobody met would pile up while the node waits
            what = chance.random()
            new_reorgs = [
                kind for kind in REORGS if not seen[kind]
            ]  # of everything that a storm has, first what was not yet:
            new_faults = [kind for kind in FAULTS if not seen[kind]]  # the quicker the machine, the shorter the storm
            if what < 0.8:
                network.mine()
                continue
            if (what < 0.88 or new_reorgs) and network.height - bottom > DEEPEST:
                kind = chance.choice(new_reorgs or REORGS)
                network.reorg(chance.randint(1, DEEPEST), drop=kind == "reorg without")
            elif what < 0.89 or not seen["crowd"]:
                kind = "crowd"
                network.crowd(2)
            else:
                kind = chance.choice(new_faults or FAULTS)
                endpoint.fault(kind, times=chance.randint(1, 4), seconds=0.1)
            seen[kind] += 1

    def run() -> None:
        try:
            blow()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    network.automine(False)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        endpoint.heal()
    if failed:
        raise failed[0]


def anchor_many(directory: Path, anchors: int, chance: random.Random, lives: tuple[int, int]) -> int:
    """Start the node until it has ended by itself; how often it was killed."""
    kills = 0
    while True:
        ended = storm_driver.run(directory, anchors, chance.randint(*lives))
        if ended == 0:
            return kills
        assert ended == -signal.SIGKILL
        kills += 1


def transactions_of(network: Network, account: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Everything that the account has in the chain: (transaction, receipt)."""
    for number in range(network.height + 1):
        block = network.ask("eth_getBlockByNumber", hex(number), True)
        for transaction in block["transactions"]:
            if transaction["from"].lower() == account:
                yield transaction, network.ask("eth_getTransactionReceipt", transaction["hash"])


def check_chain(network: Network, heads: list[tuple[bytes, int]]) -> int:
    """Every anchor once, by the chain's own events; no nonce left out, nothing paid for twice or beyond the cap."""
    account = network.publisher(0)
    topics = ["0x" + registry.ANCHORED.hex(), "0x" + account[2:].rjust(64, "0")]
    events = network.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": topics})
    anchored = Counter((bytes.fromhex(event["topics"][2][2:]), int(event["topics"][3], 16)) for event in events)
    assert anchored == Counter(heads)
    sent = list(transactions_of(network, account))
    assert [int(transaction["nonce"], 16) for transaction, _ in sent] == list(range(len(sent)))
    assert len(sent) == len(heads)  # and each of them is in an event: one transaction for one anchor
    assert {event["transactionHash"] for event in events} == {transaction["hash"] for transaction, _ in sent}
    for tag in ("latest", "pending"):
        assert int(network.ask("eth_getTransactionCount", account, tag), 16) == len(sent)
    costs = [int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16) for _, receipt in sent]
    assert max(costs) <= MOST * ETHER
    return sum(costs)


def check_offline(directory: Path, network: Network, tmp_path: Path) -> tuple[int, int, int]:
    """All of the evidence, in a process without network; how many anchors it proved, and what the node says they cost."""
    with closing(Database(directory / "node.db", NODE)) as database:
        outbox, store = Outbox(database), EvidenceStore(database)
        anchors = outbox.anchors(network.ledger)
        assert {anchor.state for anchor in anchors} == {State.FINAL}
        evidence = {
            outbox.attempts(anchor)[0].statement: dict(store.at(anchor.log, anchor.size))[network.ledger]
            for anchor in anchors
        }
        spent = outbox.totals(network.ledger).cost
        replaced = sum(len(outbox.attempts(anchor)) > 1 for anchor in anchors)
    trust = gather(network.ledger, list(evidence.values()), network.endpoint, "2026-01-01T00:00:00Z")
    given = {
        "ledger": network.ledger,
        "options": network.options(network.publisher(0)),
        "trust": [dict(item.value) for item in trust],
        "anchors": [
            {
                "statement": statement.encode().hex(),
                "type": one.type,
                "version": one.version,
                "data": base64.b64encode(one.data).decode(),
            }
            for statement, one in evidence.items()
        ],
    }
    (tmp_path / "evidence.json").write_text(json.dumps(given))
    command = [sys.executable, "-W", "error", str(HERE / "offline.py"), str(tmp_path / "evidence.json")]
    ended = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout), spent, replaced


def ride_out(
    network: Network, tmp_path: Path, count: int, lived: tuple[int, int], seed: int
) -> tuple[int, Counter[str]]:
    chance = random.Random(seed)
    directory = tmp_path / "node"
    endpoint = network.another()
    make_node(directory, network, endpoint.uri)
    with weather(network, endpoint, chance) as seen:
        kills = anchor_many(directory, count, random.Random(seed), lived)
    network.mine(CONFIRMATIONS)
    with closing(Database(directory / "node.db", NODE)) as database:
        heads = [(anchor.log, anchor.size) for anchor in Outbox(database).anchors(network.ledger)]
    assert len(heads) == count
    assert len({log for log, _ in heads}) == 3
    cost = check_chain(network, heads)
    proved, spent, replaced = check_offline(directory, network, tmp_path)
    assert proved == count
    assert spent == cost
    reorgs, crowds = sum(seen[kind] for kind in REORGS), seen["crowd"]
    print(
        f"{network.engine}: {count} anchors, {kills} kills, {network.height} blocks, {reorgs} reorgs, {crowds} crowds, "
        f"{sum(seen.values()) - reorgs - crowds} faults, {replaced} replaced, "
        f"{cost / ETHER:.6f} ether of at most {MOST * count:.3f}; {proved} proved offline"
    )
    return kills, seen


def test_every_anchor_is_final_once(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    kills, seen = ride_out(carbonseal_every_fresh_chain, tmp_path, storms.anchors(40), storms.lives(40, 120), seed=5)
    assert kills >= 3
    assert all(seen[kind] for kind in (*REORGS, "crowd"))
    assert len(seen.keys() & set(FAULTS)) >= 5
