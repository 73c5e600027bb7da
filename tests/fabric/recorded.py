"""What was recorded from real networks with carbonseal's chaincode; `record` makes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from carbonseal.ledger import Checked, Evidence, Statement, TrustItem
from carbonseal_adapters.fabric.checking.evidence import VERIFIER, Pins
from carbonseal_adapters.fabric.checking.packing import TYPE, VERSION
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value
from tests.repository.sources import REPOSITORY

VECTORS = REPOSITORY / "tests" / "vectors" / "fabric"
NETWORKS = ("2.5-raft", "3.1-raft", "3.1-bft")


@dataclass(frozen=True)
class Recorded:
    folder: Path

    @cached_property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "recorded.json").read_text("ascii"))
        return facts

    @property
    def ledger(self) -> str:
        return str(self.facts["ledger"])

    @cached_property
    def pins(self) -> Pins:
        return VERIFIER.pin(self.ledger, self.facts["pins"])

    @cached_property
    def trust(self) -> list[TrustItem]:
        return [TrustItem(self.ledger, CONFIG_BLOCK, item_value(self.ledger, self.block(0)), "recorded", "2026-11-22")]

    @cached_property
    def anchors(self) -> list[tuple[Statement, Evidence]]:
        """Statements with their evidence, in the order in which they were written."""
        return [
            (Statement.decode(bytes.fromhex(each["statement"])), Evidence(TYPE, VERSION, packed(each["evidence"])))
            for each in self.facts["anchors"]
        ]

    @property
    def height(self) -> int:
        return len(list(self.folder.glob("*.block")))

    def block(self, number: int) -> bytes:
        """A block as a peer of Org1 had it, raw."""
        return (self.folder / f"{number}.block").read_bytes()

    def check(self, evidence: Evidence, statement: Statement, trust: list[TrustItem] | None = None) -> Checked:
        return VERIFIER.check(evidence, statement, self.pins, self.trust if trust is None else trust)


def packed(value: dict[str, Any]) -> bytes:
    """RFC 8785: all of it is ASCII and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def recorded(name: str) -> Recorded:
    return Recorded(VECTORS / name)
