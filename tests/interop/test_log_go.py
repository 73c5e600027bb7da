"""The log beside two Go implementations: golang.org/x/mod's sumdb and transparency-dev's merkle."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tree import Edge, consistency_proof, inclusion_proof, leaf_hash
from tests.log.trees import Definition, Tiles, entries, leaves

SOURCE = Path(__file__).with_name("go")
SIZE = 300
SIZES = (1, 2, 3, 7, 8, 100, 255, 256, 257, 300)
SEED = bytes(range(32))
SIGNER = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(SEED))


@pytest.fixture(scope="module")
def interop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not on the path: its implementations of the log are not compared")
    fetched = subprocess.run([go, "mod", "download"], cwd=SOURCE, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"Go's modules cannot be had: {fetched.stderr.strip()}")
    program = tmp_path_factory.mktemp("go") / "interop"
    subprocess.run([go, "build", "-o", program, "."], cwd=SOURCE, check=True)
    return program


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def claim(index: int, size: int, proof: tuple[bytes, ...]) -> dict[str, Any]:
    return {"index": index, "size": size, "proof": [text(node) for node in proof]}


def test_trees_proofs_and_notes_agree(interop: Path) -> None:
    tree = Definition(leaves(SIZE))
    edge = Edge()
    roots = []
    for entry in entries(SIZE):
        edge.append(leaf_hash(entry))
        roots.append(text(edge.root()))
    inclusions = [
        claim(index, size, inclusion_proof(index, size, Tiles(tree, size)))
        for size in SIZES
        for index in {*range(0, size, 11), size - 1}
    ]
    consistency = [
        claim(old, new, consistency_proof(old, new, Tiles(tree, new)))
        for new in SIZES
        for old in {*range(1, new, 11), new}
    ]
    checkpoint = Checkpoint("example.com/log", SIZE, edge.root())
    key = SIGNER.verifier
    request = {
        "entries": [text(entry) for entry in entries(SIZE)],
        "inclusions": inclusions,
        "consistency": consistency,
        "note": text(sign_checkpoint(checkpoint, SIGNER)),
        "key": key.encode(),
        "text": checkpoint.encode(),
        "signing_key": f"PRIVATE+KEY+{key.name}+{key.key_id.hex()}+{text(bytes([1]) + SEED)}",
    }
    done = subprocess.run([interop], input=json.dumps(request), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["roots"] == roots
    assert answer["inclusions"] == [claim["proof"] for claim in inclusions]
    assert answer["consistency"] == [claim["proof"] for claim in consistency]
    assert answer["verified"] == len(inclusions) + len(consistency)
    assert answer["opened"] == checkpoint.encode()
    signed = base64.b64decode(answer["signed"])
    assert open_checkpoint(signed, key) == checkpoint
    assert signed == sign_checkpoint(checkpoint, SIGNER)
