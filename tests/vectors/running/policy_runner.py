"""Runs the vectors of policies. See `runners`."""

from __future__ import annotations

from typing import Any

from carbonseal.flow.rules import CheckRequirement
from carbonseal.verification.policy import StatementRequirement, parse_policy


def contents(raw: bytes) -> dict[str, Any]:
    """Whom a policy names, and what it requires."""
    policy = parse_policy(raw)
    quorums = {"quorum": policy.quorum, "anchors": policy.anchors, "time": policy.time}
    required: dict[str, Any] = {
        check: _opaque(one if isinstance(one, str) else one.name) for check, one in quorums.items() if one
    }
    if policy.status:
        within = policy.status.within
        required["status"] = {"within": None if within is None else int(within.total_seconds())}
    several: dict[str, Any] = {
        "history": policy.history,
        "disclosed": list(policy.disclosed),
        "checks": list(policy.unknown_checks),
    }
    several["statements"] = [_statement(one) for one in policy.statements]
    several["carbon"] = {name: _check(one) for name, one in policy.required_checks().items()}
    return {
        "logs": sorted(policy.logs),
        "witnesses": sorted(map(_opaque, policy.witnesses)),
        "ledgers": sorted(policy.ledgers),
        "signers": {signer.name: signer.role.value for signer in policy.signers.values()},
        "required": required | {check: value for check, value in several.items() if value},
    }


def _statement(required: StatementRequirement) -> dict[str, Any]:
    return {
        "by": required.by if isinstance(required.by, str) else required.by and required.by.name,
        "covers": list(required.covers),
        "engagements": list(required.engagements),
        "opinions": list(required.opinions),
        "assurances": list(required.assurances),
        "standards": list(required.standards),
        "share": str(required.share),
    }


def _check(required: CheckRequirement) -> dict[str, Any]:
    within = None if required.within is None else str(required.within)
    return {"if-unknown": "undetermined" if required.unknown_counts else "noted", "within": within}


def _opaque(name: str) -> str:
    """A name of any bytes: those that are not UTF-8 as `\\udc` and the byte in hexadecimal."""
    return name.encode(errors="backslashreplace").decode()
