"""The floor of verification: the signatures and hashes of the same passports, by the fastest libraries that are installed.

What is verified under `recorded` writes down every signature that it checks and every input that it hashes. `Primitives.floor` does
the same again, with nothing in between: no JSON, no base64, no rule. Each piece counts as often as it was worked on: for many
passports record each by itself, as if no other had been.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from time import process_time
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

import carbonseal.public_keys
import carbonseal_adapters.ethereum.checking.keccak
import carbonseal_adapters.fabric.checking.certificates

Signed = tuple[bytes, bytes, bytes]  # public key, signature, message
T = TypeVar("T")
SAMPLE = 100  # inputs by which the fastest library is chosen


@dataclass
class Primitives:
    """What was worked on: signatures, and the inputs of hashes."""

    ed25519: list[Signed] = field(default_factory=list)
    p256: list[tuple[ec.EllipticCurvePublicKey, bytes, bytes]] = field(default_factory=list)  # the key is loaded
    sha256: list[bytes] = field(default_factory=list)
    keccak256: list[bytes] = field(default_factory=list)

    def distinct(self) -> Primitives:
        """Each piece once: what is left where everything is shared."""
        return Primitives(_once(self.ed25519), _once(self.p256), _once(self.sha256), _once(self.keccak256))

    def floor(self) -> tuple[Callable[[], None], str]:
        """The work, by the fastest libraries, and their names."""
        (work,), by = self.floors(1)
        return work, by

    def floors(self, count: int) -> tuple[list[Callable[[], None]], str]:
        """The work in so many parts of about the same size, by the fastest libraries, and their names."""
        signatures, by = _fastest(ED25519, self.ed25519)
        keccak, hashed_by = _fastest(KECCAK256, self.keccak256)

        def work(part: slice) -> None:
            for signed in self.ed25519[part]:
                signatures(signed)
            for key, signature, message in self.p256[part]:
                key.verify(signature, message, ec.ECDSA(SHA256()))
            for data in self.sha256[part]:
                hashlib.sha256(data).digest()
            for data in self.keccak256[part]:
                keccak(data)

        return [partial(work, slice(first, None, count)) for first in range(count)], f"{by}, {hashed_by}"

    def __str__(self) -> str:
        signatures = len(self.ed25519) + len(self.p256)
        return f"{signatures:,} signatures, {len(self.sha256) + len(self.keccak256):,} hashes"


def _once(pieces: Iterable[T]) -> list[T]:
    return [*dict.fromkeys(pieces)]


# --- recording -----------------------------------------------------------------------------------------------------


@contextmanager
def recorded() -> Iterator[Primitives]:
    """What is worked on inside. Wherever a module of ours holds one of the functions, it holds one that writes down, too."""
    seen = Primitives()
    plain = hashlib.sha256
    ed25519 = carbonseal.public_keys.verifies_ed25519
    keccak = carbonseal_adapters.ethereum.checking.keccak.keccak256
    p256 = carbonseal_adapters.fabric.checking.certificates.check_signature

    class Sha256:
        """Writes down all that a hash object was given."""

        def __init__(self, data: bytes = b"") -> None:
            self._data = bytes(data)

        def update(self, data: bytes) -> None:
            self._data += data

        def digest(self) -> bytes:
            seen.sha256.append(self._data)
            return plain(self._data).digest()

        def hexdigest(self) -> str:
            return self.digest().hex()

    def recording_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
        verifies = ed25519(public_key, signature, message)
        if verifies:
            seen.ed25519.append((public_key, bytes(signature), bytes(message)))
        return verifies

    def recording_p256(certificate: Any, msp: str, signature: bytes, message: bytes) -> None:
        p256(certificate, msp, signature, message)
        seen.p256.append((certificate.public_key(), signature, message))

    def recording_keccak(data: bytes) -> bytes:
        seen.keccak256.append(bytes(data))
        return keccak(data)

    recording = ((plain, Sha256), (ed25519, recording_ed25519), (p256, recording_p256), (keccak, recording_keccak))
    held = [
        (module, name, before, after)
        for module in _modules()
        for name, value in [*vars(module).items()]
        for before, after in recording
        if value is before
    ]
    for module, name, _, after in held:
        setattr(module, name, after)
    try:
        yield seen
    finally:
        for module, name, before, _ in held:
            setattr(module, name, before)


def _modules() -> list[Any]:
    ours = [one for name, one in sys.modules.items() if name.partition(".")[0] in ("carbonseal", "carbonseal_adapters")]
    return [hashlib, *ours]


# --- libraries: who is not installed is left out ---------------------------------------------------------------------


def _cryptography(signed: Signed) -> None:
    public_key, signature, message = signed
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)


def _pynacl() -> Callable[[Signed], object]:
    opened = importlib.import_module("nacl.bindings").crypto_sign_open

    def verify(signed: Signed) -> None:
        public_key, signature, message = signed
        if opened(signature + message, public_key) != message:
            raise InvalidSignature

    return verify


def _pycryptodome() -> Callable[[bytes], object]:
    new = importlib.import_module("Crypto.Hash.keccak").new
    return lambda data: new(digest_bits=256, data=data).digest()


def _pysha3() -> Callable[[bytes], object]:
    new = importlib.import_module("sha3").keccak_256
    return lambda data: new(data).digest()


ED25519: dict[str, Callable[[], Callable[[Any], object]]] = {"cryptography": lambda: _cryptography, "PyNaCl": _pynacl}
KECCAK256: dict[str, Callable[[], Callable[[Any], object]]] = {"pycryptodome": _pycryptodome, "pysha3": _pysha3}


def _fastest(libraries: dict[str, Callable[[], Callable[[Any], object]]], pieces: Sequence[Any]) -> tuple[Any, str]:
    """The function that takes the least time for a sample of the pieces, and whose it is."""
    found = []
    for name, load in libraries.items():
        try:
            work = load()
        except ImportError:
            continue
        found.append((min(_seconds(work, pieces[:SAMPLE]) for _ in range(3)), name, work))
    _, name, work = min(found, key=lambda one: one[0])
    return work, name


def _seconds(work: Callable[[Any], object], pieces: Sequence[Any]) -> float:
    begin = process_time()
    for piece in pieces:
        work(piece)
    return process_time() - begin
