"""Signers by URI: whatever signs, the transaction is the one that was asked for, or it is refused with its own code."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import rlp
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.signatures import ORDER, complete, r_and_s, recover
from carbonseal_adapters.ethereum.sending.signers import DigestSigner, TransactionSigner, open_signer
from carbonseal_adapters.ethereum.sending.transactions import Transaction, fees_of, read_signed
from tests.ethereum.sending.signers.transactions import ASKED, LEGACY, LOCAL, LOCAL_KEY, TO, other_opinion, sign
from tests.ethereum.signing import ADDRESS, KEY, signed
from tests.tokens import SoftHsm

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def keystore() -> dict[str, Any]:
    """Cheap to open, and otherwise what `geth account new` writes."""
    return Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=1)


def _of_31_bytes() -> dict[str, Any]:
    """What encrypts a key that is a byte too short, and has a MAC that is right."""
    derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"", 1, 32)
    parameters = {"c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": ""}
    mac = keccak256(derived[16:] + KEY[1:]).hex()
    other = {"cipher": "aes-128-ctr", "cipherparams": {"iv": "00"}, "kdf": "pbkdf2", "kdfparams": parameters}
    return {**other, "ciphertext": KEY[1:].hex(), "mac": mac}


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


def test_a_key_may_be_plain_or_in_a_keystore(keystore: dict[str, Any]) -> None:
    for value in (KEY, KEY.hex(), f"0x{KEY.hex()}\n", KEY.hex().upper()):
        signer = opened("env:KEY", KEY=value)
        assert isinstance(signer, DigestSigner)
        assert signer.account == ADDRESS.lower()
        assert KEY.hex() not in repr(signer) + repr(signer._key)
    signer = opened("env:KEY?password=env:WORD", KEY=json.dumps(keystore), WORD=PASSWORD)
    assert other_opinion(sign(signer)) == ADDRESS
    del keystore["address"]
    assert opened("env:KEY?password=env:WORD", KEY=json.dumps(keystore), WORD=PASSWORD).account == ADDRESS.lower()


@pytest.mark.parametrize("key", [b"", b"not a key", b"00" * 32, b"\xff" * 32, b"ab" * 31, b"\0" * 32, b"[" * 9000])
def test_an_unusable_key_is_refused(key: bytes) -> None:
    assert refusal("env:KEY", KEY=key) == "ethereum.key-malformed"


def test_a_scrypt_keystore_opens() -> None:
    """As geth writes it with --lightkdf."""
    store = Account.encrypt(KEY, PASSWORD, kdf="scrypt", iterations=4096)
    assert opened("env:KEY?password=env:WORD", KEY=json.dumps(store), WORD=PASSWORD).account == ADDRESS.lower()


def test_keystores_are_read_strictly(keystore: dict[str, Any]) -> None:
    def code_of(value: dict[str, Any], word: str | bytes = PASSWORD) -> str:
        return refusal("env:KEY?password=env:WORD", KEY=json.dumps(value), WORD=word)

    crypto, parameters = keystore["crypto"], keystore["crypto"]["kdfparams"]
    assert code_of(keystore, "wrong") == "secret.wrong-password"
    assert code_of(keystore, "") == "secret.wrong-password"
    assert code_of(keystore, b"\xff") == "secret.wrong-password"
    assert code_of({**keystore, "address": "00" * 20}) == "ethereum.keystore-other-address"
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
        {**keystore, "crypto": {**crypto, "kdfparams": {**parameters, "prf": "sha256"}}},
        {**keystore, "crypto": {**crypto, "kdfparams": {**parameters, "dklen": 2**64}}},
        {**keystore, "crypto": {**crypto, "kdfparams": {"n": 2, "r": 8, "p": 1, "dklen": 2**40, "salt": "00"}}},
        {**keystore, "crypto": _of_31_bytes()},
        {**keystore, "crypto": {**crypto, "ciphertext": "zz"}},
        {**keystore, "crypto": {name: value for name, value in crypto.items() if name != "mac"}},
        {**keystore, "crypto": {**crypto, "cipher": "rot13"}},
    ):
        assert code_of(broken) == "ethereum.keystore-malformed", broken


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


def test_a_token_signs(softhsm: SoftHsm) -> None:
    softhsm.make_key("ethereum", "secp256k1")
    signer = opened(softhsm.uri("token=carbonseal;object=ethereum", pin_source="env:PIN"), PIN="1234")
    for nonce in range(20):  # about half of what a token signs has the higher s
        transaction = Transaction(1337, nonce, TO, b"", 90_000, Fees(10**10, 10**9))
        payload = sign(signer, transaction)
        assert other_opinion(payload).lower() == signer.account
        assert read_signed(payload)[1].s <= ORDER // 2
    softhsm.restart()
    assert other_opinion(sign(signer)).lower() == signer.account


def test_a_token_with_a_key_of_another_curve_is_refused(softhsm: SoftHsm) -> None:
    softhsm.make_key("p256", "secp256r1")
    assert refusal(softhsm.uri("token=carbonseal;object=p256", pin_source="env:PIN"), PIN="1234") == "token.key-curve"
