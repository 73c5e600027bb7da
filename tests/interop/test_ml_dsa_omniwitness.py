"""omniwitness cosigns a head of ours with an Ed25519 key and an ML-DSA-44 key: both are read, with their time."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import Algorithm, Note, NoteSigner, VerifierKey
from carbonseal.log.text import encode_base64
from carbonseal.log.tree import consistency_proof
from tests.interop.parts import needed, run
from tests.log.trees import Definition, Tiles, leaves
from tests.service.nodes import free_port

LOG = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
TREE = Definition(leaves(20))


def key(folder: Path, name: str, *options: str) -> VerifierKey:
    """A new key of omniwitness, in a file of its own."""
    made = folder / f"{name}.pub"
    program = needed("CARBONSEAL_OMNIWITNESS_KEYS")
    run(program, *options, "-origin", f"witness.example/{name}", "-out_priv", folder / name, "-out_pub", made)
    return VerifierKey.parse(made.read_text().strip())


def request(old: int, size: int) -> bytes:
    """A request to a witness (C2SP tlog-witness), and the head in it."""
    proof = consistency_proof(old, size, Tiles(TREE, size)) if old else ()
    note = sign_checkpoint(Checkpoint(LOG.name, size, TREE.root(size)), LOG)
    return b"".join([f"old {old}\n".encode(), *(f"{encode_base64(one)}\n".encode() for one in proof), b"\n", note])


def until_it_listens(port: int, running: subprocess.Popen[bytes]) -> None:
    """Wait until the program takes connections."""
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"omniwitness ended with {running.returncode}")


def test_both_cosignatures_are_read(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    witness = needed("CARBONSEAL_OMNIWITNESS")
    keys = [key(tmp_path, "ed"), key(tmp_path, "pq", "-mldsa")]
    cosigners = [VerifierKey(keys[0].name, keys[0].public_key, Algorithm.COSIGNATURE), keys[1]]
    vkey = LOG.verifier.encode()
    logs = f"Logs:\n  - Origin: {LOG.name}\n    URL: http://127.0.0.1/\n    PublicKey: {vkey}\n    Feeder: none\n"
    (tmp_path / "logs.yaml").write_text(logs)
    port = free_port()
    command: list[str | Path] = [
        *(witness, "-additional_logs", tmp_path / "logs.yaml", "-db_file", tmp_path / "w.db"),
        *("-listen", f"127.0.0.1:{port}", "-metrics_listen", ""),
        *("-private_key_path", tmp_path / "ed", "-private_key_path", tmp_path / "pq"),
    ]

    async def submit() -> list[bytes]:
        answers = []
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            for old, size in ((0, 7), (7, 20)):
                async with session.post("/add-checkpoint", data=request(old, size)) as answer:
                    assert answer.status == 200, await answer.text()
                    answers.append(await answer.read())
        return answers

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            until_it_listens(port, running)
            answers = asyncio.run(submit())
        finally:
            running.terminate()
    for size, lines in zip((7, 20), answers, strict=True):
        text = Checkpoint(LOG.name, size, TREE.root(size)).encode()
        note = Note.parse(f"{text}\n".encode() + lines)
        stated = [note.cosigned_at(one) for one in cosigners]
        assert all(one is not None and one > 1_700_000_000 for one in stated)
    record_property("counted", "omniwitness: 2 heads, 4 cosignatures of Ed25519 and ML-DSA-44 read")
