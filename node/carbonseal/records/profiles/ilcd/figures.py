"""Figures of an EPD in ILCD+EPD's JSON: global warming by modules of EN 15804.

- A method is known by its UUID or by the indicator in its name: GWP-total, -fossil, -biogenic, -luluc (EN 15804+A2), one GWP
  (+A1).
- The declared amount is the reference flow's, in the unit of its reference property. Mass is trusted only where the flow has the
  property Mass: conversion factors are written both ways round, and densities in several units.
- A null is "not declared", no zero. One module under several scenarios has alternative figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Part, Period, Sign, StageFigure, Sum, Verification
from carbonseal.footprints.stages import MODULES, PRODUCTION, Stages, span

_METHODS = {
    "6a37f984-a4b3-458a-a20a-64418c145fa2": "total",
    "5f635281-343e-44fb-83df-1971b155e6b6": "fossil",
    "2356e1ab-0185-4db5-86e5-16de51c7485c": "biogenic",
    "4331bbdb-978a-490d-8707-eeb047f01a55": "luluc",
    "77e416eb-a363-4258-a04e-171d843a6460": "A1",
}
_NAME = re.compile(r"\(?\bGWP(?:-(total|fossil|biogenic|luluc))?\)?(?![-\w])", re.ASCII)
_MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"
_PARTS = ("fossil", "biogenic", "luluc")
Key = tuple[str, str]  # module, scenario


def footprint(root: Node, profile: str) -> Footprint:
    """The footprint of a declaration that the profile accepts."""
    found = {name: _by_module(nodes) for name, nodes in warming(root).items()}
    is_split = "total" in found
    totals = found["total"] if is_split else found.get("A1", {})
    sums = (*(_sums(found) if is_split else ()), *_production_sum(totals))
    information = root["processInformation"]
    scenarios = sorted({module for module, scenario in totals if scenario})
    remarks = tuple(f"module {module} is declared for several scenarios" for module in scenarios)
    word = _property(root)["referenceUnit"].text()
    return Footprint(
        profile=profile,
        amount=amount(root),
        unit=units.find(word),
        unit_word=word,
        mass=_mass(root),
        basis=Basis.GWP_TOTAL if is_split else Basis.UNSTATED,
        total=_total(totals),
        sums=sums,
        boundary=PRODUCTION,
        stages=tuple(
            StageFigure(stages, figure, module, scenario)
            for (module, scenario), figure in totals.items()
            if figure and (stages := _stages(module))
        ),
        period=_year(information["time"]["referenceYear"]),
        validity=_until(information["time"]["dataSetValidUntil"]),
        geographies=information["geography"]["locationOfOperationSupplyOrProduction"]["location"].texts(),
        id=information["dataSetInformation"]["UUID"].text().lower(),
        product=_name(information["dataSetInformation"]["name"]["baseName"]),
        company=_name(_publication(root)["referenceToOwnershipOfDataSet"]["shortDescription"]),
        verification=_verification(root["modellingAndValidation"]),
        remarks=remarks,
    )


def warming(root: Node) -> Mapping[str, tuple[Node, ...]]:
    """The declared values of global warming, by indicator: total, fossil, biogenic, luluc, or A1 for EN 15804+A1's one."""
    found: dict[str, tuple[Node, ...]] = {}
    for result in root["LCIAResults"]["LCIAResult"]:
        method = result["referenceToLCIAMethodDataSet"]
        name = _METHODS.get(method["refObjectId"].text().lower()) or _indicator(method["shortDescription"])
        if name and name not in found:
            found[name] = tuple(one for one in result["other"]["anies"] if one["module"].text())
    return found


def reference_flow(root: Node) -> Node:
    """The exchange that the declaration is made for; an empty node where none is."""
    references = [one.value for one in root["processInformation"]["quantitativeReference"]["referenceToReferenceFlow"]]
    exchanges = [*root["exchanges"]["exchange"]]
    return next((one for one in exchanges if one["dataSetInternalID"].value in references), Node(None))


def amount(root: Node) -> Figure | None:
    """The declared amount, in the unit of the reference property."""
    return _scaled(root, _property(root))


