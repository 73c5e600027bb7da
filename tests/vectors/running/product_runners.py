"""Runs the vectors of product credentials: what they list, the salts of batches, and requests to issue."""

from __future__ import annotations

from typing import Any

from carbonseal.node.issuance import requests
from carbonseal.passport.products import Batch, ProductCredential, batch_key, batch_salt

Vector = dict[str, Any]


def listed(credential: ProductCredential) -> dict[str, Any]:
    return {
        "records": [record.commitment.hex() for record in credential.records],
        "stages": [[one.stage, one.quantity, one.unit] for one in credential.records if one.stage],
        "components": [component.digest.hex() for component in credential.components],
        "shares": [[one.quantity, one.unit, one.per.amount, one.per.unit, one.basis] for one in credential.components],
        "identifiers": sorted(credential.identities),
        "batch": None if credential.batch is None else credential.batch.hash.hex(),
    }


def batch(case: Vector) -> dict[str, Any]:
    key = batch_key(bytes.fromhex(case["saltKey"]), case["issuer"])
    salt = batch_salt(key, case["product"], case["number"])
    return {"salt": salt.hex(), "hash": Batch(case["number"], salt, "1", "piece").hash.hex()}


def issue(request: Vector) -> dict[str, Any]:
    requests.check(request)
    return {"holds": True}
