"""`carbonseal key`: keys are made, loaded by URI, and sign for a log."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA65PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from carbonseal.findings import Refused
from carbonseal.keys.signers import Curve
from carbonseal.keys.tokens import SCHEME
from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.log.notes import Algorithm, VerifierKey
from carbonseal.node.node import Node
from carbonseal.node.secrets import ML_DSA_44_KEY, VerifiedMLDSASigner, make_ml_dsa_44_key, open_ml_dsa_44
from tests.cli.conftest import Run
from tests.log.refusals import refusal
from tests.nodes import log_config, make_node, settings

KEY = MLDSA44PrivateKey.from_seed_bytes(bytes(32))


@pytest.mark.parametrize(
    ("kind", "options", "algorithm"),
    [
        ("ed25519", (), Algorithm.ED25519),
        ("ed25519", ("--witness",), Algorithm.COSIGNATURE),
        ("ml-dsa-44", (), Algorithm.ML_DSA_44),
        ("ml-dsa-44", ("--witness",), Algorithm.ML_DSA_44),
    ],
)
def test_a_key_is_made_and_shown(
    run: Run, tmp_path: Path, kind: str, options: tuple[str, ...], algorithm: Algorithm
) -> None:
    path = tmp_path / "keys" / "one"
    assert run("key", "new", str(path), "--type", kind).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    result = run("key", "show", f"file:{path}", "--type", kind, "--name", "見証人.example/a@b", *options)
    assert result.exit_code == 0
    key = VerifierKey.parse(result.output.strip())
    assert (key.name, key.algorithm) == ("見証人.example/a@b", algorithm)
    again = run("key", "new", str(path), "--type", kind)
    assert again.exit_code == 2
    assert "no key is overwritten" in again.stderr
    other = "ed25519" if kind == "ml-dsa-44" else "ml-dsa-44"
    assert run("key", "show", f"file:{path}", "--type", other, "--name", "a").exit_code == 2


def test_a_name_that_no_key_has(run: Run, tmp_path: Path) -> None:
    run("key", "new", str(tmp_path / "one"))
    assert "not a valid key name" in run("key", "show", f"file:{tmp_path}/one", "--name", "a b").stderr


def pem(tmp_path: Path, key: MLDSA44PrivateKey | MLDSA65PrivateKey, password: bytes | None = None) -> str:
    encryption = NoEncryption() if password is None else BestAvailableEncryption(password)
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    path.chmod(0o600)
    return f"file:{path}"


def test_an_encrypted_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "swordfish")
    uri = pem(tmp_path, KEY, b"swordfish")
    assert open_ml_dsa_44(f"{uri}?password=env:WORD", tmp_path).public_key() == KEY.public_key()
    assert refusal(open_ml_dsa_44, uri, tmp_path) == "secret.encrypted"
    monkeypatch.setenv("WORD", "another")
    assert refusal(open_ml_dsa_44, f"{uri}?password=env:WORD", tmp_path) == "secret.wrong-password"


def test_what_is_not_an_ml_dsa_44_key(tmp_path: Path) -> None:
    assert refusal(open_ml_dsa_44, pem(tmp_path, MLDSA65PrivateKey.generate()), tmp_path) == "secret.ml-dsa-malformed"
    path = tmp_path / "hex"
    path.write_text("00" * 32)
    path.chmod(0o600)
    assert refusal(open_ml_dsa_44, "file:hex", tmp_path) == "secret.ml-dsa-malformed"  # it could be an Ed25519 key
    assert Curve.ML_DSA_44 is ML_DSA_44_KEY.curve
    assert refusal(SCHEME.open, "pkcs11:object=log", ML_DSA_44_KEY, lambda uri: b"") == "secret.curve"


class Faulty:
    """A service that says that it has a key, and signs wrongly."""

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key

    def sign(self, data: bytes, /) -> bytes:
        return KEY.sign(data + b"!")


def test_a_faulty_service() -> None:
    signer = VerifiedMLDSASigner("acmekms:log", Faulty(KEY.public_key().public_bytes_raw()))
    assert refusal(signer.sign, b"a checkpoint") == "secret.signature-wrong"
    assert refusal(VerifiedMLDSASigner, "acmekms:log", Faulty(bytes(1312))) == "secret.public-key"


def test_a_log_signs_with_both_keys(run: Run, tmp_path: Path) -> None:
    """`ml-dsa-44-key` of a log in node.toml: each of the two keys opens every checkpoint, and a node without it goes on."""
    directory = tmp_path / "node"
    directory.mkdir()
    make_ml_dsa_44_key(directory / "keys/quantum.pem")
    own = replace(log_config(), ml_dsa_44_key="file:keys/quantum.pem")
    make_node(directory, settings(own))

    async def sequence(record: bytes) -> bytes:
        async with Node.open(directory, clock=lambda: 1.8e9) as node:
            await node.submit(record, "json/1")
            return (await node.sequence())["default"]

    note = asyncio.run(sequence(b"{}"))
    for uri, kind in ((own.key, "ed25519"), ("file:keys/quantum.pem", "ml-dsa-44")):
        result = run("key", "show", uri.replace("file:", f"file:{directory}/"), "--type", kind, "--name", own.origin)
        assert open_checkpoint(note, VerifierKey.parse(result.output.strip())).size == 2
    text = (directory / "node.toml").read_text()
    assert 'ml-dsa-44-key = "file:keys/quantum.pem"' in text
    (directory / "keys/quantum.pem").unlink()
    with pytest.raises(Refused, match="cannot be read"):
        asyncio.run(sequence(b'{"n": 1}'))
    (directory / "node.toml").write_text(text.replace('ml-dsa-44-key = "file:keys/quantum.pem"\n', ""))
    assert asyncio.run(sequence(b'{"n": 1}')).count("—".encode()) == 1
