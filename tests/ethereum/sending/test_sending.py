"""Fees within caps, replacements, gaps, foreign transactions, endpoints with limits: what a chain does to whoever sends for
years."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

from carbonseal.ledger import Attempt, AttemptStatus, TransientError
from carbonseal_adapters.ethereum.sending.fees import GWEI
from carbonseal_adapters.ethereum.sending.rpc import MOST_BYTES, Rpc
from carbonseal_adapters.ethereum.sending.transactions import fees_of, read_signed
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.endpoints import Answer, before
from tests.ethereum.networks import anchor, command, connected, statement
from tests.ethereum.sending.chains import events_of, sent_by, through


def test_a_crowd_leaves_it_behind_until_it_is_replaced(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            await command(chain, "evm_setAutomine", False)
            attempts = [await ledger.prepare(anchor(1), [])]
            await ledger.send(attempts[0])
            await command(chain, "dev_crowd", 12)
            seen = await ledger.follow(attempts)
            assert seen.status is AttemptStatus.PENDING
            assert "base fee" in seen.reason
            attempts.insert(0, await ledger.prepare(anchor(1), attempts))
            assert attempts[0].slot == attempts[1].slot
            await ledger.send(attempts[0])
            await command(chain, "evm_mine")
            seen = await ledger.follow(attempts)
            assert (seen.status, seen.attempt) == (AttemptStatus.FINAL, attempts[0].id)
            assert seen.cost > 0

    asyncio.run(scenario())
    assert len(events_of(chain)) == sent_by(chain) == 1


def test_at_the_cap_the_same_attempt_is_offered_again(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain, 0, **{"max-fee": "3.2"}) as ledger:
            await command(chain, "evm_setAutomine", False)
            attempts = [await ledger.prepare(anchor(1), [])]
            while (again := await ledger.prepare(anchor(1), attempts)) not in attempts:
                attempts.append(again)
                await ledger.send(again)
            assert 1 < len(attempts) < 9
            assert again == attempts[-1]
            assert all(fees_of(attempt.payload).limit <= 3.2 * GWEI for attempt in attempts)
            await command(chain, "dev_crowd", 20)
            with pytest.raises(TransientError, match="max-fee"):
                await ledger.prepare(anchor(2), attempts)  # nothing is signed that could only wait

    asyncio.run(scenario())


def test_only_the_next_in_line_is_worth_more(carbonseal_every_fresh_chain: Network) -> None:
    """What waits behind an attempt of another anchor is left as it is."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            await command(chain, "evm_setAutomine", False)
            first = await ledger.prepare(anchor(1), [])
            second = await ledger.prepare(anchor(2), [first])
            for attempt in (first, second):
                await ledger.send(attempt)
            assert "comes first" in (await ledger.follow([second])).reason
            assert await ledger.prepare(anchor(2), [first, second]) == second
            assert await ledger.prepare(anchor(1), [first, second]) != first

    asyncio.run(scenario())


