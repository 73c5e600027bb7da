"""The entries of an AAS carbon footprint submodel (IDTA 02023-1.0; 02035-3 for batteries): one for each set of phases.

Entries may overlap (A1 beside A1-A3), so they are never added blindly. The total is, in this order: the one entry over exactly
A1-A3; the only entry; the entry that covers all others. A sum is checked where entries cut another one without overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node, sentinels
from carbonseal.footprints.model import Basis, Footprint, Part, Period, Sign, StageFigure, Sum
from carbonseal.footprints.stages import MODULES, PRODUCTION, Stages, span, stages_text
from carbonseal.values import dataclass

from .elements import child, children, word

CARBON_FOOTPRINT = "https://admin-shell.io/idta/CarbonFootprint/CarbonFootprint/1/0"
_LIST = "https://admin-shell.io/idta/CarbonFootprint/ProductCarbonFootprints/1/0"
_PHASES = "https://admin-shell.io/idta/CarbonFootprint/LifeCyclePhases/1/0"
_PUBLISHED = "https://admin-shell.io/idta/CarbonFootprint/PublicationDate/1/0"
_EXPIRES = "https://admin-shell.io/idta/CarbonFootprint/ExpirationDate/1/0"
_FIGURE, _UNIT, _AMOUNT = "0173-1#02-ABG855", "0173-1#02-ABG856", "0173-1#02-ABG857"
_BATTERY = "urn:samm:io.admin-shell.idta.batterypass.carbon_footprint:1.0.0#"

# ECLASS value lists, as the templates print them.
_STAGE_CODES = {
    "ABU208": "A1", "ABU209": "A2", "ABU210": "A3", "ABZ789": "A1-A3", "ABU211": "A4", "ACC016": "A5", "ACC013": "A4-A5",
    "ABU212": "B1", "ABV498": "B2", "ABV497": "B3", "ACC017": "B4", "ABV499": "B5", "ABV500": "B6", "ABV501": "B7",
    "ACC014": "B1-B7", "ABV502": "C1", "ABU213": "C2", "ABV503": "C3", "ABV504": "C4", "ACC018": "C2-C4",
    "ACC015": "C1-C4", "ABU214": "D",
}  # fmt: skip
_UNIT_CODES = {
    "ABZ596": "g", "ABZ597": "kg", "ABZ598": "t", "ABZ599": "ml", "ABZ600": "l", "ABZ601": "cbm", "ABZ602": "qm",
    "ABZ603": "piece", "ACB997": "kWh",
}  # fmt: skip
_CODE_PREFIX = "0173-1#07-"


@dataclass(frozen=True, slots=True)
class Entry:
    """The footprint of some phases."""

    figure_at: Node  # PcfCO2eq's value
    amount_at: Node
    unit_word: str
    stages: Stages
    unread_stages: tuple[str, ...]  # words that name no phase
    published: Node
    expires: Node
    performance_class: str
    study: str


def entries(submodel: Node) -> tuple[Entry, ...]:
    """All entries of a submodel, in its order."""
    return tuple(_entry(one) for one in children(child(submodel, "ProductCarbonFootprints", _LIST)))


def footprint(submodel: Node, profile: str, *, asset_ids: tuple[str, ...], of_battery: bool) -> Footprint:
    """The footprint of a submodel. A battery's kWh are those that it delivers over its service life, no energy carrier."""
    read = entries(submodel)
    chosen = _total(read)
    if chosen is None:
        remarks = ("no entry covers all others: none is the total",) if read else ()
        return Footprint(profile=profile, product_ids=asset_ids, remarks=remarks + _remarks(read))
    unit = units.find(chosen.unit_word)
    is_per_function = of_battery and unit is not None and unit.dimension == units.ENERGY
    alike = [one for one in read if _same_amount(one, chosen) and one.stages]
    return Footprint(
        profile=profile,
        amount=chosen.amount_at.figure(),
        unit=None if is_per_function else unit,
        unit_word=chosen.unit_word,
        functional_unit="kWh delivered over the service life" if is_per_function else "",
        basis=Basis.UNSTATED,
        total=chosen.figure_at.figure(),
        sums=tuple(found for one in alike if (found := _sum(one, alike))),
        boundary=chosen.stages or None,
        stages=tuple(
            StageFigure(one.stages, figure, stages_text(one.stages))
            for one in alike
            if (figure := one.figure_at.figure())
        ),
        validity=Period(chosen.published.instant(), chosen.expires.instant(), chosen.expires.pointer),
        created=chosen.published.instant(),
        id=submodel["id"].text(),
        product_ids=asset_ids,
        performance_class=chosen.performance_class,
        study=chosen.study,
        remarks=_remarks(read),
    )


