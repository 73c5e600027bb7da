"""Chains of which one thing is wrong: each has exactly one failing rule. The vectors of section 24 are made of them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.flow.chains import AT, Chain, Made, footprint, listed, used
from tests.records.profiles.ileap_1.test_ileap_1 import SHIPMENT, record
from tests.records.profiles.pact_2.test_pact_2 import FOOTPRINT as PACT_2

LOT = ("L1", "1000", "kilogram")
COMPLETE = dict.fromkeys(
    (
        "landUseChangeGhgEmissions",
        "landManagementBiogenicCO2Emissions",
        "biogenicNonCO2Emissions",
        "landManagementBiogenicCO2Removals",
    ),
    "0",
)


@dataclass(frozen=True)
class Wrong:
    """A chain, the rule that fails, and whether it rejects where carbon-flow is required."""

    name: str
    make: Callable[[Chain], Made]
    rule: str
    rejects: bool
    at: datetime = AT

    def __str__(self) -> str:
        return self.name


def _with(**pcf: Any) -> Callable[[Chain], Made]:
    """One product whose footprint has these properties."""
    total = pcf.pop("total", "2.50")
    return lambda chain: chain.product("thing", total, **{**COMPLETE, **pcf})


def _document(**changes: Any) -> Callable[[Chain], Made]:
    return lambda chain: chain.product("thing", edit=lambda document: document.update(changes))


def _pair(
    part: Mapping[str, Any], whole: Mapping[str, Any], quantity: str = "1", basis: Any = used
) -> Callable[[Chain], Made]:
    def make(chain: Chain) -> Made:
        component = chain.product("part", **{"total": "1.0", **part})
        return chain.product("whole", **{"total": "10.0", **whole}, parts=[basis(component, quantity)])

    return make


def _period(start: str, end: str) -> dict[str, str]:
    return {"referencePeriodStart": f"{start}T00:00:00Z", "referencePeriodEnd": f"{end}T00:00:00Z"}


def _valid_until(day: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update(validityPeriodEnd=f"{day}T00:00:00Z")


def _twice_in_itself(*lots: tuple[str, str, str] | None) -> Callable[[Chain], Made]:
    def make(chain: Chain) -> Made:
        lot, other_lot = lots
        inner = chain.product("thing", "1.0", batch=lot)
        middle = chain.product("other", "2.0", [used(inner, "1")], batch=other_lot)
        return chain.product(
            "thing again", "3.0", [used(middle, "1")], subject="urn:product:example:thing", batch=lot,
            geographyCountry="DE",
        )  # fmt: skip

    return make


def _known_parts_too_much(chain: Chain) -> Made:
    secret = chain.product("secret", "1.0", withheld=True)
    return chain.product("whole", "9.0", [used(secret, "1"), used(chain.product("part", "9.5"), "1")])


def _in_itself_by_others(chain: Chain) -> Made:
    inner = chain.product("thing", "1.0")
    middle = chain.product("other", "2.0", [used(inner, "1")], issuer="rival")
    return chain.product("thing again", "3.0", [used(middle, "1")], identifiers=["urn:product:example:thing"])


def _lots(first: str, second: str, issuer: str = "") -> Callable[[Chain], Made]:
    def make(chain: Chain) -> Made:
        metal = chain.product("metal", "3.0", unit="kilogram", mass="1", batch=LOT, issuer="mine")
        one = chain.product("one", "9000.0", [used(metal, first, "kilogram")], batch=("A", "100", "piece"))
        other = chain.product(
            "other", "9000.0", [used(metal, second, "kilogram")], batch=("B", "100", "piece"), issuer=issuer
        )
        return chain.product("whole", "90000.0", [used(one, "1"), used(other, "1")])

    return make


def _two_figures(batch: tuple[str, str, str] | None) -> Callable[[Chain], Made]:
    def make(chain: Chain) -> Made:
        one = chain.product("part", "3.0", batch=batch)
        other = chain.product(
            "part", "4.0", batch=batch, edit=lambda document: document.update(id=footprint("x", "1")["id"])
        )
        return chain.product("whole", "9.0", [used(one, "1"), used(other, "1")])

    return make


def _superseded(chain: Chain) -> Made:
    old = chain.product("part", "1.0", batch=("A", "9", "piece"))
    new = chain.product(
        "part", "1.0", batch=("A", "9", "piece"), supersedes=old, issued=datetime(2026, 2, 15, tzinfo=UTC)
    )
    return chain.product("whole", "10.0", [used(old, "1"), used(new, "1")])


def _stage_twice(chain: Chain) -> Made:
    delivery = {"A4": footprint("delivery", "0.3")}
    return chain.product("whole", "10.0", [used(chain.product("part", "1.0", stages=delivery), "1")], stages=delivery)


def _of_pact_2(document: Mapping[str, Any], profile: str = "pact/2.3", **pcf: Any) -> Callable[[Chain], Made]:
    """A product with an active footprint of PACT 2, or of what rides on it."""
    changed = {**document, "status": "Active", "pcf": {**document["pcf"], **pcf}}
    return lambda chain: chain.product("thing", document=changed, profile=profile)


def _two_bases(chain: Chain) -> Made:
    part = _of_pact_2(PACT_2)(chain)
    return chain.product("whole", "10.0", [used(part, "1", "kilogram")])


WRONG = [
    Wrong("more cut off than PACT 2 allows", _of_pact_2(PACT_2, exemptedEmissionsPercent=6), "exemption.above", False),
    Wrong("legs that do not come to the total", _of_pact_2(record(SHIPMENT), "ileap/1"), "transport.differs", True),
    Wrong("a figure that excludes biogenic emissions in one that does not", _two_bases, "comparable.basis", False),
    Wrong("an emission below zero", _with(fossilGhgEmissions="-1"), "figures.form", True),
    Wrong("parts that miss the total by 4 percent", _with(fossilGhgEmissions="2.40"), "total.differs", True),
    Wrong("parts that are more than the total", _with(fossilGhgEmissions="2.60"), "total.differs", True),
    Wrong("a total of zero with emissions", _with(total="0.0", fossilGhgEmissions="0.123"), "total.differs", True),
    Wrong(
        "uptake that does not lead to the figure that includes it",
        _with(pcfIncludingBiogenicUptake="1.63", biogenicCO2Uptake="-1.5"),
        "total.differs",
        True,
    ),
    Wrong(
        "carbon content that equals the uptake of CO2",
        _with(
            total="2.50", biogenicCarbonContent="30.3", biogenicCO2Uptake="-30.3", pcfIncludingBiogenicUptake="-27.80"
        ),
        "biogenic.above",
        True,
    ),
    Wrong("a kilogram that weighs 1.02", _with(unit="kilogram", mass="1.02"), "consistency.mass", True),
    Wrong("a footprint that has expired", _with(), "validity.expired", False, datetime(2029, 1, 1, tzinfo=UTC)),
    Wrong(
        "a footprint that is not in force yet", _with(), "validity.not-yet", False, datetime(2025, 12, 31, tzinfo=UTC)
    ),
    Wrong("a deprecated footprint", _document(status="Deprecated"), "current.deprecated", False),
    Wrong(
        "a footprint that precedes itself",
        _document(precedingPfIds=[footprint("thing", "1")["id"]]),
        "current.cycle",
        False,
    ),
    Wrong(
        "a component that had expired when it was used",
        _pair({"edit": _valid_until("2026-02-01")}, {}),
        "current.expired",
        False,
    ),
    Wrong(
        "a component whose credential had ended",
        _pair({"valid_until": datetime(2026, 2, 20, tzinfo=UTC), "issued": datetime(2026, 2, 10, tzinfo=UTC)}, {}),
        "current.expired",
        False,
    ),
    Wrong("a component that had been superseded", _superseded, "current.superseded", False),
    Wrong(
        "a lot in itself, signed by one issuer",
        _twice_in_itself(("A", "10", "piece"), ("B", "10", "piece")),
        "quantities.cycle",
        True,
    ),
    Wrong(
        "a product in itself without lots, signed by one issuer",
        _twice_in_itself(None, None),
        "quantities.cycle",
        False,
    ),
    Wrong(
        "known parts above the whole, beside one that is withheld", _known_parts_too_much, "contributions.exceed", False
    ),
    Wrong("a product in itself, signed by several", _in_itself_by_others, "quantities.cycle", False),
    Wrong(
        "three parts of ten in a whole of one",
        _pair({"total": "10.0"}, {"total": "1.0"}, "3"),
        "contributions.exceed",
        True,
    ),
    Wrong(
        "parts that are listed and not said to be used",
        _pair({"total": "10.0"}, {"total": "1.0"}, "3", listed),
        "contributions.exceed",
        False,
    ),
    Wrong("a lot of which one issuer took too much", _lots("6", "4.5"), "batch.exceeded", True),
    Wrong("a lot of which two issuers took too much", _lots("6", "4.5", "rival"), "batch.exceeded-together", False),
    Wrong(
        "a lot with more serial numbers than pieces",
        lambda chain: chain.product("reader", "1.0", batch=("A", "12", "piece"), serials=[str(n) for n in range(13)]),
        "batch.serials",
        True,
    ),
    Wrong(
        "parts heavier than the whole", _pair({"mass": "0.82"}, {"total": "9.0", "mass": "0.48"}), "mass.exceeds", True
    ),
    Wrong(
        "listed parts heavier than the whole",
        _pair({"mass": "0.82"}, {"mass": "0.48"}, basis=listed),
        "mass.exceeds",
        False,
    ),
    Wrong("data from after the product's", _pair(_period("2026-01-01", "2026-02-01"), {}), "comparable.period", False),
    Wrong(
        "data that are older than three years",
        _pair({**_period("2020-01-01", "2021-12-31"), "edit": _valid_until("2027-01-01")}, {}),
        "comparable.period",
        False,
    ),
    Wrong("one delivery counted by two products", _stage_twice, "stages.twice", False),
    Wrong(
        "more primary data than the parts allow",
        _pair({"total": "9.0", "primaryDataShare": "50.0"}, {"primaryDataShare": "72.0"}),
        "primary-data.above",
        True,
    ),
    Wrong("two figures of one lot", _two_figures(("A", "9", "piece")), "duplicate.differs", True),
    Wrong("two figures of one product", _two_figures(None), "duplicate.differs", False),
]
