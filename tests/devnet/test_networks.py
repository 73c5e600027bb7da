"""What moves a chain is the same on py-evm, anvil and geth, and a plain client sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.registry import artifact
from carbonseal_adapters.ethereum.checking.trie import prove
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.pytest_plugin import ENGINES
from tests.ethereum.one_geth import fresh_chain

from .clients import GWEI, block, nonce, place, send


@pytest.fixture(params=ENGINES)
def chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    with fresh_chain(request) as network:
        yield network


def test_the_registry_is_there_and_headers_and_proofs_hold(carbonseal_every_fresh_chain: Network) -> None:
    """On the plug-in's own fixture."""
    chain = carbonseal_every_fresh_chain
    made = chain.deployment
    assert chain.ask("eth_getCode", made.registry, "latest") == artifact()["bytecode_runtime"]
    assert block(chain, 0)["hash"] == made.genesis
    send(chain, 0)
    registry = bytes.fromhex(made.registry[2:])
    for number in range(made.block, chain.height + 1):  # historical states too
        header = block(chain, number)
        assert "0x" + keccak256(write_header(header)).hex() == header["hash"]
        proof = chain.ask("eth_getProof", made.registry, [], hex(number))["accountProof"]
        nodes = [bytes.fromhex(node[2:]) for node in proof]
        assert isinstance(prove(bytes.fromhex(header["stateRoot"][2:]), registry, nodes), bytes)


def test_each_transaction_gets_a_block_unless_they_are_held_back(chain: Network) -> None:
    before = chain.height
    first = send(chain, 0)
    assert place(chain, first) == chain.height == before + 1
    chain.automine(False)
    waiting = [send(chain, number) for number in (1, 2)]
    assert (chain.height, place(chain, waiting[0])) == (before + 1, None)
    assert chain.ask("eth_getTransactionCount", chain.publisher(0), "pending") == "0x3"
    chain.mine()
    assert [place(chain, name) for name in waiting] == [before + 2] * 2
    chain.mine(3)
    assert chain.height == before + 5
    assert block(chain)["transactions"] == []


@pytest.mark.parametrize("depth", [1, 3])
def test_a_reorg_with_the_transactions(depth: int, chain: Network) -> None:
    names = [send(chain, number) for number in range(4)]
    height, old = chain.height, [block(chain, number)["hash"] for number in range(chain.height + 1)]
    chain.reorg(depth)
    assert chain.height == height + 1
    new = [block(chain, number) for number in range(height + 1)]
    assert [header["hash"] == before for header, before in zip(new, old, strict=True)] == (
        [True] * (height + 1 - depth) + [False] * depth
    )
    assert [place(chain, name) for name in names[:-depth]] == [height - 3 + at for at in range(4 - depth)]
    assert [place(chain, name) for name in names[-depth:]] == [height + 1] * depth
    parents = [header["parentHash"] for header in [*new, block(chain)][1:]]
    assert parents == [header["hash"] for header in new]


def test_a_reorg_without_the_transactions(chain: Network) -> None:
    names = [send(chain, number) for number in range(3)]
    for _ in range(2):
        height = chain.height
        chain.reorg(2, drop=True)
        assert chain.height == height + 1
        assert place(chain, names[0]) is not None
        for name in names[1:]:
            assert place(chain, name) is None
            assert chain.ask("eth_getTransactionByHash", name) is None
        assert nonce(chain) == 1
        assert [send(chain, number) for number in (1, 2)] == names[1:]
        assert place(chain, names[2]) == chain.height


def test_reorgs_that_cannot_be(chain: Network) -> None:
    for depth in (0, -1, 99):
        with pytest.raises(RuntimeError, match="blocks can be replaced"):
            chain.reorg(depth)


def test_a_dropped_transaction_is_gone_and_the_others_wait(chain: Network) -> None:
    chain.automine(False)
    kept, dropped, other = send(chain, 0), send(chain, 1), send(chain, 0, account=1)
    assert chain.drop(dropped)
    assert not chain.drop(dropped)
    assert chain.ask("eth_getTransactionByHash", dropped) is None
    chain.mine()
    assert place(chain, kept) == place(chain, other) == chain.height
    assert nonce(chain) == 1
    assert send(chain, 1) == dropped
    chain.mine()
    assert place(chain, dropped) == chain.height


