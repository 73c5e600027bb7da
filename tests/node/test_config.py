"""`node.toml` and secrets: read back as written, and every mistake told with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.log.notes import NoteSigner
from carbonseal.node.config import IssuerConfig, LedgerConfig, NodeConfig, load, parse, render
from carbonseal.node.create import create
from carbonseal.node.secrets import make_key, open_key, open_secret

from .conftest import SETTINGS

LEAST = 'origin = "a"\nlog-key = "file:k"\n'
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def code_of(text: str) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value.finding.code.name, caught.value.finding.place


@given(TEXT, TEXT, st.dictionaries(st.sampled_from(["registry", "key", "x-1"]), TEXT))
def test_written_and_read_back(origin: str, uri: str, options: dict[str, str]) -> None:
    key = NoteSigner("other.example/log", Ed25519PrivateKey.generate()).verifier
    settings: NodeConfig = replace(
        SETTINGS,
        origin=origin,
        predecessor="old.example/log\n7\nAAAA\n",
        batch_age=0.25,
        heartbeat=3600,
        issuers=(IssuerConfig("i", "did:web:i.example", "file:keys/i.key"),),
        ledgers=(LedgerConfig("eip155:1", uri, "0xabc", 60.5, options),),
        foreign=(key,),
    )
    assert parse(render(settings)) == settings


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("origin = ", "config.not-toml", ("node.toml",)),
        ('log-key = "file:k"', "config.missing-key", ("node.toml",)),
        (LEAST + "orgin = 1", "config.unknown-key", ("node.toml",)),
        (LEAST + "guard = 1", "config.wrong-value", ("node.toml",)),
        (LEAST + "batch = 1", "config.wrong-value", ("node.toml",)),
        (LEAST + "[batch]\nage = -1", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nage = nan", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nsize = true", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nsize = inf", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nages = 1", "config.unknown-key", ("node.toml", "batch")),
        (LEAST + "tenant = 1", "config.wrong-value", ("node.toml",)),
        (LEAST + '[[tenant]]\nname = "a"', "config.missing-key", ("node.toml", "tenant", "0")),
        (
            LEAST + '[[tenant]]\nname = "a"\nsalt-key = "b"\n' * 2,
            "config.repeated-name",
            ("node.toml", "tenant", "1"),
        ),
        (LEAST + '[[issuer]]\nname="a"\nid="b"\nkey="c"\nx=1', "config.unknown-key", ("node.toml", "issuer", "0")),
        (
            LEAST + '[[ledger]]\nname="a"\nuri="b"\npublisher="c"\nkeys=["d"]',
            "config.wrong-value",
            ("node.toml", "ledger", "0"),
        ),
        (LEAST + '[[foreign]]\nkey="a+b"', "note.key-malformed", ("node.toml", "foreign", "0", "key")),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, code: str, place: tuple[str, ...]) -> None:
    found, where = code_of(text)
    assert where == place
    assert found == code or code.startswith("note.")


def test_no_settings(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        load(tmp_path)
    assert caught.value.finding.code.name == "config.missing-file"
    (tmp_path / "node.toml").write_bytes(b"\xff")
    with pytest.raises(Refused) as caught:
        load(tmp_path)
    assert caught.value.finding.code.name == "config.not-toml"


def test_no_log_is_begun_twice(tmp_path: Path) -> None:
    create(tmp_path, SETTINGS)
    for left in ("node.toml", "guard/last-signed"):
        with pytest.raises(Refused) as caught:
            create(tmp_path, SETTINGS)
        assert caught.value.finding.code.name == "config.exists"
        (tmp_path / left).unlink()
    with pytest.raises(Refused):
        create(tmp_path / "other", replace(SETTINGS, origin="with space"))


def test_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_key(tmp_path / "keys/a.key")
    assert open_key("file:keys/a.key", tmp_path) == key
    assert (tmp_path / "keys/a.key").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "keys/a.key")
    monkeypatch.setenv("CARBONSEAL_TEST_KEY", key.hex())
    assert open_key("env:CARBONSEAL_TEST_KEY", tmp_path) == key
    assert open_secret("env:CARBONSEAL_TEST_KEY", tmp_path) == key.hex().encode()
    monkeypatch.setenv("CARBONSEAL_TEST_KEY", "secret words")
    refused = {
        "env:CARBONSEAL_TEST_KEY": "secret.malformed",
        "env:CARBONSEAL_TEST_NONE": "secret.missing",
        "file:none": "secret.missing",
        "vault:x": "secret.unsupported",
        "x": "secret.unsupported",
    }
    for uri, code in refused.items():
        with pytest.raises(Refused) as caught:
            open_key(uri, tmp_path)
        assert caught.value.finding.code.name == code
        assert "secret words" not in str(caught.value.finding)
