"""`carbonseal init`: what it writes can be used, and nothing is ever overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from carbonseal.log.notes import Cosigner, NoteSigner
from carbonseal.node import config
from carbonseal.node.secrets import verifier_of
from carbonseal.passport.multibase import encode_key
from carbonseal.verification.policy import parse_policy
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.log.network import Log
from tests.cli.conftest import Run
from tests.devnet.test_log import anchored
from tests.tokens import SoftHsm
from tests.world import MemoryLog

WITNESS = Cosigner("witness.example/w", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier.encode()
PEER = MemoryLog("peer.example/log").signer.verifier.encode()


def peer(log: Log, name: str = "peer") -> str:
    """The option that names the development network's log as a ledger."""
    return f"{name} {log.uri} key={log.key}"


def made(run: Run, directory: Path, *more: object) -> Path:
    result = run("init", directory, "--origin", "log.example/2026", *more)
    assert result.exit_code == 0, result.output
    return directory


def test_settings_and_policy_can_be_read(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    ledger = f"{peer(carbonseal_log)} cadence=60"
    node = made(run, tmp_path / "node", "--ledger", ledger, "--issuer", "certifier did:web:certifier.example")
    settings = config.load(node)
    policy = parse_policy((node / "policy-template.policy").read_bytes())
    assert settings.logs[0].origin == "log.example/2026"
    assert list(policy.logs) == ["log.example/2026"]
    assert [issuer.id for issuer in policy.signers.values()] == ["did:web:certifier.example"]
    assert [ledger.name for ledger in settings.ledgers] == list(policy.ledgers) == [carbonseal_log.ledger]
    assert settings.ledgers[0].cadence == 60
    assert settings.ledgers[0].options == carbonseal_log.node_options()
    assert policy.anchors is not None
    assert policy.status is not None


def test_witnesses_and_status_lists_are_set_from_the_start(run: Run, tmp_path: Path) -> None:
    listed = ("--witness", f"{WITNESS} https://witness.example/w", "--quorum", 1)
    node = made(run, tmp_path / "node", *listed, "--status-days", "60", "--status-url", "https://log.example/")
    settings = config.load(node)
    assert [(one.key.encode(), one.url) for one in settings.witnesses] == [(WITNESS, "https://witness.example/w")]
    assert settings.logs[0].quorum == 1
    assert (settings.status.days, settings.status.url) == (60, "https://log.example")
    policy = parse_policy((node / "policy-template.policy").read_bytes())
    assert policy.quorum is not None
    assert run("policy", node).stdout == (node / "policy-template.policy").read_text()


def test_without_ledgers_and_issuers_there_is_still_a_policy(run: Run, tmp_path: Path) -> None:
    node = made(run, tmp_path / "node")
    policy = parse_policy((node / "policy-template.policy").read_bytes())
    ((issuer, _),) = policy.signers
    assert issuer.startswith("did:key:z6Mk")
    assert policy.anchors is None


def test_bodies_and_accreditors_sign_beside_issuers_or_alone(run: Run, tmp_path: Path) -> None:
    body, accreditor = "tuev did:web:body.example", "dakks did:web:accreditor.example"
    node = made(run, tmp_path / "node", "--body", body, "--accreditor", accreditor)
    settings, policy = config.load(node), parse_policy((node / "policy-template.policy").read_bytes())
    assert [(one.name, one.id, one.key) for one in settings.signers] == [
        ("tuev", "did:web:body.example", "file:keys/body-tuev.key"),
        ("dakks", "did:web:accreditor.example", "file:keys/accreditor-dakks.key"),
    ]
    assert not settings.issuers
    assert [(one.name, one.role) for one in policy.signers.values()] == [("tuev", "body"), ("dakks", "accreditor")]
    printed = run("policy", node)
    assert parse_policy(printed.output).signers == policy.signers


def test_keys_are_their_owners_alone(run: Run, tmp_path: Path) -> None:
    keys = sorted((made(run, tmp_path / "node") / "keys").iterdir())
    assert [key.name for key in keys] == ["issuer-issuer.key", "log-default.key", "salt-default.key", "witness.key"]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert len({key.read_bytes() for key in keys}) == 4


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
        (["--origin", "https://log.example/"], "an origin is a name, such as log.example"),
        (["--origin", "log.example/"], "is an address"),
        (["--origin", "a", "--issuer", "one did:web:a uri=file:a"], "is not NAME ID [key=URI]"),
        (["--origin", "a", "--issuer", "one did:web:a key=file:keys/log-default.key"], "are one key"),
        (["--origin", "a", "--log-key", "file:keys/salt-default.key"], "are one key"),
        (["--origin", "a", "--log-key", "file:keys/witness.key"], "are one key"),
        (["--origin", "a", "--log-key", "file:keys/log.pem?password=env:NOWHERE"], "--log-key"),
        (["--origin", "a", "--issuer", "one did:web:a key=pkcs11:nothing"], "--issuer one"),
        (["--origin", "a", "--ledger", "chain ethereum+http://127.0.0.1:9 key=file:k"], "add registry=…"),
        (["--origin", "peer.example/log", "--foreign", PEER], "is the name of this log itself"),
        (["--origin", "a", "--ledger", "peer tlog+http://127.0.0.1 key=x cadence=often"], "seconds"),
        (["--origin", "a", "--issuer", "../../one did:web:a"], "is not a valid name"),
        (["--origin", "a", "--issuer", "one did:web:a", "--issuer", "one did:web:b"], "twice"),
        (["--origin", "a", "--issuer", "one did:web:a", "--body", "one did:web:b"], "twice"),
        (["--origin", "a", "--accreditor", "one"], "is not NAME ID"),
        (["--origin", "a", "--witness", WITNESS], "is not VKEY URL"),
        (["--origin", "a", "--witness", f"{WITNESS} ftp://a"], "is not VKEY URL"),
        (["--origin", "a", "--witness", "abc https://a"], "--witness"),
        (["--origin", "a", "--witness", f"{PEER} https://a"], "a witness's verifier key (type 04 or 06)"),
        (["--origin", "a", *2 * ["--witness", f"{WITNESS} https://a"]], "occurs twice"),
        (["--origin", "a", "--witness", f"{WITNESS} https://a", "--quorum", "2"], "at most 1"),
        (["--origin", "a", "--quorum", "1"], "at most 0"),
        (["--origin", "a", "--status-days", "400"], "a number up to 366"),
        (["--origin", "a", "--status-days", "nan"], "days"),
        (["--origin", "a", "--status-url", "http://a"], "an https URL"),
    ],
)
def test_what_cannot_be_used_is_named(run: Run, tmp_path: Path, options: list[str], said: str) -> None:
    result = run("init", tmp_path / "node", *options)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "policy >" not in result.stderr  # which nobody has seen
    assert not [*tmp_path.iterdir()]


