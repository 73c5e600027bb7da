"""Lots, versions and repetitions: the same thing told twice counts once, and two things are two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from carbonseal.passport.products import Facility
from tests.flow.chains import ISSUED, Chain, Change, Made, listed, used
from tests.flow.honest import HOLDS, REMARK, UNCLEAR, Honest
from tests.records.profiles.pact_2.test_pact_2 import FOOTPRINT as PACT_2

KILOGRAM: dict[str, Any] = {"unit": "kilogram", "mass": "1"}
LATER = ISSUED + timedelta(days=1)


def _metal(
    chain: Chain, number: str = "L1", quantity: str = "1000", unit: str = "kilogram", total: str = "3.0"
) -> Made:
    return chain.product("metal", total, batch=(number, quantity, unit), issuer="mine", **KILOGRAM)


def _whole(chain: Chain, *parts: Made) -> Made:
    return chain.product("whole", "90000", [used(one, "1") for one in parts])


def a_diamond(chain: Chain) -> Made:
    """One part in two assemblies, and loose."""
    part = chain.product("part", "1.0", mass="0.1")
    left, right = (chain.product(side, "2.0", [used(part, "1")], mass="0.2") for side in ("left", "right"))
    return chain.product("whole", "5.5", [used(left, "1"), used(right, "1"), used(part, "1")], mass="0.5")


def two_lines_for_one_part(chain: Chain) -> Made:
    """A list that has a part twice: quantities are added."""
    part = chain.product("part", "1.0", mass="0.1")
    return chain.product("whole", "3.2", [used(part, "2"), listed(part, "1")], mass="0.3")


def a_lot_split_over_two_parents(chain: Chain) -> Made:
    """600 and 400 of 1,000 kg, by two makers."""
    metal = _metal(chain)
    one = chain.product("one", "90", [used(metal, "6", "kilogram")], batch=("A", "100", "piece"))
    other = chain.product("other", "90", [used(metal, "4", "kilogram")], batch=("B", "100", "piece"), issuer="rival")
    return _whole(chain, one, other)


def a_lot_in_tonnes(chain: Chain) -> Made:
    """A tonne of lot, taken by the kilogram; three thirds, each rounded up."""
    metal = _metal(chain, quantity="1.00", unit="tonne")
    parts = [
        chain.product(f"part {n}", "90", [used(metal, "3.334", "kilogram")], batch=(f"A{n}", "100", "piece"))
        for n in range(3)
    ]
    return _whole(chain, *parts)


def a_lot_in_a_passport_twice(chain: Chain) -> Made:
    """The lot that took is cited by two parents: it took once."""
    part = chain.product("part", "90", [used(_metal(chain), "9", "kilogram")], batch=("A", "100", "piece"))
    left, right = (chain.product(side, "900", [used(part, "1")]) for side in ("left", "right"))
    return _whole(chain, left, right)


def ore_of_a_lot(chain: Chain) -> Made:
    """A lot of 1,000 kg of ore yields a lot of 25 kg of metal."""
    ore = chain.product("ore", "0.05", batch=("O1", "1000", "kilogram"), **KILOGRAM)
    part = [used(ore, "40", "kilogram", "1", "kilogram")]
    metal = chain.product("metal", "3.0", part, batch=("M1", "25", "kilogram"), **KILOGRAM)
    return chain.product("wire", "3.3", [used(metal, "1.05", "kilogram", "1", "kilogram")], **KILOGRAM)


def by_products_share_a_lot(chain: Chain) -> Made:
    """Economic allocation: 900 kg of the feed's lot to the product's 800, 100 to the by-product's 200."""
    feed = chain.product("feed", "1.0", batch=("F1", "1000", "kilogram"), **KILOGRAM)
    main = chain.product(
        "main", "1.2", [used(feed, "1.125", "kilogram", "1", "kilogram")], batch=("P1", "800", "kilogram"), **KILOGRAM
    )
    by_product = chain.product(
        "by-product",
        "0.6",
        [used(feed, "0.5", "kilogram", "1", "kilogram")],
        batch=("B1", "200", "kilogram"),
        **KILOGRAM,
    )
    parts = [used(main, "1", "kilogram"), used(by_product, "1", "kilogram")]
    return chain.product("whole", "90000", parts)


def rework(chain: Chain) -> Made:
    """What did not pass goes back into another lot of the same product."""
    first = chain.product("part", "1.0", batch=("A", "10", "piece"))
    second = chain.product("part", "2.0", [used(first, "1")], batch=("B", "10", "piece"))
    return chain.product("part", "3.0", [used(second, "1")], batch=("C", "10", "piece"))


def a_lot_issued_again(chain: Chain) -> Made:
    """The maker corrects a typing error in its lot: the takes are told twice and happened once."""
    metal = _metal(chain)
    first = chain.product("part", "90", [used(metal, "8", "kilogram")], batch=("A", "100", "piece"))
    again = chain.product(
        "part", "91", [used(metal, "8", "kilogram")], batch=("A", "100", "piece"), supersedes=first, issued=LATER
    )
    inner = chain.product("inner", "900", [used(first, "1")])
    return chain.product("whole", "9000", [used(inner, "1"), used(again, "1")], issued=LATER)


def a_footprint_replaced_after_the_parent(chain: Chain) -> Made:
    """The part was superseded when its parent had been issued."""
    old = chain.product("part", "1.0")
    new = chain.product("part", "1.2", supersedes=old, issued=LATER, edit=lambda one: one.update(id=_id(2)))
    inner = chain.product("inner", "3.0", [used(old, "1")])
    return chain.product("whole", "9.0", [used(inner, "1"), used(new, "1")], issued=LATER + timedelta(days=1))


