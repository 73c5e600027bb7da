"""Branch of a chain as one endpoint reports it: the newest blocks, linked by parent hashes, so that decisions rest on one history.

Two answers of an endpoint may come from before and after a reorg, or from two machines behind one address. A block is on the
branch if parent hashes lead to it from the last head.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.ledger import TransientError
from carbonseal_adapters.ethereum.sending.rpc import Rpc, RpcError

LOG = logging.getLogger(__name__)
_HASH = re.compile("0x[0-9a-fA-F]{64}")
NO_FINALITY = "set confirmations in node.toml, or use an endpoint that names one"
WALK = 128  # blocks below the head that are tied to it: more than any chain takes to finalize, bounded for those that do not


@dataclass(frozen=True, slots=True)
class Block:
    """What ties a block to others."""

    number: int
    hash: str
    parent: str
    base_fee: int

    @staticmethod
    def read(fields: Mapping[str, Any]) -> Block:
        """From an endpoint's answer. Raises KeyError, TypeError or ValueError."""
        base_fee = int(fields.get("baseFeePerGas") or "0x0", 16)
        return Block(int(fields["number"], 16), _hash(fields["hash"]), _hash(fields["parentHash"]), base_fee)


def _hash(text: str) -> str:
    """The hash in lower case. Raises ValueError on any other text, which would reach policies and reports."""
    if not _HASH.fullmatch(text):
        raise ValueError(f"{text!r:.80} is not a hash")
    return text.lower()


class Branch:
    """The newest blocks, each the parent of the next. Kept in memory only: what it knows is asked again after a restart."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._blocks: dict[int, Block] = {}
        self.reorgs = 0  # how many were seen
        self.deepest = 0  # blocks that the deepest of them took back

    async def head(self) -> Block:
        """The newest block, asked for now. Everything that `at` gives afterwards leads up to it. Raises `TransientError`."""
        head = await self.named("latest")
        known = self._blocks.get(head.number)
        if known is not None and known.hash == head.hash:
            self._blocks = {number: block for number, block in self._blocks.items() if number <= head.number}
            return head
        fresh = [head]
        lowest, top = min(self._blocks, default=head.number), max(self._blocks, default=head.number)
        while len(fresh) < WALK and lowest < fresh[-1].number and head.number - top < WALK:
            below = self._blocks.get(fresh[-1].number - 1)
            if below is not None and below.hash == fresh[-1].parent:
                break
            fresh.append(await self._parent(fresh[-1]))
        self._join(fresh)
        return head

    @property
    def top(self) -> int:
        """The number of the last `head`."""
        return max(self._blocks, default=-1)

    async def at(self, number: int) -> Block:
        """The block of that number on the way to the last `head`; below `WALK`, the one that the endpoint names. Raises
        `TransientError`, also where that head has no such block yet."""
        top = self.top
        if number > top:
            raise TransientError(f"{self._rpc.endpoint} has not shown block {number} yet")
        lowest = min(self._blocks)
        while lowest > number and top - lowest < WALK:
            block = await self._parent(self._blocks[lowest])
            lowest = block.number
            self._blocks[lowest] = block
        return self._blocks.get(number) or await self.named(number)

    async def final(self, confirmations: int | None) -> Block:
        """The newest block that counts as final: with that many confirmations on the way to the last `head`, or the one that
        the endpoint calls finalized. Raises `TransientError`."""
        if confirmations is not None:
            return await self.at(max(0, self.top - confirmations + 1))
        final = await self.tagged("finalized")
        if final is None:
            raise TransientError(f"{self._rpc.endpoint} names no finalized block: {NO_FINALITY}")
        return final

    async def tagged(self, tag: str) -> Block | None:
        """The block that the endpoint calls "finalized" or "safe"; None where it calls none so. Raises `TransientError`."""
        try:
            fields = await self._rpc.question("eth_getBlockByNumber", tag, False)
        except RpcError:  # most that lack a tag answer so
            return None
        return None if fields is None else self._read(fields, tag)

    async def named(self, which: int | str) -> Block:
        """The block that the endpoint gives that number or tag. Raises `TransientError`."""
        named = hex(which) if isinstance(which, int) else which
        return self._read(await self._rpc.ask("eth_getBlockByNumber", named, False), which)

    async def _parent(self, block: Block) -> Block:
        parent = self._read(await self._rpc.ask("eth_getBlockByHash", block.parent, False), block.parent)
        if (parent.number, parent.hash) != (block.number - 1, block.parent):
            raise TransientError(f"{self._rpc.endpoint} gave another block than {block.parent}")
        return parent

    def _read(self, fields: Any, which: int | str) -> Block:
        if fields is None:
            raise TransientError(f"{self._rpc.endpoint} does not know block {which}")
        with self._rpc.reading("eth_getBlock"):
            return Block.read(fields)

    def _join(self, fresh: list[Block]) -> None:
        """Take in new blocks, the head first; what they do not build on was reorged out."""
        lowest = fresh[-1]
        below = self._blocks.get(lowest.number - 1)
        lost = [number for number in self._blocks if number >= lowest.number]
        is_tied = below is not None and below.hash == lowest.parent
        if lost:
            self.reorgs += 1
            self.deepest = max(self.deepest, len(lost))
            LOG.warning("%s: a reorg took back %d blocks from %d on", self._rpc.endpoint, len(lost), min(lost))
        kept = {number: block for number, block in self._blocks.items() if number < lowest.number} if is_tied else {}
        top = fresh[0].number
        self._blocks = {number: block for number, block in kept.items() if number > top - 2 * WALK}
        self._blocks.update((block.number, block) for block in fresh)