def test_ledgers_are_asked_before_anything_is_written(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    paused = f"peer tlog+http://127.0.0.1:9/v1/logs/default key={carbonseal_log.key}"
    no_log = f"peer tlog+{carbonseal_log.service} key={carbonseal_log.key}"
    for ledger, said in ((paused, "Cannot connect"), (no_log, "shows no checkpoint")):
        result = run("init", tmp_path / "node", "--origin", "a", "--ledger", ledger)
        assert result.exit_code == 1, result.output
        assert result.stderr.startswith("carbonseal: --ledger peer: ")
        assert said in result.stderr
        assert "are its address and its options right?" in result.stderr
    assert not [*tmp_path.iterdir()]


def test_a_log_with_another_key_is_not_the_one_that_was_meant(
    run: Run, tmp_path: Path, carbonseal_fresh_log: Log
) -> None:
    guest = MemoryLog("guest.example/log")
    carbonseal_fresh_log.introduce(guest.signer.verifier.encode())
    anchored(carbonseal_fresh_log, guest)  # so that there is a checkpoint
    ledger = f"peer {carbonseal_fresh_log.uri} key={PEER}"
    result = run("init", tmp_path / "node", "--origin", "a", "--ledger", ledger)
    assert result.exit_code == 1
    assert "shows a checkpoint that is not its own" in result.stderr
    assert not (tmp_path / "node").exists()


def test_one_ledger_is_named_once(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    twice = ("--ledger", peer(carbonseal_log), "--ledger", peer(carbonseal_log, "other"))
    result = run("init", tmp_path / "node", "--origin", "a", *twice)
    assert result.exit_code == 2
    assert "--ledger other and --ledger peer are the same ledger, tlog:log.devnet.example/1" in result.stderr
    assert not [*tmp_path.iterdir()]


def test_a_contract_that_is_none_is_named(run: Run, tmp_path: Path, carbonseal_chain: Network) -> None:
    nobody = carbonseal_chain.publisher(0)
    ledger = f"chain {carbonseal_chain.uri} registry={nobody} key=file:keys/chain.key"
    result = run("init", tmp_path / "node", "--origin", "a", "--ledger", ledger)
    assert result.exit_code == 2
    assert f"there is no contract at {nobody}" in result.stderr
    assert "is the address right" in result.stderr
    assert not [*tmp_path.iterdir()]


def test_the_account_to_fund_is_printed(run: Run, tmp_path: Path, carbonseal_chain: Network) -> None:
    registry = carbonseal_chain.deployment.registry
    ledger = f"chain {carbonseal_chain.uri} registry={registry} key=file:keys/chain.key"
    result = run("init", tmp_path / "node", "--origin", "a", "--ledger", ledger)
    assert result.exit_code == 0, result.output
    (made_here,) = config.load(tmp_path / "node").ledgers
    assert f"On eip155:1337 it anchors as {made_here.publisher}" in result.stdout
    assert f"{made_here.publisher} has 0 ETH left" in result.stdout
    assert stat.S_IMODE((tmp_path / "node" / "keys" / "chain.key").stat().st_mode) == 0o600


def test_a_node_without_ledgers_is_warned_of(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    result = run("init", tmp_path / "bare", "--origin", "a")
    assert "nothing that this log seals will be anchored" in result.stderr
    assert "run init again" in result.stderr
    assert "All of these ledgers" not in (tmp_path / "bare" / "policy-template.policy").read_text()
    assert "before the first record" in run("status", tmp_path / "bare").stdout
    record = tmp_path / "record.json"
    record.write_text("{}")
    assert run("seal", tmp_path / "bare", record, "--profile", "json/1").exit_code == 0
    assert "fixes its ledgers" in run("status", tmp_path / "bare").stdout
    result = run("init", tmp_path / "node", "--origin", "a", "--ledger", peer(carbonseal_log))
    assert result.stderr == ""


def test_a_log_with_ledgers_can_follow_one_without(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    """As docs/operators/logs.md says under 'A log without ledgers'."""
    node, record = made(run, tmp_path / "node"), tmp_path / "record.json"
    record.write_text("{}")
    assert run("seal", node, record, "--profile", "json/1").exit_code == 0
    text = (node / "node.toml").read_text()
    ledger = (
        f'\n[[ledger]]\nname = "{carbonseal_log.ledger}"\nuri = "{carbonseal_log.uri}"\n'
        f'[ledger.options]\nkey = "{carbonseal_log.key}"\n'
    )
    (node / "node.toml").write_text(text + ledger)
    refused = run("status", node)
    assert refused.exit_code == 2
    assert "leave this one out of ledgers = [...] in its [[log]] section" in refused.stderr
    begun = text.replace('guard = "guard/default"', 'guard = "guard/default"\nledgers = []')
    (node / "node.toml").write_text(begun + ledger)
    added = run("log", "add", node, "anchored", "--origin", "log.example/anchored")
    assert added.exit_code == 0, added.output
    log = config.load(node).logs[1]
    carbonseal_log.introduce(verifier_of(log.origin, log.key, node).encode())
    record.write_text('{"a": "second"}')
    assert run("seal", node, record, "--profile", "json/1", "--tenant", "anchored").exit_code == 0
    anchored = run("anchor", node)
    assert anchored.exit_code == 0, anchored.output
    assert "1 final" in anchored.output


def test_keys_can_be_encrypted_or_in_a_token_from_the_start(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, softhsm: SoftHsm
) -> None:
    monkeypatch.setenv("WORD", "open sesame")
    key = Ed25519PrivateKey.generate()
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    (tmp_path / "log.pem").write_bytes(encrypted)
    softhsm.make_key("issuing", "ed25519")
    log, issuer = "file:../log.pem?password=env:WORD", softhsm.uri("token=carbonseal;object=issuing")
    node = made(run, tmp_path / "node", "--log-key", log, "--issuer", f"certifier did:web:a key={issuer}")
    settings = config.load(node)
    assert (settings.logs[0].key, settings.issuers[0].key) == (log, issuer)
    policy = parse_policy((node / "policy-template.policy").read_bytes())
    assert policy.logs["log.example/2026"] == (NoteSigner("log.example/2026", key).verifier,)
    assert {path.name for path in (node / "keys").iterdir()} == {"salt-default.key", "witness.key"}
    assert run("status", node).exit_code == 0


def test_a_salt_key_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    salt = tmp_path / "node" / "keys" / "salt-default.key"
    salt.parent.mkdir(parents=True)
    salt.write_text("pepper")
    salt.chmod(0o600)
    result = run("init", tmp_path / "node", "--origin", "a")
    assert result.exit_code == 2
    assert "does not have 32 bytes" in result.stderr
    assert [path.name for path in (tmp_path / "node").rglob("*")] == ["keys", "salt-default.key"]


def test_what_breaks_off_leaves_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, where a folder is wanted")
    result = run("init", tmp_path / "taken" / "node", "--origin", "a")
    assert result.exit_code == 1
    result = run("init", tmp_path / "node", "--origin", "a", "--log-key", "file:../taken/log.key")
    assert result.exit_code == 1, result.output
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


# --- carbonseal policy ---------------------------------------------------------------------------------------------


def test_the_policy_is_made_anew(run: Run, tmp_path: Path, carbonseal_log: Log, carbonseal_chain: Network) -> None:
    chain = f"chain {carbonseal_chain.uri} registry={carbonseal_chain.deployment.registry} key=file:keys/chain.key"
    options = ("--ledger", chain, "--ledger", peer(carbonseal_log), "--issuer", "certifier did:web:certifier.example")
    node = made(run, tmp_path / "node", *options)
    printed = run("policy", node)
    assert printed.exit_code == 0, printed.output
    left, anew = (parse_policy(text) for text in ((node / "policy-template.policy").read_bytes(), printed.stdout_bytes))
    assert anew.logs == left.logs
    assert anew.signers == left.signers
    assert anew.ledgers == left.ledgers  # their names, too
    assert "group every-ledger all chain peer\n" in printed.stdout


def test_a_ledger_without_a_label_takes_no_name_from_another(
    run: Run, tmp_path: Path, carbonseal_log: Log, carbonseal_chain: Network
) -> None:
    chain = f"chain {carbonseal_chain.uri} registry={carbonseal_chain.deployment.registry} key=file:keys/chain.key"
    options = "--ledger", chain, "--ledger", f"eip155{peer(carbonseal_log).removeprefix('peer')}"
    node = made(run, tmp_path / "node", *options)
    text = (node / "node.toml").read_text()
    (node / "node.toml").write_text(text.replace('label = "chain"\n', ""))
    names = parse_policy(run("policy", node).stdout_bytes).ledgers
    assert {ledger: pinned.name for ledger, pinned in names.items()} == {
        "eip155:1337": "eip155-2",
        carbonseal_log.ledger: "eip155",
    }


def test_the_policy_follows_keys_and_logs(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    node = made(run, tmp_path / "node", "--ledger", peer(carbonseal_log), "--issuer", "certifier did:web:a")
    moved = Ed25519PrivateKey.generate()
    (node / "keys" / "new.key").write_text(moved.private_bytes_raw().hex())
    (node / "keys" / "new.key").chmod(0o600)
    text = (node / "node.toml").read_text()
    (node / "node.toml").write_text(text.replace("keys/issuer-certifier.key", "keys/new.key"))
    assert run("log", "add", node, "motors", "--origin", "log.example/motors").exit_code == 0
    policy = run("policy", node).stdout
    assert list(parse_policy(policy.encode()).logs) == ["log.example/2026", "log.example/motors"]
    assert f"signer certifier issuer did:web:a {encode_key(moved.public_key().public_bytes_raw())}\n" in policy


def test_a_ledger_that_not_every_log_uses_is_not_demanded(
    run: Run, tmp_path: Path, carbonseal_log: Log, carbonseal_chain: Network
) -> None:
    chain = f"chain {carbonseal_chain.uri} registry={carbonseal_chain.deployment.registry} key=file:keys/chain.key"
    node = made(run, tmp_path / "node", "--ledger", chain, "--ledger", peer(carbonseal_log))
    added = run("log", "add", node, "motors", "--origin", "log.example/motors", "--ledger", carbonseal_log.ledger)
    assert added.exit_code == 0, added.output
    policy = run("policy", node).stdout
    assert "\nledger chain eip155:1337 " in policy  # its anchors are checked, and count where somebody asks for them
    assert "group every-ledger all peer\n" in policy


def test_the_policy_of_a_ledger_that_is_another_now_is_refused(run: Run, tmp_path: Path, carbonseal_log: Log) -> None:
    node = made(run, tmp_path / "node", "--ledger", peer(carbonseal_log))
    text = (node / "node.toml").read_text()
    (node / "node.toml").write_text(text.replace(carbonseal_log.ledger, "tlog:somebody.else/1"))
    result = run("policy", node)
    assert result.exit_code == 2
    assert "tlog:somebody.else/1" in result.stderr
    assert result.stdout == ""
