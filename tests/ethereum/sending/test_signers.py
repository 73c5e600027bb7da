"""Who signs, by URI: whatever signs, the transaction is the one that was asked for, or it is refused with its own code."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.keys.uris import read_uri
from carbonseal.ledger import AttemptStatus, PermanentError, TransientError
from carbonseal_adapters.ethereum.checking import registry, rlp
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_adapters.ethereum.sending.signatures import ORDER, complete, r_and_s, recover
from carbonseal_adapters.ethereum.sending.signers import DigestSigner, TransactionSigner, open_signer
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.signers.remote import RemoteSigner
from carbonseal_adapters.ethereum.sending.transactions import Signature, Transaction, fees_of, hash_of, read_signed
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.networks import anchor, statement
from tests.ethereum.signing import ADDRESS, KEY, clef, clef_program, peer, signed
from tests.tokens import SoftHsm

TO = bytes(range(20))
ASKED = Transaction(1337, 7, TO, b"\xab\xcd" * 40, 90_000, Fees(10**10, 10**9))
LEGACY = Transaction(1337, 7, TO, b"\xab", 90_000, Fees(10**10, 10**10), legacy=True)
PASSWORD = "correct horse battery"
LOCAL_KEY = LocalKey(KEY)
LOCAL = DigestSigner(LOCAL_KEY)


@pytest.fixture(scope="module")
def keystore() -> dict[str, Any]:
    """Cheap to open, and otherwise what `geth account new` writes."""
    return Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=1)


def opened(uri: str, **secrets: bytes | str) -> TransactionSigner:
    """The signer behind `uri`, whose secrets are given as the names of variables."""
    known = {f"env:{name}": value if isinstance(value, bytes) else value.encode() for name, value in secrets.items()}
    return asyncio.run(open_signer(uri, lambda asked: known[asked.partition("?")[0]]))


def refusal(uri: str, **secrets: bytes | str) -> str:
    with pytest.raises(Refused) as caught:
        opened(uri, **secrets)
    assert KEY.hex() not in str(caught.value.finding) + repr(caught.value)
    assert PASSWORD not in str(caught.value.finding)
    return caught.value.finding.code.name


def sign(signer: TransactionSigner, transaction: Transaction = ASKED) -> bytes:
    async def scenario() -> bytes:
        try:
            return await signer.sign(transaction)
        finally:
            await signer.close()

    return asyncio.run(scenario())


def other_opinion(payload: bytes) -> str:
    """Who signed, as eth-account sees it."""
    return str(Account.recover_transaction(payload))


# --- transactions --------------------------------------------------------------------------------------------------

NUMBER = st.integers(0, 2**64)
TRANSACTIONS = st.builds(
    Transaction,
    st.integers(1, 2**53),
    NUMBER,
    st.binary(min_size=20, max_size=20) | st.just(b""),
    st.binary(max_size=100),
    NUMBER,
    st.builds(Fees, NUMBER, NUMBER),
)


@given(TRANSACTIONS, st.booleans())
def test_what_is_signed_is_read_again(transaction: Transaction, legacy: bool) -> None:
    if legacy:
        price = Fees(transaction.fees.limit, transaction.fees.limit)
        transaction = replace(transaction, fees=price, legacy=True)
    digest = transaction.digest()
    r, s = r_and_s(LOCAL_KEY.sign(digest))
    payload = transaction.signed(complete(digest, r, s, LOCAL.address))
    again, signature = read_signed(payload)
    assert again == transaction
    assert fees_of(payload) == transaction.fees
    assert recover(digest, signature) == LOCAL.address
    with pytest.raises(ValueError):
        read_signed(payload[:-1])
    with pytest.raises(ValueError):
        read_signed(payload + b"\0")


@pytest.mark.parametrize("transaction", [ASKED, LEGACY, Transaction(1, 0, b"", b"\x60", 1, Fees(1, 1))])
def test_eth_account_signs_the_same(transaction: Transaction) -> None:
    payload = sign(LOCAL, transaction)
    assert other_opinion(payload) == ADDRESS
    fees = transaction.fees
    asked = {
        "nonce": hex(transaction.nonce),
        "chainId": hex(transaction.chain_id),
        "gas": hex(transaction.gas),
        "value": "0x0",
        "data": to_hex(transaction.data),
        "to": to_hex(transaction.to) if transaction.to else None,
        **(
            {"gasPrice": hex(fees.limit)}
            if transaction.legacy
            else {"maxFeePerGas": hex(fees.limit), "maxPriorityFeePerGas": hex(fees.tip)}
        ),
    }
    assert to_hex(payload) == signed(asked)  # both are deterministic (RFC 6979)


@given(st.binary(max_size=200))
def test_junk_is_no_transaction(junk: bytes) -> None:
    for payload in (junk, b"\x02" + junk, b"\x02" + rlp.encode([junk] * 11), rlp.encode([junk] * 9)):
        with pytest.raises(ValueError):
            read_signed(payload)


def test_a_legacy_transaction_for_any_chain_is_none_of_ours() -> None:
    digest = LEGACY.digest()
    r, s = r_and_s(LOCAL_KEY.sign(digest))
    for v in (27, 28, 0, 1, 35, 36):
        items: list[rlp.Item] = [b"\1", b"\1", b"\1", TO, b"", b"", rlp.number(v), rlp.number(r), rlp.number(s)]
        with pytest.raises(ValueError):
            read_signed(rlp.encode(items))


@given(st.binary(min_size=32, max_size=32))
def test_the_lower_s_and_the_parity_are_found(digest: bytes) -> None:
    r, s = r_and_s(LOCAL_KEY.sign(digest))
    low = complete(digest, r, s, LOCAL.address)
    assert low == complete(digest, r, ORDER - s, LOCAL.address)
    assert low.s <= ORDER // 2
    assert recover(digest, low) == LOCAL.address


@pytest.mark.parametrize("r_and_s", [(0, 0), (1, 1), (ORDER, 1), (1, ORDER), (2**256, 1), (5, 2**300)])
def test_a_signature_by_nobody_is_refused(r_and_s: tuple[int, int]) -> None:
    with pytest.raises(Refused) as caught:
        complete(bytes(32), *r_and_s, LOCAL.address)
    assert caught.value.finding.code.name == "ethereum.signer-other-account"


# --- keys in files and variables -----------------------------------------------------------------------------------


def test_a_key_may_be_plain_or_in_a_keystore(keystore: dict[str, Any]) -> None:
    for value in (KEY, KEY.hex(), f"0x{KEY.hex()}\n", KEY.hex().upper()):
        signer = opened("env:KEY", KEY=value)
        assert isinstance(signer, DigestSigner)
        assert signer.shown == ADDRESS.lower()
        assert KEY.hex() not in repr(signer) + repr(signer._key)
    signer = opened("env:KEY?password=env:WORD", KEY=json.dumps(keystore), WORD=PASSWORD)
    assert other_opinion(sign(signer)) == ADDRESS
    del keystore["address"]
    assert opened("env:KEY?password=env:WORD", KEY=json.dumps(keystore), WORD=PASSWORD).shown == ADDRESS.lower()


@pytest.mark.parametrize("key", [b"", b"not a key", b"00" * 32, b"\xff" * 32, b"ab" * 31, b"\0" * 32, b"[" * 9000])
def test_an_unusable_key_is_refused(key: bytes) -> None:
    assert refusal("env:KEY", KEY=key) == "ethereum.key-malformed"


def test_a_scrypt_keystore_opens() -> None:
    """As geth writes it with --lightkdf."""
    store = Account.encrypt(KEY, PASSWORD, kdf="scrypt", iterations=4096)
    assert opened("env:KEY?password=env:WORD", KEY=json.dumps(store), WORD=PASSWORD).shown == ADDRESS.lower()


def test_keystores_are_read_strictly(keystore: dict[str, Any]) -> None:
    def told(value: dict[str, Any], word: str | bytes = PASSWORD) -> str:
        return refusal("env:KEY?password=env:WORD", KEY=json.dumps(value), WORD=word)

    crypto, parameters = keystore["crypto"], keystore["crypto"]["kdfparams"]
    assert told(keystore, "wrong") == "secret.wrong-password"
    assert told(keystore, "") == "secret.wrong-password"
    assert told(keystore, b"\xff") == "secret.wrong-password"
    assert told({**keystore, "address": "00" * 20}) == "ethereum.keystore-other-address"
    assert refusal("env:KEY", KEY=json.dumps(keystore)) == "secret.encrypted"
    assert refusal("env:KEY?password=env:WORD", KEY=KEY.hex(), WORD=PASSWORD) == "secret.not-encrypted"
    for broken in (
        {},
        {"version": 3},
        {**keystore, "version": 4},
        {**keystore, "crypto": None},
        {**keystore, "crypto": "x"},
        {**keystore, "crypto": {**crypto, "kdf": "bcrypt"}},
        {**keystore, "crypto": {**crypto, "kdfparams": "x"}},
        {**keystore, "crypto": {**crypto, "kdfparams": {**parameters, "c": 10**9}}},
        {**keystore, "crypto": {**crypto, "kdfparams": {"n": 2**30, "r": 8, "p": 1, "dklen": 32, "salt": "00"}}},
        {**keystore, "crypto": {**crypto, "kdfparams": {"n": "x", "r": 8, "p": 1, "dklen": 32, "salt": "00"}}},
        {**keystore, "crypto": {**crypto, "ciphertext": "zz"}},
        {**keystore, "crypto": {name: value for name, value in crypto.items() if name != "mac"}},
        {**keystore, "crypto": {**crypto, "cipher": "rot13"}},
    ):
        assert told(broken) == "ethereum.keystore-malformed", broken


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("clef:http://127.0.0.1:8550", "secret.option-missing"),
        ("web3signer:http://127.0.0.1:9000?address=0x12", "ethereum.address-malformed"),
        (f"web3signer:http://127.0.0.1:9000?address={ADDRESS[:-1]}4", "ethereum.address-checksum"),
        (f"web3signer:unix:/run/clef.ipc?address={ADDRESS}", "ethereum.endpoint-malformed"),
        (f"web3signer:?address={ADDRESS}", "ethereum.endpoint-malformed"),
        (f"web3signer:http://127.0.0.1:9000?address={ADDRESS}&password=env:X", "secret.option"),
        ("vault:x", "secret.unsupported"),
        (KEY.hex(), "secret.unsupported"),
        ("pkcs11:object=chain", "secret.option-missing"),
    ],
)
def test_uris_are_read_strictly(uri: str, code: str) -> None:
    assert refusal(uri) == code


# --- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_signs(softhsm: SoftHsm) -> None:
    softhsm.make_key("ethereum", "secp256k1")
    signer = opened(softhsm.uri("token=carbonseal;object=ethereum", pin_source="env:PIN"), PIN="1234")
    for nonce in range(20):  # about half of what a token signs has the higher s
        transaction = Transaction(1337, nonce, TO, b"", 90_000, Fees(10**10, 10**9))
        payload = sign(signer, transaction)
        assert other_opinion(payload).lower() == signer.shown
        assert read_signed(payload)[1].s <= ORDER // 2
    softhsm.restart()
    assert other_opinion(sign(signer)).lower() == signer.shown


def test_a_token_with_a_key_of_another_curve_is_refused(softhsm: SoftHsm) -> None:
    softhsm.make_key("p256", "secp256r1")
    assert refusal(softhsm.uri("token=carbonseal;object=p256", pin_source="env:PIN"), PIN="1234") == "token.key-curve"


# --- signers behind JSON-RPC ---------------------------------------------------------------------------------------

METHODS = {"web3signer": "eth_signTransaction", "clef": "account_signTransaction"}


def remote(endpoint: str, scheme: str = "web3signer", timeout: float = 5.0) -> RemoteSigner:
    return RemoteSigner(read_uri(f"{scheme}:{endpoint}?address={ADDRESS}", {scheme: ("address",)}), timeout=timeout)


def asked_of(
    answer: Callable[[dict[str, str]], Any],
    scheme: str = "web3signer",
    transaction: Transaction = ASKED,
    timeout: float = 5.0,
) -> bytes:
    with peer(METHODS[scheme], answer) as endpoint:
        return sign(remote(endpoint, scheme, timeout), transaction)


@pytest.mark.parametrize("transaction", [ASKED, LEGACY, Transaction(1, 0, b"", b"\x60" * 99, 1, Fees(1, 1))])
def test_a_remote_signer_signs(transaction: Transaction) -> None:
    expected = sign(LOCAL, transaction)
    assert asked_of(signed, transaction=transaction) == expected
    assert asked_of(lambda asked: {"raw": signed(asked), "tx": {}}, "clef", transaction) == expected


def high_s(asked: dict[str, str]) -> str:
    transaction, signature = read_signed(bytes.fromhex(signed(asked)[2:]))
    return to_hex(transaction.signed(Signature(1 - signature.parity, signature.r, ORDER - signature.s)))


def by_nobody(asked: dict[str, str]) -> str:
    transaction, signature = read_signed(bytes.fromhex(signed(asked)[2:]))
    return to_hex(transaction.signed(Signature(signature.parity, 0, signature.s)))


def other_parity(asked: dict[str, str]) -> str:
    transaction, signature = read_signed(bytes.fromhex(signed(asked)[2:]))
    return to_hex(transaction.signed(Signature(signature.parity ^ 1, signature.r, signature.s)))


def with_access_list(asked: dict[str, str]) -> str:
    item = {"address": ADDRESS, "storageKeys": ["0x" + "00" * 32]}
    return signed(asked, accessList=[item])


OTHER = "ethereum.signer-other-transaction"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda asked: signed(asked, nonce="0x8"), OTHER),
        (lambda asked: signed(asked, to="0x" + "11" * 20), OTHER),
        (lambda asked: signed(asked, to=None), OTHER),
        (lambda asked: signed(asked, data="0x"), OTHER),
        (lambda asked: signed(asked, gas="0x1"), OTHER),
        (lambda asked: signed(asked, maxFeePerGas=hex(10**12)), OTHER),
        (lambda asked: signed(asked, maxPriorityFeePerGas="0x0"), OTHER),
        (
            lambda asked: signed({**{k: v for k, v in asked.items() if "max" not in k}, "gasPrice": hex(10**10)}),
            OTHER,
        ),
        (lambda asked: signed(asked, chainId="0x1"), "ethereum.signer-other-chain"),
        (lambda asked: signed(asked, key=b"\1" * 32), "ethereum.signer-other-account"),
        (by_nobody, "ethereum.signer-other-account"),
        (other_parity, "ethereum.signer-other-account"),
        (high_s, "ethereum.signer-high-s"),
        (lambda asked: signed(asked, value="0x1"), "ethereum.signer-answer"),
        (with_access_list, "ethereum.signer-answer"),
        (lambda asked: signed(asked)[:-2], "ethereum.signer-answer"),
        (lambda asked: signed(asked) + "00", "ethereum.signer-answer"),
        (lambda asked: "0x", "ethereum.signer-answer"),
        (lambda asked: "signed", "ethereum.signer-answer"),
        (lambda asked: None, "ethereum.signer-answer"),
        (lambda asked: 0.5, "ethereum.signer-answer"),
        (lambda asked: [signed(asked)], "ethereum.signer-answer"),
        (lambda asked: {"tx": {}}, "ethereum.signer-answer"),
        (lambda asked: {"raw": {}}, "ethereum.signer-answer"),
    ],
)
def test_a_lying_signer_is_refused(answer: Callable[[dict[str, str]], Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        asked_of(answer)
    assert caught.value.finding.code.name == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda asked: {"error": {"code": -32000, "message": "Request denied"}}, "ethereum.signer-denies"),
        (lambda asked: {"error": "no"}, "ethereum.signer-denies"),
        (lambda asked: 503, "ethereum.signer-unreachable"),
        (lambda asked: 404, "ethereum.signer-denies"),
        (lambda asked: b"<html>", "ethereum.signer-unreachable"),
        (lambda asked: b"[]", "ethereum.signer-unreachable"),
        (lambda asked: b"\xff\xfe", "ethereum.signer-unreachable"),
    ],
)
def test_a_signer_that_does_not_sign_is_asked_again_later(answer: Callable[[dict[str, str]], Any], code: str) -> None:
    with pytest.raises(TransientError, match=code):
        asked_of(answer)


def test_a_signer_that_stalls_is_not_waited_for() -> None:
    release = threading.Event()

    def scenario() -> None:
        with peer("eth_signTransaction", lambda asked: release) as endpoint:
            with pytest.raises(TransientError, match=r"ethereum\.signer-unreachable"):
                sign(remote(endpoint, timeout=0.2))
            release.set()

    scenario()


def test_a_signer_that_is_not_there_is_a_reason_to_retry() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(TransientError, match=r"ethereum\.signer-unreachable"):
            sign(remote(f"http://127.0.0.1:{unused.getsockname()[1]}"))


# --- anchors -------------------------------------------------------------------------------------------------------


def test_anchors_by_a_remote_signer(carbonseal_fresh_chain: Network) -> None:
    """The account has no money on this chain, so what it signs is taken apart instead; a lie fails the anchor for good."""
    chain = carbonseal_fresh_chain
    lies: list[int] = []

    def answer(asked: dict[str, str]) -> str:
        return signed(asked, nonce="0x63") if lies else signed(asked)

    async def scenario(endpoint: str) -> None:
        options = {"registry": chain.deployment.registry, "key": f"web3signer:{endpoint}?address={ADDRESS}"}
        ledger = await connect(chain.uri, options, lambda uri: b"")
        try:
            attempt = await ledger.prepare(anchor(1), [])
            transaction, _ = read_signed(attempt.payload)
            assert (transaction.nonce, transaction.data) == (0, registry.call_anchor(statement(1)))
            assert other_opinion(attempt.payload) == ADDRESS
            assert attempt.id == hash_of(attempt.payload)
            lies.append(True)
            with pytest.raises(PermanentError, match=r"signer-other-transaction"):
                await ledger.prepare(anchor(2), [attempt])
        finally:
            await ledger.close()

    with peer("eth_signTransaction", answer) as endpoint:
        asyncio.run(scenario(endpoint))


def test_clef_signs_by_its_rules(tmp_path: Path, carbonseal_fresh_chain: Network) -> None:
    program = clef_program()
    if program is None:
        pytest.skip("clef is neither on PATH nor in CARBONSEAL_CLEF; the peers above check its protocol")
    chain = carbonseal_fresh_chain
    data = registry.call_anchor(statement(1))
    calls = {data[:4].hex(): "anchor(bytes32,uint64,bytes32)"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def scenario(endpoint: str) -> None:
        options = {"registry": chain.deployment.registry, "key": f"clef:{endpoint}?address={ADDRESS}"}
        ledger = await connect(chain.uri, options, lambda uri: b"")
        try:
            attempt = await ledger.prepare(anchor(1), [])
            assert other_opinion(attempt.payload) == ADDRESS
            assert (await ledger.follow([attempt])).status is AttemptStatus.MISSING
        finally:
            await ledger.close()
        to = bytes.fromhex(chain.deployment.registry[2:])
        fees = Fees(10**10, 10**9)
        legacy = Transaction(1337, 3, to, data, 90_000, Fees(10**9, 10**9), legacy=True)
        creation = Transaction(1337, 4, b"", bytes.fromhex(registry.artifact()["bytecode"][2:]), 900_000, fees)
        filler = Transaction(1337, 5, bytes.fromhex(ADDRESS[2:]), b"", 21_000, fees)
        stray = Transaction(1337, 6, TO, data, 90_000, fees)
        elsewhere = Transaction(1, 7, to, data, 90_000, fees)
        signer = RemoteSigner(read_uri(options["key"], {"clef": ("address",)}))
        stranger = RemoteSigner(read_uri(f"clef:{endpoint}?address=0x{'11' * 20}", {"clef": ("address",)}))
        try:
            for transaction in (legacy, filler):
                assert other_opinion(await signer.sign(transaction)) == ADDRESS
            denied = ((signer, creation), (signer, stray), (signer, elsewhere), (stranger, legacy))
            for who, transaction in denied:
                with pytest.raises(TransientError, match=r"ethereum\.signer-denies"):
                    await who.sign(transaction)
        finally:
            await signer.close()
            await stranger.close()

    with clef(program, tmp_path, port, 1337, chain.deployment.registry, calls) as endpoint:
        asyncio.run(scenario(endpoint))
