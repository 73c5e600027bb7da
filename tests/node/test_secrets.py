"""Secrets and signing keys by URI: every kind signs, every mistake has its code, and nothing secret is ever shown."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.node.node import Node
from carbonseal.node.sealing.batches import PAUSE
from carbonseal.node.secrets import make_key, open_key, open_secret, open_signer
from tests.node import running
from tests.nodes import log_config
from tests.tokens import SoftHsm

KEY = Ed25519PrivateKey.from_private_bytes(b"carbonseal tests secrets in here")
HEX = KEY.private_bytes_raw().hex()
PASSWORD = "correct horse battery"
MESSAGE = b"a checkpoint"


def pem(encryption: KeySerializationEncryption, key: Any = KEY) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


ENCRYPTED = pem(BestAvailableEncryption(PASSWORD.encode()))


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def put(name: str, content: bytes | str, mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    return put


def refusal(uri: str, base: Path, how: Callable[[str, Path], object] = open_signer) -> str:
    with pytest.raises(Refused) as caught:
        how(uri, base)
    output = str(caught.value.finding) + repr(caught.value) + str(caught.value.finding.to_json())
    for secret in (HEX, PASSWORD, "MC4CAQ", "wrong words"):
        assert secret not in output
    assert caught.value.__cause__ is None or HEX not in str(caught.value.__cause__)
    return caught.value.finding.code.name


# --- files and variables -------------------------------------------------------------------------------------------


def test_a_key_signs_from_wherever_it_is_kept(
    tmp_path: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("hex.key", HEX + "\n")
    put("plain.pem", pem(NoEncryption()))
    put("encrypted.pem", ENCRYPTED, 0o644)  # others may read what they cannot open
    put("password", PASSWORD + "\n")
    monkeypatch.setenv("CARBONSEAL_TEST_KEY", "0x" + HEX)
    monkeypatch.setenv("CARBONSEAL_TEST_PEM", ENCRYPTED.decode())
    monkeypatch.setenv("CARBONSEAL_TEST_PASSWORD", PASSWORD)
    for uri in (
        "file:hex.key",
        "file:plain.pem",
        "file:encrypted.pem?password=env:CARBONSEAL_TEST_PASSWORD",
        "file:encrypted.pem?password=file:password",
        "env:CARBONSEAL_TEST_KEY",
        "env:CARBONSEAL_TEST_PEM?password=file:password",
    ):
        signer = open_signer(uri, tmp_path)
        signer.public_key().verify(signer.sign(MESSAGE), MESSAGE)
        assert signer.public_key() == KEY.public_key()
        assert HEX not in repr(signer)


def test_an_encrypted_key_by_openssl_is_one(tmp_path: Path, put: Callable[..., Path]) -> None:
    """As docs/operators/keys.md has it."""
    put("password", PASSWORD)
    command = [
        "openssl",
        "genpkey",
        "-algorithm",
        "ed25519",
        "-aes-256-cbc",
        "-pass",
        "file:password",
        "-out",
        "log.pem",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    signer = open_signer("file:log.pem?password=file:password", tmp_path)
    signer.public_key().verify(signer.sign(MESSAGE), MESSAGE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
@pytest.mark.parametrize("content", [HEX.encode(), pem(NoEncryption())], ids=["hex", "pem"])
def test_a_key_that_others_may_read_is_refused(
    tmp_path: Path, put: Callable[..., Path], content: bytes, mode: int
) -> None:
    path = put("a.key", content, mode)
    assert refusal("file:a.key", tmp_path) == "secret.open-to-others"
    with pytest.raises(Refused, match=f"chmod 600 {path}"):
        open_signer("file:a.key", tmp_path)
    assert refusal("file:a.key", tmp_path, open_secret) == "secret.open-to-others"
    assert refusal("file:a.key", tmp_path, open_key) == "secret.open-to-others"
    path.chmod(0o400)
    open_signer("file:a.key", tmp_path)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o622])
@pytest.mark.parametrize("uri", ["file:a.key", "file:log.pem?password=env:CARBONSEAL_TEST_PASSWORD"])
def test_a_key_that_others_may_write_is_refused(
    tmp_path: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, uri: str, mode: int
) -> None:
    monkeypatch.setenv("CARBONSEAL_TEST_PASSWORD", PASSWORD)
    paths = put("a.key", HEX.encode(), mode), put("log.pem", ENCRYPTED, mode)
    assert refusal(uri, tmp_path) == "secret.writable-by-others"
    with pytest.raises(Refused, match=f"has the mode 0{mode:o}"):
        open_signer(uri, tmp_path)
    for path in paths:
        path.chmod(0o600)
    open_signer(uri, tmp_path)


@pytest.mark.parametrize(("mode", "is_refused"), [(0o777, True), (0o703, True), (0o1777, False), (0o770, False)])
def test_a_key_in_a_folder_where_all_may_put_another_is_refused(tmp_path: Path, mode: int, is_refused: bool) -> None:
    """Unless the folder is sticky; and a folder that its group may write is often one's own, with umask 002."""
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "a.key").write_text(HEX)
    (folder / "a.key").chmod(0o600)
    (tmp_path / "link.key").symlink_to("keys/a.key")
    folder.chmod(mode)
    for uri in ("file:keys/a.key", "file:link.key"):
        if is_refused:
            assert refusal(uri, tmp_path) == "secret.writable-by-others"
            with pytest.raises(Refused, match=f"chmod go-w {folder}"):
                open_signer(uri, tmp_path)
        else:
            open_signer(uri, tmp_path)


