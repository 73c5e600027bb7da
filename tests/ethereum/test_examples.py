"""The example contracts: they act on a sealed record, and on nothing else."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any

import pytest

from carbonseal.ledger import Statement
from carbonseal.log import tree
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_devnet.ethereum.network import Network

from . import calls

LOG = hashlib.sha256(b"log of the examples").digest()
COMMITMENT = hashlib.sha256(b"the record agreed upon").digest()
ENTRIES = [b"\x01" + COMMITMENT, b"\x06" + bytes(8), b"\x01" + hashlib.sha256(b"another record").digest()]
LEAVES = [tree.leaf_hash(entry) for entry in ENTRIES]
PROOF = [LEAVES[1], LEAVES[2]]
DEPOSIT = 10**18
CERTIFIER, BUYER, SUPPLIER, ANYONE = range(4)
LATER, BEFORE = 1 << 60, 1


@pytest.fixture
def deal(carbonseal_fresh_chain: Network) -> SimpleNamespace:
    chain = carbonseal_fresh_chain

    def agreed(deadline: int) -> str:
        return calls.deploy(
            chain,
            calls.compiled("examples/PayOnSeal.vy")["bytecode"],
            ("address", chain.deployment.registry),
            ("address", chain.publisher(CERTIFIER)),
            ("bytes32", LOG),
            ("bytes32", COMMITMENT),
            ("address", chain.publisher(SUPPLIER)),
            ("uint256", deadline),
            account=BUYER,
            value=DEPOSIT,
        )

    def anchor(account: int = CERTIFIER) -> None:
        data = registry.call_anchor(Statement(LOG, 3, tree.tree_root(LEAVES)))
        calls.transact(chain, chain.deployment.registry, data, account)

    def release(contract: str, size: int = 3, index: int = 0, proof: list[bytes] = PROOF) -> dict[str, Any]:
        data = calls.words("release(uint64,uint64,bytes32[])", size, index, proof)
        return calls.transact(chain, contract, data, ANYONE)

    def balance(who: str) -> int:
        return int(chain.ask("eth_getBalance", who, "latest"), 16)

    return SimpleNamespace(chain=chain, agreed=agreed, anchor=anchor, release=release, balance=balance)


def test_the_supplier_is_paid_once_the_record_is_sealed(deal: SimpleNamespace) -> None:
    contract, supplier = deal.agreed(LATER), deal.chain.publisher(SUPPLIER)
    before = deal.balance(supplier)
    assert deal.release(contract)["status"] == "0x0"  # not anchored yet
    deal.anchor()
    receipt = deal.release(contract)
    assert receipt["status"] == "0x1"
    assert deal.balance(supplier) == before + DEPOSIT
    assert deal.balance(contract) == 0
    print(f"gas: acting on a sealed record of a log of 3 {int(receipt['gasUsed'], 16):,}")
    assert deal.release(contract)["status"] == "0x0"  # nothing left


def test_nothing_else_releases_the_deposit(deal: SimpleNamespace) -> None:
    contract = deal.agreed(LATER)
    deal.anchor()
    for wrong in (
        {"index": 2},
        {"size": 2},
        {"size": 4},
        {"proof": PROOF[:1]},
        {"proof": [*PROOF, LEAVES[0]]},
        {"proof": PROOF[::-1]},
        {"index": 2, "proof": [tree.node_hash(*LEAVES[:2])]},  # sound, and of another record
    ):
        assert deal.release(contract, **wrong)["status"] == "0x0", wrong
    assert deal.balance(contract) == DEPOSIT


def test_nobody_elses_anchors_count(deal: SimpleNamespace) -> None:
    contract = deal.agreed(LATER)
    deal.anchor(account=SUPPLIER)
    assert deal.release(contract)["status"] == "0x0"


def test_the_buyer_alone_takes_back_and_after_the_deadline_alone(deal: SimpleNamespace) -> None:
    def take_back(contract: str, account: int) -> str:
        return str(calls.transact(deal.chain, contract, calls.words("take_back()"), account)["status"])

    assert take_back(deal.agreed(LATER), BUYER) == "0x0"
    contract = deal.agreed(BEFORE)
    assert take_back(contract, SUPPLIER) == "0x0"
    assert take_back(contract, BUYER) == "0x1"
    assert deal.balance(contract) == 0


@pytest.mark.parametrize("height", [10, 20])
def test_gas_of_asking_by_contract(deal: SimpleNamespace, height: int) -> None:
    """A contract that knows whose log it is needs less call data, and one more call."""
    size, contract = 1 << height, deal.agreed(LATER)
    proof = [hashlib.sha256(b"%d" % level).digest() for level in range(height)]
    root = tree.root_from_inclusion(LEAVES[0], 0, size, proof)
    data = registry.call_anchor(Statement(LOG, size, root))
    calls.transact(deal.chain, deal.chain.deployment.registry, data, CERTIFIER)
    asked = calls.words("is_sealed(uint64,uint64,bytes32[])", size, 0, proof)
    assert calls.call(deal.chain, contract, asked) == (1).to_bytes(32, "big")
    gas = int(calls.transact(deal.chain, contract, asked, ANYONE)["gasUsed"], 16)
    print(f"gas at 2^{height}: PayOnSeal.is_sealed {gas:,}")
    assert gas <= {10: 42_500, 20: 54_000}[height]
