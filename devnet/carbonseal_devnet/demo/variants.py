"""Products that the demo has beside the example's supply chain, each made of one of the example's: who cheats needs a product."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from carbonseal_devnet.example import Listed, Product


def door_handle(reader: Product, folder: Path) -> Product:
    """Another maker's product, which takes fingerprint sensors of the very batch that went into the readers. Its record is written
    to `folder`."""
    subject = "urn:pact:schliessgut.example:product-id:DH-1"
    figures = {
        "productMassPerDeclaredUnit": "0.4",
        "pcfExcludingBiogenicUptake": "3",
        "pcfIncludingBiogenicUptake": "3",
        "fossilGhgEmissions": "3",
        "landUseChangeGhgEmissions": "0",
        "biogenicCO2Uptake": "0",
        "fossilCarbonContent": "0.01",
        "biogenicCarbonContent": "0",
        "primaryDataShare": "60",
    }
    names = {
        "id": "b3c1f3c2-58f0-5e4f-9f0e-6a2d0c3a8a11",
        "companyName": "Schliessgut",
        "companyIds": ["urn:pact:schliessgut.example:company-id:1"],
        "productDescription": "Door handle with a fingerprint sensor",
        "productIds": [subject],
        "productNameCompany": "Fingerprint door handle",
    }
    record = _record(reader, folder / "door-handle.json", names, figures)
    return replace(
        reader,
        name="Fingerprint door handle",
        subject=subject,
        issuer_name="schliessgut",
        issuer="did:web:schliessgut.example",
        records=(record,),
        components=(("Fingerprint sensor", "1", "piece"),),
        about={
            "identifiers": ["https://id.schliessgut.example/DH-1"],
            "classifications": [{"scheme": "urn:carbonseal:hs:2022", "code": "830140"}],
            "facility": {"id": "https://id.schliessgut.example/site/1", "name": "Schliessgut Halle 1", "country": "DE"},
            "batch": {"number": "DH1-2026-02", "quantity": "300", "unit": "piece"},
        },
    )


def light_board(board: Product, folder: Path) -> Product:
    """The circuit board with less carbon than its own components bring: microcontroller and copper alone are 0.597 kg."""
    figures = {
        "pcfExcludingBiogenicUptake": "0.5",
        "pcfIncludingBiogenicUptake": "0.5",
        "fossilGhgEmissions": "0.49692164",
    }
    names = {"id": "5c0b61c4-0a0c-5b64-8c2e-3f8f0f7d6d12"}
    record = _record(board, folder / "light-board.json", names, figures)
    return replace(board, records=(record,), about=_lot(board, "PCB-DR4-26-06", "10"))


def next_lot(reader: Product) -> Product:
    """Ten more readers, of the same footprint."""
    return replace(reader, about=_lot(reader, "DR4-2026-05", "10"))


def _lot(product: Product, number: str, quantity: str) -> dict[str, Any]:
    return {**product.about, "batch": {**product.about["batch"], "number": number, "quantity": quantity}}


def _record(product: Product, path: Path, names: dict[str, Any], figures: dict[str, str]) -> Listed:
    """The product's footprint with other names and figures, written to `path`."""
    document = json.loads(product.records[0].path.read_bytes())
    document |= names
    document["pcf"] |= figures
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return Listed("footprint", path, {})
