"""Tracked anchors: an anchor's state and history as the outbox stores them, and the limits of the state machine (`machine`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from carbonseal.instants import format_seconds


class State(Enum):
    """The state of an anchor. `machine` has the picture and the meaning of each."""

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
    """All delays (in seconds) and all maximum numbers of tries in anchoring."""

    replace_after: float | None = None  # the ledger's replacement timeout; None: attempts are never replaced

    first_delay: float = 0.5  # after a try that failed; doubled with each
    longest_delay: float = 300.0
    tries: int = 100  # failed tries in a row until the anchor fails: with these delays, eight hours
    many_tries: int = 8  # failed tries in a row until the ledger counts as failing: with these delays, two minutes
    attempts: int = 8  # refused attempts until the anchor fails

    first_look: float = (
        0.1  # between two calls of `follow` for a sent or included anchor: a quarter of its time in that state
    )
    longest_look: float = 15.0
    first_watch: float = 5.0  # between two calls of `follow` for a final anchor: half its time in that state
    longest_watch: float = 300.0
    watch: float = 86_400.0  # how long a final anchor is followed, unless the ledger reports it irreversible before

    first_reconnect: float = 0.5  # after a ledger could not be reached; doubled with each
    longest_reconnect: float = 60.0
    shortest_round: float = 0.01  # between two rounds of a worker
    longest_round: float = 5.0
    balance: float = 60.0  # between two queries of the balance

    @property
    def longest_wait(self) -> float:
        """No call is put off for longer."""
        first, longest = (self.first_delay, self.first_look, self.first_watch), (self.longest_delay, self.longest_look)
        return max(*first, *longest, self.longest_watch)


STANDARD_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class TrackedAnchor:
    """One anchor. Its name is (ledger, log id, size). Times are seconds since 1970."""

    ledger: str
    log: bytes  # its id
    size: int
    state: State
    due: float  # when it became due
    since: float  # when it came to its state; of a final one later, by the time in which it was not watched
    next: float | None  # when the ledger is called next; None: not again
    tries: int = 0  # failed tries since its last progress
    attempt: str = ""  # id of the attempt to send, or of the one that was observed last
    attempts: int = 0  # signed for it
    attempted: float = 0.0  # when the newest attempt was signed, or the anchor was reorged out
    reason: str = ""  # of the last error, or of the failure
    remedy: str = ""
    stage: str = ""  # confirmation progress, in the ledger's own words
    cost: int = 0  # of all its attempts so far, in the smallest unit of the ledger's balance
    version: int = 0  # counts changes, for compare and set

    @property
    def name(self) -> Name:
        """(ledger, log id, size)."""
        return (self.ledger, self.log, self.size)

    @property
    def is_closed(self) -> bool:
        """Whether it is final and not followed any more: no event changes it."""
        return self.state is State.FINAL and self.next is None

    def not_ahead(self, now: float) -> TrackedAnchor:
        """The anchor, without times after now: they are from before the clock was set back."""
        return replace(self, since=min(self.since, now), attempted=min(self.attempted, now))

    def watched(self, now: float, limits: Limits) -> TrackedAnchor:
        """The final anchor, without the time that it was not watched: its call is late where the clock was set forward, or the
        node was down. The longest time between two calls counts."""
        late = 0.0 if self.next is None else now - self.next - limits.longest_watch
        return replace(self, since=self.since + late) if late > 0 else self

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
