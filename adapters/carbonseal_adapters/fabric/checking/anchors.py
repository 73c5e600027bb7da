"""How the chaincode writes anchors: under which key, and with which value."""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.ledger import Statement
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes


@dataclass(frozen=True, slots=True)
class Place:
    """Which anchor is spoken of: a statement, under a publisher."""

    publisher: bytes  # 32 bytes
    statement: Statement

    @property
    def key(self) -> str:
        """The key in the chaincode's state (specification, section 9)."""
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


def check_value(value: bytes, statement: Statement, time: int) -> None:
    """Is it the value of this statement, written at `time` (seconds)? Raises `Refused`."""
    wanted = anchor_value(statement, time)
    if value == wanted:
        return
    if len(value) != len(wanted):
        raise Refused(codes.OTHER_VALUE(problem=f"it has {len(value)} bytes, not {len(wanted)}"))
    differs = "its time is not the transaction's" if value[:104] == wanted[:104] else "it states another head"
    raise Refused(codes.OTHER_VALUE(problem=differs))
