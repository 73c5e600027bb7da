"""The lines of a consignment, as text for a person and as JSON for a program. Each ends with what it does not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from click import style

from carbonseal.cli.formatting.reports import tree
from carbonseal.cli.formatting.text import plain
from carbonseal.escaping import json_line
from carbonseal.verification.consignment.matching import DOES_NOT_SAY, LineOutcome, LineResult

if TYPE_CHECKING:
    from carbonseal.cli.consigning.consignment import Consignment

COLOURS = {LineOutcome.MATCH: "green", LineOutcome.MISMATCH: "yellow", LineOutcome.NOT_CHECKABLE: "yellow"}


def as_text(consignment: Consignment, results: Sequence[LineResult], idle: int) -> Iterator[str]:
    """All lines, what was found on each, and a summary. `idle` is the number of verified passports that no line leads to."""
    yield ""
    yield style(plain(f"Consignment {consignment.name}"), bold=True)
    for result in results:
        line, outcome = result.line, result.outcome
        word = style(f"{outcome.value.upper():<14}", fg=COLOURS.get(outcome), bold=True)
        yield word + plain(f"{line.mrn} item {line.item}, version {line.version}")
        yield from tree(result.findings, "  ")
        yield plain(f"    This says that {DOES_NOT_SAY[outcome]}")
    counts = Counter(result.outcome for result in results)
    words = ", ".join(f"{counts[outcome]:,} {outcome.value}" for outcome in LineOutcome if counts[outcome])
    yield f"{len(results):,} goods items: {words}"
    if idle:
        yield f"verified passports that no line leads to: {idle:,}"
    if consignment.stray:
        yield f"lines of the packing list that belong to no goods item: {consignment.stray:,}"
    if consignment.unused:
        yield plain(f"columns that were not read: {', '.join(consignment.unused)}")


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
            "says": f"This says that {DOES_NOT_SAY[result.outcome]}",
        }
    )
