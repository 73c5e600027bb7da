"""Check *current*: footprints are not their own predecessors, and what entered a product was current when it was issued (check 7).

A component must not have been deprecated, superseded or out of force *at the parent's issue* (the parent's `validFrom`). What
became of it later is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from graphlib import CycleError, TopologicalSorter

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.checks.record.validity import in_force
from carbonseal.flow.graph import Edge, Graph, Product
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.instants import format_instant

_REMEDY = "ask the issuer of the product to issue it again, from what is current"

HOLDS = holds("current.holds", "components that were current when they were used: {count}")
HELD = Result(HOLDS)
CYCLE = fails(
    "current.cycle",
    "footprints replace one another: {ids}",
    "ask the issuer for a footprint that does not precede itself",
    Rejects.NEVER,
)
DEPRECATED = fails("current.deprecated", "the footprint of {label} is deprecated", _REMEDY, Rejects.NEVER)
EXPIRED = fails(
    "current.expired",
    "{what} of {label} was in force until {end}; the product was issued at {issued}",
    _REMEDY,
    Rejects.NEVER,
)
SUPERSEDED = fails(
    "current.superseded",
    "{label} was superseded at {since}; the product was issued at {issued}",
    _REMEDY,
    Rejects.NEVER,
)
SUPERSEDED_LATER = remark(
    "current.superseded-later", "{label} was superseded at {since}, after the product was issued at {issued}", _REMEDY
)
NOT_CHECKABLE = not_checkable("current")

_FOOTPRINT, _CREDENTIAL = phrases.FOOTPRINT(), phrases.CREDENTIAL()


class Current:
    """Deprecation, supersession, validity at the parent's issue."""

    name = "current"

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result for the root, one or more for each component that is carried."""
        yield from _cycles(graph)
        root = graph.root
        if root.footprint and root.footprint.is_deprecated:
            yield Result(DEPRECATED, (root.label,), {"label": root.label})
        successors = {
            (one.credential.issuer, one.credential.supersedes): one
            for one in graph.products.values()
            if one.credential.supersedes is not None
        }
        for edge in graph.all_edges():
            if edge.child is None:
                yield Result(NOT_CHECKABLE, (edge.parent.label,), {"missing": edge.not_carried})
                continue
            credential = edge.child.credential
            found = [*_at_issue(edge, edge.child, successors.get((credential.issuer, credential.digest)))]
            yield from (result.under((edge.parent.label,)) for result in found or [HELD])


CHECK = Current()


def _at_issue(edge: Edge, child: Product, successor: Product | None) -> Iterator[Result]:
    issued = edge.parent.credential.valid_from
    if child.footprint and child.footprint.is_deprecated:
        yield Result(DEPRECATED, facts={"label": child.label})
    force = in_force(child.footprint) if child.footprint else None
    for what, end in (
        (_FOOTPRINT, force.end if force else None),
        (_CREDENTIAL, child.credential.valid_until),
    ):
        if end is not None and end <= issued:
            yield Result(EXPIRED, facts=_times(child, issued) | {"what": what, "end": format_instant(end)})
    if successor is not None:
        since = successor.credential.valid_from
        rule = SUPERSEDED if since <= issued else SUPERSEDED_LATER
        yield Result(rule, facts=_times(child, issued) | {"since": format_instant(since)})


def _times(child: Product, issued: datetime) -> dict[str, object]:
    return {"label": child.label, "issued": format_instant(issued)}


def _cycles(graph: Graph) -> Iterator[Result]:
    preceding = {
        one.footprint.id: tuple(dict.fromkeys(one.footprint.preceding))  # a set has another order in another process
        for one in graph.products.values()
        if one.footprint and one.footprint.id
    }
    if not any(preceding.values()):
        return
    try:
        TopologicalSorter(preceding).prepare()
    except CycleError as error:
        yield Result(CYCLE, facts={"ids": " -> ".join(map(str, error.args[1]))})
