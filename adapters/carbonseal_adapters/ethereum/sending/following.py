"""Attempt status on Ethereum: reads what the chain has of an anchor's attempts into one value, then decides by cases.

`Reader.read` does the queries, `decide` is pure. A receipt alone proves nothing: its block has to be on
the way to the head, and where the transaction reverted, the contract's state says whether the anchor is there all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from carbonseal.ledger import Attempt, AttemptStatus, Observation
from carbonseal_adapters.ethereum.sending.branch import Block, Branch
from carbonseal_adapters.ethereum.sending.contracts import AnchorState
from carbonseal_adapters.ethereum.sending.fees import GWEI
from carbonseal_adapters.ethereum.sending.queries import Queries
from carbonseal_adapters.ethereum.sending.rpc import Rpc
from carbonseal_adapters.ethereum.sending.transactions import read_signed

WATCHED = 64  # blocks for which an anchor that confirmations made final is still watched for a reorg
REVERTED = "the transaction was included and reverted"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An attempt that writes the anchor, and the block that its receipt names."""

    attempt: Attempt
    number: int
    hash: str
    on_branch: bool  # that block is on the way to the head
    anchored: bool  # after that block, the contract holds the anchor
    is_final: bool
    is_watched: bool  # final by confirmations, but not deep enough to be left alone
    stage: str  # how far it is, for people: "3 of 12 confirmations", "safe"

    @property
    def facts(self) -> dict[str, str | int]:
        """What `evidence` needs to know of it."""
        return facts_of(self.number, self.hash)


@dataclass(frozen=True, slots=True)
class Absent:
    """What was asked where no attempt is in the chain and none in the pool."""

    final: Block
    anchored: bool  # the contract holds the anchor after the final block
    used_finally: int  # the account's nonce after the final block


@dataclass(frozen=True, slots=True)
class Facts:
    """What the chain has of one anchor's attempts. Attempts are newest first."""

    attempts: Sequence[Attempt]  # all of the anchor's, at least one
    account: str  # that sends
    head: Block
    inclusions: Sequence[Inclusion]
    cost: int  # wei, of all transactions that have a receipt
    waiting: Sequence[Attempt]  # without a receipt, and without another attempt that has used their nonce
    writing: Sequence[Attempt]  # those of them that write the anchor; the others only use up a nonce
    used: int = 0  # the account's nonce after the head: every lower one is used
    pooled: Attempt | None = None  # the newest of `writing` that the endpoint knows
    absent: Absent | None = None  # None where `inclusions` or `pooled` decide


def decide(facts: Facts) -> Observation:
    """The status of an anchor: the first case that holds.

    1. An attempt is in a final block, and the anchor in the contract: *final*.
    2. The same in a block that is not final yet: *included*.
    3. A receipt names a block that is not on the way to the head, or a block that is not final in which the transaction
       reverted: *pending*, until the chain has decided.
    4. The endpoint has an attempt in its pool: *pending*.
    5. The contract holds the anchor after the final block: *final*. An attempt wrote it that this node has lost, say with
       an old copy of its database; in EAS, anyone.
    6. An attempt's nonce is not used: *missing*. Of several, the lowest nonce is sent first; of one nonce, the newest.
    7. No attempt is left that could write the anchor: *refused*.
    8. Another transaction used the newest attempt's nonce: *refused* once that is final, *pending* until then.
    """
    return _of_inclusions(facts) or _of_pool(facts) or _of_absence(facts)


def _of_inclusions(facts: Facts) -> Observation | None:
    """Cases 1 to 3."""
    there = [one for one in facts.inclusions if one.on_branch and one.anchored]
    for one in there:
        if one.is_final:  # case 1
            irreversible = not one.is_watched
            return Observation(
                AttemptStatus.FINAL, one.attempt.id, one.facts, cost=facts.cost, irreversible=irreversible
            )
    for one in there:  # case 2
        return Observation(AttemptStatus.INCLUDED, one.attempt.id, one.facts, cost=facts.cost, stage=one.stage)
    for one in facts.inclusions:  # case 3
        if not one.on_branch:
            return _pending(facts, one.attempt, "the chain is being reorganised")
        if not one.is_final:
            return _pending(facts, one.attempt, REVERTED)
    return None


def _of_pool(facts: Facts) -> Observation | None:
    """Case 4."""
    return _pending(facts, facts.pooled, _waits_for(facts.pooled, facts)) if facts.pooled else None


def _of_absence(facts: Facts) -> Observation:
    """Cases 5 to 8."""
    absent = facts.absent
    assert absent is not None
    if absent.anchored:  # case 5
        block = facts_of(absent.final.number, absent.final.hash)
        return Observation(AttemptStatus.FINAL, facts.attempts[0].id, block, cost=facts.cost)
    missing = [one for one in facts.waiting if int(one.slot) >= facts.used]
    if missing:  # case 6
        next_in_line = min(missing, key=lambda one: int(one.slot))  # of one nonce, the first: the newest
        return Observation(AttemptStatus.MISSING, next_in_line.id, cost=facts.cost)
    if not facts.writing:  # case 7
        reason = REVERTED if facts.inclusions else "the anchor was included, and was reorged out"
        name = facts.attempts[0].id
        return Observation(AttemptStatus.REFUSED, name, cost=facts.cost, reason=reason)
    newest = facts.writing[0]  # case 8
    reason = f"another transaction of {facts.account} has used nonce {newest.slot}"
    if int(newest.slot) < absent.used_finally:
        return Observation(AttemptStatus.REFUSED, newest.id, cost=facts.cost, reason=reason)
    return _pending(facts, newest, f"{reason}, in a block that is not final yet")


