"""What an envelope's payload and a proposal have in common: a channel header and a signature header, both kept raw."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read

CONFIG, CONFIG_UPDATE, TRANSACTION = 1, 2, 3  # HeaderType
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_SECOND = 253_402_300_799  # of the year 9999


@dataclass(frozen=True, slots=True)
class Header:
    """Both headers, read; `time` is the client's claim, in seconds."""

    channel_header: bytes
    signature_header: bytes
    type: int
    channel: str
    transaction: str
    time: int
    extension: bytes
    creator: bytes  # a SerializedIdentity
    nonce: bytes

    @staticmethod
    def read(raw: bytes) -> Header:
        """From a serialised common.Header. Raises `Refused` (fabric.protobuf-malformed)."""
        header = read(raw, shapes.HEADER)
        channel = header.message(1, shapes.CHANNEL_HEADER)
        signature = header.message(2, shapes.SIGNATURE_HEADER)
        return Header(
            header.data(1),
            header.data(2),
            channel.number(1),
            channel.text(4),
            channel.text(5),
            _seconds(channel.message(3, shapes.TIMESTAMP)),
            channel.data(7),
            signature.data(1),
            signature.data(2),
        )

    @property
    def at(self) -> datetime:
        """The channel header's timestamp."""
        return instant(self.time)

    def check_transaction_id(self) -> None:
        """A transaction's id is the hex SHA-256 of its nonce and creator."""
        if self.transaction != hashlib.sha256(self.nonce + self.creator).hexdigest():
            raise Refused(codes.TRANSACTION_ID())

    def check_call(self, channel: str, chaincode: str) -> None:
        """Is this a call of the chaincode on the channel?"""
        if self.type != TRANSACTION:
            raise Refused(codes.NOT_A_TRANSACTION(problem=f"it is of type {self.type}"))
        if self.channel != channel:
            raise Refused(codes.OTHER_CHANNEL(channel=self.channel, pinned=channel))
        extension = read(self.extension, shapes.CHAINCODE_HEADER_EXTENSION)
        check_chaincode(extension.message(2, shapes.CHAINCODE_ID), chaincode)

    def proposal_hash(self, payload: bytes) -> bytes:
        """What endorsers sign of the proposal with this payload."""
        return hashlib.sha256(self.channel_header + self.signature_header + payload).digest()


def check_chaincode(called: Message, pinned: str) -> None:
    """Is a ChaincodeID the pinned one's?"""
    if called.text(2) != pinned:
        raise Refused(codes.OTHER_CHAINCODE(chaincode=called.text(2), pinned=pinned))


def instant(seconds: int) -> datetime:
    """A point in time from whole seconds since 1970, UTC."""
    return EPOCH + timedelta(seconds=seconds)


def _seconds(timestamp: Message) -> int:
    if timestamp.number(1) > LAST_SECOND or timestamp.number(2) >= 1_000_000_000:
        raise Refused(codes.TIME_MALFORMED())
    return timestamp.number(1)
