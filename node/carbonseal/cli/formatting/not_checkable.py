"""What could not be checked, for a person: each reason once, with the checks that it kept from being made and where.

Of reasons that are alike (the mass of one product, of another, ...) the first are printed, and the rest is counted. ``--json`` has
every finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from carbonseal.findings import Finding, Outcome

ALIKE = 3  # reasons of one kind that are printed
PLACES = 4  # places of one reason that are named


def is_not_checkable(finding: Finding) -> bool:
    """Whether the finding says that a check could not be made."""
    return finding.code.name.partition(".")[2] in ("not-checkable", "not-checkable-noted")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why checks could not be made: in words, which checks where, and the first remedy that they have."""

    outcome: Outcome
    text: str
    where: str
    remedy: str


def reasons(findings: Iterable[Finding]) -> Iterator[Reason]:
    """The reasons of findings that are not checkable, in the order in which they first occur, like ones together."""
    by_reason: dict[str, list[Finding]] = {}
    for finding in findings:
        by_reason.setdefault(finding.facts.get("missing", ""), []).append(finding)
    kinds: dict[tuple[str, ...], list[tuple[str, list[Finding]]]] = {}
    for reason, found in by_reason.items():
        kinds.setdefault(_kind(found[0]), []).append((reason, found))
    for several in kinds.values():
        printed = ALIKE if len(several) > ALIKE + 1 else len(several)
        for reason, found in several[:printed]:
            yield _reason(reason, found)
        if rest := [finding for _, found in several[printed:] for finding in found]:
            yield _reason(f"{len(several) - printed:,} more of this kind", rest)


def _kind(finding: Finding) -> tuple[str, ...]:
    """What reasons have in common that differ in the product alone: the templates of their phrases."""
    phrases = finding.phrases.get("missing", ())
    return tuple(phrase.template.name for phrase in phrases) or (finding.message,)


def _reason(text: str, found: Sequence[Finding]) -> Reason:
    undetermined = any(finding.code.outcome is Outcome.UNDETERMINED for finding in found)
    remedy = next((finding.remedy for finding in found if finding.remedy), "")
    return Reason(Outcome.UNDETERMINED if undetermined else Outcome.NOTED, text, _counted(found), remedy)


def _counted(found: Sequence[Finding]) -> str:
    """``3 checks (mass, contributions) at Cell (12ab34cd), Pack (56ef78ab), and 2 more``."""
    checks = dict.fromkeys(finding.code.name.partition(".")[0] for finding in found)
    places = list(dict.fromkeys(finding.place[0] for finding in found if finding.place))
    more = f", and {len(places) - PLACES:,} more" if len(places) > PLACES else ""
    where = f" at {', '.join(places[:PLACES])}{more}" if places else ""
    return f"{len(found):,} check{'s' * (len(found) != 1)} ({', '.join(checks)}){where}"
