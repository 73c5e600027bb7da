"""Gateway service of a peer: collects endorsements, submits transactions, reports their status."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import grpc
from fabric_protos.common import common_pb2
from fabric_protos.gateway import gateway_pb2
from fabric_protos.orderer import ab_pb2_grpc
from fabric_protos.peer import peer_pb2_grpc, proposal_pb2, proposal_response_pb2

from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.client import assemble
from carbonseal_devnet.fabric.deliver import event_of
from carbonseal_devnet.fabric.msp import Forbidden, Member
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.peer.endorser import Endorser, Proposal, Refused
from carbonseal_devnet.fabric.peer.validate import reader
from carbonseal_devnet.fabric.rpc import Failure, Status
from carbonseal_devnet.fabric.wire import FILTER, Malformed, decode, open_envelope

SYSTEM_POLICY = lifecycle.CHANNEL_POLICY
TIMEOUT = 15.0  # seconds, for another peer or an orderer


class Gateway:
    """The gateway of one peer. `connect` gives connections by address and TLS roots."""

    def __init__(
        self,
        endorser: Endorser,
        address: str,
        channel: Callable[[], Channel],
        connect: Callable[[str, bytes], Awaitable[Any]],
    ) -> None:
        self._msp_id, self._ledger = endorser.identity.msp_id, endorser.ledger
        self._address, self._endorser, self._channel, self._connect = address, endorser, channel, connect

    # Reading

    async def Evaluate(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _answering(self._evaluate(request), context)

    async def _evaluate(self, request: Any) -> Any:
        proposal = self._proposal(request.proposed_transaction)
        response, failure = await self._ask(self._msp_id, self._address, proposal)
        if failure is not None:
            code, message, detail = failure
            raise Failure(code, f"evaluate call to endorser returned error: {message}", [detail])
        payload = decode(proposal_response_pb2.ProposalResponsePayload, response.payload)
        result = response.response
        result.payload = decode(proposal_pb2.ChaincodeAction, payload.extension).response.payload
        return gateway_pb2.EvaluateResponse(result=result)

    # Endorsing

    async def Endorse(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _answering(self._endorse(request), context)

    async def _endorse(self, request: Any) -> Any:
        proposal = self._proposal(request.proposed_transaction)
        wanted = list(request.endorsing_organizations)
        layouts = [wanted] if wanted else None
        responses: dict[str, Any] = {}
        details: list[Any] = []
        if layouts is None:
            first, failure = await self._ask(self._msp_id, self._address, proposal)
            if failure is not None:
                raise Failure(
                    Status.ABORTED, "failed to endorse transaction, see attached details for more info", [failure[2]]
                )
            responses[self._msp_id] = first
            layouts = list(self._layouts(proposal.chaincode))
            if not layouts:
                raise Failure(
                    Status.FAILED_PRECONDITION,
                    f"no combination of peers can be derived which satisfy the endorsement policy: {proposal.chaincode}",
                )
        failed: set[str] = set()
        for layout in layouts:
            if failed.isdisjoint(layout) and await self._gather(layout, proposal, responses, details, failed):
                chosen = [responses[each] for each in layout]
                return gateway_pb2.EndorseResponse(prepared_transaction=assemble(proposal.signed, chosen))
        raise Failure(
            Status.ABORTED,
            "failed to collect enough transaction endorsements, see attached details for more info",
            details,
        )

    async def _gather(
        self, layout: list[str], proposal: Proposal, responses: dict[str, Any], details: list[Any], failed: set[str]
    ) -> bool:
        """Ask those who haven't answered yet. Whether all of the layout endorsed the same."""
        missing = [each for each in layout if each not in responses]
        addresses = [self._peer(each) for each in missing]
        if None in addresses:
            raise Failure(Status.UNAVAILABLE, f"no endorsing peers found for {', '.join(missing)}")
        asked = [self._ask(each, address or "", proposal) for each, address in zip(missing, addresses, strict=True)]
        for each, address, (response, failure) in zip(missing, addresses, await asyncio.gather(*asked), strict=True):
            agreed = next(iter(responses.values()), response)
            if failure is None and response.payload == agreed.payload:
                responses[each] = response
                continue
            failed.add(each)
            message = "ProposalResponsePayloads do not match"
            different = gateway_pb2.ErrorDetail(address=address, msp_id=each, message=message)
            details.append(failure[2] if failure else different)
        return failed.isdisjoint(layout)

    def _layouts(self, chaincode: str) -> Iterator[list[str]]:
        """Sets of organisations whose peers' endorsements suffice, small ones and this peer's own first."""
        channel = self._channel()
        if chaincode in ("qscc", "cscc", lifecycle.NAMESPACE):
            policy = SYSTEM_POLICY
        else:
            found = lifecycle.definition(chaincode, reader(self._ledger.state(), lifecycle.NAMESPACE))
            policy = found.policy if found else SYSTEM_POLICY
        others = [each for each in channel.application if each != self._msp_id and self._peer(each)]
        for count in range(len(others) + 1):
            for chosen in itertools.combinations(others, count):
                layout = [self._msp_id, *chosen]
                peers = [Member(each, each.encode(), frozenset(["peer"])) for each in layout]
                if channel.satisfied_by(policy, peers):
                    yield layout

    def _peer(self, msp_id: str) -> str | None:
        """An organisation's anchor peer, as the configuration names it."""
        return self._address if msp_id == self._msp_id else self._channel().anchors.get(msp_id)

    async def _ask(self, msp_id: str, address: str, proposal: Proposal) -> tuple[Any, tuple[Any, str, Any] | None]:
        """A peer's response, or why there is none: code, message, detail."""

        def failure(code: Any, message: str) -> tuple[Any, tuple[Any, str, Any]]:
            return None, (code, message, gateway_pb2.ErrorDetail(address=address, msp_id=msp_id, message=message))

        try:
            if msp_id == self._msp_id:
                response = await self._endorser.process(proposal.signed)
            else:
                stub = peer_pb2_grpc.EndorserStub(await self._connect(address, self._channel().msps[msp_id].tls_roots))
                response = await stub.ProcessProposal(proposal.signed, timeout=TIMEOUT)
        except Refused as error:
            return failure(Status.FAILED_PRECONDITION, str(error))
        except grpc.aio.AioRpcError as error:
            code = error.code()
            return failure(Status.UNAVAILABLE, f"rpc error: code = {code.name} desc = {error.details()}")
        status, message = response.response.status, response.response.message
        if 200 <= status < 400:
            return response, None
        if status == 500 and not response.payload:
            return failure(Status.ABORTED, message)
        return failure(Status.UNKNOWN, f"chaincode response {status}, {message}")

    def _proposal(self, signed: Any) -> Proposal:
        if not signed.proposal_bytes:
            raise Failure(Status.INVALID_ARGUMENT, "a signed proposal is required")
        try:
            return Proposal.of(signed)
        except Refused as error:
            raise Failure(Status.INVALID_ARGUMENT, f"failed to unpack transaction proposal: {error}") from error

    # Submitting

    async def Submit(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _answering(self._submit(request), context)

    async def _submit(self, request: Any) -> Any:
        if not request.HasField("prepared_transaction"):
            raise Failure(Status.INVALID_ARGUMENT, "a prepared transaction is required")
        if not request.prepared_transaction.signature:
            raise Failure(Status.INVALID_ARGUMENT, "prepared transaction must be signed")
        endpoints, details = self._channel().orderer_endpoints, []
        for address, roots in random.sample(endpoints, len(endpoints)):
            try:
                response = await self._broadcast(address, roots, request.prepared_transaction)
            except (grpc.aio.AioRpcError, TimeoutError) as error:
                details.append(gateway_pb2.ErrorDetail(address=address, message=str(error)))
                continue
            if response.status == common_pb2.SUCCESS:
                return gateway_pb2.SubmitResponse()
            name = common_pb2.Status.Name(response.status)
            if 400 <= response.status < 500:
                message = f"received unsuccessful response from orderer: status={name}, info={response.info}"
                raise Failure(Status.ABORTED, message)
            detail = f"received unsuccessful response from orderer: status={name}, info={response.info}"
            details.append(gateway_pb2.ErrorDetail(address=address, message=detail))
        raise Failure(Status.UNAVAILABLE, "no orderers could successfully process transaction", details)

    async def _broadcast(self, address: str, roots: bytes, envelope: Any) -> Any:
        async def once() -> AsyncIterator[Any]:
            yield envelope

        stub = ab_pb2_grpc.AtomicBroadcastStub(await self._connect(address, roots))
        call = stub.Broadcast(once(), timeout=TIMEOUT)
        async for response in call:
            return response
        raise TimeoutError("the orderer answered nothing")

    # Following

    async def CommitStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _answering(self._commit_status(request), context)

    async def _commit_status(self, signed: Any) -> Any:
        request = decode(gateway_pb2.CommitStatusRequest, signed.request)
        self._check_reader(request, signed)
        while (found := self._ledger.transaction(request.transaction_id)) is None or found.block < self._ledger.first:
            await self._ledger.grown(self._ledger.height)
        return gateway_pb2.CommitStatusResponse(result=found.code, block_number=found.block)

    async def ChaincodeEvents(self, signed: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        try:
            request = decode(gateway_pb2.ChaincodeEventsRequest, signed.request)
            self._check_reader(request, signed)
        except Failure as failure:
            await failure.abort(context)
        number, after = self._ledger.height, request.after_transaction_id
        if request.start_position.WhichOneof("Type") == "specified":
            number = request.start_position.specified.number
        async for block in self._ledger.follow(number):
            events = list(_events(block, request.chaincode_id))
            if after:
                ids = [each.tx_id for each in events]
                events = events[ids.index(after) + 1 :] if after in ids else events
                after = ""
            if events:
                yield gateway_pb2.ChaincodeEventsResponse(events=events, block_number=block.header.number)

    def _check_reader(self, request: Any, signed: Any) -> None:
        channel = self._channel()
        if request.channel_id != channel.name:
            raise Failure(Status.NOT_FOUND, f"channel {request.channel_id} does not exist")
        try:
            channel.require("/Channel/Application/Readers", [(request.identity, signed.request, signed.signature)])
        except Forbidden as error:
            raise Failure(Status.PERMISSION_DENIED, str(error)) from error


async def _answering(work: Any, context: Any) -> Any:
    try:
        return await work
    except Failure as failure:
        return await failure.abort(context)
    except Malformed as error:
        return await Failure(Status.INVALID_ARGUMENT, str(error)).abort(context)


def _events(block: Any, chaincode: str) -> Iterator[Any]:
    for raw, code in zip(block.data.data, block.metadata.metadata[FILTER], strict=True):
        message = open_envelope(raw)
        if code == 0 and message.channel.type == common_pb2.ENDORSER_TRANSACTION:
            event = event_of(message)
            if event is not None and event.chaincode_id == chaincode:
                yield event
