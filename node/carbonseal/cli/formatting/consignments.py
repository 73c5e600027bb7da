"""The lines of a consignment, as text for a person and as JSON for a program. Each ends with what it does not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from click import style

from carbonseal.cli.formatting.text import padded, plain
from carbonseal.cli.formatting.trees import tree
from carbonseal.escaping import json_line
from carbonseal.languages import sentences
from carbonseal.languages.counting import counted
from carbonseal.languages.language import ENGLISH, Language
from carbonseal.verification.consignment.matching import LineOutcome, LineResult

if TYPE_CHECKING:
    from carbonseal.examining.consignment import Consignment

COLOURS = {LineOutcome.MATCH: "green", LineOutcome.MISMATCH: "yellow", LineOutcome.NOT_CHECKABLE: "yellow"}


def as_text(
    consignment: Consignment, results: Sequence[LineResult], idle: int, language: Language = ENGLISH
) -> Iterator[str]:
    """All lines, what was found on each, and a summary. `idle` is the number of verified passports that no line leads to."""
    say = language.say
    yield ""
    yield style(plain(say(sentences.CONSIGNMENT, name=consignment.name)), bold=True)
    for result in results:
        line, outcome = result.line, result.outcome
        word = padded(say(sentences.LINE_WORDS[outcome.value]).upper(), 14)
        item = say(sentences.LINE, mrn=line.mrn, item=line.item, version=line.version)
        yield style(word, fg=COLOURS.get(outcome), bold=True) + plain(item)
        yield from tree(result.findings, "  ", language)
        yield plain(f"    {say(sentences.LINE_SAYS[outcome.value])}")
    counts = Counter(result.outcome for result in results)
    words = ", ".join(
        f"{counts[outcome]:,} {say(sentences.LINE_WORDS[outcome.value])}" for outcome in LineOutcome if counts[outcome]
    )
    yield counted(len(results), words, sentences.GOODS_ITEMS, sentences.ONE_GOODS_ITEM, language)
    if idle:
        yield say(sentences.IDLE_PASSPORTS, count=f"{idle:,}")
    if consignment.stray:
        yield say(sentences.STRAY_LINES, count=f"{consignment.stray:,}")
    if consignment.unused:
        yield plain(say(sentences.UNUSED_COLUMNS, names=", ".join(consignment.unused)))


def as_json(consignment: Consignment, result: LineResult) -> str:
    """One line of JSON about one line."""
    line = result.line
    return json_line(
        {
            "declaration": consignment.name,
            "mrn": line.mrn,
            "item": line.item,
            "version": line.version,
            "outcome": result.outcome.value,
            "passports": list(result.passports),
            "findings": [finding.to_json() for finding in result.findings],
            "says": ENGLISH.say(sentences.LINE_SAYS[result.outcome.value]),
        }
    )
