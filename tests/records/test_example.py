"""The example supply chain: valid, plausible, and exact to the last digit."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from carbonseal.records.admission import admit
from carbonseal.records.commitments import commit, salt_for
from carbonseal.records.sources import Source, read_records
from carbonseal_devnet.example import FOLDER, Product, products
from tests.repository.sources import REPOSITORY

CHAIN = products()
BY_NAME = {product.name: product for product in CHAIN}
FOSSIL, LAND_USE_CHANGE, UPTAKE = "fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicCO2Uptake"
TOTAL = "pcfExcludingBiogenicUptake"
IN_KILOGRAMS = {"gram": Decimal("0.001")}  # a unit that the chain has beside the declared ones


def footprint(product: Product) -> dict[str, Any]:
    return read(product.records[0].path)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def value(product: Product, name: str) -> Decimal:
    return Decimal(footprint(product)["pcf"].get(name, "0"))


def shares(product: Product) -> list[tuple[Product, Decimal]]:
    """Each component, with how many of its declared amounts are in the declared amount of the product."""
    found = []
    for name, quantity, unit in product.components:
        part = BY_NAME[name]
        assert unit in (part.per["unit"], *IN_KILOGRAMS)
        in_unit = Decimal(quantity) * IN_KILOGRAMS.get(unit, Decimal(1))
        found.append((part, in_unit / Decimal(footprint(part)["pcf"]["declaredUnitAmount"])))
    return found


def from_components(product: Product, name: str) -> Decimal:
    return sum((share * value(part, name) for part, share in shares(product)), Decimal(0))


def in_one_reader() -> dict[str, Decimal]:
    """How many declared amounts of each product are in one door reader, over all ways."""
    found = dict.fromkeys(BY_NAME, Decimal(0)) | {CHAIN[-1].name: Decimal(1)}
    for product in reversed(CHAIN):
        for part, share in shares(product):
            found[part.name] += found[product.name] * share
    return found


each = pytest.mark.parametrize("product", CHAIN, ids=lambda product: product.name)


@each
def test_records_are_valid(product: Product) -> None:
    for listed in product.records:
        assert admit(listed.path.read_bytes(), "pact/3.0")


def test_every_record_is_listed_once_and_distinct() -> None:
    listed = [one.path for product in CHAIN for one in product.records]
    assert sorted(listed) == sorted(set(FOLDER.glob("tier*.json")))
    assert len(listed) == len(set(listed)) >= 12
    records = [read(path) for path in listed]
    assert len({record["id"] for record in records}) == len(records)
    assert len({record["productIds"][0] for record in records}) == len(records)
    commitments = {
        commit("pact/3.0", salt_for(bytes(32), "pact/3.0", raw), raw) for raw in map(Path.read_bytes, listed)
    }
    assert len(commitments) == len(records)


@each
def test_sums_are_exact(product: Product) -> None:
    own = {
        FOSSIL: sum(stage.fossil for stage in product.stages),
        LAND_USE_CHANGE: sum(stage.land_use_change for stage in product.stages),
        UPTAKE: sum(stage.uptake for stage in product.stages),
    }
    for name, emissions in own.items():
        assert value(product, name) == from_components(product, name) + emissions
    total = value(product, FOSSIL) + value(product, LAND_USE_CHANGE)
    assert value(product, "pcfExcludingBiogenicUptake") == total
    assert value(product, "pcfIncludingBiogenicUptake") == total + value(product, UPTAKE)
    assert total > 0


@each
def test_carbon_mass_and_time_are_plausible(product: Product) -> None:
    assert -value(product, UPTAKE) * 12 == value(product, "biogenicCarbonContent") * 44
    assert value(product, "fossilCarbonContent") >= from_components(product, "fossilCarbonContent")
    assert value(product, "packagingGhgEmissions") <= sum(stage.fossil for stage in product.stages)
    mass = value(product, "productMassPerDeclaredUnit")
    assert from_components(product, "productMassPerDeclaredUnit") <= mass * Decimal("1.01")
    for part, _, _ in product.components:
        assert footprint(BY_NAME[part])["created"] < footprint(product)["created"]


@each
def test_primary_data_share_is_not_above_its_inputs(product: Product) -> None:
    total = value(product, "pcfExcludingBiogenicUptake")
    own = sum((stage.fossil + stage.land_use_change for stage in product.stages), Decimal(0))
    primary = (share * value(part, TOTAL) * value(part, "primaryDataShare") for part, share in shares(product))
    assert value(product, "primaryDataShare") * total <= sum(primary) + own * 100


@each
def test_the_chain_says_what_the_records_say(product: Product) -> None:
    record = footprint(product)
    assert product.records[0].role == "footprint"
    assert product.records[0].path.name.startswith(f"tier{product.tier}-")
    assert (record["productNameCompany"], record["productIds"]) == (product.name, [product.subject])
    assert product.issuer == f"did:web:{product.issuer_name}.example"
    assert record["companyIds"][0].startswith(f"urn:pact:{product.issuer_name}.example:")
    pcf = record["pcf"]
    assert product.per == {"amount": pcf["declaredUnitAmount"], "unit": pcf["declaredUnitOfMeasurement"]}
    assert product.about["batch"]["unit"] == product.per["unit"]
    assert product.about["facility"]["country"] == pcf["geographyCountry"]


def test_no_lot_gives_more_than_it_yielded() -> None:
    taken = dict.fromkeys(BY_NAME, Decimal(0))
    for product in CHAIN:
        lots = Decimal(product.about["batch"]["quantity"]) / Decimal(product.per["amount"])
        for part, share in shares(product):
            taken[part.name] += lots * share * Decimal(part.per["amount"])
    for product in CHAIN:
        assert taken[product.name] <= Decimal(product.about["batch"]["quantity"])
    assert taken["Copper cathode"] > 30


def test_periods_and_methods_agree() -> None:
    """So that the figures can be added: the same period, the same set of potentials, and no part made after its use."""
    records = [read(one.path) for product in CHAIN for one in product.records]
    for member in ("referencePeriodStart", "referencePeriodEnd", "ipccCharacterizationFactors"):
        assert len({str(record["pcf"][member]) for record in records}) == 1
    for record in records:
        start, end = record["validityPeriodStart"], record["validityPeriodEnd"]
        assert record["pcf"]["referencePeriodEnd"] <= start < end <= "2029-01-01T00:00:00Z"


def rows(document: str) -> dict[str, Decimal]:
    """The rows of the totals in a README: what stands first, and the figure that stands last."""
    page = (REPOSITORY / document).read_text(encoding="utf-8").partition("<!-- totals -->\n")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()[2:]]
    return {row[0]: Decimal(row[-1]) for row in cells}


def test_the_totals_of_the_readme_by_tier_and_stage() -> None:
    amounts = in_one_reader()
    tiers: defaultdict[str, Decimal] = defaultdict(Decimal)
    stages: defaultdict[str, Decimal] = defaultdict(Decimal)
    for product in CHAIN:
        own = value(product, TOTAL) - from_components(product, TOTAL)
        assert own == sum(stage.fossil + stage.land_use_change for stage in product.stages)
        tiers[f"tier {product.tier}"] += amounts[product.name] * own
        for stage in product.stages:
            stages[stage.stage] += amounts[product.name] * (stage.fossil + stage.land_use_change)
    beyond = {
        one.stage["stage"]: Decimal(one.stage["quantity"]) * Decimal(read(one.path)["pcf"][TOTAL])
        for one in CHAIN[-1].records[1:]
    }
    gate = value(CHAIN[-1], TOTAL)
    assert sum(tiers.values()) == sum(stages.values()) == gate
    assert stages.keys() == {"A1", "A2", "A3"}
    assert beyond.keys() == {"A4", "B6", "C"}
    expected = {**tiers, **stages, **beyond, "cradle to gate": gate, "whole life": gate + sum(beyond.values())}
    assert rows("README.md") == expected


def test_components_come_first_so_that_there_is_no_cycle() -> None:
    seen: set[str] = set()
    for product in CHAIN:
        assert {part for part, _, _ in product.components} <= seen
        assert all(BY_NAME[part].tier > product.tier for part, _, _ in product.components)
        seen.add(product.name)


def test_shape() -> None:
    used = Counter(part for product in CHAIN for part, _, _ in product.components)
    assert used["Microcontroller"] == used["Copper cathode"] == 2
    assert (
        [product.name for product in CHAIN if product.name not in used] == [CHAIN[-1].name] == ["Biometric door reader"]
    )
    assert {product.tier for product in CHAIN} == {0, 1, 2, 3, 4}
    assert len({product.issuer for product in CHAIN}) == len(CHAIN)


def test_the_door_reader_has_freight_electricity_and_an_end() -> None:
    reader = CHAIN[-1]
    beyond = {one.stage["stage"]: one for one in reader.records if one.role == "stage"}
    assert list(beyond) == ["A4", "B6", "C"]
    for one in beyond.values():
        record = read(one.path)
        assert record["companyName"] != footprint(reader)["companyName"]
        assert record["pcf"]["declaredUnitOfMeasurement"] == one.stage["unit"]
    freight, quantity = Decimal(read(beyond["A4"].path)["pcf"][TOTAL]), Decimal(beyond["A4"].stage["quantity"])
    assert value(reader, "outboundLogisticsGhgEmissions") == quantity * freight
    # 1,600 km with 1.25 kg
    assert quantity == value(reader, "productMassPerDeclaredUnit") * 1600 / 1000


def test_everything_is_marked_as_invented() -> None:
    for path in FOLDER.glob("*.json"):
        assert "nvented" in read(path)["comment"]
    for name in ("README.md", "chain.toml"):
        assert "invented" in (FOLDER / name).read_text(encoding="utf-8")


def test_it_is_package_data() -> None:
    assert files("carbonseal_devnet.example").joinpath("chain.toml").is_file()


def test_the_folder_can_be_sealed_as_it_is() -> None:
    for item in read_records([FOLDER]):
        assert isinstance(item, Source)
        admit(item.raw, "pact/3.0")