def expired_today(chain: Chain) -> Made:
    """A part whose credential and footprint ended since: both were current when the parent was issued."""
    part = chain.product(
        "part",
        valid_until=datetime(2026, 4, 1, tzinfo=UTC),
        edit=lambda document: document.update(validityPeriodEnd="2026-03-01T00:00:01Z"),
    )
    return chain.product("whole", "9.0", [used(part, "1")])


def two_plants(chain: Chain) -> Made:
    """One product from two plants has two figures."""
    plants = [Facility(f"urn:example:plant:{country}", "Plant", country) for country in ("SE", "PL")]
    parts = [
        chain.product("part", total, facility=plant, geographyCountry=plant.country, edit=_numbered(n))
        for n, (total, plant) in enumerate(zip(("3.0", "5.0"), plants, strict=True))
    ]
    return _whole(chain, *parts)


def two_years(chain: Chain) -> Made:
    """One product's figures of two years, without a correction between them."""
    old = chain.product(
        "part", "3.0", edit=_numbered(1), referencePeriodStart="2024-01-01T00:00:00Z",
        referencePeriodEnd="2025-01-01T00:00:00Z",
    )  # fmt: skip
    return _whole(chain, old, chain.product("part", "2.0", edit=_numbered(2)))


def a_closed_loop(chain: Chain) -> Made:
    """One firm, no lots: the cathode of 2026 has scrap of the anode of 2025, which has scrap of the cathode of 2024."""
    old = chain.product("cathode", "3.0", edit=_numbered(1), **_data_of(2023))
    anode = chain.product("anode", "4.0", [used(old, "1")], edit=_numbered(2), **_data_of(2024))
    return chain.product("cathode", "5.0", [used(anode, "1")], edit=_numbered(3))


def a_correction_of_pact_2(chain: Chain) -> Made:
    """A footprint is corrected by its next version under the same id; parts made before and after carry each."""
    versions = [
        chain.product("part", document=_pact_2(version, total), profile="pact/2.3")
        for version, total in enumerate((3.0, 2.0))
    ]
    return chain.product("whole", "9000", [listed(one, "1") for one in versions])


def _pact_2(version: int, total: float) -> dict[str, Any]:
    figures = {"pCfExcludingBiogenic": str(total), "pCfIncludingBiogenic": str(total), "declaredUnit": "piece"}
    pcf = {**PACT_2["pcf"], **figures, "fossilGhgEmissions": str(total)}
    return {**PACT_2, "status": "Active", "version": version, "pcf": pcf}


def _data_of(year: int) -> dict[str, Any]:
    return {
        "referencePeriodStart": f"{year}-01-01T00:00:00Z",
        "referencePeriodEnd": f"{year + 1}-01-01T00:00:00Z",
    }


def two_lots(chain: Chain) -> Made:
    return _whole(
        chain,
        *(
            chain.product("part", total, batch=(number, "10", "piece"), edit=_numbered(n))
            for n, (total, number) in enumerate((("3.0", "A"), ("4.0", "B")))
        ),
    )


def two_gwp_sets(chain: Chain) -> Made:
    """The same product by AR5 and by AR6."""
    return _whole(
        chain,
        *(
            chain.product("part", total, ipccCharacterizationFactors=[word], edit=_numbered(n))
            for n, (total, word) in enumerate((("3.0", "AR5"), ("3.3", "AR6")))
        ),
    )


def two_makers(chain: Chain) -> Made:
    """Two firms make the same standard part, by one GTIN."""
    parts = [
        chain.product("bolt", total, issuer=issuer, edit=_numbered(n), identifiers=["urn:gtin:4712345060507"])
        for n, (total, issuer) in enumerate((("0.10", "one"), ("0.20", "two")))
    ]
    return _whole(chain, *parts)


def told_per_piece_and_per_hundred(chain: Chain) -> Made:
    """One figure for a piece, and the same for a hundred."""
    one = chain.product("part", "0.31", edit=_numbered(1))
    return _whole(chain, one, chain.product("part", "31.4", amount="100", edit=_numbered(2)))


def reference_data_that_round(chain: Chain) -> Made:
    """The same figure with fewer digits, in a second record."""
    return _whole(
        chain, chain.product("part", "3.04", edit=_numbered(1)), chain.product("part", "3.0", edit=_numbered(2))
    )


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _numbered(number: int) -> Change:
    return lambda document: document.update(id=_id(number + 1))


CHAINS = (
    Honest(a_diamond, "contributions", HOLDS),
    Honest(two_lines_for_one_part, "contributions", HOLDS),
    Honest(a_lot_split_over_two_parents, "batch", HOLDS),
    Honest(a_lot_in_tonnes, "batch", HOLDS),
    Honest(a_lot_in_a_passport_twice, "batch", HOLDS),
    Honest(ore_of_a_lot, "batch", HOLDS),
    Honest(by_products_share_a_lot, "batch", HOLDS),
    Honest(rework, "quantities", HOLDS),
    Honest(a_lot_issued_again, "batch", HOLDS),
    Honest(a_footprint_replaced_after_the_parent, "current", REMARK),
    Honest(expired_today, "current", HOLDS),
    Honest(two_plants, "contributions", HOLDS),
    Honest(two_years, "contributions", HOLDS),
    Honest(a_closed_loop, "quantities", HOLDS),
    Honest(a_correction_of_pact_2, "duplicate", HOLDS),
    Honest(two_lots, "contributions", HOLDS),
    Honest(two_gwp_sets, "contributions", UNCLEAR),
    Honest(two_makers, "quantities", HOLDS),
    Honest(told_per_piece_and_per_hundred, "contributions", HOLDS),
    Honest(reference_data_that_round, "contributions", HOLDS),
)
