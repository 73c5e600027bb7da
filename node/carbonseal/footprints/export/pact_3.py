"""Exports a footprint as PACT 3.0 (WBCSD, OpenAPI 3.0.4).

- A total is exported as what it is: one of another basis (PACT 2's, EN 15804's) or of other stages than A1-A3 is not PACT's.
- Units outside PACT's list are converted exactly.
- A part is recognised by PACT's name for it, case and punctuation aside. Catena-X's aircraft emissions are a part there and
  within the fossil ones here: they are added to them.
- What PACT requires and the record does not state is given by the caller, or refused: no figure is made up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints import codes, units
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Period
from carbonseal.footprints.pact_words import COVERAGES, REGIONS, UNITS
from carbonseal.footprints.stages import PRODUCTION, stages_text

from .exported import Exported, exact_text, instant_text

FORMAT = "PACT 3.0"
SPEC_VERSION = "3.0.4"

_WITHOUT_MASS = frozenset({units.ENERGY, units.TRANSPORT, units.TIME, "megabit second"})
_PARTS = (
    "fossilGhgEmissions", "landUseChangeGhgEmissions", "landManagementFossilGhgEmissions",
    "landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals", "biogenicNonCO2Emissions",
    "technologicalCO2Removals", "ccsTechnologicalCO2Capture", "aircraftGhgEmissions",
)  # fmt: skip
_REQUIRED = (
    "companyName", "companyIds", "productDescription", "productIds", "productNameCompany",
    "pcf.declaredUnitOfMeasurement", "pcf.declaredUnitAmount", "pcf.productMassPerDeclaredUnit",
    "pcf.referencePeriodStart", "pcf.referencePeriodEnd", "pcf.pcfExcludingBiogenicUptake",
    "pcf.pcfIncludingBiogenicUptake", "pcf.fossilGhgEmissions", "pcf.fossilCarbonContent",
    "pcf.ipccCharacterizationFactors", "pcf.crossSectoralStandards", "pcf.exemptedEmissionsPercent",
)  # fmt: skip
LISTS = frozenset({"companyIds", "productIds", "pcf.ipccCharacterizationFactors", "pcf.crossSectoralStandards"})
_UUID = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
_URN = re.compile("[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:[!-~]+", re.ASCII)
_SUBDIVISION, _COUNTRY = re.compile("[A-Z]{2}-[A-Z0-9]{1,3}", re.ASCII), re.compile("[A-Z]{2}", re.ASCII)


def export(footprint: Footprint, given: Mapping[str, str], now: datetime) -> Exported:
    """The footprint as a PACT 3.0 product footprint.

    `given` has members that the caller states, by PACT's name, those of `pcf` as ``pcf.NAME``; they stand before the record's.
    `now` is the time of creation where the record has none. Raises Refused: `export.missing` with every member that is missing,
    `export.unfit` where the figures are of a kind that PACT has no place for.
    """
    made = _Making(footprint)
    made.fill(now)
    made.set_all(given)
    missing = [name for name in _REQUIRED if made.get(name) is None]
    if missing:
        raise Refused(codes.EXPORT_MISSING(format=FORMAT, names=", ".join(missing), first=missing[0]))
    return Exported(made.document, tuple(made.lost), tuple(made.assumed))


@dataclass
class _Making:
    """A document while it is made."""

    footprint: Footprint
    document: dict[str, Any] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    @property
    def pcf(self) -> dict[str, Any]:
        """Its carbon footprint."""
        found: dict[str, Any] = self.document.setdefault("pcf", {})
        return found

    def get(self, name: str) -> Any:
        """The member of a dotted name."""
        return self.pcf.get(name[4:]) if name.startswith("pcf.") else self.document.get(name)

    def set_all(self, given: Mapping[str, str]) -> None:
        """Set what the caller states; several values of a list are separated by commas."""
        for name, text in given.items():
            value: Any = [one.strip() for one in text.split(",")] if name in LISTS else text
            holder = self.pcf if name.startswith("pcf.") else self.document
            holder[name.removeprefix("pcf.")] = value

    def fill(self, now: datetime) -> None:
        """Everything that the record states."""
        self._identity(now)
        self._declared_unit()
        self._totals()
        self._period()
        self._quality()
        self.lost += _without_place(self.footprint)

    def _identity(self, now: datetime) -> None:
        one = self.footprint
        found = _UUID.fullmatch(one.id)
        if found is None:
            self.assumed.append(f"id: made from the record's figures{f', not its own {one.id}' * bool(one.id)}")
        if one.created is None:
            self.assumed.append("created: the time of this export")
        preceding = [each.removeprefix("urn:uuid:") for each in one.preceding if _UUID.fullmatch(each)]
        self.document |= _present(
            id=found[1] if found else _made_uuid(one),
            specVersion=SPEC_VERSION,
            precedingPfIds=list(dict.fromkeys(preceding)),
            created=instant_text(one.created or now),
            status="Deprecated" if one.is_deprecated else "Active",
            companyName=one.company,
            companyIds=self._urns("company", one.company_ids),
            productIds=self._urns("product", one.product_ids),
            productNameCompany=one.product,
            validityPeriodStart=one.validity and one.validity.start and instant_text(one.validity.start),
            validityPeriodEnd=one.validity and one.validity.end and instant_text(one.validity.end),
        )
        if one.product:
            self.document["productDescription"] = one.product
            self.assumed.append("productDescription: the product's name")
        if len(preceding) < len(one.preceding):
            self.lost.append("ids of preceding footprints that are no UUIDs")

    def _urns(self, whose: str, ids: tuple[str, ...]) -> list[str]:
        """Ids as URNs: a GTIN gets its name space."""
        named = [f"urn:gtin:{one}" if re.fullmatch("[0-9]{8,14}", one, re.ASCII) else one for one in ids]
        urns = [one for one in dict.fromkeys(named) if _URN.fullmatch(one)]
        if len(urns) < len(set(named)):
            self.lost.append(f"ids of the {whose} that are no URNs")
        return urns

    def _declared_unit(self) -> None:
        one = self.footprint
        if one.functional_unit:
            raise _unfit(f"they are per {one.functional_unit}, and not per amount of a product")
        unit = one.unit
        if unit is None or one.amount is None:
            return
        word = unit.name if unit.name in UNITS else _word_for(unit)
        amount = one.amount.times(unit.to(_unit(word)) or Fraction(1))
        try:
            self.pcf["declaredUnitAmount"] = exact_text(amount)
        except ValueError:
            raise _unfit(f"an amount in {unit.name} has no exact decimal in {word}") from None
        self.pcf["declaredUnitOfMeasurement"] = word
        self._mass(amount, unit.dimension)

    def _mass(self, amount: Figure, dimension: str) -> None:
        if self.footprint.mass is not None:
            self.pcf["productMassPerDeclaredUnit"] = exact_text(self.footprint.mass)
        elif dimension == units.MASS:
            self.pcf["productMassPerDeclaredUnit"] = exact_text(amount)
            self.assumed.append("productMassPerDeclaredUnit: the declared amount")
        elif dimension in _WITHOUT_MASS:
            self.pcf["productMassPerDeclaredUnit"] = "0"
            self.assumed.append("productMassPerDeclaredUnit: 0, as PACT has it for energy, transport and services")

    def _totals(self) -> None:
        one = self.footprint
        if one.boundary is not None and one.boundary != PRODUCTION:
            raise _unfit(f"the total covers {stages_text(one.boundary)}, and PACT's covers A1-A3")
        if one.boundary is None:
            self.assumed.append("boundary: A1-A3, cradle to gate")
        figures = {
            "biogenicCarbonContent": one.biogenic_content,
            "fossilCarbonContent": one.fossil_content,
            "packagingGhgEmissions": one.packaging,
            "outboundLogisticsGhgEmissions": one.outbound,
        }
        if one.basis is Basis.EXCLUDING_UPTAKE:
            figures |= {
                "pcfExcludingBiogenicUptake": one.total,
                "pcfIncludingBiogenicUptake": one.including,
                "biogenicCO2Uptake": one.uptake,
                **self._parts(),
            }
        elif one.total is not None:
            self.lost.append(f"the total: its basis is {one.basis}, and PACT's is {Basis.EXCLUDING_UPTAKE}")
        self.pcf.update({name: exact_text(figure) for name, figure in figures.items() if figure is not None})
        if one.packaging_included is not None:
            self.pcf["packagingEmissionsIncluded"] = one.packaging_included

    def _parts(self) -> dict[str, Figure]:
        """The parts of the total by PACT's names."""
        found: dict[str, Figure] = {}
        for total in self.footprint.sums:
            if self.footprint.total is None or total.total.pointer != self.footprint.total.pointer:
                continue
            for part in total.parts:
                name = next((name for name in _PARTS if _plain(name) == _plain(part.name)), None)
                if part.figure is not None and name is None:
                    self.lost.append(f"the part {part.name}")
                elif part.figure is not None and name is not None:
                    found[name] = part.figure
        fossil, aircraft = found.get("fossilGhgEmissions"), found.get("aircraftGhgEmissions")
        if fossil is not None and aircraft is not None and aircraft.value:
            found["fossilGhgEmissions"] = Figure(fossil.value + aircraft.value, Fraction(0), fossil.pointer)
            self.assumed.append("fossilGhgEmissions: with those of aircraft, which PACT counts among them")
        return found

    def _period(self) -> None:
        one = self.footprint
        period = one.period or Period(None, None)
        self.pcf.update(
            _present(
                referencePeriodStart=period.start and instant_text(period.start),
                referencePeriodEnd=period.end and instant_text(period.end),
            )
        )
        named = _geography(one.geographies)
        self.pcf.update(named)
        if others := [place for place in dict.fromkeys(one.geographies) if place not in named.values()]:
            self.lost.append(f"the geography {', '.join(others)}")

    def _quality(self) -> None:
        one = self.footprint
        sets = [word for word in dict.fromkeys(one.gwp_sets) if re.fullmatch("AR[0-9]+", word, re.ASCII)]
        figures = {"exemptedEmissionsPercent": one.exempted, "primaryDataShare": one.primary_data_share}
        self.pcf.update({name: exact_text(figure) for name, figure in figures.items() if figure is not None})
        standards = list(dict.fromkeys(one for one in one.standards if one))
        self.pcf.update(_present(ipccCharacterizationFactors=sets, crossSectoralStandards=standards))
        if one.verification is not None:
            stated = one.verification
            self.pcf["verification"] = _present(
                coverage=stated.coverage if stated.coverage in COVERAGES else None,
                providerName=stated.provider,
                completedAt=stated.completed and instant_text(stated.completed),
                standardName=stated.standard,
            )
            if stated.coverage and stated.coverage not in COVERAGES:
                self.lost.append(f"the coverage of the verification, {stated.coverage}")


