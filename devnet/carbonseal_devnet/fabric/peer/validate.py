"""Validation of a block: which transactions are valid, and what they do to the state. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from fabric_protos.common import common_pb2, configtx_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.peer import proposal_pb2, proposal_response_pb2, transaction_pb2

from carbonseal_devnet.fabric import updates
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.msp import Forbidden, Member
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.wire import Malformed, Message, Update, Version, decode, open_envelope, transaction_id

IMPLICIT = "_implicit_org_"
"""The start of the names of collections that belong to one organisation."""


class Reader(Protocol):
    """The state before the block."""

    def get(self, namespace: str, key: bytes) -> tuple[bytes, Version] | None:
        """A key's value and version; None where there is none."""
        ...

    def range(self, namespace: str, start: bytes, end: bytes) -> Iterable[tuple[bytes, bytes, Version]]:
        """Keys from `start` on and before `end`, with values and versions, in order."""
        ...


class Invalid(Exception):
    """A transaction is not valid; `code` is a TxValidationCode."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code: int = transaction_pb2.TxValidationCode.Value(code)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One code for each transaction, the updates of the valid ones, ids with positions, and the new configuration, if any."""

    codes: bytes
    updates: list[Update]
    transactions: list[tuple[str, int]]
    channel: Channel


@dataclass(frozen=True, slots=True)
class Action:
    """An endorsed transaction, decoded."""

    chaincode: str
    payload: bytes
    endorsements: list[Any]
    sets: list[tuple[str, Any]]  # namespace (or chaincode NUL collection) with its KVRWSet (or HashedRWSet)


def validate(block: Any, channel: Channel, state: Reader, known: Callable[[str], bool]) -> Outcome:
    """Validate a block. `known` says whether an earlier block has a transaction with this id."""
    codes = bytearray()
    pending: dict[tuple[str, bytes], Update] = {}
    seen: dict[str, int] = {}
    after = channel
    for position, raw in enumerate(block.data.data):
        try:
            message = _opened(raw, channel)
            if message.channel.type == common_pb2.CONFIG:
                after = _configured(message, channel)
            else:
                if message.channel.tx_id in seen or known(message.channel.tx_id):
                    raise Invalid("DUPLICATE_TXID")
                seen[message.channel.tx_id] = position
                action = open_action(message)
                _check_policies(action, channel, state)
                _check_reads(action, state, pending)
                for update in _writes(action, Version(block.header.number, position)):
                    pending[update.namespace, update.key] = update
            codes.append(0)
        except Invalid as invalid:
            codes.append(invalid.code)
        except Malformed:
            codes.append(Invalid("BAD_PAYLOAD").code)
    return Outcome(bytes(codes), list(pending.values()), list(seen.items()), after)


def _opened(raw: bytes, channel: Channel) -> Message:
    message = open_envelope(raw)
    if message.channel.channel_id != channel.name:
        raise Invalid("TARGET_CHAIN_NOT_FOUND")
    if message.channel.epoch or not message.nonce:
        raise Invalid("BAD_COMMON_HEADER")
    try:
        channel.signer(message.signed)
    except Forbidden as error:
        raise Invalid("BAD_CREATOR_SIGNATURE") from error
    if message.channel.type not in (common_pb2.CONFIG, common_pb2.ENDORSER_TRANSACTION):
        raise Invalid("UNKNOWN_TX_TYPE")
    if message.channel.type == common_pb2.ENDORSER_TRANSACTION:
        if message.channel.tx_id != transaction_id(message.nonce, message.creator):
            raise Invalid("BAD_PROPOSAL_TXID")
        try:
            channel.require("/Channel/Application/Writers", [message.signed])
        except Forbidden as error:
            raise Invalid("BAD_CREATOR_SIGNATURE") from error
    return message


def _configured(message: Message, channel: Channel) -> Channel:
    try:
        envelope = decode(configtx_pb2.ConfigEnvelope, message.data)
        update = open_envelope(envelope.last_update.SerializeToString())
        expected = updates.apply(channel, update.data)
    except (Forbidden, Malformed) as error:
        raise Invalid("INVALID_CONFIG_TRANSACTION") from error
    if updates.fingerprint(expected) != updates.fingerprint(envelope.config):
        raise Invalid("INVALID_CONFIG_TRANSACTION")
    return Channel(channel.name, envelope.config)


def open_action(message: Message) -> Action:
    """Raises Invalid, with the code that a peer gives; Malformed for a header's extension."""
    with _or("INVALID_ENDORSER_TRANSACTION"):
        transaction = decode(transaction_pb2.Transaction, message.data)
        if len(transaction.actions) != 1 or transaction.actions[0].header != message.signature_header:
            raise Invalid("INVALID_ENDORSER_TRANSACTION")
        body = decode(transaction_pb2.ChaincodeActionPayload, transaction.actions[0].payload)
        payload = body.action.proposal_response_payload
        response = decode(proposal_response_pb2.ProposalResponsePayload, payload)
    header = decode(common_pb2.Payload, message.payload).header
    if response.proposal_hash != proposal_hash(header, body.chaincode_proposal_payload):
        raise Invalid("INVALID_ENDORSER_TRANSACTION")
    if not response.extension:
        raise Invalid("BAD_RESPONSE_PAYLOAD")
    with _or("BAD_RESPONSE_PAYLOAD"):
        action = decode(proposal_pb2.ChaincodeAction, response.extension)
    with _or("BAD_RWSET"):
        sets = list(_sets(action.results))
    extension = decode(proposal_pb2.ChaincodeHeaderExtension, message.channel.extension)
    if not action.HasField("chaincode_id"):
        raise Invalid("INVALID_OTHER_REASON")
    name = action.chaincode_id.name
    if not name or name != extension.chaincode_id.name or not action.chaincode_id.version:
        raise Invalid("INVALID_CHAINCODE")
    return Action(name, payload, list(body.action.endorsements), sets)


