"""Endpoints that do not answer, are busy, broken or lying: what the adapter makes of each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp
import pytest

from carbonseal.ledger import AttemptStatus, OutcomeUnknownError, PermanentError, TransientError
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger, connect
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.endpoints import Answer, before
from tests.ethereum.networks import anchor, connected, statement

QUESTIONS = {
    "prepare": ["eth_call", "eth_feeHistory", "eth_getTransactionCount", "eth_estimateGas", "eth_getBlockByNumber"],
    "follow": ["eth_getTransactionReceipt", "eth_getBlockByNumber"],
    "evidence": ["eth_getProof", "eth_getBlockByNumber"],
    "latest": ["eth_blockNumber", "eth_getLogs"],
    "balance": ["eth_getBalance"],
}
BROKEN = {"no answer": None, "busy": 429, "failing": 500, "garbage": b"{", "no rpc": b"[]", "null": b"null",
          "odd": b'{"result": {"number": []}}', "nothing": b'{"result": null}', "error": b'{"error": "no"}'}  # fmt: skip


T = TypeVar("T")


class Faulty:
    """An endpoint that fails one method, once a test has switched that on."""

    def __init__(self, method: str | None = None, given: Any = None) -> None:
        self.method, self.given = method, given

    def __call__(self, method: str, params: list[Any], answer: Answer) -> Any:
        if method != self.method:
            return answer()
        return self.given(answer) if callable(self.given) else self.given


def scenario(
    chain: Network,
    check: Callable[[EthereumLedger, Faulty], Awaitable[T]],
    faulty: Faulty | None = None,
    **options: Any,
) -> T:
    """Run `check(ledger, faulty)` with a ledger that reaches the chain through a faulty endpoint."""
    faulty = faulty or Faulty()

    async def run(endpoint: str) -> T:
        chosen = {"registry": chain.deployment.registry, "key": "env:KEY", **options}
        ledger = await connect(f"ethereum+{endpoint}", chosen, lambda _: chain.key(0))
        try:
            return await check(ledger, faulty)
        finally:
            await ledger.close()

    with before(chain, faulty) as endpoint:
        return asyncio.run(run(endpoint))


@pytest.mark.parametrize("kind", BROKEN)
def test_every_broken_answer_to_a_question_is_a_retry(kind: str, carbonseal_fresh_chain: Network) -> None:
    async def check(ledger: EthereumLedger, faulty: Faulty) -> None:
        attempt = await ledger.prepare(anchor(1), [])
        await ledger.send(attempt)
        seen = await ledger.follow([attempt])
        ask = {
            "prepare": lambda: ledger.prepare(anchor(2), [attempt]),
            "follow": lambda: ledger.follow([attempt]),
            "evidence": lambda: ledger.evidence(attempt, seen),
            "latest": lambda: ledger.latest(statement(1).log_id),
            "balance": ledger.balance,
        }
        for call, methods in QUESTIONS.items():
            for method in methods:
                if kind == "nothing" and method == "eth_getTransactionReceipt":
                    continue  # says that there is none, which is an answer
                if kind == "error" and method == "eth_feeHistory":
                    continue  # there are endpoints without it: the newest block's base fee is enough
                faulty.method, faulty.given = method, BROKEN[kind]
                with pytest.raises(TransientError):
                    await ask[call]()
                faulty.method = None
                await ask[call]()

    scenario(carbonseal_fresh_chain, check)


@pytest.mark.parametrize("kind", BROKEN)
def test_every_broken_answer_to_sending_is_unknown_unless_the_endpoint_says_that_it_did_nothing(
    kind: str, carbonseal_fresh_chain: Network
) -> None:
    async def check(ledger: EthereumLedger, faulty: Faulty) -> None:
        attempt = await ledger.prepare(anchor(1), [])
        faulty.method, faulty.given = "eth_sendRawTransaction", BROKEN[kind]
        with pytest.raises(TransientError if kind in {"busy", "error"} else OutcomeUnknownError):
            await ledger.send(attempt)
        assert (await ledger.follow([attempt])).status is AttemptStatus.MISSING
        faulty.method = None
        await ledger.send(attempt)
        assert (await ledger.follow([attempt])).status is AttemptStatus.FINAL

    scenario(carbonseal_fresh_chain, check)


def test_an_endpoint_that_stalls_is_not_waited_for(
    carbonseal_every_fresh_chain: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question is asked again later; what was sent may have arrived, as it has here."""
    chain = carbonseal_every_fresh_chain
    endpoint = chain.another()
    monkeypatch.setattr("carbonseal_adapters.ethereum.sending.rpc.TIMEOUT", aiohttp.ClientTimeout(total=2))

    async def check() -> None:
        async with connected(endpoint) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            endpoint.fault("stall")
            for ask in (ledger.prepare(anchor(2), [attempt]), ledger.follow([attempt]), ledger.balance()):
                with pytest.raises(TransientError, match="http:"):
                    await ask
            with pytest.raises(OutcomeUnknownError):
                await ledger.send(attempt)
            endpoint.heal()
            while (seen := await ledger.follow([attempt])).status is AttemptStatus.MISSING:
                await ledger.send(attempt)
            assert seen.status is AttemptStatus.FINAL

    asyncio.run(check())


