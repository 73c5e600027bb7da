"""The carbon-flow checks, one small module each, in families: `record` looks at one footprint, `chain` at products and their
components, `lots` at batches and duplicates, `transport` at transport chains.

A check is found by its name like every plug-in (`carbonseal.plugins.CHECKS`). Private but for `Check`, which `carbonseal.api`
gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from carbonseal.flow.comparison import BAND
from carbonseal.flow.graph import Graph
from carbonseal.flow.rules import Result, Rule
from carbonseal.values import dataclass

# The checks that tell of each product that it has no figures, in their order
NEED_FIGURES = ("figures", "total", "biogenic", "validity", "consistency", "exemption", "stages")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check is told beside the graph."""

    at: datetime  # the instant that is asked about
    within: Fraction | None = None  # the policy's bound, where it has one: ``within=2%``

    @property
    def band(self) -> Fraction:
        """The relative difference that is noted only."""
        return BAND if self.within is None else self.within


class Check(Protocol):
    """One check of carbon flow."""

    name: str  # as a policy requires it

    def run(self, graph: Graph, setting: Setting, /) -> Iterable[Result]:
        """How it comes out, place by place. Pure; raises nothing. Where it does not apply, it gives nothing."""
        ...


class NeedsFigures(Check, Protocol):
    """A check of `NEED_FIGURES`."""

    not_checkable: Rule  # how it comes out for a product without figures