@contextmanager
def _or(code: str) -> Iterator[None]:
    """Raises Invalid with that code for what cannot be decoded."""
    try:
        yield
    except Malformed as error:
        raise Invalid(code) from error


def proposal_hash(header: Any, payload: bytes) -> bytes:
    """What endorsers sign of the proposal; `payload` is its ChaincodeProposalPayload without transient data."""
    return hashlib.sha256(header.channel_header + header.signature_header + payload).digest()


def _sets(results: bytes) -> Iterator[tuple[str, Any]]:
    for each in decode(rwset_pb2.TxReadWriteSet, results).ns_rwset:
        yield each.namespace, decode(kv_rwset_pb2.KVRWSet, each.rwset)
        for collection in each.collection_hashed_rwset:
            hashed = decode(kv_rwset_pb2.HashedRWSet, collection.hashed_rwset)
            yield f"{each.namespace}\0{collection.collection_name}", hashed


def _check_policies(action: Action, channel: Channel, state: Reader) -> None:
    """Check that everyone who must endorse the writes did."""
    signed = [(each.endorser, action.payload + each.endorser, each.signature) for each in action.endorsements]
    members = channel.signers(signed)
    written = {name for name, kv in action.sets if _written(kv)}
    if not any(name.partition("\0")[0] == action.chaincode for name in written):
        written.add(action.chaincode)
    for name in written:
        if not _endorsed(name, channel, state, members):
            raise Invalid("ENDORSEMENT_POLICY_FAILURE")


def _written(kv: Any) -> bool:
    return bool(kv.hashed_writes if isinstance(kv, kv_rwset_pb2.HashedRWSet) else kv.writes)


def _endorsed(namespace: str, channel: Channel, state: Reader, members: list[Member]) -> bool:
    chaincode, _, collection = namespace.partition("\0")
    if collection.startswith(IMPLICIT):
        owner = channel.application.get(collection.removeprefix(IMPLICIT), "")
        return channel.satisfied(f"/Channel/Application/{owner}/Endorsement", members)
    if chaincode == lifecycle.NAMESPACE:
        return channel.satisfied("/Channel/Application/LifecycleEndorsement", members)
    found = lifecycle.definition(chaincode, reader(state, lifecycle.NAMESPACE))
    if found is None:
        raise Invalid("INVALID_CHAINCODE")
    return channel.satisfied_by(found.policy, members)


def reader(state: Reader, namespace: str) -> lifecycle.Read:
    """The values of one namespace, without versions."""

    def read(key: str) -> bytes | None:
        found = state.get(namespace, key.encode())
        return found[0] if found else None

    return read


def _check_reads(action: Action, state: Reader, pending: dict[tuple[str, bytes], Update]) -> None:
    for namespace, kv in action.sets:
        if isinstance(kv, kv_rwset_pb2.HashedRWSet):
            for read in kv.hashed_reads:
                _check_version(namespace, read.key_hash, read, state, pending)
            continue
        for read in kv.reads:
            _check_version(namespace, read.key.encode(), read, state, pending)
        for query in kv.range_queries_info:
            _check_range(namespace, query, state, pending)


def _check_version(
    namespace: str, key: bytes, read: Any, state: Reader, pending: dict[tuple[str, bytes], Update]
) -> None:
    found = state.get(namespace, key)
    current = found[1] if found else None
    if (namespace, key) in pending or current != _version(read):
        raise Invalid("MVCC_READ_CONFLICT")


def _version(read: Any) -> Version | None:
    return Version(read.version.block_num, read.version.tx_num) if read.HasField("version") else None


def _check_range(namespace: str, query: Any, state: Reader, pending: dict[tuple[str, bytes], Update]) -> None:
    """Check that reading the range again gives the same keys and versions (no phantoms)."""
    if not query.HasField("raw_reads") and query.HasField("reads_merkle_hashes"):
        raise Invalid("INVALID_OTHER_REASON")  # summaries of large ranges: this network makes none
    start = query.start_key.encode()
    end = query.end_key.encode() + (
        b"" if query.itr_exhausted else b"\0"
    )  # a range that wasn't read to its end includes it
    current = {key: version for key, _, version in state.range(namespace, start, end)}
    for (space, key), update in pending.items():
        if space == namespace and start <= key and (not end or key < end):
            if update.value is None:
                current.pop(key, None)
            else:
                current[key] = update.version
    if current != {each.key.encode(): _version(each) for each in query.raw_reads.kv_reads}:
        raise Invalid("PHANTOM_READ_CONFLICT")


def _writes(action: Action, version: Version) -> Iterator[Update]:
    for namespace, kv in action.sets:
        if isinstance(kv, kv_rwset_pb2.HashedRWSet):
            for write in kv.hashed_writes:
                yield Update(namespace, write.key_hash, None if write.is_delete else write.value_hash, version)
            continue
        for write in kv.writes:
            gone = write.is_delete or not write.value
            yield Update(namespace, write.key.encode(), None if gone else write.value, version)
