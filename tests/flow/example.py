"""The example's supply chain, sealed and anchored in the tests' world: thirteen products of five tiers, from the mines on."""

from __future__ import annotations

import json
from datetime import datetime

from carbonseal.passport.assembly import assemble
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.credentials import REVOCATION, StatusEntry
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import (
    PRODUCT,
    Amount,
    Batch,
    Classification,
    Component,
    Facility,
    ListedRecord,
    batch_salt,
    draft_product,
)
from carbonseal_devnet.example import Product, products
from tests.world import LISTS, ORIGIN, SIGNED, Issuer, World, key

VALID_FROM = SIGNED


def issuer_of(product: Product) -> Issuer:
    """The issuer of a product, with a key of its own."""
    return Issuer(product.issuer, key(product.issuer_name))


def example_passport(world: World) -> Passport:
    """The passport of the door reader, everything disclosed; all parts were issued on one day."""
    made: dict[str, Passport] = {}
    for product in products():
        made[product.name] = _passport(world, product, made, VALID_FROM)
    return made[products()[-1].name]


def policy_lines() -> dict[str, str]:
    """The lines of a policy for the issuers of the chain."""
    from carbonseal.passport.multibase import encode_key

    issuers = {one.issuer_name: issuer_of(one) for one in products()}
    return {name: f"signer {name} issuer {one.id} {encode_key(one.public)}" for name, one in issuers.items()}


def _passport(world: World, product: Product, made: dict[str, Passport], valid_from: datetime) -> Passport:
    issuer = issuer_of(product)
    records = [(one, _record(world, json.loads(one.path.read_bytes()))) for one in product.records]
    about = product.about
    number = about["batch"]["number"]
    per = Amount(product.per["amount"], product.per["unit"])
    draft = draft_product(
        id=f"urn:example:credential:{issuer.id}",
        issuer=issuer.id,
        subject=product.subject,
        name=product.name,
        records=[ListedRecord(one.role, kept.profile, kept.commitment(), **one.stage) for one, kept in records],
        components=[
            Component(made[name].root, quantity, unit, per, "used") for name, quantity, unit in product.components
        ],
        identifiers=about["identifiers"],
        classifications=[Classification(one["scheme"], one["code"]) for one in about["classifications"]],
        facility=Facility(**about["facility"]),
        batch=Batch(
            number, batch_salt(bytes(32), product.subject, number), about["batch"]["quantity"], about["batch"]["unit"]
        ),
        valid_from=valid_from,
        status=[StatusEntry(REVOCATION, LISTS[REVOCATION] + issuer.id, 7)],
    )
    document = issuer.sign(draft)
    salt, commitment = world.put("credential/1", document)
    status_list = world.status_list(issuer)
    kept = {one.commitment(): one for _, one in records}
    return assemble(
        PRODUCT.carry(document, salt),
        records=kept,
        seals=world.seals([*kept, commitment, status_list.commitment]),
        status_lists=[status_list],
        components=[made[name] for name, _, _ in product.components],
        link=lambda origin, old, new: world.log.consistency(old, new) if origin == ORIGIN else None,
    )


def _record(world: World, document: dict[str, object]) -> Disclosed:
    salt, _ = world.put("pact/3.0", document)
    return Disclosed("pact/3.0", salt, document)
