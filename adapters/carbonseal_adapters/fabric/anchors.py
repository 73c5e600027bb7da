"""How the chaincode writes anchors: under which key, and with which value."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal.ledger import Statement
from carbonseal_adapters.fabric import codes

VALUE_LENGTH = 112


@dataclass(frozen=True, slots=True)
class Place:
    """Which anchor is spoken of: a statement, under a publisher."""

    publisher: bytes  # 32 bytes
    statement: Statement

    @property
    def key(self) -> str:
        return anchor_key(self.publisher, self.statement)

    @property
    def question(self) -> tuple[bytes, ...]:
        """The arguments of a call that asks for it."""
        words = ("get", self.publisher.hex(), self.statement.log_id.hex(), str(self.statement.size))
        return tuple(word.encode() for word in words)


def anchor_key(publisher: bytes, statement: Statement) -> str:
    """anchor/<publisher>/<log id>/<size>, in hexadecimal digits, 16 of the size."""
    return f"anchor/{publisher.hex()}/{statement.log_id.hex()}/{statement.size:016x}"


def anchor_value(statement: Statement, time: int) -> bytes:
    """statement ‖ digest ‖ time (u64 big-endian, seconds): 112 bytes."""
    return statement.encode() + statement.digest() + time.to_bytes(8, "big")


def check_value(value: bytes, statement: Statement, written: int) -> None:
    """Is it the value of this statement, first anchored at `written` (seconds) or before? Raises `Refused`."""
    if len(value) != VALUE_LENGTH:
        raise Refused(codes.OTHER_VALUE(problem=f"it has {len(value)} bytes, not {VALUE_LENGTH}"))
    if value[:104] != statement.encode() + statement.digest():
        raise Refused(codes.OTHER_VALUE(problem="it states another head, or has another digest"))
    if int.from_bytes(value[104:], "big") > written:
        raise Refused(codes.OTHER_VALUE(problem="its time is later than the transaction's"))