def test_a_gap_that_nobody_fills_is_filled(carbonseal_every_fresh_chain: Network) -> None:
    """An endpoint gave too high a nonce, or another anchor's attempt is lost: no later attempt could be included."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            lost = [Attempt(statement(1), "lost", "1", b"")]
            first = await ledger.prepare(anchor(2), lost)
            assert first.slot == "2"
            await ledger.send(first)
            attempts = [first]
            for slot in ("0", "1"):
                assert (await ledger.follow(attempts[::-1])).status is AttemptStatus.PENDING
                attempts.append(await ledger.prepare(anchor(2), attempts))
                assert attempts[-1].slot == slot
                assert not read_signed(attempts[-1].payload)[0].data
                missing = await ledger.follow(attempts[::-1])
                assert missing.status in {AttemptStatus.PENDING, AttemptStatus.MISSING}
                await ledger.send(attempts[-1])
            seen = await ledger.follow(attempts[::-1])
            assert (seen.status, seen.attempt) == (AttemptStatus.FINAL, first.id)
            receipts = [chain.ask("eth_getTransactionReceipt", attempt.id) for attempt in attempts]
            paid = sum(int(one["gasUsed"], 16) * int(one["effectiveGasPrice"], 16) for one in receipts)
            assert seen.cost == paid  # what filled the gap is part of what the anchor cost

    asyncio.run(scenario())
    assert len(events_of(chain)) == 1
    assert sent_by(chain) == 3


def test_a_node_that_lost_its_outbox_pays_no_second_time(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain, confirmations="3") as ledger:
            await ledger.send(await ledger.prepare(anchor(1), []))
            with pytest.raises(TransientError, match="not final yet"):
                await ledger.prepare(anchor(1), [])
            await command(chain, "evm_mine")
            await command(chain, "evm_mine")
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            seen = await ledger.follow([attempt])
            assert seen.status is AttemptStatus.FINAL
            assert await ledger.evidence(attempt, seen)

    asyncio.run(scenario())
    assert sent_by(chain) == 1


def test_a_foreign_transaction_is_named(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(await ledger.prepare(anchor(1, log="another"), []))
            refused = await ledger.follow([attempt])
            assert refused.status is AttemptStatus.REFUSED
            assert f"another transaction of {chain.publisher(0)} has used nonce 0" in refused.reason

    asyncio.run(scenario())


def test_stages(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def stages(**options: Any) -> tuple[list[str], bool]:
        said = []
        async with connected(chain, **options) as ledger:
            attempt = await ledger.prepare(anchor(1, log=str(options)), [])
            await ledger.send(attempt)
            while (seen := await ledger.follow([attempt])).status is not AttemptStatus.FINAL:
                said.append(seen.stage)
                await command(chain, "evm_mine")
            return said, seen.irreversible

    assert asyncio.run(stages(finality="finalized")) == (["latest", "safe"], True)
    assert asyncio.run(stages(confirmations="3")) == (["1 of 3 confirmations", "2 of 3 confirmations"], False)


@pytest.mark.parametrize(
    ("answer", "stage"),
    [
        ({"error": {"code": -39001, "message": "finalized block not found"}}, "1 of 12 confirmations"),  # geth
        ({"error": {"code": -32602, "message": "invalid block number"}}, "1 of 12 confirmations"),
        ({"result": None}, "1 of 12 confirmations"),
        (None, "latest"),
    ],
)
def test_confirmations_count_where_the_chain_calls_no_block_final(
    answer: dict[str, Any] | None, stage: str, carbonseal_fresh_chain: Network
) -> None:
    """On a chain that is not a development one, and where nothing is said in node.toml."""
    chain = carbonseal_fresh_chain

    def change(method: str, params: list[Any], true: Answer) -> Any:
        if method == "eth_chainId":
            return {"jsonrpc": "2.0", "id": 1, "result": "0x64"}
        if answer is not None and params[:1] in (["finalized"], ["safe"]):
            return {"jsonrpc": "2.0", "id": 1, **answer}
        return true()

    async def scenario(endpoint: str) -> None:
        async with connected(chain) as here:
            attempt = await here.prepare(anchor(1), [])
            await here.send(attempt)
        async with through(endpoint, chain) as ledger:
            seen = await ledger.follow([attempt])
            assert (seen.status, seen.stage) == (AttemptStatus.INCLUDED, stage)
            chain.mine(11)
            assert (await ledger.follow([attempt])).status is AttemptStatus.FINAL

    with before(chain, change) as endpoint:
        asyncio.run(scenario(endpoint))


def test_a_branch_is_one_history(carbonseal_every_fresh_chain: Network) -> None:
    """A receipt from a block that parent hashes do not lead to proves nothing."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain, confirmations="9") as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            for _ in range(4):
                await command(chain, "evm_mine")
            assert (await ledger.follow([attempt])).status is AttemptStatus.INCLUDED
            await command(chain, "dev_reorg", 5, "keep")
            assert (await ledger.follow([attempt])).status is AttemptStatus.INCLUDED
            branch = ledger._branch
            assert (branch.reorgs, branch.deepest) == (1, 5)
            blocks = sorted(branch._blocks.values(), key=lambda block: block.number)
            assert all(upper.parent == lower.hash for lower, upper in pairwise(blocks))

    asyncio.run(scenario())


def test_events_of_few_blocks_at_a_time(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    asked = []

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_getLogs":
            span = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            asked.append(span)
            if span > 3:
                return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "block range is too large"}}
        return answer()

    async def scenario(endpoint: str) -> list[int]:
        async with connected(chain) as ledger:
            for size in (2, 1):
                await ledger.send(await ledger.prepare(anchor(size), []))
                for _ in range(10):
                    await command(chain, "evm_mine")
        async with through(endpoint, chain) as ledger:
            asked.clear()
            assert await ledger.latest(statement(1).log_id) == statement(2)
        everything = list(asked)
        async with through(endpoint, chain, since=str(chain.height - 1)) as ledger:
            asked.clear()
            assert await ledger.latest(statement(1).log_id) is None
        return everything

    with before(chain, change) as endpoint:
        everything = asyncio.run(scenario(endpoint))
    assert everything[0] > 20
    assert len(everything) < 30
    assert asked == [2]


def test_an_answer_without_end(carbonseal_fresh_chain: Network) -> None:
    def change(method: str, params: list[Any], answer: Answer) -> Any:
        return json.dumps({"jsonrpc": "2.0", "id": 1, "result": "0x" + "0" * MOST_BYTES}).encode()

    async def scenario(endpoint: str) -> None:
        rpc = Rpc(endpoint)
        try:
            with pytest.raises(TransientError, match="more than"):
                await rpc.ask("eth_chainId")
        finally:
            await rpc.close()

    with before(carbonseal_fresh_chain, change) as endpoint:
        asyncio.run(scenario(endpoint))
