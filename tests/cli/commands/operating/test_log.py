"""`carbonseal log`, and the other commands in a node of several logs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import Genesis, decode
from carbonseal.log.notes import Note, NoteSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tiles import decode_bundle
from carbonseal.node.config import load
from carbonseal.node.lock import Lock
from carbonseal.node.sealing.files import LogFiles
from tests.cli.conftest import Run

ORIGIN, MOTORS = "log.example/2026", "log.example/motors"


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    made = tmp_path / "node"
    assert run("init", made, "--origin", ORIGIN).exit_code == 0
    (tmp_path / "record.json").write_text('{"kilograms": "12.50"}', encoding="utf-8")
    return made


def sealed(run: Run, node: Path, *options: object) -> str:
    """Seal the record; its commitment."""
    done = run("seal", node, node.parent / "record.json", "--profile", "json/1", *options)
    assert done.exit_code == 0, done.output
    return done.stdout.split()[0]


def checkpoint(node: Path, log: str) -> Path:
    return node / "logs" / log / "checkpoint"


def test_another_log(run: Run, node: Path) -> None:
    before = (node / "node.toml").read_text(encoding="utf-8")
    done = run("log", "add", node, "motors", "--origin", MOTORS)
    assert done.exit_code == 0, done.output
    assert (node / "node.toml").read_text(encoding="utf-8").startswith(before.rstrip("\n"))
    assert [log.name for log in load(node).logs] == ["default", "motors"]
    assert re.search(rf"log {re.escape(MOTORS)}\+[0-9a-f]{{8}}\+\S+", done.stdout)
    for path in ("keys/log-motors.key", "keys/salt-motors.key"):
        assert (node / path).stat().st_mode & 0o077 == 0
    one, other = sealed(run, node), sealed(run, node, "--tenant", "motors")
    assert one != other
    for log, origin in (("default", ORIGIN), ("motors", MOTORS)):
        assert Checkpoint.parse(Note.parse(checkpoint(node, log).read_bytes()).text).origin == origin
    output = run("status", node).stdout
    assert f"{ORIGIN}  the log default" in output
    assert f"{MOTORS}  the log motors" in output
    assert [log["size"] for log in json.loads(run("status", node, "--json").stdout)["logs"]] == [2, 2]


def test_proofs_from_either(run: Run, node: Path, tmp_path: Path) -> None:
    assert run("log", "add", node, "motors", "--origin", MOTORS).exit_code == 0
    sealed(run, node)
    commitment = sealed(run, node, "--tenant", "motors")
    proof = tmp_path / "x.tlog-proof"
    for asked in ([commitment], ["1", "--log", "motors"]):
        assert run("log", "proof", node, *asked, "-o", proof).exit_code == 0
        made = TlogProof.parse(proof.read_bytes())
        assert Checkpoint.parse(Note.parse(made.checkpoint_note).text).origin == MOTORS
        proof.unlink()
    done = run("log", "proof", node, "1", "--log", "none", "-o", proof)
    assert done.exit_code == 2
    assert "default, motors" in done.stderr


def test_a_successor_names_the_last_head(run: Run, node: Path) -> None:
    sealed(run, node)
    head = Checkpoint.parse(Note.parse(checkpoint(node, "default").read_bytes()).text)
    done = run("log", "add", node, "2027", "--origin", "log.example/2027", "--succeeds", checkpoint(node, "default"))
    assert done.exit_code == 0, done.output
    sealed(run, node, "--tenant", "2027")
    genesis = decode(decode_bundle(LogFiles(node / "logs/2027").entries(0, 1), 1)[0])
    assert genesis == Genesis("log.example/2027", {}, head)


def test_its_key_may_be_encrypted(run: Run, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARBONSEAL_TEST_PASSWORD", "word")
    key = Ed25519PrivateKey.generate()
    path = node / "keys" / "motors.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")))
    path.chmod(0o600)
    uri = "file:keys/motors.pem?password=env:CARBONSEAL_TEST_PASSWORD"
    done = run("log", "add", node, "motors", "--origin", MOTORS, "--log-key", uri)
    assert done.exit_code == 0, done.output
    assert NoteSigner(MOTORS, key).verifier.encode() in done.stdout
    assert load(node).logs[1].key == uri
    assert not (node / "keys" / "log-motors.key").exists()
    sealed(run, node, "--tenant", "motors")
    assert Checkpoint.parse(Note.parse(checkpoint(node, "motors").read_bytes()).text).size == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["default", "--origin", MOTORS], "the name default occurs twice"),
        (["motors", "--origin", ORIGIN], "occurs twice"),
        (["a/b", "--origin", MOTORS], "is not a valid name"),
        (["motors", "--origin", "with space"], "without spaces"),
        (["motors", "--origin", MOTORS, "--ledger", "eip155:1"], "eip155:1"),
        (["motors", "--origin", MOTORS, "--succeeds", "record.json"], "record.json"),
        (["motors", "--origin", MOTORS, "--log-key", "file:keys/log-default.key"], "occurs twice"),
        (["motors", "--origin", MOTORS, "--log-key", "file:keys/witness.key"], "is the witness key"),
        (["motors", "--origin", MOTORS, "--log-key", "file:keys/issuer-issuer.key"], "the key of the signer issuer"),
        (["motors", "--origin", MOTORS, "--log-key", "file:keys/salt-motors.key"], "the salt key of the tenant motors"),
        (
            ["motors", "--origin", MOTORS, "--log-key", "env:CARBONSEAL_TEST_NONE"],
            "--log-key: env:CARBONSEAL_TEST_NONE",
        ),
        (["motors"], "--origin"),
    ],
)
def test_what_is_refused_changes_nothing(run: Run, node: Path, words: list[str], said: str) -> None:
    words = [str(node.parent / word) if word.endswith(".json") else word for word in words]
    before = {path: path.read_bytes() for path in node.rglob("*") if path.is_file()}
    done = run("log", "add", node, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert {path: path.read_bytes() for path in node.rglob("*") if path.is_file()} == before


def test_not_while_it_runs(run: Run, node: Path) -> None:
    lock = Lock(node)
    try:
        done = run("log", "add", node, "motors", "--origin", MOTORS)
    finally:
        lock.close()
    assert done.exit_code != 0
    assert "has this node open" in done.stderr
    assert [log.name for log in load(node).logs] == ["default"]


def test_an_unknown_tenant_is_refused_with_the_known_ones(run: Run, node: Path) -> None:
    done = run("seal", node, node.parent / "record.json", "--profile", "json/1", "--tenant", "motors")
    assert done.exit_code == 2
    assert "name one of: default" in done.stderr
