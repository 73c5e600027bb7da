"""Runs the vectors of statements, accreditations and statement files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from carbonseal.instants import format_instant, parse_instant
from carbonseal.node.issuance.conformity import requests
from carbonseal.passport.conformity.accreditations import ACCREDITATION
from carbonseal.passport.conformity.files import parse_accreditation, parse_statement, read_statement
from carbonseal.passport.conformity.statements import STATEMENT
from carbonseal.passport.data_integrity import check_proof
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.trust import parse_trust
from carbonseal.verification.verify import verify_statement

Vector = dict[str, Any]


def statement(case: Vector, _: object) -> Vector:
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


def accreditation(case: Vector, _: object) -> Vector:
    carried = ACCREDITATION.carry(case["document"], bytes.fromhex(case["salt"]))
    check_proof(carried.signed.document, carried.signed.key)
    return {
        "digest": carried.signed.digest.hex(),
        "commitment": carried.commitment.hex(),
        "body": carried.signed.body,
        "number": carried.signed.number,
        "keys": [key.hex() for key in carried.signed.keys],
    }


def statement_file(case: Vector, _: object) -> Vector:
    read = parse_statement(json.dumps(case["file"]).encode())
    return {
        "statement": read.root.hex(),
        "accreditations": sorted(one.hex() for one in read.accreditations),
        "statusLists": sorted(one.hex() for one in read.status_lists),
    }


def accreditation_file(case: Vector, _: object) -> Vector:
    read = parse_accreditation(json.dumps(case["file"]).encode())
    return {"accreditation": read.root.hex(), "statusLists": sorted(one.hex() for one in read.status_lists)}


def verified(case: Vector, _: object) -> Vector:
    policy = parse_policy(case["policy"])
    trust = parse_trust(json.dumps(case["trust"]).encode())
    report = verify_statement(read_statement(case["file"]), policy, trust, at=parse_instant(case["at"]))
    return {
        "verdict": report.verdict.value,
        "codes": {finding.code.name for finding in report.findings},
        "existedBy": None if report.existed_by is None else format_instant(report.existed_by),
    }


def statement_request(case: Vector, _: object) -> Vector:
    requests.read_statement_request(case["request"], case["now"])
    return {"holds": True}


def accreditation_request(case: Vector, _: object) -> Vector:
    requests.read_accreditation_request(case["request"], case["now"])
    return {"holds": True}


RUNNERS: Mapping[str, Callable[[Vector, Any], Vector]] = {
    "verify-statement": verified,
    "statement": statement,
    "accreditation": accreditation,
    "statement-file": statement_file,
    "accreditation-file": accreditation_file,
    "statement-request": statement_request,
    "accreditation-request": accreditation_request,
}
