"""Runs the vectors of the audit chain. See `runners`."""

from __future__ import annotations

from typing import Any

from carbonseal.node.access.audit_chain import check


def check_audit(case: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    count, head = check((one["event"].encode(), bytes.fromhex(one["hash"])) for one in case["chain"])
    return {"events": count, "head": head.hex()}
