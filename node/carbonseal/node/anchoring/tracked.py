"""An anchor on its way to a ledger, the states of its way, and the limits that the machine keeps. See `machine`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from carbonseal.instants import format_seconds


class State(Enum):
    """How far an anchor has got. See the picture above."""

    DUE = "due"
    SIGNED = "signed"
    SENT = "sent"
    INCLUDED = "included"
    FINAL = "final"
    FAILED = "failed"


Name = tuple[str, bytes, int]  # of an anchor: ledger, log id, size
OPEN = (State.DUE, State.SIGNED, State.SENT, State.INCLUDED)
WRITTEN = (State.INCLUDED, State.FINAL)  # the ledger has it


@dataclass(frozen=True, slots=True)
class Limits:
    """Every delay, in seconds, and every number of times that anchoring knows."""

    replace_after: float | None = None  # the ledger's: how long an attempt has until another is wanted; None: for ever

    first_delay: float = 0.5  # after a try that failed; doubled with each
    longest_delay: float = 300.0
    tries: int = 100  # that may fail in a row: with these delays, eight hours
    many_tries: int = 8  # from which on somebody should look: with these delays, after two minutes
    attempts: int = 8  # that are signed for one anchor, if the ledger refuses them all

    first_look: float = 0.1  # between two looks at what is sent or included: a quarter of its time in that state
    longest_look: float = 15.0
    first_watch: float = 5.0  # between two looks at what is final: half its time in that state
    longest_watch: float = 300.0
    watch: float = 86_400.0  # for which what is final is looked at, if the ledger does not call it irreversible before

    first_reconnect: float = 0.5  # after a ledger could not be reached; doubled with each
    longest_reconnect: float = 60.0
    shortest_round: float = 0.01  # between two rounds of a worker, whatever there is to do
    longest_round: float = 5.0
    balance: float = 60.0  # between two looks at what pays for anchors


STANDARD_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class TrackedAnchor:
    """One anchor on its way. Its name is (ledger, log, size). Times are seconds since 1970."""

    ledger: str
    log: bytes  # its id
    size: int
    state: State
    due: float  # when it became due
    since: float  # when it came to its state
    next: float | None  # when the ledger is called next; None: not again
    tries: int = 0  # that failed since it last got further
    attempt: str = ""  # the id of the attempt that is to be sent, or that was seen last
    attempts: int = 0  # signed for it
    attempted: float = 0.0  # when the newest attempt was signed, or the anchor was reorged out
    reason: str = ""  # what went wrong last; for good where the state is FAILED
    remedy: str = ""
    stage: str = ""  # how far it has got, in the ledger's own words
    cost: int = 0  # of all its attempts so far, in the smallest unit of the ledger's balance
    version: int = 0  # counts changes, so that two who start from one state do not both store theirs

    @property
    def name(self) -> Name:
        """(ledger, log id, size)."""
        return (self.ledger, self.log, self.size)

    @property
    def is_closed(self) -> bool:
        """Whether it is final for good: nothing happens to it any more."""
        return self.state is State.FINAL and self.next is None

    def to_json(self) -> dict[str, object]:
        """As the node's state lists it."""
        return {
            "log": self.log.hex(),
            "size": self.size,
            "state": self.state.value,
            "stage": self.stage,
            "tries": self.tries,
            "attempt": self.attempt,
            "since": format_seconds(self.since),
            "next": None if self.next is None else format_seconds(self.next),
            "cost": str(self.cost),
            "reason": self.reason,
            "remedy": self.remedy,
        }
