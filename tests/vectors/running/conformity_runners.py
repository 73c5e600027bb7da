"""Runs the vectors of statements, accreditations and statement files."""

from __future__ import annotations

import json
from typing import Any

from carbonseal.passport.conformity.accreditations import ACCREDITATION
from carbonseal.passport.conformity.files import parse_accreditation, parse_statement
from carbonseal.passport.conformity.statements import STATEMENT
from carbonseal.passport.data_integrity import check_proof

Vector = dict[str, Any]


def statement(case: Vector) -> Vector:
    carried = STATEMENT.carry(case["document"], bytes.fromhex(case["salt"]))
    check_proof(carried.signed.document, carried.signed.key)
    opinion, replaces = carried.signed.opinion, carried.signed.replaces
    return {
        "digest": carried.signed.digest.hex(),
        "commitment": carried.commitment.hex(),
        "organisation": opinion.organisation,
        "covers": opinion.covers,
        "footprints": [one.hex() for one in opinion.footprints],
        "replaces": None if replaces is None else replaces.hex(),
    }


def accreditation(case: Vector) -> Vector:
    carried = ACCREDITATION.carry(case["document"], bytes.fromhex(case["salt"]))
    check_proof(carried.signed.document, carried.signed.key)
    return {
        "digest": carried.signed.digest.hex(),
        "commitment": carried.commitment.hex(),
        "body": carried.signed.body,
        "number": carried.signed.number,
        "keys": [key.hex() for key in carried.signed.keys],
    }


def statement_file(case: Vector) -> Vector:
    read = parse_statement(json.dumps(case["file"]).encode())
    return {
        "statement": read.root.hex(),
        "accreditations": sorted(one.hex() for one in read.accreditations),
        "statusLists": sorted(one.hex() for one in read.status_lists),
    }


def accreditation_file(case: Vector) -> Vector:
    read = parse_accreditation(json.dumps(case["file"]).encode())
    return {"accreditation": read.root.hex(), "statusLists": sorted(one.hex() for one in read.status_lists)}