def test_a_password_that_others_may_read_is_refused(tmp_path: Path, put: Callable[..., Path]) -> None:
    put("log.pem", ENCRYPTED)
    put("password", PASSWORD, 0o644)
    assert refusal("file:log.pem?password=file:password", tmp_path) == "secret.open-to-others"


def test_saying_that_a_key_is_encrypted_does_not_make_it_readable_by_others(
    tmp_path: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARBONSEAL_TEST_PASSWORD", PASSWORD)
    for content in (HEX.encode(), pem(NoEncryption()), b"", b"{}"):
        put("a.key", content, 0o644)
        assert refusal("file:a.key?password=env:CARBONSEAL_TEST_PASSWORD", tmp_path) == "secret.not-encrypted"


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("file:log.pem", "secret.encrypted"),
        ("file:log.pem?password=env:CARBONSEAL_TEST_WRONG", "secret.wrong-password"),
        ("file:log.pem?password=env:CARBONSEAL_TEST_EMPTY", "secret.wrong-password"),
        ("file:log.pem?password=env:CARBONSEAL_TEST_NONE", "secret.missing"),
        ("file:log.pem?password=file:none", "secret.missing"),
        ("file:log.pem?password=" + PASSWORD, "secret.unsupported"),
        ("file:log.pem?password=", "secret.option"),
        ("file:log.pem?password=env:A&password=env:A", "secret.option"),
        ("file:log.pem?pass=env:A", "secret.option"),
        ("file:log.pem?", "secret.option"),
        ("file:torn.pem?password=env:CARBONSEAL_TEST_WRONG", "secret.wrong-password"),
        ("file:p256.pem", "secret.key-malformed"),
        ("file:words", "secret.key-malformed"),
        ("file:short", "secret.key-malformed"),
        ("file:empty", "secret.key-malformed"),
        ("file:large", "secret.too-long"),
        ("file:none", "secret.missing"),
        ("file:a\0b", "secret.missing"),
        ("file:.", "secret.missing"),
        ("env:CARBONSEAL_TEST_NONE", "secret.missing"),
        (HEX, "secret.unsupported"),  # the key itself, where its URI should stand
        (f"{HEX}:", "secret.unsupported"),
        (f"file:{HEX}", "secret.missing"),
        (f"env:{HEX}", "secret.missing"),
        ("vault:x", "secret.unsupported"),
        ("", "secret.unsupported"),
    ],
)
def test_every_mistake_has_its_code(
    tmp_path: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, uri: str, code: str
) -> None:
    put("log.pem", ENCRYPTED)
    put("torn.pem", ENCRYPTED[:100] + b"\n-----END ENCRYPTED PRIVATE KEY-----\n")
    put("p256.pem", pem(NoEncryption(), generate_private_key(SECP256R1())))
    put("words", "wrong words")
    put("short", HEX[2:])
    put("empty", "")
    put("large", b"0" * (64 * 1024 + 1))
    monkeypatch.setenv("CARBONSEAL_TEST_WRONG", "wrong words")
    monkeypatch.setenv("CARBONSEAL_TEST_EMPTY", "")
    assert refusal(uri, tmp_path) == code


