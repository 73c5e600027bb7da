"""Real nodes in directories of a test's own, served on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.log.notes import NoteSigner, VerifierKey
from carbonseal.node.config import LedgerConfig, SignerConfig
from carbonseal.node.node import Node
from carbonseal.node.secrets import open_key
from carbonseal.service.app import serving
from carbonseal.service.context import USUAL, Bounds
from tests import nodes


def make_node(
    directory: Path,
    origin: str = "here.example/log",
    *,
    ledgers: Sequence[LedgerConfig] = (),
    foreign: Sequence[VerifierKey] = (),
    issuers: Sequence[SignerConfig] = (),
    bodies: Sequence[SignerConfig] = (),
    accreditors: Sequence[SignerConfig] = (),
) -> NoteSigner:
    """A new node, and the signer that it will use."""
    own = nodes.log_config(origin=origin)
    signers = {"issuers": tuple(issuers), "bodies": tuple(bodies), "accreditors": tuple(accreditors)}
    changes = {"ledgers": tuple(ledgers), "foreign": nodes.foreign(*foreign), **signers}
    nodes.make_node(directory, nodes.settings(own, batch_age=0.05, foreign_age=0.05, **changes))
    return NoteSigner(origin, Ed25519PrivateKey.from_private_bytes(open_key(own.key, directory)))


@asynccontextmanager
async def served(directory: Path, bounds: Bounds = USUAL) -> AsyncIterator[tuple[Node, str]]:
    """The node in `directory`, open and served, and its URL. Nothing happens in the background."""
    async with Node.open(directory) as node, serving(node, bounds=bounds) as url:
        yield node, url


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