def stick(chain: Network) -> tuple[str, int]:
    """A transaction that pays a little more than the base fee, and three full blocks by others."""
    chain.automine(False)
    fee = int(block(chain)["baseFeePerGas"], 16) + GWEI // 100
    stuck = send(chain, 0, fee=fee, tip=1)
    chain.crowd(3)
    chain.mine()
    assert int(block(chain)["baseFeePerGas"], 16) > fee
    assert (place(chain, stuck), nonce(chain)) == (None, 0)
    assert chain.ask("eth_getTransactionByHash", stuck)["blockNumber"] is None
    return stuck, fee


def test_low_fees_are_stuck_until_they_are_outbid(chain: Network) -> None:
    stuck, fee = stick(chain)
    refused = [(fee, 2)] if chain.engine == "anvil" else [(fee, 2), (fee * 109 // 100, 2), (fee * 111 // 100, 1)]
    for low in refused:  # anvil asks for a higher fee and no more, where geth wants 10 % of both
        with pytest.raises(RuntimeError, match="replacement transaction underpriced"):
            send(chain, 0, fee=low[0], tip=low[1])
    better = send(chain, 0, fee=4 * fee, tip=GWEI)
    chain.mine()
    assert (place(chain, better), place(chain, stuck)) == (chain.height, None)


def test_what_is_stuck_comes_through_when_the_crowd_is_gone(chain: Network) -> None:
    stuck, _ = stick(chain)
    chain.mine(4)
    assert place(chain, stuck) is not None


def test_a_fee_below_the_base_fee_waits_from_the_start(chain: Network) -> None:
    chain.automine(False)
    fee = int(block(chain)["baseFeePerGas"], 16) // 2
    low = send(chain, 0, fee=fee, tip=1)
    behind = send(chain, 1)
    chain.mine()
    for name in (low, behind):
        assert chain.ask("eth_getTransactionByHash", name)["blockNumber"] is None
    chain.mine(6)
    assert place(chain, low) == place(chain, behind)
    at = place(chain, low)
    assert at is not None
    included = block(chain, at)
    assert int(included["baseFeePerGas"], 16) < fee <= int(block(chain, at - 1)["baseFeePerGas"], 16)


def test_base_fees_follow_the_blocks_before_after_a_reorg_too(chain: Network) -> None:
    """Full blocks and empty ones, some of them replaced: an eighth up, an eighth down, as EIP-1559 has it."""
    chain.crowd(3)
    chain.mine()
    chain.reorg(3, drop=True)
    chain.mine(2)
    chain.reorg(2)
    blocks = [block(chain, number) for number in range(chain.height + 1)]
    for parent, child in pairwise(blocks):
        base, used, limit = (int(parent[name], 16) for name in ("baseFeePerGas", "gasUsed", "gasLimit"))
        change = base * abs(2 * used - limit) // limit // 8
        assert int(child["baseFeePerGas"], 16) == (base + change if 2 * used > limit else base - change)


def test_the_clock_can_be_wrong(chain: Network) -> None:
    def age() -> float:
        return int(block(chain)["timestamp"], 16) - time.time()

    chain.skew(-3600)
    before = block(chain)
    chain.mine()
    assert int(block(chain)["timestamp"], 16) == int(before["timestamp"], 16) + 1
    chain.skew(3600)
    chain.mine()
    assert 3500 < age() < 3700
    chain.skew(0)
    chain.mine()
    assert int(block(chain)["timestamp"], 16) == int(block(chain, chain.height - 1)["timestamp"], 16) + 1


def test_finality(chain: Network) -> None:
    chain.mine(5)
    numbers = {tag: int(block(chain, tag)["number"], 16) for tag in ("finalized", "safe", "latest")}
    assert numbers == {"finalized": chain.height - 2, "safe": chain.height - 1, "latest": chain.height}
    chain.reorg(4)
    assert int(block(chain, "finalized")["number"], 16) == chain.height - 2