def test_a_salt_key_is_neither_in_a_token_nor_encrypted(tmp_path: Path, put: Callable[..., Path]) -> None:
    made = make_key(tmp_path / "salt.key")
    assert open_key("file:salt.key", tmp_path) == made
    put("password", PASSWORD)
    assert refusal("file:salt.key?password=file:password", tmp_path, open_key) == "secret.option"
    assert refusal("pkcs11:object=salt", tmp_path, open_key) == "secret.unsupported"


# --- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_signs(tmp_path: Path, softhsm: SoftHsm, put: Callable[..., Path]) -> None:
    softhsm.make_key("log", "ed25519")
    put("pin", "1234\n")
    by_label = open_signer(softhsm.uri("token=carbonseal;object=log"), tmp_path)
    by_id = open_signer(softhsm.uri("token=carbonseal;id=%6c%6Fg;type=private", pin_source="file:pin"), tmp_path)
    for signer in (by_label, by_id):
        signer.public_key().verify(signer.sign(MESSAGE), MESSAGE)
        assert "1234" not in repr(signer)
    assert by_label.public_key() == by_id.public_key()
    softhsm.restart()
    by_label.public_key().verify(by_label.sign(b"after a restart"), b"after a restart")
    by_id.public_key().verify(by_id.sign(b"after a restart"), b"after a restart")
    softhsm.remove_key("log")
    with pytest.raises(Refused) as gone:
        by_label.sign(MESSAGE)
    assert gone.value.finding.code.name == "token.key-not-one"
    softhsm.make_key("log", "ed25519")
    with pytest.raises(Refused) as changed:
        by_id.sign(MESSAGE)
    assert changed.value.finding.code.name == "token.key-changed"
    softhsm.remove_key("log")


def test_a_node_whose_keys_are_in_a_token(softhsm: SoftHsm, begin: Callable[..., Path]) -> None:
    softhsm.make_key("node-log", "ed25519")
    directory = begin(logs=[log_config(key=softhsm.uri("token=carbonseal;object=node-log"))])

    async def scenario() -> None:
        async with Node.open(directory) as node:
            await node.submit(b'{"carbon": 1}', "json/1")
            note = (await node.sequence()).get("default")
            assert note is not None
            assert open_checkpoint(note, node.log().verifier).size == 2
            softhsm.restart()
            await node.submit(b'{"carbon": 2}', "json/1")
            again = (await node.sequence()).get("default")
            assert again is not None
            assert open_checkpoint(again, node.log().verifier).size == 3

    asyncio.run(scenario())


def test_a_node_whose_token_fails_goes_on_once_it_is_back(softhsm: SoftHsm, begin: Callable[..., Path]) -> None:
    softhsm.make_key("shaky", "ed25519")
    directory = begin(logs=[log_config(key=softhsm.uri("token=carbonseal;object=shaky"))])
    with pytest.MonkeyPatch.context() as environment:

        async def scenario() -> None:
            async with Node.open(directory) as node:
                await node.submit(b'{"carbon": 1}', "json/1")
                softhsm.restart()
                environment.setenv("CARBONSEAL_TEST_PIN", "wrong words")
                with pytest.raises(Refused) as caught:
                    await node.sequence()
                assert caught.value.finding.code.name == "token.pin"
                environment.setenv("CARBONSEAL_TEST_PIN", "1234")
                note = (await node.sequence()).get("default")
                assert note is not None
                assert open_checkpoint(note, node.log().verifier).size == 2

        asyncio.run(scenario())


