"""What a check can find, what a verdict is, and every message that the core can give.

A :class:`Code` is a stable name with a meaning that never changes. Calling it makes a :class:`Finding`: the code, the place
that it was found at, and the facts of the case. The outcome belongs to the code, so that nobody who reports a finding can
soften it. Adapters define codes of their own beside their checks, under their scheme's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Self


class Outcome(Enum):
    """What a finding means for the verdict."""

    SHOWN = "shown"  # a check that was asked for, and held
    NOTED = "noted"  # told for information; weighs nothing (an anchor that counts for nothing, a remark)
    NOT_ASKED = "not asked"  # a check that the policy leaves out
    UNDETERMINED = "undetermined"  # asked for, and not shown
    REJECTED = "rejected"  # shown to be false


class Verdict(Enum):
    """The outcome of all that the policy asks; `exit_status` is that of `carbonseal verify`."""

    VERIFIED = "verified"
    UNDETERMINED = "undetermined"
    REJECTED = "rejected"

    @property
    def exit_status(self) -> int:
        return {Verdict.VERIFIED: 0, Verdict.UNDETERMINED: 3, Verdict.REJECTED: 4}[self]

    @staticmethod
    def of(findings: Iterable[Finding]) -> Verdict:
        outcomes = {finding.code.outcome for finding in findings}
        if Outcome.REJECTED in outcomes:
            return Verdict.REJECTED
        return Verdict.UNDETERMINED if Outcome.UNDETERMINED in outcomes else Verdict.VERIFIED


Place = tuple[str, ...]
LONGEST_FACT = 1024  # characters


@dataclass(frozen=True, slots=True)
class Code:
    """A stable name, its outcome, its message and what to do about it (both format strings over the facts)."""

    name: str
    outcome: Outcome
    text: str
    remedy: str = ""

    def __call__(self, *place: str, **facts: object) -> Finding:
        return Finding(self, place, {name: _told(str(fact)) for name, fact in facts.items()})


def _told(fact: str) -> str:
    """A fact as any output can carry it, for some come from a forger's file: no control characters, not endless."""
    if len(fact) > LONGEST_FACT:
        fact = fact[: LONGEST_FACT - 1] + "…"
    if fact.isprintable():
        return fact
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fact)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: a code, the way to the place it speaks of, and the facts of the case."""

    code: Code
    place: Place = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.code.text.format_map(self.facts)

    @property
    def remedy(self) -> str:
        return self.code.remedy.format_map(self.facts)

    def under(self, *place: str) -> Finding:
        """The same finding, seen from further up."""
        return Finding(self.code, place + self.place, self.facts)

    def __str__(self) -> str:
        where = " > ".join(self.place)
        remedy = f" ({self.remedy})" if self.remedy else ""
        return (
            f"{where}: {self.message}{remedy} [{self.code.name}]"
            if where
            else f"{self.message}{remedy} [{self.code.name}]"
        )

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code.name,
            "outcome": self.code.outcome.value,
            "place": list(self.place),
            "message": self.message,
            "remedy": self.remedy,
            "facts": dict(self.facts),
        }


class CarbonsealError(Exception):
    """Everything that carbonseal raises on purpose."""


class Refused(CarbonsealError):
    """Input that was not accepted, with the finding that says where and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding

    def under(self, *place: str) -> Self:
        """The same refusal, seen from further up; a `BrokenOff` stays one."""
        return type(self)(self.finding.under(*place))


class BrokenOff(Refused):
    """Nothing is wrong with what was asked for: a disk, a database or a network failed, and the same may be done later."""


def shown(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.SHOWN, text, remedy)


def noted(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.NOTED, text, remedy)


def not_asked(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.NOT_ASKED, text, remedy)


def undetermined(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.UNDETERMINED, text, remedy)


def rejected(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.REJECTED, text, remedy)
