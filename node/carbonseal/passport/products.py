"""Product credentials (docs/spec.md, section 12): what an issuer signs about a product, its records and its components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carbonseal.passport import credentials
from carbonseal.passport.credentials import Credential, StatusEntry, Subject, refuse_twice
from carbonseal.passport.schemas import PRODUCT_SHAPE, PRODUCT_TYPE

FOOTPRINT = "footprint"  # the role of the one record with the product's footprint


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record that a credential lists: its role (`footprint`), its profile and its commitment."""

    role: str
    profile: str
    commitment: bytes  # 32 bytes


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the product: the digest of its credential, and how much of it went into one declared unit."""

    digest: bytes  # 32 bytes
    quantity: str  # a decimal
    unit: str


@dataclass(frozen=True)
class ProductCredential(Credential):
    """What its subject, a product, is made of."""

    subject: str
    name: str
    records: tuple[ListedRecord, ...]  # at most one of role FOOTPRINT
    components: tuple[Component, ...]


def draft_product(
    *,
    id: str,
    issuer: str,
    subject: str,
    name: str,
    records: Sequence[ListedRecord],
    components: Sequence[Component],
    valid_from: datetime,
    valid_until: datetime | None = None,
    status: Iterable[StatusEntry] = (),
) -> dict[str, Any]:
    """An unsigned product credential."""
    body = {
        "id": subject,
        "name": name,
        "records": [
            {"role": record.role, "profile": record.profile, "commitment": record.commitment.hex()}
            for record in records
        ],
        "components": [
            {"digest": component.digest.hex(), "quantity": component.quantity, "unit": component.unit}
            for component in components
        ],
    }
    return credentials.draft(
        PRODUCT_TYPE, body, id=id, issuer=issuer, valid_from=valid_from, valid_until=valid_until, status=status
    )


def _read(document: Mapping[str, Any], common: Mapping[str, Any]) -> ProductCredential:
    body = document["credentialSubject"]
    records = tuple(
        ListedRecord(record["role"], record["profile"], bytes.fromhex(record["commitment"]))
        for record in body["records"]
    )
    components = tuple(
        Component(bytes.fromhex(component["digest"]), component["quantity"], component["unit"])
        for component in body["components"]
    )
    refuse_twice("record", [record.commitment.hex() for record in records])
    refuse_twice("role", [record.role for record in records if record.role == FOOTPRINT])
    refuse_twice("component", [component.digest.hex() for component in components])
    return ProductCredential(
        **common, subject=body["id"], name=body.get("name", body["id"]), records=records, components=components
    )


PRODUCT = Subject(PRODUCT_TYPE, "credential/1", PRODUCT_SHAPE, _read)