def _pending(facts: Facts, attempt: Attempt, reason: str) -> Observation:
    return Observation(AttemptStatus.PENDING, attempt.id, cost=facts.cost, reason=reason)


def _waits_for(attempt: Attempt, facts: Facts) -> str:
    """What a transaction in the pool waits for, as far as it can be seen."""
    if int(attempt.slot) > facts.used:
        return f"transaction {facts.used} of the account comes first"
    offered = read_signed(attempt.payload)[0].fees.limit
    if offered < facts.head.base_fee:
        return f"the base fee is {facts.head.base_fee / GWEI:.4g} gwei, and {offered / GWEI:.4g} are offered"
    return ""


def facts_of(number: int, digest: str) -> dict[str, str | int]:
    """A block as an observation's `facts`, which the outbox stores until `evidence` is asked for."""
    return {"number": number, "hash": digest}


def writes(attempt: Attempt, contract: bytes) -> bool:
    """Whether an attempt writes the anchor to the contract of that address: others only use up a nonce, or say that the anchor
    is there already."""
    return bool(attempt.payload) and read_signed(attempt.payload)[0].to == contract


class Reader:
    """Reads `Facts` from one endpoint. `confirmations` None: the chain's finalized block decides what is final."""

    def __init__(self, rpc: Rpc, branch: Branch, queries: Queries, contract: bytes, confirmations: int | None) -> None:
        """`contract` is the address that anchors are written to, 20 bytes."""
        self._rpc, self._branch, self._queries = rpc, branch, queries
        self._contract, self._confirmations = contract, confirmations

    async def read(self, attempts: Sequence[Attempt]) -> Facts:
        """What is needed to decide about `attempts` (newest first, at least one). Raises `TransientError`."""
        head = await self._branch.head()
        final = await self._branch.final(self._confirmations)
        inclusions, without, cost = list[Inclusion](), list[Attempt](), 0
        used_by_ours = set[str]()
        for attempt in attempts:
            if not attempt.payload or attempt.slot in used_by_ours:
                continue
            receipt = await self._queries.receipt(attempt.id)
            if receipt is None:
                without.append(attempt)
                continue
            used_by_ours.add(attempt.slot)
            cost += self._cost(receipt)
            if writes(attempt, self._contract):
                inclusions.append(await self._inclusion(attempt, receipt, head, final))
        waiting = [attempt for attempt in without if attempt.slot not in used_by_ours]
        writing = [attempt for attempt in waiting if writes(attempt, self._contract)]
        facts = Facts(attempts, self._queries.account, head, inclusions, cost, waiting, writing)
        return facts if _of_inclusions(facts) else await self._with_absence(facts, final)

    async def _inclusion(self, attempt: Attempt, receipt: Mapping[str, Any], head: Block, final: Block) -> Inclusion:
        with self._rpc.reading("eth_getTransactionReceipt"):
            number, digest = int(receipt["blockNumber"], 16), str(receipt["blockHash"])
            reverted = int(receipt["status"], 16) != 1
        on_branch = number <= head.number and (await self._branch.at(number)).hash == digest
        anchored = on_branch
        if on_branch and reverted:
            anchored = await self._queries.anchor_state(attempt.statement, number) is AnchorState.ANCHORED
        is_final, depth, needed = number <= final.number, head.number - number + 1, self._confirmations
        is_watched = needed is not None and depth < needed + WATCHED
        stage = await self._stage(number, depth) if anchored and not is_final else ""
        return Inclusion(attempt, number, digest, on_branch, anchored, is_final, is_watched, stage)

    async def _stage(self, number: int, depth: int) -> str:
        if self._confirmations is None:
            return "safe" if number <= (await self._branch.named("safe")).number else "latest"
        return f"{depth} of {self._confirmations} confirmations"

    async def _with_absence(self, facts: Facts, final: Block) -> Facts:
        """The pool is read after the nonce: an attempt that is included in between is known by then, and not missing."""
        used = await self._queries.nonce("latest")
        for attempt in facts.writing:
            if await self._queries.knows(attempt.id):
                return replace(facts, used=used, pooled=attempt)
        anchored = await self._queries.anchor_state(facts.attempts[0].statement, final.number) is AnchorState.ANCHORED
        absent = Absent(final, anchored, await self._queries.nonce(final.number))
        return replace(facts, used=used, absent=absent)

    def _cost(self, receipt: Mapping[str, Any]) -> int:
        """What a transaction in the chain has cost, in wei; on a rollup with what it pays for the chain below."""
        with self._rpc.reading("eth_getTransactionReceipt"):
            price = int(receipt.get("effectiveGasPrice") or "0x0", 16)
            return int(receipt["gasUsed"], 16) * price + int(receipt.get("l1Fee") or "0x0", 16)
