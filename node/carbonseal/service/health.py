"""Health of a node as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from carbonseal.instants import format_seconds
from carbonseal.node.node import Node
from carbonseal.node.sealing.log import SealingLog
from carbonseal.node.webhooks.failures import failures
from carbonseal.node.witnessing.client import WitnessClient

MOST_DAMAGE = 20  # damaged places of one log that are told


def health(node: Node) -> dict[str, Any]:
    """The state of a node, its logs and its ledgers. `state` is

    - "frozen" where a log signs nothing and no other log here is its successor;
    - else "failing" where anything else needs an operator (`carbonseal.node.webhooks.failures`);
    - else "ok".
    """
    ledgers = node.states()
    raised = failures(node.logs.values(), ledgers, node.found, node.issuing_problems())
    frozen, failing = any(failure.frozen for failure in raised.values()), bool(raised)
    return {
        "state": "frozen" if frozen else "failing" if failing else "ok",
        "failures": [{"about": about, **asdict(failure)} for about, failure in raised.items()],
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
        "cosigners": [key.encode() for key in log.cosigners],
        "cosigning": log.witness_problem.outline() if log.witness_problem else None,
        "forks": [fork.to_json() for fork in log.forks],
        "ledgers": list(log.ledgers),
        "problem": log.batch_problem.outline() if log.batch_problem else None,
        "damage": [finding.outline() for finding in log.found.findings[:MOST_DAMAGE]],
    }


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
