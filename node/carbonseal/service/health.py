"""Health of a node as JSON."""

from __future__ import annotations

from typing import Any

from carbonseal.instants import format_seconds
from carbonseal.node.node import Node
from carbonseal.node.sealing.log import SealingLog
from carbonseal.node.witnessing.client import WitnessClient

MOST_DAMAGE = 20  # damaged places of one log that are told


def health(node: Node) -> dict[str, Any]:
    """The state of a node, its logs and its ledgers. `state` is

    - "frozen" where a log signs nothing and no other log here is its successor;
    - else "failing" where anchors on a ledger need an operator (`LedgerState.failing`), a log takes no heads of other logs,
      something rotted on the disk, its last batch failed, a head waits for witnesses that do not answer, or a witness claims
      to know more of a log;
    - else "ok".
    """
    ledgers = node.states()
    failing = any(ledger.failing for ledger in ledgers) or any(map(_needs_somebody, node.logs.values()))
    failing = failing or bool(node.found.findings)
    succeeded = {log.predecessor.origin for log in node.logs.values() if log.predecessor}
    frozen = any(log.frozen and log.origin not in succeeded for log in node.logs.values())
    return {
        "state": "frozen" if frozen else "failing" if failing else "ok",
        "logs": [_log(log) for log in node.logs.values()],
        "ledgers": [ledger.to_json() for ledger in ledgers],
        "refused": dict(sorted(node.access.tokens.refused.items())),  # logins, by code, since the node was opened
        "damage": [finding.outline() for finding in node.found.findings[:MOST_DAMAGE]],
    }


def _log(log: SealingLog) -> dict[str, Any]:
    return {
        "name": log.name,
        "origin": log.origin,
        "id": log.id.hex(),
        "key": log.verifier.encode(),
        "size": log.size,
        "waiting": log.waiting,
        "frozen": log.frozen.outline() if log.frozen else None,
        "witnesses": [_witness(witness) for witness in log.witnesses],
        "unpublished": _unpublished(log),
        "cosigner": log.cosigner.encode(),
        "cosigning": log.witness_problem.outline() if log.witness_problem else None,
        "forks": [fork.to_json() for fork in log.forks],
        "ledgers": list(log.ledgers),
        "problem": log.batch_problem.outline() if log.batch_problem else None,
        "damage": [finding.outline() for finding in log.found.findings[:MOST_DAMAGE]],
    }


def _needs_somebody(log: SealingLog) -> bool:
    alarmed = any(witness.is_alarmed for witness in log.witnesses)
    stuck = log.unpublished is not None and any(witness.problem for witness in log.witnesses)
    troubled = log.witness_problem is not None or log.batch_problem is not None or bool(log.found.findings)
    return alarmed or stuck or troubled


def _witness(witness: WitnessClient) -> dict[str, Any]:
    return {
        "name": witness.key.name,
        "url": witness.endpoint,
        "size": witness.cosigned,
        "time": format_seconds(witness.time) if witness.time else None,
        "problem": witness.problem.outline() if witness.problem else None,
    }


def _unpublished(log: SealingLog) -> dict[str, Any] | None:
    if log.unpublished is None:
        return None
    head, count = log.unpublished
    return {
        "size": head.checkpoint.size,
        "since": format_seconds(head.since),
        "cosigned": count,
        "quorum": log.quorum,
    }
