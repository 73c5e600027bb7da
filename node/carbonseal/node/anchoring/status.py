"""State of a ledger, for `carbonseal status` and the service."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.instants import format_seconds

from .balances import KnownBalance
from .tracked import State, TrackedAnchor

LISTED = 100  # anchors that are open or failed are listed one by one, the largest first


@dataclass(frozen=True, slots=True)
class Costs:
    """The balance that pays for a ledger's anchors, and their cost so far."""

    balance: KnownBalance
    spent: int
    anchors: int  # that the ledger has
    entries: int  # that they cover

    def to_json(self) -> dict[str, object]:
        """Amounts are decimal numbers of the balance's unit, as text."""
        amount = self.balance.format
        return {
            "unit": self.balance.unit,
            "balance": amount(self.balance.amount),
            "asked": format_seconds(self.balance.asked),
            "warning": self.balance.warning,
            "empty": self.balance.empty,
            "spent": amount(self.spent),
            "per-anchor": amount(self.spent // self.anchors) if self.anchors else None,
            "per-record": amount(self.spent // self.entries) if self.entries else None,
        }


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The state of a ledger of this node, and of its anchors."""

    name: str
    uri: str  # without what may be an access key
    publisher: str
    cadence: float  # seconds
    compared: bool  # the startup check is done
    idle: bool  # no anchor is open but those of paused logs
    delayed: bool  # an anchor failed many times in a row, and is still tried
    problem: str  # why it cannot be used now
    remedy: str  # what to do about that, where waiting does not help
    warning: str  # what will be a problem
    counts: dict[State, int]
    costs: Costs | None  # None where anchors cost nothing, or where the ledger was never asked
    newest: tuple[TrackedAnchor, ...]  # what is open or failed, and each log's newest final one

    @property
    def failing(self) -> bool:
        """Whether an operator has to act: the ledger cannot be used, an anchor failed or is delayed, or the balance does not pay
        for another one."""
        stopped = self.counts.get(State.FAILED) or self.delayed
        return bool(self.problem or stopped or (self.costs and self.costs.balance.empty))

    @property
    def trouble(self) -> str:
        """Why it is failing, in words; empty where it is not."""
        if not self.failing or self.problem:
            return self.problem
        if self.costs and self.costs.balance.empty:
            return self.costs.balance.warning or "the balance does not pay for another anchor"
        reasons = [anchor.reason for anchor in self.newest if anchor.reason]
        what = "an anchor failed" if self.counts.get(State.FAILED) else "an anchor is delayed"
        return f"{what}: {reasons[0]}" if reasons else what

    @property
    def trouble_remedy(self) -> str:
        """What to do about it; empty where waiting helps."""
        failed = (anchor.remedy for anchor in self.newest if anchor.state is State.FAILED and anchor.remedy)
        return self.remedy or ("" if self.problem else next(failed, ""))

    def to_json(self) -> dict[str, object]:
        """An element of ``ledgers`` in what GET /health and GET /v1/ledgers answer."""
        return {
            "ledger": self.name,
            "failing": self.failing,
            "uri": self.uri,
            "publisher": self.publisher,
            "cadence": self.cadence,
            "compared": self.compared,
            "idle": self.idle,
            "problem": self.problem,
            "remedy": self.remedy,
            "warning": self.warning,
            "counts": {state.value: count for state, count in self.counts.items()},
            "costs": None if self.costs is None else self.costs.to_json(),
            "anchors": [anchor.to_json() for anchor in self.newest],
        }