def _entry(node: Node) -> Entry:
    words = [word(one) for one in children(child(node, "LifeCyclePhases", _PHASES))]
    named = {text: _stages(text) for text in words if text}
    unit_word = word(child(node, "ReferenceImpactUnitForCalculation", _UNIT))
    study = child(node, "WebLinkToPublicCarbonFootprintStudy", _BATTERY + "webLinkToPublicCarbonFootprintStudy")
    return Entry(
        figure_at=child(node, "PcfCO2eq", _FIGURE)["value"],
        amount_at=child(node, "QuantityOfMeasureForCalculation", _AMOUNT)["value"],
        unit_word=_UNIT_CODES.get(unit_word.removeprefix(_CODE_PREFIX), unit_word),
        stages=frozenset().union(*named.values()),
        unread_stages=tuple(text for text, stages in named.items() if not stages),
        published=child(node, "PublicationDate", _PUBLISHED)["value"],
        expires=child(node, "ExpirationDate", _EXPIRES)["value"],
        performance_class=child(node, "PerformanceClass", _BATTERY + "performanceClass")["value"].text(),
        study=next((one["value"].text() for one in children(study)), ""),
    )


def _stages(text: str) -> Stages:
    """The modules of a code, or of a word that begins with a module or a range of them; none of anything else.

    >>> sorted(_stages("A1 - raw material supply (and upstream production)")), sorted(_stages("C2-C4"))
    (['A1'], ['C2', 'C3', 'C4'])
    """
    text = _STAGE_CODES.get(text.removeprefix(_CODE_PREFIX), text)
    first, _, last = text.partition(" ")[0].partition("-")
    known = first in MODULES and (last or first) in MODULES
    return span(first, last or first) if known else frozenset()


def _total(read: Sequence[Entry]) -> Entry | None:
    over_production = [one for one in read if one.stages == PRODUCTION]
    if len(over_production) == 1:
        return over_production[0]
    if len(read) == 1:
        return read[0]
    covering = [one for one in read if one.stages and all(other.stages <= one.stages for other in read)]
    return covering[0] if len(covering) == 1 else None


def _same_amount(one: Entry, other: Entry) -> bool:
    first, second = one.amount_at.figure(), other.amount_at.figure()
    same = (first and first.value) == (second and second.value)
    return same and one.unit_word == other.unit_word


def _sum(whole: Entry, read: Sequence[Entry]) -> Sum | None:
    """The sum of the entries that cut `whole` without overlap; None where they do not."""
    total = whole.figure_at.figure()
    inside = [one for one in read if one.stages < whole.stages]
    largest = [one for one in inside if not any(one.stages < other.stages for other in inside)]
    covered = frozenset().union(*(one.stages for one in largest))
    if (
        total is None
        or not largest
        or covered != whole.stages
        or len(covered) != sum(len(one.stages) for one in largest)
    ):
        return None
    parts = tuple(Part(stages_text(one.stages), one.figure_at.figure(), Sign.EITHER) for one in largest)
    return Sum(total, parts, stages_text(whole.stages))


def _remarks(read: Sequence[Entry]) -> tuple[str, ...]:
    unread = tuple(f"{text[:60]!r} names no life-cycle phase" for one in read for text in one.unread_stages)
    nothing = tuple(f"{one.figure_at.pointer}: the entry has no figure" for one in read if not one.figure_at)
    return unread + nothing + sentinels(*(one.figure_at for one in read))
