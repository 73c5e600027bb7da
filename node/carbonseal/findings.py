"""Findings and verdicts: the outcome of one check, and of all that a policy requires.

A :class:`Code` is a stable name whose meaning never changes. Calling it makes a :class:`Finding`: the code, the place where it
was found, and the facts of the case::

    FORK = rejected("consistency.fork", "two heads of {size} entries have different roots")
    finding = FORK("seals", "ab12...", size=7)
    finding.message                   # "two heads of 7 entries have different roots"

- The outcome belongs to the code: nobody who reports a finding can soften it.
- Codes are defined beside their checks, in each package's ``codes.py``; an adapter's begin with its scheme's name.

Errors::

    CarbonsealError       everything that carbonseal raises on purpose
    └── Refused           input that is not accepted; `finding` says where and why
        └── BrokenOff     a disk, a database or a network failed; the same may succeed later
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Self

from carbonseal.escaping import escape_invisible
from carbonseal.values import dataclass


class Outcome(Enum):
    """What a finding means for the verdict."""

    SHOWN = "shown"  # a check that the policy requires, and that holds
    NOTED = "noted"  # information without weight: an anchor that counts for nothing, a remark
    NOT_ASKED = "not asked"  # a check that the policy does not require
    UNDETERMINED = "undetermined"  # required, and not shown
    REJECTED = "rejected"  # shown to be false, or withdrawn by its issuer


class Verdict(Enum):
    """The outcome of all that the policy requires."""

    VERIFIED = "verified"
    UNDETERMINED = "undetermined"
    REJECTED = "rejected"

    @property
    def exit_status(self) -> int:
        """The exit status of `carbonseal verify`: 0, 3 or 4."""
        return {Verdict.VERIFIED: 0, Verdict.UNDETERMINED: 3, Verdict.REJECTED: 4}[self]

    @staticmethod
    def of(findings: Iterable[Finding]) -> Verdict:
        """REJECTED if any finding is, else UNDETERMINED if any finding is, else VERIFIED."""
        outcomes = [finding.code.outcome for finding in findings]
        if Outcome.REJECTED in outcomes:
            return Verdict.REJECTED
        return Verdict.UNDETERMINED if Outcome.UNDETERMINED in outcomes else Verdict.VERIFIED


Place = tuple[str, ...]
LONGEST_FACT = 1024  # characters


@dataclass(frozen=True, slots=True)
class Code:
    """A stable name, its outcome, its message (`text`) and what to do about it (`remedy`). Both are format strings over the
    facts. Calling a code makes a `Finding`: ``CODE(*place, fact=value)``."""

    name: str
    outcome: Outcome
    text: str
    remedy: str = ""

    def __call__(self, *place: str, **facts: object) -> Finding:
        said: dict[str, Any] = facts  # this call's own
        phrases: dict[str, tuple[Phrase, ...]] = {}
        for name, fact in facts.items():
            text = fact
            if type(text) is not str:
                if isinstance(fact, (Phrase, Phrases)):
                    phrases[name] = fact.phrases
                text = said[name] = str(fact)
            if not (text.isascii() and text.isprintable() and len(text) <= LONGEST_FACT):
                said[name] = _printable(text)
        return Finding(self, place, said, phrases)


def _printable(fact: str) -> str:
    """A fact that is safe to print, as some come from a forger's file: invisible characters are escapes, and it is cut after
    `LONGEST_FACT`."""
    return escape_invisible(fact if len(fact) <= LONGEST_FACT else fact[: LONGEST_FACT - 1] + "…")


@dataclass(frozen=True, slots=True)
class Template:
    """The wording of a fact that is a phrase: a stable name, and a format string over facts of its own. Calling a template makes a
    `Phrase`. What reads findings in another language translates templates as it does the texts of codes.

    >>> WITHHELD = Template("withheld", "the footprint of {product} is withheld")
    >>> str(WITHHELD(product="Cell"))
    'the footprint of Cell is withheld'
    """

    name: str
    text: str

    def __call__(self, **facts: object) -> Phrase:
        return Phrase(self, {name: _printable(str(fact)) for name, fact in facts.items()})


def wordings(texts: Iterable[str]) -> Mapping[str, Template]:
    """Templates of phrases without facts, by their texts: a closed set of words that one fact can be said in. Their names are the
    texts, in lower case and with hyphens.

    >>> str(wordings(["a PDF"])["a PDF"]()), wordings(["a PDF"])["a PDF"].name
    ('a PDF', 'a-pdf')
    """
    return {
        text: Template("-".join("".join(c if c.isalnum() else " " for c in text.lower()).split()), text)
        for text in texts
    }


@dataclass(frozen=True, slots=True)
class Phrase:
    """A fact of a finding that is said in words: its template, and the facts in it."""

    template: Template
    facts: Mapping[str, str]

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Itself: what a finding keeps of it."""
        return (self,)

    def __str__(self) -> str:
        return self.template.text.format_map(self.facts)

    def to_json(self) -> dict[str, object]:
        """As `carbonseal verify --json` prints it."""
        return {"phrase": self.template.name, "text": str(self), "facts": dict(self.facts)}