def test_sending_whose_answer_was_lost(carbonseal_every_fresh_chain: Network) -> None:
    async def check(ledger: EthereumLedger, faulty: Faulty) -> None:
        def lose(answer: Answer) -> None:
            answer()

        attempt = await ledger.prepare(anchor(1), [])
        faulty.method, faulty.given = "eth_sendRawTransaction", lose
        with pytest.raises(OutcomeUnknownError):
            await ledger.send(attempt)
        assert (await ledger.follow([attempt])).status is AttemptStatus.FINAL
        faulty.method = None
        await ledger.send(attempt)

    scenario(carbonseal_every_fresh_chain, check)


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("already known", None),  # geth
        ("AlreadyKnown", None),  # nethermind
        ("Known transaction", None),  # besu
        ("transaction already imported", None),  # anvil
        ("replacement transaction underpriced", TransientError),
        ("max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 2", TransientError),
        ("insufficient funds for gas * price + value: balance 0", TransientError),
        ("nonce too low: next nonce 1, tx nonce 0", OutcomeUnknownError),
        ("invalid chain id for signer: have 1 want 2", PermanentError),
        ("transaction gas price below minimum: gas tip cap 1, minimum needed 25000000000", TransientError),  # bor
        ("Sender account not authorized to send transactions", TransientError),  # besu, on a chain with permissions
        ("internal error", TransientError),
    ],
)
def test_what_nodes_say_about_sending(
    message: str,
    outcome: type[TransientError] | type[OutcomeUnknownError] | type[PermanentError] | None,
    carbonseal_fresh_chain: Network,
) -> None:
    async def check(ledger: EthereumLedger, faulty: Faulty) -> None:
        attempt = await ledger.prepare(anchor(1), [])
        faulty.method = "eth_sendRawTransaction"
        faulty.given = {"error": {"code": -32000, "message": message}}
        if outcome is None:
            await ledger.send(attempt)
        else:
            with pytest.raises(outcome) as said:
                await ledger.send(attempt)
            assert outcome is not TransientError or message in str(said.value)  # `status` shows it

    scenario(carbonseal_fresh_chain, check)


def test_a_complaint_about_what_was_taken_all_the_same(carbonseal_fresh_chain: Network) -> None:
    """Behind one address there may be several nodes, and an error of one says little."""

    async def check(ledger: EthereumLedger, faulty: Faulty) -> None:
        def take(answer: Answer) -> Any:
            answer()
            return {"error": {"code": -32000, "message": "internal error"}}

        attempt = await ledger.prepare(anchor(1), [])
        faulty.method, faulty.given = "eth_sendRawTransaction", take
        await ledger.send(attempt)
        assert (await ledger.follow([attempt])).status is AttemptStatus.FINAL

    scenario(carbonseal_fresh_chain, check)


def test_a_lying_proof_is_never_returned(carbonseal_fresh_chain: Network) -> None:
    def spoiled(change: Callable[[dict[str, Any]], object]) -> Callable[[Answer], Any]:
        def given(answer: Answer) -> Any:
            real = answer()
            change(real["result"])
            return real

        return given

    lies = [
        ("eth_getProof", lambda proof: proof["accountProof"].pop()),
        ("eth_getProof", lambda proof: proof["storageProof"][0]["proof"].append("0x80")),
        ("eth_getProof", lambda proof: proof["storageProof"].clear()),
        ("eth_getProof", lambda proof: proof.update(accountProof="0x")),
        ("eth_getBlockByNumber", lambda block: block.update(stateRoot="0x" + "11" * 32)),
        ("eth_getBlockByNumber", lambda block: block.update(timestamp="0x1")),
        ("eth_getBlockByNumber", lambda block: block.pop("stateRoot")),
        ("eth_getBlockByNumber", lambda block: block.pop("requestsHash")),
    ]

    async def check(ledger: EthereumLedger, faulty: Faulty) -> None:
        attempt = await ledger.prepare(anchor(1), [])
        await ledger.send(attempt)
        seen = await ledger.follow([attempt])
        for method, change in lies:
            faulty.method, faulty.given = method, spoiled(change)
            with pytest.raises(TransientError):
                await ledger.evidence(attempt, seen)

    scenario(carbonseal_fresh_chain, check)


def test_questions_at_once_share_one_session(carbonseal_fresh_chain: Network) -> None:
    async def check() -> None:
        async with connected(carbonseal_fresh_chain) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            seen = await asyncio.gather(*(ledger.follow([attempt]) for _ in range(8)))
            assert {observation.status for observation in seen} == {AttemptStatus.MISSING}

    asyncio.run(check())


@pytest.mark.parametrize("end", ["", " agree=1", "\n", "\nissuer evil did:web:evil.example z6MkEvil\n#", "\x1b[31m"])
def test_what_is_no_hash_is_not_written_into_policies(end: str, carbonseal_fresh_chain: Network) -> None:
    """`carbonseal init` makes a policy's line of what a ledger pins: an endpoint must not end it and begin another."""

    def injecting(answer: Answer) -> Any:
        given = answer()
        given["result"]["hash"] += end
        return given

    async def check(ledger: EthereumLedger, faulty: Faulty) -> Mapping[str, str]:
        return await ledger.pins()

    faulty = Faulty("eth_getBlockByNumber", injecting)
    if not end:
        assert scenario(carbonseal_fresh_chain, check, faulty)["genesis"] == carbonseal_fresh_chain.deployment.genesis
        return
    with pytest.raises(TransientError, match="is not a hash"):
        scenario(carbonseal_fresh_chain, check, faulty)
