"""Two nodes that may be each other's witnesses, and what tests ask of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Cosigner, Note, VerifierKey
from carbonseal.node.config import SignerConfig, WitnessConfig
from carbonseal.node.node import Node
from carbonseal.node.secrets import make_key, open_signer, verifier_of
from carbonseal.service.app import serving
from tests import nodes
from tests.node.running import opened
from tests.service.nodes import free_port


class Pair:
    """East and west: each has the other's keys. A test decides which is a witness of which."""

    def __init__(self, path: Path, *, age: float = 1.0, **quorums: int) -> None:
        """`quorums` names those that ask the other: how many cosignatures a head of theirs waits for. Entries wait `age` seconds
        for a batch."""
        self.path = path
        self.ports = {name: free_port() for name in ("east", "west")}
        logs = {
            name: nodes.log_config(origin=f"{name}.example/log", quorum=quorums.get(name, 0)) for name in self.ports
        }
        made = {name: nodes.settings(log) for name, log in logs.items()}
        for name, one in made.items():
            for uri in (logs[name].key, one.cosigner.key):
                make_key(path / name / uri.removeprefix("file:"))
        for name, other in (("east", "west"), ("west", "east")):
            changes: dict[str, object] = {
                "foreign": nodes.foreign(verifier_of(logs[other].origin, logs[other].key, path / other)),
                "issuers": (SignerConfig("maker", f"did:web:{name}.example", "file:keys/issuer.key"),),
            }
            if name in quorums:
                cosigner = made[other].cosigner
                key = Cosigner(cosigner.name, open_signer(cosigner.key, path / other)).verifier
                url = f"http://127.0.0.1:{self.ports[other]}/v1/logs/default"
                changes["witnesses"] = (WitnessConfig(key, url),)
            nodes.make_node(path / name, nodes.settings(logs[name], batch_age=age, **changes))

    @asynccontextmanager
    async def served(self, name: str) -> AsyncIterator[Node]:
        """One of the two, served; nothing happens in the background."""
        async with opened(self.path / name) as node, serving(node, port=self.ports[name]):
            yield node


def cosigned(node: Node, by: VerifierKey) -> tuple[int, int | None]:
    """The size of the published head, and when it was cosigned."""
    raw = node.log().checkpoint()
    assert raw is not None
    note = Note.parse(raw)
    assert raw == node.log().head(node.log().size).note
    return Checkpoint.parse(note.text).size, note.cosigned_at(by)


async def record(node: Node, number: int) -> None:
    await node.submit(b'{"record": %d}' % number, "json/1")