class Phrases:
    """A fact that is several phrases, one after the other."""

    __slots__ = ()

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """All of them."""
        raise NotImplementedError

    def __str__(self) -> str:
        return ", ".join(map(str, self.phrases))


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: a code, the place that it speaks of (outermost first), and the facts of the case; of facts that are
    phrases, also these."""

    code: Code
    place: Place = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The code's text with the facts in it."""
        return self.code.text.format_map(self.facts)

    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing can be done."""
        return self.code.remedy.format_map(self.facts)

    def under(self, *place: str) -> Finding:
        """The same finding, with `place` put in front of its place."""
        return Finding(self.code, place + self.place, self.facts, self.phrases)

    def __str__(self) -> str:
        where = " > ".join(self.place)
        remedy = f" ({self.remedy})" if self.remedy else ""
        return (
            f"{where}: {self.message}{remedy} [{self.code.name}]"
            if where
            else f"{self.message}{remedy} [{self.code.name}]"
        )

    def outline(self) -> dict[str, object]:
        """As the service's JSON has it."""
        return {
            "code": self.code.name,
            "outcome": self.code.outcome.value,
            "place": list(self.place),
            "message": self.message,
            "remedy": self.remedy,
        }

    def to_json(self) -> dict[str, object]:
        """As `carbonseal verify --json` prints it: the outline and the facts; `phrases` where a fact is said in words."""
        phrases = {name: [one.to_json() for one in several] for name, several in self.phrases.items()}
        return {**self.outline(), "facts": dict(self.facts), **({"phrases": phrases} if phrases else {})}


def placed(place: Place, findings: Iterable[Finding]) -> list[Finding]:
    """The same findings, with `place` put in front of the place of each, as `Finding.under` does."""
    return [Finding(one.code, place + one.place, one.facts, one.phrases) for one in findings]


class CarbonsealError(Exception):
    """Everything that carbonseal raises on purpose."""


class Refused(CarbonsealError):
    """Input that is not accepted; `finding` says where and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding

    def under(self, *place: str) -> Self:
        """The same refusal, of the same class, with `place` put in front of the finding's place."""
        return type(self)(self.finding.under(*place))


class BrokenOff(Refused):
    """Nothing is wrong with the input: a disk, a database or a network failed, and the same call may succeed later."""


def shown(name: str, text: str, remedy: str = "") -> Code:
    """A code that a required check holds."""
    return Code(name, Outcome.SHOWN, text, remedy)


def noted(name: str, text: str, remedy: str = "") -> Code:
    """A code with information that weighs nothing."""
    return Code(name, Outcome.NOTED, text, remedy)


def not_asked(name: str, text: str, remedy: str = "") -> Code:
    """A code for a check that the policy does not require."""
    return Code(name, Outcome.NOT_ASKED, text, remedy)


def undetermined(name: str, text: str, remedy: str = "") -> Code:
    """A code for something required that is not shown."""
    return Code(name, Outcome.UNDETERMINED, text, remedy)


def rejected(name: str, text: str, remedy: str = "") -> Code:
    """A code for something that is shown to be false."""
    return Code(name, Outcome.REJECTED, text, remedy)
