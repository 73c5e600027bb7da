"""`node.toml` and secrets: read back as written, and every mistake reported with its place."""

from __future__ import annotations

import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.ledger import log_id
from carbonseal.log.notes import Cosigner, NoteSigner, is_key_name
from carbonseal.node.config import (
    ForeignConfig,
    LedgerConfig,
    NodeConfig,
    SignerConfig,
    WitnessConfig,
    load,
    parse,
)
from carbonseal.node.config_file import render
from carbonseal.node.create import add, create
from carbonseal.node.listen_config import Address, ListenConfig
from carbonseal.node.lock import Lock, Locked
from carbonseal.node.secrets import make_key, open_key, open_secret
from carbonseal.node.witnessing.settings import CosignerConfig
from carbonseal.node.working.config import WorkersConfig
from tests.nodes import foreign, log_config, settings, tenant_config

SETTINGS = settings()
KEY = NoteSigner("other.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier
WEAK = "weak.example+6ee080f1+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  # the point of order 1
WITNESS = Cosigner("witness.example/w", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier
LEAST = '[[log]]\nname = "default"\norigin = "a"\nkey = "file:k"\n'
TENANT = '[[tenant]]\nname = "default"\nsalt-key = "b"\n'
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def code_of(text: str) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value.finding.code.name, caught.value.finding.place


@given(TEXT, TEXT, st.dictionaries(st.sampled_from(["registry", "key", "x-1", "publisher", "cadence", "a b"]), TEXT))
def test_written_and_read_back(text: str, uri: str, options: dict[str, str]) -> None:
    key = KEY
    first = log_config(key=uri, quorum=1, predecessor="old.example/log\n7\nAAAA\n", ml_dsa_44_key=uri or None)
    second = log_config("second", "log.example/second", guard=text, ledgers=("eip155:1",))
    config: NodeConfig = settings(
        first,
        second,
        batch_age=0.25,
        heartbeat=3600,
        issuers=(SignerConfig("i", "did:web:i.example", "file:keys/i.key", "second"),),
        bodies=(SignerConfig("b", "did:web:b.example", "file:keys/b.key", "second"),),
        accreditors=(SignerConfig("a", "did:web:a.example", "file:keys/a.key"),),
        ledgers=(
            LedgerConfig("eip155:1", uri, "0xabc", 60.5, options, "chain"),
            LedgerConfig("tlog:o", uri, "", 1234567, {}),
        ),
        cosigner=CosignerConfig(text if is_key_name(text) else "log.example/witness", uri, None, (WITNESS, KEY)),
        witnesses=(WitnessConfig(WITNESS, "https://witness.example"),),
        foreign_age=12.5,
        workers=WorkersConfig(records=3),
        listen=ListenConfig(
            Address("::1", 0),
            Address("0.0.0.0", 80),
            Address("localhost", 9102),
            "tls/chain.pem",
            "tls/key.pem",
            ("node.example",),
        ),
        foreign=(*foreign(key), ForeignConfig(replace(key, name="third.example/log"), "second")),
    )
    assert parse(render(config)) == config
    assert [ledger.name for ledger in config.ledgers_of(first)] == ["eip155:1", "tlog:o"]
    assert [ledger.name for ledger in config.ledgers_of(second)] == ["eip155:1"]
    assert config.ledgers[0].publisher_of("log.example/second") == "0xabc"
    assert config.ledgers[1].publisher_of("log.example/second") == log_id("log.example/second").hex()


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("origin = ", "config.not-toml", ("node.toml",)),
        ("", "config.missing-key", ("node.toml",)),
        ('origin = "a"', "config.unknown-key", ("node.toml",)),
        *(
            (f"{LEAST}[listen]\n{key} = {value}\n", "config.wrong-value", ("node.toml", "listen"))
            for key, value in [
                ("private", '"9100"'),
                ("public", '"http://127.0.0.1:9100"'),
                ("admin", '"127.0.0.1"'),
                ("admin", '"a@127.0.0.1:1"'),
                ("admin", '"127.0.0.1:70000"'),
                ("connections", "0"),
                ("connections-each", "-1"),
                ("hosts", '["node.example:80"]'),
                ("hosts", '["a/b"]'),
                ("hosts", '"node.example"'),
                ("certificate", '"a.pem"'),
                ("certificate-key", '"a.pem"'),
            ]
        ),
        (LEAST + "[workers]\nrecords = -1\n", "config.wrong-value", ("node.toml", "workers")),
        (LEAST + "[workers]\nthreads = 1\n", "config.unknown-key", ("node.toml", "workers")),
        (LEAST + "[listen]\nport = 1\n", "config.unknown-key", ("node.toml", "listen")),
        ('[[log]]\nname = "default"\nkey = "file:k"', "config.missing-key", ("node.toml", "log", "0")),
        (LEAST.replace('"default"', '"a/b"'), "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST.replace('"default"', '"default.db"'), "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST.replace('"default"', '""'), "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST.replace('"a"', '"with space"'), "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST + "orgin = 1", "config.unknown-key", ("node.toml", "log", "0")),
        (LEAST + "guard = 1", "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST + "ledgers = [1]", "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST + 'ledgers = "eip155:1"', "config.wrong-value", ("node.toml", "log", "0")),
        (LEAST + 'ledgers = ["eip155:1"]', "config.unknown-name", ("node.toml", "log", "0")),
        (LEAST + LEAST.replace('"a"', '"b"'), "config.repeated-name", ("node.toml", "log", "1")),
        (LEAST + LEAST.replace("default", "b"), "config.repeated-name", ("node.toml", "log", "1")),
        (  # a key has one role
            LEAST + LEAST.replace("default", "b").replace('"a"', '"b"'),
            "config.repeated-name",
            ("node.toml", "log", "1"),
        ),
        (
            LEAST
            + 'guard = "g"\n'
            + LEAST.replace("default", "b").replace('"a"', '"b"').replace(":k", ":j")
            + 'guard = "g"',
            "config.repeated-name",
            ("node.toml", "log", "1"),
        ),
        ("batch = 1\n" + LEAST, "config.wrong-value", ("node.toml",)),
        (LEAST + "[batch]\nage = -1", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nage = nan", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nsize = true", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nsize = inf", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nsize = 4096.7", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nsize = 0", "config.wrong-value", ("node.toml", "batch")),
        (LEAST + "[batch]\nages = 1", "config.unknown-key", ("node.toml", "batch")),
        ("tenant = 1\n" + LEAST, "config.wrong-value", ("node.toml",)),
        (
            LEAST + '[[tenant]]\nname = "a"\nsalt-key = "b"\nlog = "none"',
            "config.unknown-name",
            ("node.toml", "tenant", "0"),
        ),
        (LEAST + '[[issuer]]\nname="a"\nid="b"\nkey="c"', "config.unknown-name", ("node.toml", "issuer", "0")),
        (LEAST + '[[body]]\nname="a"\nid="b"\nkey="c"', "config.unknown-name", ("node.toml", "body", "0")),
        (  # status lists go by the names of signers
            LEAST + TENANT + '[[issuer]]\nname="a"\nid="b"\nkey="c"\n[[accreditor]]\nname="a"\nid="d"\nkey="e"',
            "config.repeated-name",
            ("node.toml", "accreditor", "0"),
        ),
        (
            LEAST + f'[[foreign]]\nkey = "{KEY.encode()}"\nlog = "none"',
            "config.unknown-name",
            ("node.toml", "foreign", "0"),
        ),
        (LEAST + '[[tenant]]\nname = "a"', "config.missing-key", ("node.toml", "tenant", "0")),
        (
            LEAST + '[[tenant]]\nname = "a"\nsalt-key = "b"\n' * 2,
            "config.repeated-name",
            ("node.toml", "tenant", "1"),
        ),
        (LEAST + '[[issuer]]\nname="a"\nid="b"\nkey="c"\nx=1', "config.unknown-key", ("node.toml", "issuer", "0")),
        (
            LEAST + '[[ledger]]\nname="a"\nuri="b"\npublisher="c"\nkeys=["d"]',
            "config.unknown-ledger-key",
            ("node.toml", "ledger", "0"),
        ),
        (
            LEAST + '[[ledger]]\nname="a"\nuri="b"\n[ledger.options]\nkeys=["d"]',
            "config.wrong-value",
            ("node.toml", "ledger", "0", "options"),
        ),
        (
            LEAST + '[[ledger]]\nname="a"\nuri="b"\n[ledger.options]\nkeys=true',
            "config.wrong-value",
            ("node.toml", "ledger", "0", "options"),
        ),
        (LEAST + '[[ledger]]\nname="a"\nuri="b"\noptions=1', "config.wrong-value", ("node.toml", "ledger", "0")),
        (LEAST + '[[foreign]]\nkey="a+b"', "key.malformed", ("node.toml", "foreign", "0", "key")),
        (LEAST + f'[[foreign]]\nkey="{WEAK}"', "key.invalid", ("node.toml", "foreign", "0", "key")),
    ],
)
def test_mistakes_are_reported_with_their_place(text: str, code: str, place: tuple[str, ...]) -> None:
    found, where = code_of(text)
    assert where == place
    assert found == code


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
    for left in ("node.toml", "guard/default"):
        with pytest.raises(Refused) as caught:
            create(tmp_path, SETTINGS)
        assert caught.value.finding.code.name == "config.exists"
        (tmp_path / left).unlink()
    with pytest.raises(Refused):
        create(tmp_path / "other", settings(log_config(origin="with space")))


def test_settings_are_their_owners_alone(tmp_path: Path) -> None:
    """A ledger's uri may hold an access key. What the operator chose instead stays."""
    create(tmp_path, SETTINGS)
    assert stat.S_IMODE((tmp_path / "node.toml").stat().st_mode) == 0o600
    own = log_config("motors", "log.example/motors")
    for mode in (0o600, 0o640):
        (tmp_path / "node.toml").chmod(mode)
        add(tmp_path, own, tenant_config(own))
        assert stat.S_IMODE((tmp_path / "node.toml").stat().st_mode) == mode
        own = log_config("pumps", "log.example/pumps")


def test_another_log_is_added_and_nothing_else_changes(tmp_path: Path) -> None:
    create(tmp_path, SETTINGS)
    before = (tmp_path / "node.toml").read_text() + "# mine\n"
    (tmp_path / "node.toml").write_text(before)
    own = log_config("motors", "log.example/motors")
    add(tmp_path, own, tenant_config(own))
    after = load(tmp_path)
    assert (tmp_path / "node.toml").read_text().startswith(before)
    assert after == replace(SETTINGS, logs=(*SETTINGS.logs, own), tenants=(*SETTINGS.tenants, tenant_config(own)))
    assert (tmp_path / "guard/motors").exists()
    unlike = {
        "config.repeated-name": (log_config("motors", "log.example/other"), log_config("other", "log.example/motors")),
        "config.exists": (log_config("other", "log.example/other", guard="guard/motors2"),),
        "config.unknown-name": (log_config("other", "log.example/other", ledgers=("eip155:1",)),),
    }
    (tmp_path / "guard/motors2").touch()
    for code, refused in unlike.items():
        for other in refused:
            with pytest.raises(Refused) as caught:
                add(tmp_path, other, tenant_config(other))
            assert caught.value.finding.code.name == code
    with closing(Lock(tmp_path)), pytest.raises(Locked):
        add(tmp_path, log_config("third", "log.example/third"), tenant_config(own))
    assert load(tmp_path) == after


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


def test_heads_of_a_log_are_taken_in_one_log() -> None:
    """What one log took, the other would not know: one origin could show both of them another history."""
    second = '[[log]]\nname = "second"\norigin = "b"\nkey = "file:l"\n'
    twice = f'[[foreign]]\nkey = "{KEY.encode()}"\n[[foreign]]\nkey = "{KEY.encode()}"\nlog = "second"\n'
    assert code_of(LEAST + second + twice) == ("config.foreign-two-logs", ("node.toml", "foreign", "1"))
    own = NoteSigner("b", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier
    foreign = f'[[foreign]]\nkey = "{own.encode()}"\n'
    assert code_of(LEAST + second + foreign) == ("config.foreign-own-log", ("node.toml", "foreign", "0"))


def test_a_cosigner_has_a_name_and_a_key_by_default() -> None:
    assert parse(LEAST).cosigner == CosignerConfig("a/witness", "file:keys/witness.key")


def test_a_retired_key_is_a_verifier_key() -> None:
    kept = f'[cosigner]\nretired = ["{WITNESS.encode()}"]\n'
    assert parse(LEAST + kept).cosigner.retired == (WITNESS,)
    wrong = '[cosigner]\nretired = ["no key"]\n'
    assert code_of(LEAST + wrong) == ("key.malformed", ("node.toml", "cosigner", "retired"))


def _witness(key: str, url: str = "https://witness.example") -> str:
    return f'[[witness]]\nkey = "{key}"\nurl = "{url}"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LEAST + _witness("nonsense"), ("key.malformed", ("node.toml", "witness", "0", "key"))),
        (LEAST + _witness(KEY.encode()), ("config.wrong-value", ("node.toml", "witness", "0", "key"))),
        (LEAST + _witness(WITNESS.encode(), "witness.example"), ("config.wrong-value", ("node.toml", "witness", "0", "url"))),
        (LEAST + 2 * _witness(WITNESS.encode()), ("config.repeated-name", ("node.toml", "witness", "1"))),
        (LEAST + "quorum = 1\n", ("config.wrong-value", ("node.toml", "log", "0"))),
        (LEAST + "quorum = -1\n", ("config.wrong-value", ("node.toml", "log", "0"))),
        (LEAST + f'[[foreign]]\nkey = "{WITNESS.encode()}"\n', ("config.wrong-value", ("node.toml", "foreign", "0", "key"))),
    ],
)  # fmt: skip
def test_wrong_witnesses(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert code_of(text) == expected
