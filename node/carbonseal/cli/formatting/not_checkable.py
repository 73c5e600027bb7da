"""What could not be checked, for a person: each reason once, with the checks that it kept from being made and where.

Of reasons that are alike (the mass of one product, of another, ...) the first are printed, and the rest is counted. ``--json`` has
every finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from carbonseal.findings import Finding, Outcome
from carbonseal.languages import sentences
from carbonseal.languages.language import ENGLISH, Language
from carbonseal.values import dataclass

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


def reasons(findings: Iterable[Finding], language: Language = ENGLISH) -> Iterator[Reason]:
    """The reasons of findings that are not checkable, in the order in which they first occur, like ones together."""
    by_reason: dict[str, list[Finding]] = {}
    for finding in findings:
        by_reason.setdefault(language.fact(finding, "missing"), []).append(finding)
    kinds: dict[tuple[str, ...], list[tuple[str, list[Finding]]]] = {}
    for reason, found in by_reason.items():
        kinds.setdefault(_kind(found[0]), []).append((reason, found))
    for several in kinds.values():
        printed = ALIKE if len(several) > ALIKE + 1 else len(several)
        for reason, found in several[:printed]:
            yield _reason(reason, found, language)
        if rest := [finding for _, found in several[printed:] for finding in found]:
            more = language.say(sentences.MORE_OF_KIND, count=f"{len(several) - printed:,}")
            yield _reason(more, rest, language)


def _kind(finding: Finding) -> tuple[str, ...]:
    """What reasons have in common that differ in the product alone: the templates of their phrases."""
    phrases = finding.phrases.get("missing", ())
    return tuple(phrase.template.name for phrase in phrases) or (finding.message,)


def _reason(text: str, found: Sequence[Finding], language: Language) -> Reason:
    undetermined = any(finding.code.outcome is Outcome.UNDETERMINED for finding in found)
    remedy = next((language.remedy(finding) for finding in found if finding.remedy), "")
    outcome = Outcome.UNDETERMINED if undetermined else Outcome.NOTED
    return Reason(outcome, text, _counted(found, language), remedy)


def _counted(found: Sequence[Finding], language: Language) -> str:
    """``checks (3): mass, contributions, at Cell (12ab34cd), Pack (56ef78ab), and 2 more``."""
    checks = dict.fromkeys(finding.code.name.partition(".")[0] for finding in found)
    places = list(dict.fromkeys(finding.place[0] for finding in found if finding.place))
    facts = {"count": f"{len(found):,}", "names": ", ".join(checks), "places": ", ".join(places[:PLACES])}
    if len(places) > PLACES:
        return language.say(sentences.CHECKS_AT_AND_MORE, **facts, more=f"{len(places) - PLACES:,}")
    return language.say(sentences.CHECKS_AT if places else sentences.CHECKS, **facts)
