"""Queries of a chain about one contract and one account. Changes nothing; every failure is a `TransientError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonseal.ledger import Evidence, PermanentError, Statement, TransientError, TrustItem
from carbonseal_adapters.ethereum.checking.blocks import BLOCK
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.branch import Block
from carbonseal_adapters.ethereum.sending.contracts import AnchorState, Contract
from carbonseal_adapters.ethereum.sending.endpoint_check import OTHER
from carbonseal_adapters.ethereum.sending.rpc import BUSY_WORDS, Rpc, RpcError

FORGETFUL = "use an endpoint that keeps the states since the last final block, or set fewer confirmations"
MOST_RANGES = 10_000  # requests for events


class Queries:
    """`ledger` is the chain's name ("eip155:1"), `account` the address that sends ("0x...")."""

    def __init__(self, rpc: Rpc, ledger: str, contract: Contract, account: str) -> None:
        self._rpc, self._ledger, self._contract, self.account = rpc, ledger, contract, account

    async def nonce(self, at: int | str) -> int:
        """How many transactions the account had sent after that block."""
        answer = await self._after(at, "eth_getTransactionCount", self.account)
        with self._rpc.reading("eth_getTransactionCount"):
            return int(answer, 16)

    async def balance(self) -> int:
        """In wei, after the newest block."""
        return await self._rpc.number("eth_getBalance", self.account, "latest")

    async def anchor_state(self, statement: Statement, at: int | str) -> AnchorState:
        """What the contract holds after that block."""
        call = {"to": to_hex(self._contract.address), "data": to_hex(self._contract.call_lookup(statement))}
        answer = from_hex(await self._after(at, "eth_call", call))
        return self._contract.state_of(statement, answer) if answer else AnchorState.ABSENT  # before it was deployed

    async def _after(self, at: int | str, method: str, *params: Any) -> Any:
        """The answer of a query about the state after that block. Raises `TransientError`."""
        try:
            return await self._rpc.question(method, *params, hex(at) if isinstance(at, int) else at)
        except RpcError as error:
            remedy = f": {FORGETFUL}" if isinstance(at, int) else ""
            raise TransientError(f"{self._rpc.endpoint}: {error}{remedy}") from error

    async def is_anchored(self, statement: Statement, at: int | str) -> bool:
        """Whether the anchor is there. Raises `PermanentError` where another root is."""
        state = await self.anchor_state(statement, at)
        if state is AnchorState.CONTRADICTED:
            reason = f"another root is anchored for size {statement.size} of this log"
            raise PermanentError(
                reason, "stop the node and find out what else signs for this log or sends from this account"
            )
        return state is AnchorState.ANCHORED

    async def receipt(self, name: str) -> Mapping[str, Any] | None:
        """The receipt of a transaction that is in the chain."""
        receipt: Mapping[str, Any] | None = await self._rpc.ask("eth_getTransactionReceipt", name)
        return receipt

    async def knows(self, name: str) -> bool:
        """Whether the endpoint has the transaction, in the chain or waiting."""
        return await self._rpc.ask("eth_getTransactionByHash", name) is not None

    async def gas(self, data: bytes) -> int:
        """What a call of the contract uses. Raises `PermanentError` where the contract refuses for ever."""
        call = {"from": self.account, "to": to_hex(self._contract.address), "data": to_hex(data)}
        try:
            answer = await self._rpc.question("eth_estimateGas", call)
        except RpcError as error:
            if error.matches("revert") and self._contract.capabilities.refuses_second_root:
                raise PermanentError(
                    f"the contract refuses the anchor: {error}", "this is a defect; please report it"
                ) from error
            raise TransientError(str(error)) from error
        with self._rpc.reading("eth_estimateGas"):
            return int(answer, 16)

    async def prove(self, statement: Statement, block: Block) -> Evidence:
        """The evidence from that block's state, checked as a verifier that pins this block does. Raises `RpcError` where the
        endpoint does not have that state any more, `TransientError` where the block was reorged out meanwhile."""
        number = block.number
        place = to_hex(self._contract.slot(statement))
        answer = await self._rpc.question("eth_getProof", to_hex(self._contract.address), [place], hex(number))
        fields = await self._rpc.ask("eth_getBlockByNumber", hex(number), False)
        with self._rpc.reading("eth_getProof"):
            account = tuple(from_hex(node) for node in answer["accountProof"])
            storage = tuple(from_hex(node) for node in answer["storageProof"][0]["proof"])
            evidence = self._contract.evidence(write_header(fields), account, storage)
        pins = self._contract.pins
        seen = [
            TrustItem(self._ledger, BLOCK, {"number": number, "hash": digest}, self._rpc.endpoint, "")
            for number, digest in ((0, to_hex(pins.genesis)), (block.number, block.hash))
        ]
        checked = VERIFIER.check(evidence, statement, pins, seen)
        if checked.proved is None:
            raise TransientError(f"{self._rpc.endpoint}: {checked.findings[0]}")
        return evidence

    async def anchored(self, log: bytes, since: int) -> list[Statement]:
        """All anchors of a log since that block, from events. Many endpoints limit the blocks of a query: a range that one refuses
        is halved, and the newest half comes first."""
        topics = self._contract.topics(log)
        if topics is None:
            return []
        last = await self._rpc.number("eth_blockNumber")
        span, found = max(1, last - since + 1), list[Statement]()
        for _ in range(MOST_RANGES):
            if last < since:
                return found
            first = max(since, last - span + 1)
            asked = {"address": to_hex(self._contract.address), "topics": topics}
            try:
                events = await self._rpc.question(
                    "eth_getLogs", {**asked, "fromBlock": hex(first), "toBlock": hex(last)}
                )
            except RpcError as error:
                if span == 1 or error.matches(*BUSY_WORDS):
                    raise TransientError(f"{self._rpc.endpoint}: {error}: {OTHER}, or try again later") from error
                span = min(span, last - first + 1) // 2 or 1
                continue
            with self._rpc.reading("eth_getLogs"):
                found += [Statement(log, int(one["topics"][3], 16), from_hex(one["data"])[:32]) for one in events]
            last = first - 1
        raise TransientError(
            f"{self._rpc.endpoint} gives events of {span} blocks at a time: use one that gives more, or set since= to a later block"
        )


def from_hex(text: Any) -> bytes:
    """From the hexadecimal text of an answer. Raises `TransientError`: it is not what was asked for."""
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise TransientError("the endpoint's answer is not hexadecimal") from error
