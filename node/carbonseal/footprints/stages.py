"""Stages of a life cycle: the modules of EN 15804, which every other format's stages are mapped to."""

from __future__ import annotations

Stages = frozenset[str]

MODULES = (
    "A1", "A2", "A3", "A4", "A5", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "C1", "C2", "C3", "C4", "D",
)  # fmt: skip


def span(first: str, last: str) -> Stages:
    """The modules from `first` to `last`, both included. Raises ValueError on another word.

    >>> sorted(span("A1", "A3"))
    ['A1', 'A2', 'A3']
    """
    return frozenset(MODULES[MODULES.index(first) : MODULES.index(last) + 1])


PRODUCTION = span("A1", "A3")  # cradle to gate: PACT, Catena-X production, UNTP CradleToGate, CBAM, TIDAS
DISTRIBUTION = span("A4", "A4")
USE = span("B1", "B7")
END_OF_LIFE = span("C1", "C4")
LIFE_CYCLE = span("A1", "C4")  # cradle to grave: D, what lies beyond the system, is never inside


def stages_text(stages: Stages) -> str:
    """Modules for people: runs are joined.

    >>> stages_text(PRODUCTION | {"C4"})
    'A1-A3, C4'
    """
    runs: list[list[str]] = []
    for module in MODULES:
        if module not in stages:
            continue
        if runs and MODULES.index(module) == MODULES.index(runs[-1][-1]) + 1:
            runs[-1].append(module)
        else:
            runs.append([module])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
