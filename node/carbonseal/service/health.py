"""Health of a node as JSON."""

from __future__ import annotations

from typing import Any

from carbonseal.node.node import Node
from carbonseal.node.sealing.log import SealingLog
from carbonseal.service.errors import describe


def health(node: Node) -> dict[str, Any]:
    """The state of a node, its logs and its ledgers. `state` is

    - "frozen" where a log signs nothing and no other log here is its successor;
    - else "failing" where anchors on a ledger need an operator (`LedgerState.failing`), or a log takes no heads of other logs;
    - else "ok".
    """
    ledgers = node.states()
    failing = any(ledger.failing for ledger in ledgers) or any(log.witness_problem for log in node.logs.values())
    succeeded = {log.predecessor.origin for log in node.logs.values() if log.predecessor}
    frozen = any(log.frozen and log.origin not in succeeded for log in node.logs.values())
    return {
        "state": "frozen" if frozen else "failing" if failing else "ok",
        "logs": [_log(log) for log in node.logs.values()],
        "ledgers": [ledger.to_json() for ledger in ledgers],
    }


def _log(log: SealingLog) -> dict[str, Any]:
    return {
        "name": log.name,
        "origin": log.origin,
        "id": log.id.hex(),
        "key": log.verifier.encode(),
        "size": log.size,
        "waiting": log.waiting,
        "frozen": describe(log.frozen) if log.frozen else None,
        "cosigner": log.cosigner.encode(),
        "cosigning": describe(log.witness_problem) if log.witness_problem else None,
        "forks": [fork.to_json() for fork in log.forks],
        "ledgers": list(log.ledgers),
    }