def test_batches_go_on_once_the_token_is_back(
    softhsm: SoftHsm, begin: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    softhsm.make_key("away", "ed25519")
    own = log_config(key=softhsm.uri("token=carbonseal;object=away"))
    directory = begin(logs=[own], batch_age=0.0, heartbeat=PAUSE / 4)

    async def work(node: Node) -> None:
        await node.submit(b'{"carbon": 1}', "json/1")
        await node.sequence()
        softhsm.restart()
        monkeypatch.setenv("CARBONSEAL_TEST_PIN", "wrong words")
        await node.submit(b'{"carbon": 2}', "json/1")
        async with running.in_background(node):
            await asyncio.sleep(3 * PAUSE)
            assert caplog.text.count("token.pin") == 1  # told when it begins, and not at every try
            assert (node.log().size, node.log().waiting) == (2, 1)  # no heartbeat after another joins what waits
            monkeypatch.setenv("CARBONSEAL_TEST_PIN", "1234")
            await asyncio.sleep(2 * PAUSE)
            assert node.log().size >= 3

    running.run(directory, work)
    assert "wrong words" not in caplog.text


@pytest.mark.parametrize(
    ("path", "options", "code"),
    [
        ("token=carbonseal;object=none", {}, "token.key-not-one"),
        ("token=carbonseal;object=chain", {}, "token.key-not-one"),  # not an Ed25519 key
        ("token=carbonseal;object=half", {}, "token.key-not-one"),  # its public half is gone
        ("token=carbonseal;object=%ff", {}, "token.uri-malformed"),
        ("token=carbonseal", {}, "token.uri-malformed"),
        ("token=carbonseal;object=chain;type=public", {}, "token.uri-malformed"),
        ("token=carbonseal;object=chain;slot-id=0", {}, "token.uri-malformed"),
        ("token=carbonseal;object=chain;object=chain", {}, "token.uri-malformed"),
        ("token=carbonseal;object=", {}, "token.uri-malformed"),
        ("", {}, "token.uri-malformed"),
        ("token=none;object=chain", {}, "token.not-one"),
        ("token=twin;object=chain", {}, "token.not-one"),
        ("token=carbonseal;serial=00;object=chain", {}, "token.not-one"),
        ("token=closed;object=chain", {"pin_source": "env:CARBONSEAL_TEST_WRONG"}, "token.pin"),
        ("token=closed;object=chain", {"pin_source": "env:CARBONSEAL_TEST_NONE"}, "secret.missing"),
        ("token=closed;object=chain", {"pin_source": "1234"}, "secret.unsupported"),
        ("token=carbonseal;object=chain", {"pin_value": "1234"}, "secret.option"),
        ("token=carbonseal;object=chain", {"pin_source": ""}, "secret.option-missing"),
        ("token=carbonseal;object=chain", {"module_path": ""}, "secret.option-missing"),
        ("token=carbonseal;object=chain", {"module_path": "libsofthsm2.so"}, "token.uri-malformed"),
        ("token=carbonseal;object=chain", {"module_path": "/none.so"}, "token.module"),
        ("token=carbonseal;object=chain", {"module_path": sys.executable}, "token.module"),
    ],
)
def test_every_mistake_about_tokens_has_its_code(
    tmp_path: Path, softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch, path: str, options: dict[str, str], code: str
) -> None:
    softhsm.make_key("chain", "secp256k1")
    softhsm.make_key("half", "ed25519", public=False)
    monkeypatch.setenv("CARBONSEAL_TEST_WRONG", "wrong words")
    try:
        assert refusal(softhsm.uri(path, **options), tmp_path) == code
    finally:
        softhsm.remove_key("chain")
        softhsm.remove_key("half")


def test_without_the_extra_it_is_named(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["pkcs11"] = None
from pathlib import Path
from carbonseal.findings import Refused
from carbonseal.node.secrets import open_signer
try:
    open_signer("pkcs11:object=log?module-path=/none.so&pin-source=env:PIN", Path())
except Refused as refused:
    print(refused.finding)
"""
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert "pip install 'carbonseal[pkcs11]'" in output
    assert "token.extra-missing" in output


def test_nobody_imports_the_token_library_for_a_file(tmp_path: Path) -> None:
    make_key(tmp_path / "a.key")
    program = "import sys, pathlib; from carbonseal.node.secrets import open_signer; "
    program += f"open_signer('file:a.key', pathlib.Path({str(tmp_path)!r})); print('pkcs11' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "False\n"
    )