def _property(root: Node) -> Node:
    properties = [*reference_flow(root)["flowProperties"]]
    return next((one for one in properties if one["referenceFlowProperty"].flag()), Node(None))


def _mass(root: Node) -> Figure | None:
    """kg of the declared amount."""
    for one in reference_flow(root)["flowProperties"]:
        if one["uuid"].text().lower() == _MASS and one["referenceUnit"].text() in ("", "kg"):
            return _scaled(root, one)
    return None


def _scaled(root: Node, quantity: Node) -> Figure | None:
    """The value of a flow property times how much of the flow there is."""
    flow = reference_flow(root)
    times, value = (flow["meanAmount"].figure() or flow["resultingflowAmount"].figure()), quantity["meanValue"].figure()
    return value.times(times.value) if times and value else None


def _indicator(names: Node) -> str:
    for one in names:
        if found := _NAME.search(one["value"].text()):
            return found[1] or "A1"
    return ""


def _by_module(nodes: tuple[Node, ...]) -> dict[Key, Figure | None]:
    return {(one["module"].text(), one["scenario"].text()): one["value"].figure() for one in nodes}


def _sums(found: Mapping[str, Mapping[Key, Figure | None]]) -> tuple[Sum, ...]:
    """total = fossil + biogenic + luluc, in each module."""
    return tuple(
        Sum(
            total,
            tuple(Part(f"GWP-{name}", found.get(name, {}).get(key), Sign.EITHER) for name in _PARTS),
            " ".join(("GWP-total", *filter(None, key))),
        )
        for key, total in found["total"].items()
        if total
    )


def _production_sum(totals: Mapping[Key, Figure | None]) -> tuple[Sum, ...]:
    """A1-A3 = A1 + A2 + A3, where all four are declared."""
    whole, single = totals.get(("A1-A3", "")), [totals.get((name, "")) for name in ("A1", "A2", "A3")]
    if whole is None or None in single:
        return ()
    return (Sum(whole, tuple(Part(f"A{n}", one, Sign.EITHER) for n, one in enumerate(single, 1)), "A1-A3"),)


def _total(totals: Mapping[Key, Figure | None]) -> Figure | None:
    """A1-A3, or A1 + A2 + A3 where they stand apart."""
    whole = totals.get(("A1-A3", ""))
    single = [one for name in ("A1", "A2", "A3") if (one := totals.get((name, "")))]
    if whole or len(single) < 3:
        return whole
    return Figure(
        sum((one.value for one in single), Fraction(0)),
        sum((one.half for one in single), Fraction(0)),
        single[0].pointer,
    )


def _stages(module: str) -> Stages:
    first, _, last = module.partition("-")
    known = first in MODULES and (last or first) in MODULES
    return span(first, last or first) if known else frozenset()


def _year(node: Node) -> Period | None:
    year = _int(node)
    return (
        Period(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC), node.pointer) if year else None
    )


def _until(node: Node) -> Period | None:
    """Valid to the end of the year."""
    year = _int(node)
    return Period(None, datetime(year + 1, 1, 1, tzinfo=UTC), node.pointer) if year else None


def _int(node: Node) -> int:
    """A year that dates can have; else 0."""
    figure = node.figure()
    return int(figure.value) if figure and 0 < figure.value < 9999 else 0


def _name(texts: Node) -> str:
    """The English text of a list of languages, else its first."""
    named = [(one["lang"].text(), one["value"].text()) for one in texts if one["value"].text()]
    return next((text for language, text in named if language == "en"), named[0][1] if named else "")


def _publication(root: Node) -> Node:
    return root["administrativeInformation"]["publicationAndOwnership"]


def _verification(node: Node) -> Verification | None:
    """The first review, and the standards that compliance is declared with."""
    reviewer = node["validation"]["review"][0]["referenceToNameOfReviewerAndInstitution"][0]
    compliance = [
        _name(one["referenceToComplianceSystem"]["shortDescription"])
        for one in node["complianceDeclarations"]["compliance"]
    ]
    if not reviewer and not compliance:
        return None
    return Verification(
        provider=_name(reviewer["shortDescription"]),
        standard=", ".join(filter(None, compliance)),
        pointer=node["validation"].pointer,
    )
