"""The example: an invented supply chain of a biometric door reader, as PACT 3.0 records (README.md in this folder). Private."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Stage:
    """What a company adds itself: an EN 15804 stage and its emissions, in kg CO2e per declared unit of the product."""

    stage: str
    name: str
    fossil: Decimal
    land_use_change: Decimal
    uptake: Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the chain, its records and what went into it."""

    name: str
    tier: int  # 0 is the finished product
    subject: str  # the product's id, a URN
    issuer_name: str
    issuer: str  # did:web
    records: tuple[tuple[str, Path], ...]  # role, file; the first is the footprint
    components: tuple[tuple[str, str, str], ...]  # name, quantity per declared unit, unit
    stages: tuple[Stage, ...]


def products() -> list[Product]:
    """The chain from the mines to the finished product: each product after its components, the door reader last."""
    chain = tomllib.loads((FOLDER / "chain.toml").read_text(encoding="utf-8"))
    return [
        Product(
            name=entry["name"],
            tier=entry["tier"],
            subject=entry["subject"],
            issuer_name=entry["issuer"]["name"],
            issuer=entry["issuer"]["id"],
            records=tuple((record["role"], FOLDER / record["file"]) for record in entry["records"]),
            components=tuple((part["name"], part["quantity"], part["unit"]) for part in entry.get("components", ())),
            stages=tuple(
                Stage(
                    stage["stage"],
                    stage["name"],
                    Decimal(stage["fossil"]),
                    Decimal(stage["landUseChange"]),
                    Decimal(stage["uptake"]),
                )
                for stage in entry["stages"]
            ),
        )
        for entry in chain["product"]
    ]
