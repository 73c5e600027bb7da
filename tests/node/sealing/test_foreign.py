"""Other logs' heads, entered in a log of ours."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import Refused
from carbonseal.ledger import Statement, log_id
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.node.node import Node
from tests.node.conftest import ORIGIN, Begin
from tests.node.running import run
from tests.nodes import foreign


def test_foreign_anchors(begin: Begin) -> None:
    other = NoteSigner("other.example/log", Ed25519PrivateKey.generate())
    thief = NoteSigner("other.example/log", Ed25519PrivateKey.generate())
    stranger = NoteSigner("stranger.example/log", Ed25519PrivateKey.generate())
    own = NoteSigner(ORIGIN, Ed25519PrivateKey.generate())
    directory = begin(foreign=foreign(other.verifier))
    statement = Statement(log_id(other.name), 5, b"\1" * 32)

    def signed(signer: NoteSigner, size: int, root: bytes = b"\1" * 32) -> bytes:
        return sign_checkpoint(Checkpoint(signer.name, size, root), signer)

    async def work(node: Node) -> None:
        state = await node.log().submit_foreign(signed(other, 5))
        assert (state.statement, state.index) == (statement, None)
        assert state.to_json() == {"state": "queued", "index": None, "size": 5, "root": "01" * 32}
        await node.sequence()
        again = await node.log().submit_foreign(signed(other, 5))
        assert again.index == 1
        assert again.to_json()["state"] == "sequenced"
        assert node.log().foreign(statement.log_id, 5) == again == node.log().foreign(statement.log_id)
        assert node.log().foreign(statement.log_id, 4) is None
        assert node.log().foreign(bytes(32)) is None
        await node.log().submit_foreign(signed(other, 3))
        assert node.log().foreign(statement.log_id) == again
        refused = {
            "foreign.other-root": signed(other, 5, bytes(32)),
            "foreign.unknown-log": signed(stranger, 5),
            "foreign.own-log": signed(own, 5),
            "foreign.empty": signed(other, 0),
            "checkpoint.unsigned": signed(thief, 5),
        }
        for code, note in refused.items():
            with pytest.raises(Refused) as caught:
                await node.log().submit_foreign(note)
            assert caught.value.finding.code.name == code
        with pytest.raises(Refused):
            await node.log().submit_foreign(b"nothing of the kind")
        assert node.log().waiting == 1

    run(directory, work)
