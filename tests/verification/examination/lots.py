"""Sealed passports of products that took of one lot: each verifies, and together they took more than it yielded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carbonseal.passport.passports import Passport
from carbonseal.passport.products import batch_salt
from tests.world import Issuer, World

Change = Callable[[dict[str, Any]], None]


def batch(draft: dict[str, Any], number: str, quantity: str, unit: str) -> None:
    """Give a credential a batch, as its issuer does."""
    subject = draft["credentialSubject"]
    salt = batch_salt(bytes(32), subject["id"], number)
    subject["batch"] = {"number": number, "salt": salt.hex(), "quantity": quantity, "unit": unit}


def lot(world: World, yielded: str = "1000", *, supersedes: Passport | None = None) -> Passport:
    """Metal of the supplier: one lot, of so many kilograms."""

    def change(draft: dict[str, Any]) -> None:
        batch(draft, "L1", yielded, "kilogram")
        if supersedes is not None:
            draft["credentialSubject"]["supersedes"] = supersedes.root.hex()

    return world.passport(world.supplier, "metal", change=change)


def taker(world: World, metal: Passport, name: str, kilograms: str, issuer: Issuer | None = None) -> Passport:
    """A product whose lot of one hundred pieces took so many kilograms of the metal."""

    def change(draft: dict[str, Any]) -> None:
        batch(draft, f"lot of {name}", "100", "piece")
        (component,) = draft["credentialSubject"]["components"]
        component |= {"quantity": kilograms, "unit": "kilogram", "per": {"amount": "100", "unit": "piece"}}

    return world.passport(issuer, name, [metal], change=change)
