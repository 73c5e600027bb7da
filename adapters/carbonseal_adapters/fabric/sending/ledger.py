"""Ledger adapter for Hyperledger Fabric: writes anchors through the Gateway of one's own organisation.

What counts is the channel's state under the anchor's key, not the outcome of a transaction: the chaincode takes one
root for each size, and the same again changes nothing, so that attempts need no slots. An attempt is the complete signed
envelope; sent again it is written once at most, because a channel knows transactions by their ids.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import grpc

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Evidence,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    Secrets,
    Statement,
    TransientError,
    TrustItem,
)
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.anchors import Place
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.config import read_config
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value
from carbonseal_adapters.fabric.sending.channels import Channel, StoredAnchor, retrying
from carbonseal_adapters.fabric.sending.collecting import Attesters, Configurations, collect
from carbonseal_adapters.fabric.sending.endorsing import Endorsers, NotEndorsed
from carbonseal_adapters.fabric.sending.options import Options, read_options
from carbonseal_adapters.fabric.sending.peers import Connections, Failed, validation
from carbonseal_adapters.fabric.sending.proposals import NotOurs, Proposal, check_prepared, seal

MALFORMED, CONTRADICTED = 400, 409  # statuses with which the chaincode declines
COMMIT = 2.0  # seconds after an orderer accepted a transaction in which `follow` waits for its block
TAKEN = 30.0  # seconds after which such a transaction counts as missing


async def connect(uri: str, options: Mapping[str, str], secret: Secrets) -> FabricLedger:
    """The channel behind `uri`, ``fabric+grpcs://host:port``; see `options`. Raises `Refused` on wrong options, an unusable
    profile, identity or key, `TransientError` where no peer of one's own answers."""
    read = read_options(uri, options, secret)
    connections = Connections(read.tls)
    try:
        channel = Channel(read.channel, read.client, connections, read.gateways, time.time, others=read.profile.others)
        return FabricLedger(read, connections, channel, await _genesis(channel, read), time.time)
    except BaseException:
        await connections.close()
        raise


async def _genesis(channel: Channel, options: Options) -> bytes:
    """The channel's first block, raw: as one's own peers have it, or, where they joined by a snapshot, from the file that the
    options name. Raises `Refused` where that is missing or of another channel, and `TransientError`."""
    given = options.genesis
    if given is None:
        served = await channel.first_block()
        if served is None:
            raise Refused(codes.GENESIS_NEEDED("genesis", msp=options.client.msp, channel=channel.name))
        return served
    served, named = await asyncio.gather(channel.first_block(), channel.first_hash())  # at once: peers may be far away
    known = named if served is None else Block.of(served).hash
    if known not in (None, Block.of(given).hash):
        raise Refused(codes.FILE_MALFORMED("genesis", problem="the channel has another first block"))
    return given


