"""The example supply chain: valid, plausible, and exact to the last digit."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from carbonseal.records.admission import admit
from carbonseal.records.commitments import commit, salt_for
from carbonseal.records.sources import Source, read_records
from carbonseal_devnet.example import FOLDER, Product, products

CHAIN = products()
BY_NAME = {product.name: product for product in CHAIN}
FOSSIL, LAND_USE_CHANGE, UPTAKE = "fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicCO2Uptake"


def footprint(product: Product) -> dict[str, Any]:
    return read(product.records[0][1])


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def value(product: Product, name: str) -> Decimal:
    return Decimal(footprint(product)["pcf"].get(name, "0"))


def from_components(product: Product, name: str) -> Decimal:
    return sum((Decimal(quantity) * value(BY_NAME[part], name) for part, quantity, _ in product.components), Decimal(0))


each = pytest.mark.parametrize("product", CHAIN, ids=lambda product: product.name)


@each
def test_records_are_valid(product: Product) -> None:
    for _, path in product.records:
        assert admit(path.read_bytes(), "pact/3.0")


def test_every_record_is_listed_once_and_distinct() -> None:
    listed = [path for product in CHAIN for _, path in product.records]
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
    counted = [(part, quantity) for part, quantity, unit in product.components if unit == "piece"]
    masses = (Decimal(quantity) * value(BY_NAME[part], "productMassPerDeclaredUnit") for part, quantity in counted)
    assert sum(masses) <= value(product, "productMassPerDeclaredUnit")
    for part, _, _ in product.components:
        assert footprint(BY_NAME[part])["created"] < footprint(product)["created"]


@each
def test_primary_data_share_is_not_above_its_inputs(product: Product) -> None:
    total = value(product, "pcfExcludingBiogenicUptake")
    own = sum((stage.fossil + stage.land_use_change for stage in product.stages), Decimal(0))
    shares = [
        Decimal(quantity)
        * value(BY_NAME[part], "pcfExcludingBiogenicUptake")
        * value(BY_NAME[part], "primaryDataShare")
        for part, quantity, _ in product.components
    ]
    assert value(product, "primaryDataShare") * total <= sum(shares) + own * 100


@each
def test_the_chain_says_what_the_records_say(product: Product) -> None:
    record = footprint(product)
    assert product.records[0][0] == "footprint"
    assert product.records[0][1].name.startswith(f"tier{product.tier}-")
    assert (record["productNameCompany"], record["productIds"]) == (product.name, [product.subject])
    assert product.issuer == f"did:web:{product.issuer_name}.example"
    assert record["companyIds"][0].startswith(f"urn:pact:{product.issuer_name}.example:")
    for part, _, unit in product.components:
        assert unit == footprint(BY_NAME[part])["pcf"]["declaredUnitOfMeasurement"]


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


def test_the_door_reader_has_logistics_and_an_end() -> None:
    reader = CHAIN[-1]
    listed = tomllib.loads((FOLDER / "chain.toml").read_text(encoding="utf-8"))["product"][-1]["records"]
    assert [role for role, _ in reader.records] == ["footprint", "logistics", "end-of-life"]
    for role, entry in zip(["logistics", "end-of-life"], listed[1:], strict=True):
        record = read(dict(reader.records)[role])
        assert record["companyName"] != footprint(reader)["companyName"]
        assert record["pcf"]["declaredUnitOfMeasurement"] == entry["unit"]
    freight = Decimal(read(dict(reader.records)["logistics"])["pcf"]["pcfExcludingBiogenicUptake"])
    assert value(reader, "outboundLogisticsGhgEmissions") == Decimal(listed[1]["quantity"]) * freight
    # 1,600 km with 1.25 kg
    assert Decimal(listed[1]["quantity"]) == value(reader, "productMassPerDeclaredUnit") * 1600 / 1000


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
