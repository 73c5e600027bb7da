"""Gathering block hashes, from honest endpoints and others."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from carbonseal.findings import Code, Refused
from carbonseal.ledger import Evidence, TransientError, TrustItem
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_devnet.ethereum.evidence import synthesise
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.endpoints import Answer, Change, before
from tests.ethereum.networks import anchor, connected, statement

WHEN = "2026-01-01T00:00:00Z"


@pytest.fixture
def evidence(carbonseal_fresh_chain: Network) -> Evidence:
    async def scenario() -> Evidence:
        async with connected(carbonseal_fresh_chain) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            return await ledger.evidence(attempt, await ledger.follow([attempt]))

    return asyncio.run(scenario())


def gathered(network: Network, evidence: Evidence, change: Change) -> Sequence[TrustItem]:
    with before(network, change) as endpoint:
        return gather(network.ledger, [evidence], endpoint, WHEN)


def code_of(network: Network, evidence: Evidence, change: Change) -> Code:
    with pytest.raises(Refused) as refused:
        gathered(network, evidence, change)
    assert str(refused.value)
    return refused.value.finding.code


def test_it_says_whence_and_when_and_keeps_access_keys_to_itself(
    carbonseal_fresh_chain: Network, evidence: Evidence
) -> None:
    chain = carbonseal_fresh_chain
    genesis, block = gather(chain.ledger, [evidence, evidence], chain.endpoint + "/?key=secret", WHEN)
    assert genesis.value == {"number": 0, "hash": chain.deployment.genesis}
    assert block.value["number"] == 2
    assert (block.ledger, block.kind, block.when) == (chain.ledger, "block", WHEN)
    assert block.source == chain.endpoint
    pins = VERIFIER.pin(chain.ledger, chain.options(chain.publisher(0)))
    assert VERIFIER.check(evidence, statement(1), pins, [genesis, block]).proved


def test_another_genesis_than_pinned_is_noticed(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain = carbonseal_fresh_chain
    trust = gather(chain.ledger, [evidence], chain.endpoint, WHEN)
    options = {**chain.options(chain.publisher(0)), "genesis": "0x" + "99" * 32}
    checked = VERIFIER.check(evidence, statement(1), VERIFIER.pin(chain.ledger, options), trust)
    assert checked.findings[0].code is codes.TRUST_OTHER_CHAIN


def test_an_endpoint_of_another_chain(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    with pytest.raises(Refused) as refused:
        gather("eip155:1", [evidence], carbonseal_fresh_chain.endpoint, WHEN)
    assert refused.value.finding.code is codes.ENDPOINT_OTHER_CHAIN


def test_a_lie_about_a_block(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    """A changed hash does not fit its header; a wholly other block shows in the verdict."""
    chain = carbonseal_fresh_chain

    def other_hash(method: str, params: list[Any], answer: Answer) -> Any:
        given = answer()
        if method == "eth_getBlockByNumber":
            given["result"]["hash"] = "0x" + "99" * 32
        return given

    def other_time(method: str, params: list[Any], answer: Answer) -> Any:
        given = answer()
        if method == "eth_getBlockByNumber":
            given["result"]["timestamp"] = "0x1"
        return given

    def other_number(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_getBlockByNumber":
            return {"result": chain.ask(method, "0x1", False)}
        return answer()

    for lie in (other_hash, other_time, other_number):
        assert code_of(chain, evidence, lie) is codes.ENDPOINT_ANSWER

    asyncio.run(asyncio.to_thread(chain.ask, "dev_reorg", 1, "drop"))
    trust = gather(chain.ledger, [evidence], chain.endpoint, WHEN)
    pins = VERIFIER.pin(chain.ledger, chain.options(chain.publisher(0)))
    assert VERIFIER.check(evidence, statement(1), pins, trust).findings[0].code is codes.BLOCK_DIFFERS


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"error": {"message": "no"}}',
        b'{"result": 1337}',
        b'{"result": "0xzz"}',
        b"[" * 100_000,
        b" " * (4 << 20) + b" ",
    ],
    ids=range(10),
)
def test_garbage(answer: bytes, carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    garbled = code_of(carbonseal_fresh_chain, evidence, lambda *_: answer)
    assert garbled in {codes.ENDPOINT_ANSWER, codes.ENDPOINT_OTHER_CHAIN}


@pytest.mark.parametrize("block", [None, [], 1, {}, {"hash": 1}, {"hash": "0x" + "11" * 32, "number": "0x0"}])
def test_blocks_that_are_none(block: Any, carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    def change(method: str, params: list[Any], answer: Answer) -> Any:
        return {"result": block} if method == "eth_getBlockByNumber" else answer()

    code = code_of(carbonseal_fresh_chain, evidence, change)
    assert code is (codes.ENDPOINT_BLOCK_MISSING if block is None else codes.ENDPOINT_ANSWER)


@pytest.mark.parametrize("failure", [None, 401, 500])
def test_silence_is_a_reason_to_retry(failure: int | None, carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    with pytest.raises(TransientError):
        gathered(carbonseal_fresh_chain, evidence, lambda *_: failure)


def test_a_block_that_the_endpoint_lacks(carbonseal_fresh_chain: Network) -> None:
    with pytest.raises(Refused) as refused:
        gather(
            carbonseal_fresh_chain.ledger, [synthesise(statement(1)).evidence], carbonseal_fresh_chain.endpoint, WHEN
        )
    assert refused.value.finding.code is codes.ENDPOINT_BLOCK_MISSING


def test_malformed_evidence_and_addresses(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    with pytest.raises(Refused) as refused:
        gather(chain.ledger, [Evidence("ethereum-storage", 1, b"junk")], chain.endpoint, WHEN)
    assert refused.value.finding.code is codes.RLP_MALFORMED
    assert len(gather(chain.ledger, [Evidence("other", 1, b"")], chain.endpoint, WHEN)) == 1
    for endpoint in ("", "file:///etc/passwd", "ftp://host", "http://", "127.0.0.1:8545", "http://host:port"):
        with pytest.raises(Refused) as refused:
            gather(chain.ledger, [], endpoint, WHEN)
        assert refused.value.finding.code is codes.ENDPOINT_MALFORMED


def test_gathering_needs_the_base_install_only() -> None:
    program = (
        "import sys, carbonseal_adapters.ethereum.gathering.trust;"
        "print(sorted({'web3', 'eth_utils', 'rlp', 'trie', 'aiohttp', 'asyncio', 'eth_account'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"