def _geography(places: tuple[str, ...]) -> dict[str, str]:
    """The narrowest of the places that PACT can name: it takes one at most."""
    for name, fits in (
        ("geographyCountrySubdivision", _SUBDIVISION.fullmatch),
        ("geographyCountry", _COUNTRY.fullmatch),
        ("geographyRegionOrSubregion", REGIONS.__contains__),
    ):
        for place in places:
            if fits(place):
                return {name: place}
    return {}


def _without_place(one: Footprint) -> Iterator[str]:
    """What PACT 3.0 has no place for."""
    if one.ratings:
        yield "ratings of data quality, which PACT has by name"
    if one.stages:
        yield "figures of stages"
    if one.metrics or one.absolute is not None:
        yield "figures beside the total: claimed metrics, and that of one piece"
    if one.performance_class or one.study:
        yield "the performance class and the study of a battery"
    if one.flows:
        yield "quantities of what went in and came out"
    if one.legs:
        yield "legs of transport"
    methods = {
        "free attribution": one.methods.free_attribution,
        "mass balancing": one.methods.mass_balancing,
        "substitution": one.methods.substitution,
        "that the figures are prospective": one.methods.prospective,
    }
    yield from (name for name, is_used in methods.items() if is_used)
    yield from (f"the remark: {remark}" for remark in one.remarks)
    yield "what else the record states, beyond its figures"


def _unfit(reason: str) -> Refused:
    return Refused(codes.EXPORT_UNFIT(format=FORMAT, reason=reason))


def _unit(word: str) -> units.Unit:
    found = units.find(word)
    assert found is not None  # PACT's words stand in the table
    return found


def _word_for(unit: units.Unit) -> str:
    """The first of PACT's units that measures what `unit` does."""
    found = next((word for word in UNITS if _unit(word).dimension == unit.dimension), None)
    if found is None:
        raise _unfit(f"PACT has no unit for an amount in {unit.name}")
    return found


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _made_uuid(one: Footprint) -> str:
    """A UUID of version 8 (RFC 9562) from a digest: the same figures of the same product have the same id."""
    facts = (one.profile, one.id, one.company_ids, one.product_ids, one.total, one.period)
    digits = hashlib.sha256(b"carbonseal/export/v1\0" + repr(facts).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
