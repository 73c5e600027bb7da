"""How a node is, as JSON."""

from __future__ import annotations

from typing import Any

from carbonseal.node.node import Node
from carbonseal.node.outbox import State

from .errors import describe


def health(node: Node) -> dict[str, Any]:
    """`state` is "ok", "failing" (a ledger has a problem, or an anchor failed for good) or "frozen" (the log signs nothing)."""
    ledgers = node.states()
    failing = any(ledger.problem or ledger.counts.get(State.FAILED) for ledger in ledgers)
    return {
        "state": "frozen" if node.frozen else "failing" if failing else "ok",
        "origin": node.config.origin,
        "key": node.verifier.encode(),
        "size": node.size,
        "waiting": node.waiting,
        "frozen": describe(node.frozen) if node.frozen else None,
        "ledgers": [ledger.to_json() for ledger in ledgers],
    }
