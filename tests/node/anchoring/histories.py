"""Histories of anchoring: what happens to a node's logs and ledgers, drawn so that it happens while it matters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from carbonseal.node import failpoints
from tests.node.anchoring.watched import FAULTS, IRREVERSIBLE

POINTS = failpoints.POINTS[failpoints.POINTS.index(failpoints.PREPARED) :]  # those of a worker's rounds


@dataclass(frozen=True)
class Fault:
    """A fault of a ledger begins."""

    name: str
    ledger: int
    seconds: float


@dataclass(frozen=True)
class Reorg:
    """The newest blocks of a ledger are undone."""

    ledger: int
    depth: int
    drop: bool


@dataclass(frozen=True)
class Blocks:
    """A ledger goes on without us."""

    ledger: int
    number: int


@dataclass(frozen=True)
class Clock:
    """The clock is set, by so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Pause:
    """A log freezes, or goes on."""

    log: int
    on: bool


@dataclass(frozen=True)
class Use:
    """The node ends, and is opened again with a log that does or does not use a ledger."""

    log: int
    ledger: int
    on: bool


@dataclass(frozen=True)
class End:
    """The process ends, with all that it had not stored."""


Action = Fault | Reorg | Blocks | Clock | Pause | Use | End


@dataclass(frozen=True)
class Step:
    """A new head of a log becomes due, or none. Then come the actions: once an anchor is at a failpoint, or after so many seconds.
    What ends a process comes last."""

    head: int | None
    at: str | float
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class History:
    """What happens to so many logs and ledgers. The node has `tries` for an anchor."""

    logs: int
    ledgers: int
    tries: int
    steps: list[Step]


TIMES: Sequence[str | float] = (*POINTS, *[failpoints.FINAL_RECORDED] * 3, 0.17, 4.07, 40.11)  # no multiples of delays


def drawn(number: int) -> History:
    """The history of this number. What happens at a failpoint happens while it matters: an anchor is under way, or just final.

    Not by strategies of Hypothesis, which repeats much of what it drew before: of 130 faults, one was the seventh of the nine."""
    choose = random.Random(number).choice
    one = (0, 0, 0, 1)  # log or ledger; where there is one alone, that one

    def step() -> Step:
        head = choose((0, 0, 1, None))
        at: str | float = choose(TIMES)
        drawn = [one for _ in range(choose((1, 2))) for one in actions()]
        return Step(head, at, tuple(sorted(drawn, key=lambda one: isinstance(one, Use | End))))

    def fault(ledger: int, names: Sequence[str] = FAULTS) -> Fault:
        return Fault(choose(names), ledger, choose((1.9, 13.1, 43.1, 307.0)))

    def actions() -> list[Action]:
        ledger, is_so = choose(one), choose((True, False))
        match choose("ffffffrrrrpuec"):
            case "f":
                return [fault(ledger)]
            case "r":
                reorg = Reorg(ledger, choose((2, 3, IRREVERSIBLE, IRREVERSIBLE)), is_so)
                waits: list[Action] = [reorg, fault(ledger, ["stalled"])]
                fails: list[Action] = [reorg, fault(ledger, ["reverting"]), Blocks(ledger, IRREVERSIBLE + 1)]
                kept = Reorg(ledger, IRREVERSIBLE, drop=False)
                moves: list[Action] = [kept, fault(ledger, ["unproved"]), Blocks(ledger, 3)]  # to another final block
                return choose([[reorg], waits, fails, fails, moves])
            case "p":
                return [Pause(choose(one), is_so)]
            case "u":
                return [Use(choose(one), ledger, is_so)]
            case "c":
                return [Clock(choose((-4e8, -900.0, 900.0)))]
            case _:
                return choose([[End()], [fault(ledger, ["full"]), End()]])

    return History(choose((1, 1, 2)), choose((1, 1, 2)), choose((3, 12)), [step() for _ in range(choose((4, 5, 6, 7)))])


HISTORIES = st.integers(0, 2**64 - 1).map(drawn)
