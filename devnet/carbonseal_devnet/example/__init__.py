"""The example: an invented supply chain of a biometric door reader, as PACT 3.0 records (README.md in this folder). Private."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Stage:
    """What a company adds itself: an EN 15804 stage and its emissions, in kg CO2e per declared amount of the product."""

    stage: str
    name: str
    fossil: Decimal
    land_use_change: Decimal
    uptake: Decimal


@dataclass(frozen=True, slots=True)
class Listed:
    """A record of a product: its role, its file, and of one beyond the gate its stage and how much of it the product has."""

    role: str
    path: Path
    stage: Mapping[str, str]  # empty, or stage, quantity and unit


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the chain, its records and what went into it."""

    name: str
    tier: int  # 0 is the finished product
    subject: str  # the product's id, a URN
    issuer_name: str
    issuer: str  # did:web
    per: Mapping[str, str]  # the declared amount of its footprint, with unit
    records: tuple[Listed, ...]  # the first is the footprint
    components: tuple[tuple[str, str, str], ...]  # name, quantity into `per`, unit
    stages: tuple[Stage, ...]
    about: Mapping[str, Any]  # identifiers, classifications, facility, batch: as an issue request has them

    def request(self, commitments: Mapping[Path, str], passports: Mapping[str, Any]) -> dict[str, Any]:
        """The issue request about this product: `commitments` of its records by file, in hexadecimal, and `passports` of its
        components by name, as JSON values."""
        return {
            "issuer": self.issuer_name,
            "subject": self.subject,
            "name": self.name,
            **self.about,
            "records": [{"role": one.role, "commitment": commitments[one.path], **one.stage} for one in self.records],
            "components": [
                {"passport": passports[name], "quantity": quantity, "unit": unit, "per": self.per, "basis": "used"}
                for name, quantity, unit in self.components
            ],
        }


def products() -> list[Product]:
    """The chain from the mines to the finished product: each product after its components, the door reader last."""
    return [_product(entry) for entry in tomllib.loads((FOLDER / "chain.toml").read_text(encoding="utf-8"))["product"]]


def _product(entry: Mapping[str, Any]) -> Product:
    return Product(
        name=entry["name"],
        tier=entry["tier"],
        subject=entry["subject"],
        issuer_name=entry["issuer"]["name"],
        issuer=entry["issuer"]["id"],
        per=entry["per"],
        records=tuple(map(_listed, entry["records"])),
        components=tuple((part["name"], part["quantity"], part["unit"]) for part in entry.get("components", ())),
        stages=tuple(map(_stage, entry["stages"])),
        about={member: entry[member] for member in ("identifiers", "classifications", "facility", "batch")},
    )


def _listed(record: Mapping[str, str]) -> Listed:
    stage = {member: record[member] for member in ("stage", "quantity", "unit") if member in record}
    return Listed(record["role"], FOLDER / record["file"], stage)


def _stage(stage: Mapping[str, str]) -> Stage:
    fossil, land_use_change, uptake = (Decimal(stage[member]) for member in ("fossil", "landUseChange", "uptake"))
    return Stage(stage["stage"], stage["name"], fossil, land_use_change, uptake)
