"""The contents of a channel's blocks, read with the official classes: none of the adapter's or the network's own code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.peer import proposal_pb2, proposal_response_pb2, transaction_pb2

from carbonseal_devnet.fabric.network import FabricNetwork

VALID, CONFLICT, DUPLICATE, UNENDORSED = (
    transaction_pb2.TxValidationCode.Value(name)
    for name in ("VALID", "MVCC_READ_CONFLICT", "DUPLICATE_TXID", "ENDORSEMENT_POLICY_FAILURE")
)


@dataclass(frozen=True)
class Seen:
    """A transaction as a peer has it: where, its id, the code in the block's filter, and what it would write."""

    block: int
    index: int
    id: str
    code: int
    writes: tuple[tuple[str, str, bytes], ...]  # namespace, key, value


def transactions(network: FabricNetwork, msp_id: str = "Org1MSP") -> Iterator[Seen]:
    for number in range(network.height(msp_id)):
        yield from of_block(network.block(number, msp_id))


def of_block(raw: bytes) -> Iterator[Seen]:
    block = common_pb2.Block.FromString(raw)
    codes = block.metadata.metadata[common_pb2.TRANSACTIONS_FILTER]
    for index, (envelope, code) in enumerate(zip(block.data.data, codes, strict=True)):
        payload = common_pb2.Payload.FromString(common_pb2.Envelope.FromString(envelope).payload)
        header = common_pb2.ChannelHeader.FromString(payload.header.channel_header)
        if header.type == common_pb2.ENDORSER_TRANSACTION:
            yield Seen(block.header.number, index, header.tx_id, code, tuple(writes(payload.data)))


def writes(transaction: bytes) -> Iterator[tuple[str, str, bytes]]:
    for action in transaction_pb2.Transaction.FromString(transaction).actions:
        called = transaction_pb2.ChaincodeActionPayload.FromString(action.payload).action
        answer = proposal_response_pb2.ProposalResponsePayload.FromString(called.proposal_response_payload)
        results = proposal_pb2.ChaincodeAction.FromString(answer.extension).results
        for each in rwset_pb2.TxReadWriteSet.FromString(results).ns_rwset:
            for write in kv_rwset_pb2.KVRWSet.FromString(each.rwset).writes:
                yield each.namespace, write.key, write.value
