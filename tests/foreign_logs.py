"""Logs of other operators, for whoever takes their heads: real trees, signed heads of any size, and forks of them."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.ledger import Anchor, Statement, log_id
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tree import leaf_hash
from carbonseal.log.witness_requests import WitnessRequest
from tests.log.trees import Definition


class ForeignLog:
    """A log of up to `SIZE` entries. One that forks at an entry is, with the same key, another history from there on."""

    SIZE = 40

    def __init__(self, origin: str = "other.example/log", *, forks_at: int | None = None, seed: bytes = b"") -> None:
        """`seed` makes another key under the same name."""
        self.signer = NoteSigner(
            origin, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(origin.encode() + seed).digest())
        )
        words = [f"{origin} {number}" for number in range(self.SIZE)]
        if forks_at is not None:
            words[forks_at:] = [f"{word}, forked" for word in words[forks_at:]]
        self.tree = Definition([leaf_hash(word.encode()) for word in words])

    @property
    def id(self) -> bytes:
        return log_id(self.signer.name)

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.signer.name, size, self.tree.root(size))

    def statement(self, size: int) -> Statement:
        return self.checkpoint(size).statement()

    def head(self, size: int) -> bytes:
        """The signed note of this size."""
        return sign_checkpoint(self.checkpoint(size), self.signer)

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        return self.tree.consistency(old, size) if 0 < old < size else ()

    def request(self, old: int, size: int) -> bytes:
        """The body that hands over the head of `size` to who took that of `old`."""
        return WitnessRequest(old, self.proof(old, size), self.head(size)).encode()

    def anchor(self, size: int) -> Anchor:
        return Anchor(self.statement(size), self.head(size), lambda old: self.proof(old, size))
