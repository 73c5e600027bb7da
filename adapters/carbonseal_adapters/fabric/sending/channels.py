"""Queries of one channel by a client of one organisation: the state under an anchor's key, blocks, validation codes.

Every answer is the claim of one peer, and is checked elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from fabric_protos.peer import transaction_pb2
from google.protobuf.message import DecodeError

from carbonseal.findings import Refused
from carbonseal.ledger import Statement, TransientError, UnreachableError
from carbonseal_adapters.fabric.checking.anchors import Place
from carbonseal_adapters.fabric.checking.attestations import Attestation
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.sending.collecting import ABSENT
from carbonseal_adapters.fabric.sending.peers import UNREACHABLE, Answered, Connection, Connections, Declined, Failed
from carbonseal_adapters.fabric.sending.profiles import Peer
from carbonseal_adapters.fabric.sending.proposals import Proposal, propose
from carbonseal_adapters.fabric.sending.signers import Client

UNKNOWN_TRANSACTION = "no such transaction ID"
SNAPSHOT = "bootstrapped from a snapshot"  # said of what is older than the snapshot by which a peer joined
NOT_VALIDATED = 254  # TxValidationCode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """The state under an anchor's key, and which transaction wrote it."""

    value: bytes
    block: int
    index: int

    def is_for(self, statement: Statement) -> bool:
        """Whether the stored value is this statement, its root included."""
        return self.value[:72] == statement.encode()


class Channel:
    """Queries the peers of one's own organisation: the first that can be reached. Raises `UnreachableError` where none can be, else
    `TransientError` where none answers. For blocks and transactions that one's own peers do not have, because they joined by a
    snapshot, the other organisations' peers are asked too."""

    def __init__(
        self,
        name: str,
        client: Client,
        connections: Connections,
        gateways: Sequence[Peer],
        clock: Callable[[], float],
        *,
        others: Sequence[Peer] = (),
    ) -> None:
        self.name = name
        self.client = client
        self._connections = connections
        self._gateways, self._others = gateways, others
        self._clock = clock

    def propose(self, chaincode: str, *arguments: bytes) -> Proposal:
        """A proposal to call the chaincode, of now; nothing is sent."""
        return propose(self.client, self.name, chaincode, arguments, self._clock())

    async def gateway(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """Raises `Failed`."""
        return await self._connections.first(self._gateways, ask)

    async def ask(self, chaincode: str, *arguments: bytes) -> Answered:
        """A peer's signed answer. Raises `Declined`."""
        proposal = self.propose(chaincode, *arguments)
        with retrying():
            return await self.gateway(lambda peer: peer.ask(self.client, proposal))

    async def stored_anchor(self, chaincode: str, place: Place) -> StoredAnchor | None:
        """What the channel's state has for an anchor; None where it has none. Raises `TransientError`."""
        try:
            answer = await self.ask(chaincode, *place.question)
            block, index = Attestation.of(answer.proposal, answer.response).version(chaincode, place.key)
        except Declined as declined:
            if declined.status == ABSENT:
                return None
            raise TransientError(str(declined)) from declined
        except Refused as refused:
            raise TransientError(f"a peer's answer cannot be read: {refused.finding}") from refused
        return StoredAnchor(answer.payload, block, index)

    async def latest(self, chaincode: str, publisher: str, log: bytes) -> Statement | None:
        try:
            answer = await self.ask(chaincode, b"latest", publisher.encode(), log.hex().encode())
            return Statement.decode(answer.payload[:72])
        except Declined as declined:
            if declined.status == ABSENT:
                return None
            raise TransientError(str(declined)) from declined
        except ValueError as error:
            raise TransientError(f"the chaincode {chaincode} gave an answer that is not an anchor: {error}") from error

    async def first_block(self) -> bytes | None:
        """Block 0, serialised, which names the channel: as one's own peers have it, and nobody else's. None where each that
        answers joined by a snapshot. Raises `TransientError`."""
        try:
            return (await self._ask_each(self._gateways, *self._block_query(0))).payload
        except Declined as declined:
            if SNAPSHOT in str(declined):
                return None
            raise TransientError(f"block 0 is not there: {declined}") from declined

    async def first_hash(self) -> bytes | None:
        """The hash of block 0, as block 1 of whichever peer has it says, the other organisations' first; None where nobody that
        answers has it."""
        try:
            return (await self._block(1, (*self._others, *self._gateways))).previous_hash
        except TransientError:
            return None

    async def block(self, number: int) -> Block:
        """A block. Raises `TransientError`, also where there is no such block yet."""
        return await self._block(number, (*self._gateways, *self._others))

    async def _block(self, number: int, peers: Sequence[Peer]) -> Block:
        try:
            answer = await self._ask_each(peers, *self._block_query(number))
            return Block.of(answer.payload)
        except Declined as declined:
            raise TransientError(f"block {number} is not there: {declined}") from declined
        except Refused as refused:
            raise TransientError(f"block {number} cannot be read: {refused.finding}") from refused

    async def validation_code(self, transaction: str) -> int | None:
        """The validation code of a transaction in a block, 0 where it is valid; None where the peer does not know it, and
        `NOT_VALIDATED` where the block is older than every peer's that knows it."""
        query = ("qscc", b"GetTransactionByID", self.name.encode(), transaction.encode())
        try:
            answer = await self.ask(*query)
        except Declined as declined:
            if UNKNOWN_TRANSACTION in str(declined):
                return None
            if SNAPSHOT not in str(declined):
                raise TransientError(str(declined)) from declined
            try:
                answer = await self._ask_each((*self._gateways, *self._others), *query)
            except (Declined, TransientError):
                return NOT_VALIDATED
        try:
            return int(transaction_pb2.ProcessedTransaction.FromString(answer.payload).validationCode)
        except DecodeError as error:
            raise TransientError("a peer's answer about a transaction cannot be read") from error

    def _block_query(self, number: int) -> tuple[str, bytes, bytes, bytes]:
        return "qscc", b"GetBlockByNumber", self.name.encode(), str(number).encode()

    async def _ask_each(self, peers: Sequence[Peer], chaincode: str, *arguments: bytes) -> Answered:
        """The answer of the first of `peers` that has one. Raises as the first of them did."""
        proposal = self.propose(chaincode, *arguments)
        problems: list[Failed | Declined] = []
        for peer in peers:
            try:
                return await self._connections.to(peer).ask(self.client, proposal)
            except (Failed, Declined) as error:
                problems.append(error)
        with retrying():
            raise problems[0]


@contextmanager
def retrying() -> Iterator[None]:
    """Context that turns a failed call into `TransientError`, or `UnreachableError` where no peer could be reached."""
    try:
        yield
    except Failed as failed:
        raise (UnreachableError if failed.code in UNREACHABLE else TransientError)(str(failed)) from failed
