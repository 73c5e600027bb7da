"""`carbonseal init`: what it writes can be used, and nothing is ever overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from carbonseal.node import config
from carbonseal.verification.policy import parse_policy
from tests.cli.conftest import Run
from tests.world import MemoryLog

PEER = MemoryLog("peer.example/log").signer.verifier.encode()


def made(run: Run, directory: Path, *more: object) -> Path:
    result = run("init", directory, "--origin", "log.example/2026", *more)
    assert result.exit_code == 0, result.output
    return directory


def test_settings_and_policy_can_be_read(run: Run, tmp_path: Path) -> None:
    ledger = f"peer tlog+http://127.0.0.1:9 key={PEER} cadence=60"
    node = made(run, tmp_path / "node", "--ledger", ledger, "--issuer", "certifier did:web:certifier.example")
    settings = config.load(node)
    policy = parse_policy((node / "policy-template.policy").read_bytes())
    assert settings.logs[0].origin == "log.example/2026"
    assert list(policy.logs) == ["log.example/2026"]
    assert [issuer.id for issuer in policy.issuers.values()] == ["did:web:certifier.example"]
    assert [ledger.name for ledger in settings.ledgers] == list(policy.ledgers) == ["tlog:peer.example/log"]
    assert settings.ledgers[0].cadence == 60
    assert settings.ledgers[0].options == {"key": PEER}
    assert policy.ledger_quorum is not None
    assert policy.status_required


def test_without_ledgers_and_issuers_there_is_still_a_policy(run: Run, tmp_path: Path) -> None:
    node = made(run, tmp_path / "node")
    policy = parse_policy((node / "policy-template.policy").read_bytes())
    ((issuer, _),) = policy.issuers
    assert issuer.startswith("did:key:z6Mk")
    assert policy.ledger_quorum is None


def test_keys_are_their_owners_alone(run: Run, tmp_path: Path) -> None:
    keys = sorted((made(run, tmp_path / "node") / "keys").iterdir())
    assert [key.name for key in keys] == ["issuer-issuer.key", "log-default.key", "salt-default.key"]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert len({key.read_bytes() for key in keys}) == 3


def test_no_key_is_printed(run: Run, tmp_path: Path) -> None:
    result = run("init", tmp_path / "node", "--origin", "log.example/2026")
    texts = [
        result.output,
        *((tmp_path / "node" / name).read_text() for name in ("node.toml", "policy-template.policy")),
    ]
    for key in (tmp_path / "node" / "keys").iterdir():
        assert not [text for text in texts if key.read_text().strip() in text]


def test_a_node_is_left_alone(run: Run, tmp_path: Path) -> None:
    node = made(run, tmp_path / "node")
    before = {path: path.read_bytes() for path in node.rglob("*") if path.is_file()}
    result = run("init", node, "--origin", "other.example")
    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert {path: path.read_bytes() for path in node.rglob("*") if path.is_file()} == before


def test_a_key_that_is_there_is_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "node" / "keys").mkdir(parents=True)
    key = tmp_path / "node" / "keys" / "log-default.key"
    key.write_text("11" * 32 + "\n")
    key.chmod(0o600)
    made(run, tmp_path / "node")
    assert key.read_text() == "11" * 32 + "\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--origin", "two words"], "without spaces and plus signs"),
        (["--origin", "a", "--ledger", "chain"], "is not NAME URI"),
        (["--origin", "a", "--ledger", "chain http://127.0.0.1"], "is not NAME URI"),
        (["--origin", "a", "--ledger", "chain tlog+http://127.0.0.1 key"], "is not NAME URI"),
        (["--origin", "a", "--ledger", "chain tlog+http://127.0.0.1 key=a key=b"], "twice"),
        (["--origin", "a", "--ledger", "chain fax+http://127.0.0.1"], "fax"),
        (["--origin", "a", "--ledger", "peer tlog+http://127.0.0.1 key=abc"], "peer"),
        (["--origin", "a", "--issuer", "certifier"], "is not NAME ID"),
        (["--origin", "a", "--foreign", "abc"], "--foreign"),
        (["--origin", "a", "--ledger", "p tlog+http://a key=x", "--ledger", "p tlog+http://b key=y"], "twice"),
        (
            ["--origin", "a", "--ledger", f"p tlog+http://a key={PEER}", "--ledger", f"q tlog+http://b key={PEER}"],
            "named before",
        ),
        (["--origin", "a", "--ledger", "peer tlog+http://127.0.0.1 key=x cadence=often"], "seconds"),
        (["--origin", "a", "--issuer", "../../one did:web:a"], "cannot be a name"),
        (["--origin", "a", "--issuer", "one did:web:a", "--issuer", "one did:web:b"], "twice"),
    ],
)
def test_what_cannot_be_used_is_named(run: Run, tmp_path: Path, options: list[str], said: str) -> None:
    result = run("init", tmp_path / "node", *options)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not (tmp_path / "node" / "node.toml").exists()
