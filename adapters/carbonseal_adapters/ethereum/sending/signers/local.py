"""Keys in files and variables: 64 hexadecimal digits, or a keystore (Web3 Secret Storage, version 3), which is encrypted."""

from __future__ import annotations

import json
from typing import Any

from eth_keys.datatypes import PrivateKey
from eth_utils.exceptions import ValidationError

from carbonseal.findings import Refused
from carbonseal.keys.codes import SECRET_WRONG_PASSWORD
from carbonseal.keys.signers import Curve, KeyKind
from carbonseal.keys.uris import KeyUri
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.signatures import ORDER, address_of

MOST_MEMORY = 512 * 1024 * 1024  # bytes that scrypt may take; geth's keystores take 256 MiB
MOST_ROUNDS = 10_000_000  # of PBKDF2
MOST_DERIVED = 64  # bytes of a derived key, of which 32 are used


class LocalKey:
    """A private key in this process; a `carbonseal.keys.signers.Signer`. Signatures are deterministic (RFC 6979)."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes. Raises ValueError."""
        if not 0 < int.from_bytes(key, "big") < ORDER:
            raise ValueError("no private key of secp256k1")
        self._key = PrivateKey(key)
        self.public_key: bytes = b"\4" + self._key.public_key.to_bytes()

    def __repr__(self) -> str:
        return "<a private key>"

    def sign(self, data: bytes, /) -> bytes:
        """r ‖ s over the digest `data`, s low."""
        signature = self._key.sign_msg_hash(data)
        return bytes(signature.r.to_bytes(32, "big") + signature.s.to_bytes(32, "big"))


def _decode(stored: bytes, password: bytes | None, uri: KeyUri) -> LocalKey:
    keystore = _keystore(stored)
    if keystore is None or password is None:
        return _plain(stored, uri)
    return _decrypted(keystore, password, uri)


def _plain(stored: bytes, uri: KeyUri) -> LocalKey:
    """`stored` is a key's 32 bytes or their hexadecimal digits."""
    try:
        return LocalKey(stored if len(stored) == 32 else bytes.fromhex(stored.decode().strip().removeprefix("0x")))
    except (ValueError, ValidationError):
        raise Refused(codes.KEY_MALFORMED(uri=uri)) from None


def _is_encrypted(stored: bytes) -> bool:
    return _keystore(stored) is not None


def _keystore(stored: bytes) -> dict[str, Any] | None:
    """The JSON object, if it is one."""
    try:
        value = json.loads(stored)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _decrypted(keystore: dict[str, Any], password: bytes, uri: KeyUri) -> LocalKey:
    from eth_keyfile import decode_keyfile_json  # which computes with BLS12-381 first, for a third of a second

    malformed = Refused(codes.KEYSTORE_MALFORMED(uri=uri))
    try:
        crypto = keystore.get("crypto") or keystore["Crypto"]  # the older spelling
        if crypto["cipher"] != "aes-128-ctr":  # which the library takes for granted
            raise malformed
        _check_cost(crypto["kdfparams"])
        key = LocalKey(decode_keyfile_json(keystore, password.decode("utf-8", "replace").encode()))
    except ValueError as error:
        if "MAC mismatch" in str(error):
            raise Refused(SECRET_WRONG_PASSWORD(uri=uri)) from None
        raise malformed from None
    except (AttributeError, KeyError, TypeError, NotImplementedError, AssertionError, ArithmeticError, ValidationError):
        raise malformed from None  # eth-keyfile asserts that the hash is an HMAC, and computes with lengths
    named = str(keystore.get("address", "")).lower().removeprefix("0x")
    if named and named != address_of(key.public_key[1:]).hex():
        raise Refused(
            codes.KEYSTORE_OTHER_ADDRESS(uri=uri, named=f"0x{named}", found=to_hex(address_of(key.public_key[1:])))
        )
    return key


def _check_cost(parameters: dict[str, Any]) -> None:
    """Raises ValueError where deriving the key would cost more than any known keystore does."""
    if 128 * parameters.get("n", 0) * parameters.get("r", 0) > MOST_MEMORY or parameters.get("p", 0) > 16:
        raise ValueError("scrypt would take too much memory or time")
    if parameters.get("c", 0) > MOST_ROUNDS:
        raise ValueError("PBKDF2 would take too long")
    if parameters["dklen"] > MOST_DERIVED:  # each byte more is computed
        raise ValueError("the derived key is longer than any use of it")


ACCOUNT_KEY = KeyKind(Curve.SECP256K1, _is_encrypted, _decode)
