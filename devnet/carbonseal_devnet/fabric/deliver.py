"""Deliver services: blocks from a ledger, for whoever may read the channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.orderer import ab_pb2
from fabric_protos.peer import chaincode_event_pb2, events_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.msp import Forbidden
from carbonseal_devnet.fabric.wire import FILTER, Malformed, decode, open_envelope


class Refusal(Exception):
    """A Status other than SUCCESS."""

    def __init__(self, status: int) -> None:
        super().__init__(common_pb2.Status.Name(status))
        self.status = status


class Deliverer:
    """Blocks of one node's ledger. `channel` gives the configuration as that node knows it."""

    def __init__(self, ledger: Ledger, channel: Callable[[], Channel], policy: str) -> None:
        self._ledger, self._channel, self._policy = ledger, channel, policy

    async def answer(self, requests: AsyncIterator[Any]) -> AsyncIterator[int | Any]:
        """For each request its blocks, then a status; after a failure nothing more."""
        async for request in requests:
            try:
                async for block in self._blocks(request):
                    yield block
            except Refusal as refusal:
                yield refusal.status
                return
            yield common_pb2.SUCCESS

    async def _blocks(self, request: Any) -> AsyncIterator[Any]:
        try:
            message = open_envelope(request.SerializeToString())
            seek = decode(ab_pb2.SeekInfo, message.data)
        except Malformed as error:
            raise Refusal(common_pb2.BAD_REQUEST) from error
        if message.channel.channel_id != self._channel().name:
            raise Refusal(common_pb2.NOT_FOUND)
        self._check(message)
        if not seek.HasField("start") or not seek.HasField("stop"):
            raise Refusal(common_pb2.BAD_REQUEST)
        number, last = self._position(seek.start), self._position(seek.stop)
        if last < number:
            raise Refusal(common_pb2.BAD_REQUEST)
        if number < self._ledger.first:
            raise Refusal(common_pb2.NOT_FOUND)
        while number <= last:
            if number >= self._ledger.height and seek.behavior == seek.FAIL_IF_NOT_READY:
                raise Refusal(common_pb2.NOT_FOUND)
            await self._ledger.grown(number)
            self._check(message)
            yield self._ledger.block(number)
            number += 1

    def _check(self, message: wire.Message) -> None:
        try:
            self._channel().require(self._policy, [message.signed])
        except Forbidden as error:
            raise Refusal(common_pb2.FORBIDDEN) from error

    def _position(self, position: Any) -> int:
        kind = position.WhichOneof("Type")
        if kind == "specified":
            number: int = position.specified.number
            return number
        return {"oldest": 0, "newest": self._ledger.height - 1, "next_commit": self._ledger.height}.get(
            kind or "oldest", 0
        )


class OrdererDeliver:
    """AtomicBroadcast.Deliver."""

    def __init__(self, deliverer: Deliverer) -> None:
        self._deliverer = deliverer

    async def deliver(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The blocks that each request seeks, then a status."""
        async for item in self._deliverer.answer(requests):
            yield ab_pb2.DeliverResponse(status=item) if isinstance(item, int) else ab_pb2.DeliverResponse(block=item)


class PeerDeliver:
    """The peers' Deliver service: whole blocks, or what became of their transactions."""

    def __init__(self, deliverer: Deliverer) -> None:
        self._deliverer = deliverer

    async def Deliver(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:  # noqa: ARG002, N802
        async for item in self._deliverer.answer(requests):
            if isinstance(item, int):
                yield events_pb2.DeliverResponse(status=item)
            else:
                yield events_pb2.DeliverResponse(block=item)

    async def DeliverFiltered(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:  # noqa: ARG002, N802
        async for item in self._deliverer.answer(requests):
            if isinstance(item, int):
                yield events_pb2.DeliverResponse(status=item)
            else:
                yield events_pb2.DeliverResponse(filtered_block=filtered(item))

    async def DeliverWithPrivateData(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:  # noqa: ARG002, N802
        async for item in self._deliverer.answer(requests):
            if isinstance(item, int):
                yield events_pb2.DeliverResponse(status=item)
            else:
                yield events_pb2.DeliverResponse(block_and_private_data=events_pb2.BlockAndPrivateData(block=item))


def filtered(block: Any) -> Any:
    """A FilteredBlock: ids, codes, and the names of chaincode events."""
    made = events_pb2.FilteredBlock(number=block.header.number)
    for raw, code in zip(block.data.data, block.metadata.metadata[FILTER], strict=False):
        try:
            message = open_envelope(raw)
        except Malformed:
            continue
        made.channel_id = message.channel.channel_id
        transaction = made.filtered_transactions.add(
            txid=message.channel.tx_id, type=message.channel.type, tx_validation_code=code
        )
        if message.channel.type == common_pb2.ENDORSER_TRANSACTION and (event := event_of(message)):
            event.payload = b""
            transaction.transaction_actions.chaincode_actions.add(chaincode_event=event)
    return made


def event_of(message: wire.Message) -> Any | None:
    """The ChaincodeEvent of an endorsed transaction, if it has one."""
    transaction = decode(transaction_pb2.Transaction, message.data)
    for each in transaction.actions:
        body = decode(transaction_pb2.ChaincodeActionPayload, each.payload)
        response = decode(proposal_response_pb2.ProposalResponsePayload, body.action.proposal_response_payload)
        raw = decode(proposal_pb2.ChaincodeAction, response.extension).events
        if raw:
            return decode(chaincode_event_pb2.ChaincodeEvent, raw)
    return None


def seek(channel: str, start: int, signer: wire.Signer) -> Any:
    """A signed request for the blocks from `start` on, and each new one."""
    info = ab_pb2.SeekInfo(
        start=ab_pb2.SeekPosition(specified=ab_pb2.SeekSpecified(number=start)),
        stop=ab_pb2.SeekPosition(specified=ab_pb2.SeekSpecified(number=(1 << 64) - 1)),
    )
    raw = wire.envelope(common_pb2.DELIVER_SEEK_INFO, channel, info.SerializeToString(), signer)
    return common_pb2.Envelope.FromString(raw)