class FabricLedger:
    """One chaincode on one channel, and one client that submits; see `carbonseal.ledger.Ledger`."""

    capabilities = Capabilities(
        tells_publisher=True,
        refuses_second_root=True,
        knows_latest=True,
        needs_money=False,
        can_be_asked_later=True,
        gives_time=True,
    )
    replace_after: float | None = 120.0  # a new attempt is harmless, and may have a newer certificate

    def __init__(
        self, options: Options, connections: Connections, channel: Channel, genesis: bytes, clock: Callable[[], float]
    ) -> None:
        """`genesis` is the channel's first block, raw. Raises `Refused` where it or the pinned block cannot be used."""
        self.name = f"fabric:{Block.of(genesis).hash.hex()}"
        self.publisher = options.client.publisher
        self.expires: float | None = options.expires
        self._options, self._connections, self._channel, self._clock = options, connections, channel, clock
        self._attesters = Attesters(connections, options.profile.peers, options.attest)
        self._endorsers = Endorsers(connections, options.profile.peers, options.endorse) if options.endorse else None
        raw = options.config or genesis
        config = Block.of(raw)
        self._pinned = config.hash.hex()
        self._trust = [TrustItem(self.name, CONFIG_BLOCK, item_value(self.name, raw), "this channel", "")]
        self._configurations = Configurations(read_config(config), channel.block)
        self._taken: dict[str, float] = {}  # until when a transaction that was taken is waited for

    # --- sending -----------------------------------------------------------------------------------------------------

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        del earlier  # another attempt for the same anchor does no harm, and has no slot
        statement = anchor.statement
        stored = await self._stored_anchor(statement)
        if stored is not None and not stored.is_for(statement):
            raise _contradicted(statement)
        words = ("anchor", statement.log_id.hex(), str(statement.size), statement.root.hex())
        proposal = self._channel.propose(self._options.chaincode, *(word.encode() for word in words))
        try:
            prepared = await self._endorsed(proposal)
        except (Failed, NotEndorsed) as failed:
            raise await self._not_endorsed(statement, failed) from failed
        try:
            answer = check_prepared(proposal, self._options.chaincode, prepared)
            if stored is None and answer.written(self._options.chaincode)[0] != self._place(statement).key:
                raise NotOurs("the gateway prepared a transaction that writes another key than this anchor's")
            envelope = await seal(self._options.client, prepared)
        except (NotOurs, Refused) as error:
            raise TransientError(f"what the gateway prepared was not signed: {error}") from error
        return Attempt(statement, proposal.transaction, "", envelope)

    async def send(self, attempt: Attempt) -> bytes:
        if await self._is_done(attempt):
            return b""
        channel = self._channel
        try:
            await channel.gateway(lambda peer: peer.submit(channel.name, attempt.id, attempt.payload))
        except Failed as failed:
            if failed.code in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
                raise OutcomeUnknownError(str(failed)) from failed
            # BFT orderers that have the transaction already answer as if they were down.
            if not await self._is_done(attempt):
                raise TransientError(f"the orderers did not take the transaction: {failed}") from failed
        now = self._clock()
        self._taken = {name: until for name, until in self._taken.items() if until > now}
        self._taken[attempt.id] = now + TAKEN
        return b""

    # --- following ---------------------------------------------------------------------------------------------------

    async def follow(self, attempts: Sequence[Attempt], _proved: Mapping[str, Any] | None = None, /) -> Observation:
        if not attempts:
            return Observation(AttemptStatus.MISSING)
        newest = attempts[0]
        outcomes = {attempt.id: await self._validation_code(attempt) for attempt in attempts}
        stored = await self._stored_anchor(newest.statement)
        if stored is not None:
            if not stored.is_for(newest.statement):
                return Observation(AttemptStatus.REFUSED, newest.id, reason="another root is anchored for this size")
            writer = next((name for name, code in outcomes.items() if code == 0), newest.id)
            return Observation(AttemptStatus.FINAL, writer, _facts(stored))
        for attempt in attempts:
            if outcomes[attempt.id] == 0:
                return Observation(AttemptStatus.PENDING, attempt.id, reason="the peer has not caught up")
            if outcomes[attempt.id] is None:
                if self._is_taken(attempt):
                    return Observation(AttemptStatus.PENDING, attempt.id, reason="the orderers have it")
                return Observation(AttemptStatus.MISSING, attempt.id)
        reason = validation(outcomes[newest.id] or 0)
        return Observation(
            AttemptStatus.REFUSED, newest.id, reason=f"the transaction is in a block, and invalid: {reason}"
        )

    # --- evidence ----------------------------------------------------------------------------------------------------

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        if observation.facts is None:
            raise TransientError("nothing was seen yet that could be proved")
        statement = attempt.statement
        place, chaincode = self._place(statement), self._options.chaincode
        question = self._channel.propose(chaincode, *place.question)
        attested = await self._attesters.attest(self._options.client, question, chaincode, place)
        try:
            evidence = await collect(attested, self._channel.block, self._configurations)
        except Refused as refused:
            raise TransientError(f"a block cannot be read: {refused.finding}") from refused
        pins = VERIFIER.pin(self.name, await self.pins())
        checked = VERIFIER.check(evidence, statement, pins, self._trust)
        if checked.proved is None:
            raise TransientError(f"the peers' answers are not a proof: {checked.findings[-1]}")
        return evidence

    async def latest(self, log: bytes) -> Statement | None:
        return await self._channel.latest(self._options.chaincode, self.publisher, log)

    async def pins(self) -> Mapping[str, str]:
        """The pinned configuration block, the chaincode, who must attest and, where `node.toml` says so, endorse, and the
        publisher."""
        pins = {"config": self._pinned, "chaincode": self._options.chaincode, "attest": self._options.attest.written}
        if self._options.endorse:
            pins["endorse"] = self._options.endorse.written
        return pins | {"publisher": self.publisher}

    async def balance(self) -> Balance | None:
        return None

    async def close(self) -> None:
        await self._connections.close()

    # --- questions to the channel ------------------------------------------------------------------------------------

    def _place(self, statement: Statement) -> Place:
        return Place(bytes.fromhex(self.publisher), statement)

    async def _stored_anchor(self, statement: Statement) -> StoredAnchor | None:
        return await self._channel.stored_anchor(self._options.chaincode, self._place(statement))

    async def _is_done(self, prepared: Attempt) -> bool:
        """Whether sending would change nothing: the anchor is in the state, or this very transaction is in a block."""
        stored = await self._stored_anchor(prepared.statement)
        return stored is not None or await self._channel.validation_code(prepared.id) is not None

    def _is_taken(self, attempt: Attempt) -> bool:
        return self._taken.get(attempt.id, 0.0) > self._clock()

    async def _validation_code(self, attempt: Attempt) -> int | None:
        """The transaction's validation code; where the orderers took it just now, the next block is waited for."""
        wait = self._taken.get(attempt.id, 0.0) - TAKEN + COMMIT - self._clock()
        if wait <= 0:  # a transaction that was lost must not delay the others
            return await self._channel.validation_code(attempt.id)
        client, name = self._options.client, self._channel.name
        with retrying():
            return await self._channel.gateway(lambda peer: peer.commit_status(client, name, attempt.id, wait))

    async def _endorsed(self, proposal: Proposal) -> bytes:
        """The envelope, not yet signed. Raises `Failed`, `NotEndorsed`."""
        if self._endorsers is not None:
            return await self._endorsers.endorse(self._options.client, proposal)
        return await self._channel.gateway(lambda peer: peer.endorse(self._options.client, proposal))

    async def _not_endorsed(
        self, statement: Statement, failed: Failed | NotEndorsed
    ) -> PermanentError | TransientError:
        """Another organisation's peer may claim anything: whether another root is in the state is asked of one's own."""
        status, text = failed.declined or (0, "")
        if status == CONTRADICTED:
            stored = await self._stored_anchor(statement)
            if stored is not None and not stored.is_for(statement):
                return _contradicted(statement)
        if status == MALFORMED:
            return PermanentError(
                f"the chaincode refuses the anchor: {text}", "is the chaincode carbonseal's, and this version's?"
            )
        return TransientError(f"not endorsed: {failed}")


def _facts(stored: StoredAnchor) -> dict[str, str | int]:
    """Which transaction wrote the anchor, as the outbox stores it."""
    return {"block": stored.block, "index": stored.index}


def _contradicted(statement: Statement) -> PermanentError:
    reason = f"another root is anchored for size {statement.size} of this log"
    return PermanentError(reason, "stop the node and find out what else signs for this log or submits as this client")


if TYPE_CHECKING:
    from carbonseal.ledger import Connect

    _: Connect = connect
