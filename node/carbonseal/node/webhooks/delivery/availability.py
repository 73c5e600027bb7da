"""Availability of a receiver: how many messages may be sent to it now. Pure.

While a receiver cannot be reached at all, one message at a time is tried, after delays that grow; the others wait, untried. As
soon as one is taken, or refused by who understood it, all are sent that are due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carbonseal.transport import backoff

from .machine import Failed, Limits, Outcome


@dataclass(frozen=True, slots=True)
class Availability:
    """`failures` are rounds in a row in which the receiver was not reached; nothing is sent before `next`, in seconds since
    1970."""

    failures: int = 0
    next: float = 0.0

    def is_lost(self, limits: Limits) -> bool:
        """Whether it was tried so long in vain that nobody tries on."""
        return self.failures >= limits.tries

    def most(self, now: float, limits: Limits, at_once: int) -> int:
        """How many messages may be sent now, of `at_once`. A clock that was set back delays nothing."""
        if self.failures and 0 < self.next - now <= limits.longest_delay:
            return 0
        return 1 if self.failures else at_once

    def after(self, outcomes: Sequence[Outcome], now: float, limits: Limits) -> Availability:
        """The availability after a round with these outcomes."""
        absent = [outcome for outcome in outcomes if isinstance(outcome, Failed) and outcome.is_absent]
        if len(absent) < len(outcomes):
            return Availability()
        failures = self.failures + 1
        asked = max(outcome.retry_after for outcome in absent)
        delay = max(backoff(failures, limits.first_delay, limits.longest_delay), asked)
        return Availability(failures, now + min(delay, limits.longest_delay))
