"""Gathers evidence: the block, the configurations that govern it, and what peers attest.

A peer's answer is a claim: the evidence that is gathered here is checked as a whole before it is stored.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal.ledger import Evidence, TransientError
from carbonseal_adapters.fabric.checking.anchors import Place
from carbonseal_adapters.fabric.checking.attestations import Attestation
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.config import Config, read_config
from carbonseal_adapters.fabric.checking.evidence import Organisations
from carbonseal_adapters.fabric.checking.identities import Identity
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.protobuf import read
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from carbonseal_adapters.fabric.sending.peers import Answered, Connections, Declined, Failed
from carbonseal_adapters.fabric.sending.profiles import Peer
from carbonseal_adapters.fabric.sending.proposals import Proposal
from carbonseal_adapters.fabric.sending.signers import Client

ABSENT = 404  # the chaincode's status where there is no such anchor
BEHIND = 3.0  # seconds that another organisation's peer may be behind one's own

Fetch = Callable[[int], Awaitable[Block]]


@dataclass(frozen=True, slots=True)
class Attested:
    """The block and index of the transaction that wrote an anchor, attested by enough organisations."""

    block: int
    index: int
    attestations: tuple[Attestation, ...]


class Attesters:
    """The organisations that are asked to attest, and their peers."""

    def __init__(self, connections: Connections, peers: Mapping[str, Sequence[Peer]], wanted: Organisations) -> None:
        self._connections = connections
        self._peers = peers
        self._wanted = wanted

    async def attest(self, client: Client, proposal: Proposal, chaincode: str, place: Place) -> Attested:
        """The attestation on which enough organisations agree. Raises `TransientError` where they are too few."""
        asked = sorted(self._wanted.ids)
        answers = await asyncio.gather(*(self._ask(msp, client, proposal) for msp in asked))
        found = [(one, one.version(chaincode, place.key)) for one in answers if isinstance(one, Attestation)]
        agreed = Counter(version for _, version in found).most_common(1)
        if not agreed or agreed[0][1] < self._wanted.count:
            problems = "; ".join(one for one in answers if isinstance(one, str))
            count = agreed[0][1] if agreed else 0
            raise TransientError(f"{count} organisations attest the anchor, and {self._wanted} are wanted: {problems}")
        (block, index), _ = agreed[0]
        return Attested(block, index, tuple(one for one, version in found if version == (block, index)))

    async def _ask(self, msp: str, client: Client, proposal: Proposal) -> Attestation | str:
        """What the first of an organisation's peers that knows the anchor attests, or why none does."""
        problem = f"{msp} has no peers"
        for peer in self._peers[msp]:
            try:
                answer = await self._caught_up(peer, client, proposal)
                return Attestation.of(answer.proposal, answer.response)
            except (Failed, Declined, Refused) as error:
                problem = f"{msp} at {error}"
        return problem

    async def _caught_up(self, peer: Peer, client: Client, proposal: Proposal) -> Answered:
        """A peer's answer. One that does not know the anchor yet is given some time to commit the block."""
        loop = asyncio.get_running_loop()
        end: float | None = None  # from the first answer on: connecting takes time of its own
        while True:
            try:
                return await self._connections.to(peer).ask(client, proposal)
            except Declined as declined:
                end = loop.time() + BEHIND if end is None else end
                if declined.status != ABSENT or loop.time() > end:
                    raise
            await asyncio.sleep(0.02)


class Configurations:
    """A channel's configuration blocks, each fetched once: they never change."""

    def __init__(self, pinned: Config, fetch: Fetch) -> None:
        """`pinned` is the configuration that the chain starts behind."""
        self.pinned = pinned
        self._fetch = fetch
        self._known: dict[int, tuple[Block, int]] = {}  # by number: the block, and the number of the one before

    async def chain(self, block: Block) -> tuple[Block, ...]:
        """Those from the pinned one's successor to the one that governs `block`, oldest first."""
        found: list[Block] = []
        number = last_config(block)
        while number > self.pinned.number:
            if number not in self._known:
                before = last_config(await self._fetch(number - 1))
                self._known[number] = (await self._fetch(number), before)
            config, number = self._known[number]
            found.append(config)
        return tuple(reversed(found))


async def collect(attested: Attested, fetch: Fetch, configurations: Configurations) -> Evidence:
    """The evidence, unchecked. Organisations that joined after the anchor's block attest nothing: the configuration that governs
    it does not know them. Raises `Refused` where a block cannot be read."""
    block = await fetch(attested.block)
    chain = await configurations.chain(block)
    known = read_config(chain[-1]).msps if chain else configurations.pinned.msps
    attestations = tuple(one for one in attested.attestations if Identity.read(one.endorser).msp in known)
    return FabricEvidence(block, attested.index, chain, attestations).encode()


def last_config(block: Block) -> int:
    """The number of the configuration block that governs this one, as its orderers wrote."""
    value = read(block.signatures, shapes.METADATA).data(1)
    return read(value, shapes.ORDERER_BLOCK_METADATA).message(1, shapes.LAST_CONFIG).number(1)
