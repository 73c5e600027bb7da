"""Attempt status on Ethereum: reads what the chain has of an anchor's attempts into one value, then decides by cases.

`Reader.read` does the queries, `decide` is pure. A receipt alone proves nothing: its block has to be on
the way to the head, and where the transaction reverted, the contract's state says whether the anchor is there all the same.

Endpoints forget states, some after two blocks. So evidence is taken as soon as the anchor is there: of the block that it is
in, or of the newest where that state is forgotten. It is kept, and the anchor is final when the block that its evidence rests
on is. Only a reorg that takes back that block makes it be taken again.
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
class Proof:
    """The block that an anchor's evidence rests on, or that it is to be taken of."""

    block: Block
    is_final: bool
    is_watched: bool  # final by confirmations, but not deep enough to be left alone
    stage: str  # how far it is, for people: "3 of 12 confirmations", "safe"

    @property
    def facts(self) -> dict[str, str | int]:
        """What `evidence` needs to know of it, and the outbox stores."""
        return {"number": self.block.number, "hash": self.block.hash}


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An attempt that writes the anchor, and has a receipt."""

    attempt: Attempt
    on_branch: bool  # the receipt's block is on the way to the head
    is_final: bool  # the receipt's block is
    anchored: Block | None  # a block after which the contract holds the anchor; None where it does not


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
    proof: Proof | None = None  # where the contract holds the anchor
    used: int = 0  # the account's nonce after the head: every lower one is used
    pooled: Attempt | None = None  # the newest of `writing` that the endpoint knows
    absent: Absent | None = None  # None where `inclusions` or `pooled` decide


def decide(facts: Facts) -> Observation:
    """The status of an anchor: the first case that holds.

    1. An attempt is in the chain, and the anchor in the contract: *final* once the block of its evidence is final.
    2. Until then: *included*.
    3. A receipt names a block that is not on the way to the head, or a block that is not final in which the transaction
       reverted: *pending*, until the chain has decided.
    4. The endpoint has an attempt in its pool: *pending*.
    5. The contract holds the anchor after the final block: as 1 and 2. An attempt wrote it that this node has lost, say
       with an old copy of its database; in EAS, anyone.
    6. An attempt's nonce is not used: *missing*. Of several, the lowest nonce is sent first; of one nonce, the newest.
    7. No attempt is left that could write the anchor: *refused*.
    8. Another transaction used the newest attempt's nonce: *refused* once that is final, *pending* until then.
    """
    return _of_inclusions(facts) or _of_pool(facts) or _of_absence(facts)


def _of_inclusions(facts: Facts) -> Observation | None:
    """Cases 1 to 3."""
    for one in facts.inclusions:
        if one.anchored is not None:
            return _written(facts, one.attempt)
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
        return _written(facts, facts.attempts[0])
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


def _written(facts: Facts, attempt: Attempt) -> Observation:
    """Cases 1 and 2."""
    proof = facts.proof
    assert proof is not None
    status = AttemptStatus.FINAL if proof.is_final else AttemptStatus.INCLUDED
    stage = "" if proof.is_final else proof.stage
    irreversible = not proof.is_watched
    return Observation(status, attempt.id, proof.facts, stage=stage, cost=facts.cost, irreversible=irreversible)


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
        self._forgotten = -1

    def forget(self, number: int) -> None:
        """The endpoint cannot prove the state after this block: nor, then, after earlier ones. Kept in memory only."""
        self._forgotten = max(self._forgotten, number)

    async def read(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None) -> Facts:
        """What is needed to decide about `attempts` (newest first, at least one), whose stored evidence has the facts `proved`.
        Raises `TransientError`."""
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
        for one in inclusions:
            if one.anchored is not None:
                return replace(facts, proof=await self._proof(proved, one.anchored, head, final))
        return facts if _of_inclusions(facts) else await self._with_absence(facts, proved, final)

    async def _inclusion(self, attempt: Attempt, receipt: Mapping[str, Any], head: Block, final: Block) -> Inclusion:
        with self._rpc.reading("eth_getTransactionReceipt"):
            number, digest = int(receipt["blockNumber"], 16), str(receipt["blockHash"])
            reverted = int(receipt["status"], 16) != 1
        block = await self._branch.at(number) if number <= head.number else None
        on_branch = block is not None and block.hash == digest
        anchored = block if on_branch else None
        if on_branch and reverted:
            is_there = await self._queries.anchor_state(attempt.statement, head.number) is AnchorState.ANCHORED
            anchored = head if is_there else None
        return Inclusion(attempt, on_branch, number <= final.number, anchored)

    async def _proof(self, proved: Mapping[str, Any] | None, anchored: Block, head: Block, final: Block) -> Proof:
        """Of the block that evidence with the facts `proved` rests on, if it is on the way to the head; else of `anchored`, after
        which the anchor is there; else of the head."""
        block = anchored if anchored.number > self._forgotten else head
        if proved is not None and int(proved["number"]) <= head.number:
            known = await self._branch.at(int(proved["number"]))
            block = known if known.hash == proved["hash"] else block
        depth, needed = head.number - block.number + 1, self._confirmations
        is_final = block.number <= final.number
        stage = "" if is_final else await self._stage(block.number, depth)
        return Proof(block, is_final, needed is not None and depth < needed + WATCHED, stage)

    async def _stage(self, number: int, depth: int) -> str:
        if self._confirmations is not None:
            return f"{depth} of {self._confirmations} confirmations"
        safe = await self._branch.tagged("safe")
        return "safe" if safe is not None and number <= safe.number else "latest"

    async def _with_absence(self, facts: Facts, proved: Mapping[str, Any] | None, final: Block) -> Facts:
        """The pool is read after the nonce: an attempt that is included in between is known by then, and not missing."""
        used = await self._queries.nonce("latest")
        for attempt in facts.writing:
            if await self._queries.knows(attempt.id):
                return replace(facts, used=used, pooled=attempt)
        anchored = await self._queries.anchor_state(facts.attempts[0].statement, final.number) is AnchorState.ANCHORED
        absent = Absent(final, anchored, await self._queries.nonce(final.number))
        proof = await self._proof(proved, final, facts.head, final) if anchored else None
        return replace(facts, used=used, absent=absent, proof=proof)

    def _cost(self, receipt: Mapping[str, Any]) -> int:
        """What a transaction in the chain has cost, in wei; on a rollup with what it pays for the chain below."""
        with self._rpc.reading("eth_getTransactionReceipt"):
            price = int(receipt.get("effectiveGasPrice") or "0x0", 16)
            return int(receipt["gasUsed"], 16) * price + int(receipt.get("l1Fee") or "0x0", 16)
