"""What was recorded from real networks with carbonseal's chaincode; `record` makes it."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.packing import TYPE, VERSION
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value
from tests.repository.sources import REPOSITORY

VECTORS = REPOSITORY / "tests" / "vectors" / "fabric"
NETWORKS = ("2.5-raft", "3.1-raft", "3.1-bft")


@dataclass(frozen=True)
class Recorded:
    folder: Path

    @cached_property
    def told(self):
        return json.loads((self.folder / "recorded.json").read_text("ascii"))

    @property
    def ledger(self):
        return self.told["ledger"]

    @cached_property
    def pins(self):
        return VERIFIER.pin(self.ledger, self.told["pins"])

    @cached_property
    def trust(self):
        return [TrustItem(self.ledger, CONFIG_BLOCK, item_value(self.ledger, self.block(0)), "recorded", "2026-11-22")]

    @cached_property
    def anchors(self):
        """Statements with their evidence, in the order in which they were written."""
        return [
            (Statement.decode(bytes.fromhex(each["statement"])), Evidence(TYPE, VERSION, packed(each["evidence"])))
            for each in self.told["anchors"]
        ]

    @property
    def height(self):
        return len(list(self.folder.glob("*.block")))

    def block(self, number):
        """A block as a peer of Org1 had it, raw."""
        return (self.folder / f"{number}.block").read_bytes()

    def check(self, evidence, statement, trust=None):
        return VERIFIER.check(evidence, statement, self.pins, self.trust if trust is None else trust)


def packed(value):
    """RFC 8785: all of it is ASCII and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def recorded(name):
    return Recorded(VECTORS / name)
