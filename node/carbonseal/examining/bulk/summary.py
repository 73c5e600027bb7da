"""The summary of many results: how many of each verdict, code, issuer and ledger, as the result lines say it.

Private.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from carbonseal.examining.results import FileResult

MOST_NAMES = 10_000  # issuers, ledgers and codes that are counted each by itself; others make up names by the million
OTHERS = "(others)"


@dataclass(slots=True)
class Summary:
    """Counts over results whose texts are result lines."""

    results: Counter[str] = field(default_factory=Counter)  # by the word for each
    codes: Counter[str] = field(default_factory=Counter)  # lines that have it among those that decided
    issuers: Counter[str] = field(default_factory=Counter)
    ledgers: Counter[str] = field(default_factory=Counter)

    def add(self, result: FileResult) -> None:
        """One more result."""
        line = orjson.loads(result.text)
        self.results[result.word] += 1
        _count(self.codes, line["codes"])
        _count(self.issuers, [line["issuer"]] if line["issuer"] else [])
        _count(self.ledgers, line["ledgers"])

    @property
    def count(self) -> int:
        """The number of files."""
        return self.results.total()

    def to_json(self) -> dict[str, object]:
        """The same for a program; the most frequent first, then by name."""
        by: Mapping[str, Counter[str]] = {
            "results": self.results,
            "codes": self.codes,
            "issuers": self.issuers,
            "ledgers": self.ledgers,
        }
        return {"files": self.count, **{name: dict(ordered(counts)) for name, counts in by.items()}}


def ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """What was counted, the most frequent first, then by name."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _count(counts: Counter[str], names: list[str]) -> None:
    for name in names:
        counts[name if name in counts or len(counts) < MOST_NAMES else OTHERS] += 1
