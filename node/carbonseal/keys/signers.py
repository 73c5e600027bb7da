"""Signing keys by URI (``scheme:path?option=value``), and the interface of a signer scheme.

=============  ===============================================================  =============================
scheme         the key                                                          options
=============  ===============================================================  =============================
file:, env:    in a file, or an environment variable; encrypted or not          password= where encrypted
pkcs11:        in a token (RFC 7512), which it never leaves                     module-path=, pin-source=
web3signer:    at an endpoint that knows `eth_signTransaction`                  address=
clef:          in geth's Clef, `account_signTransaction`                        address=
=============  ===============================================================  =============================

These are built in; installed packages bring others through the entry-point group ``carbonseal.signers`` (`carbonseal.plugins`). A
scheme for a key-management service, in full::

    class AcmeKms:
        def open(self, uri: str, kind: KeyKind, secret: Secret) -> Signer:
            name = read_uri(uri, {"acmekms": ()}).path
            return AcmeKey(name, kind.curve)  # has `public_key` and `sign`

    SCHEME = AcmeKms()

`web3signer:` and `clef:` sign Ethereum transactions alone: what they open is not a `Signer`, and cannot be used for other keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from carbonseal.findings import Refused
from carbonseal.plugins import SIGNERS, shape_problem

from .codes import SECRET_NOT_A_SIGNER
from .uris import KeyUri, unsupported

Secret: TypeAlias = Callable[[str], bytes]  # opens a secret by URI; raises `Refused`, never with the secret in it


class Curve(Enum):
    """The curves that keys are asked for on; and ML-DSA-44, which has none."""

    ED25519 = "Ed25519"  # logs, witnesses and issuers
    ML_DSA_44 = "ML-DSA-44"  # logs and witnesses, beside or in place of Ed25519
    P256 = "P-256"  # Fabric clients
    SECP256K1 = "secp256k1"  # Ethereum accounts


class Signer(Protocol):
    """A private key that signs. Threads may share it."""

    public_key: bytes  # Ed25519: 32 bytes; ML-DSA-44: 1312; other curves: the uncompressed point, 0x04 ‖ x ‖ y

    def sign(self, data: bytes, /) -> bytes:
        """Ed25519 (RFC 8032): the 64-byte signature over `data`. ML-DSA-44 (FIPS 204): the 2420 bytes, with an empty context.
        ECDSA: r ‖ s, each as long as the curve's order, over the 32-byte digest `data`; s low or high. Raises `Refused` where
        the key does not sign. May block: it is called in a thread."""
        ...


@dataclass(frozen=True, slots=True)
class KeyKind:
    """Which key is wanted: its curve, and how such a key is stored where bytes can be read (``file:``, ``env:``, a vault)."""

    curve: Curve
    is_encrypted: Callable[[bytes], bool]  # whether stored bytes need a password
    decode: Callable[
        [bytes, bytes | None, KeyUri], Signer
    ]  # of stored bytes, with their password if any; raises `Refused`


class SignerScheme(Protocol):
    """Opens keys behind URIs of one scheme."""

    def open(self, uri: str, kind: KeyKind, secret: Secret) -> object:
        """The key behind `uri`, a `Signer` on `kind.curve`. `secret` opens the URIs of secrets that options name (a PIN, a
        password). Raises `Refused` where there is no such key, or it is on another curve. May block: it is called in a
        thread."""
        ...


def open_key(uri: str, kind: KeyKind, secret: Secret) -> object:
    """What the scheme of `uri` opens. Raises `Refused`, `secret.unsupported` for an unknown scheme among them."""
    scheme: SignerScheme | None = SIGNERS.find(uri.partition(":")[0], SignerScheme) if ":" in uri else None
    if scheme is None:
        raise unsupported(uri, SIGNERS.names())
    return scheme.open(uri, kind, secret)


def open_signer(uri: str, kind: KeyKind, secret: Secret) -> Signer:
    """The key behind `uri`. Raises `Refused` as `open_key` does, and where what it opens is not a `Signer`."""
    return as_signer(uri, open_key(uri, kind, secret))


def as_signer(uri: str, opened: object) -> Signer:
    """`opened`, which the scheme of `uri` opened, as a `Signer`. Raises `Refused` where it is not one (`secret.not-a-signer`)."""
    if problem := shape_problem(opened, Signer):
        raise Refused(SECRET_NOT_A_SIGNER(scheme=uri.partition(":")[0], problem=problem))
    signer: Signer = opened  # type: ignore[assignment]  # its shape was checked
    return signer
