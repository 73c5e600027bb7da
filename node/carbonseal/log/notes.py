"""Signed notes, verifier keys and cosignatures (C2SP signed-note v1.0.0, tlog-cosignature v1.0.1).

A note is text and signature lines. Two kinds of key are known: Ed25519 over the text (0x01, logs), and Ed25519 over
time and text (0x04 ``cosignature/v1``, witnesses).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from carbonseal.findings import Refused
from carbonseal.log.text import decode_base64, encode_base64

from . import codes

MAX_SIGNATURES = 32
MAX_NOTE = 256 * 1024  # bytes: 32 post-quantum signatures of nearly 5 kB, and room
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # but newline


class Algorithm(IntEnum):
    """Signature types, by the byte that key ids and verifier keys contain."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


def is_key_name(name: str) -> bool:
    """Not empty, printable, no Unicode spaces, no plus."""
    return name.split() == [name] and "+" not in name and not _has_control(name)


def _has_control(text: str) -> bool:
    return _CONTROL.search(text) is not None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that may sign notes: a name, an algorithm, and the key's 32 bytes."""

    name: str
    public_key: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise Refused(codes.KEY_NAME(name=repr(self.name)))
        if len(self.public_key) != 32:
            raise Refused(codes.KEY_LENGTH(name=self.name, length=len(self.public_key)))

    @property
    def key_id(self) -> bytes:
        """4 bytes that, with the name, say which key signed. Short: an identifier, and no proof of anything."""
        return _key_id(self.name, bytes([self.algorithm]) + self.public_key)

    def encode(self) -> str:
        """The vkey: ``name+hex key id+base64(algorithm, key)``."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public_key)}"

    @staticmethod
    def parse(vkey: str) -> VerifierKey:
        """The inverse of `encode`; every key has one spelling. Raises Refused."""
        parts = vkey.split("+", 2)  # base64 may contain a plus, names may not
        material = decode_base64(parts[2]) if len(parts) == 3 else None
        if not material:
            raise Refused(codes.KEY_MALFORMED(key=repr(vkey)))
        name, key_id = parts[0], parts[1]
        if key_id != _key_id(name, material).hex():
            raise Refused(codes.KEY_ID_DIFFERS(name=name, key_id=key_id))
        if material[0] not in tuple(Algorithm):
            raise Refused(codes.KEY_UNKNOWN_ALGORITHM(name=name, algorithm=f"0x{material[0]:02x}"))
        return VerifierKey(name, material[1:], Algorithm(material[0]))

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (64 bytes) is this key's over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _key_id(name: str, material: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who claims to have signed, and what follows the key id."""

    name: str
    key_id: bytes
    data: bytes

    def encode(self) -> str:
        return f"— {self.name} {encode_base64(self.key_id + self.data)}\n"

    @staticmethod
    def parse(line: str) -> Signature:
        """Read a line without its newline. Raises Refused."""
        parts = line.split(" ")
        data = decode_base64(parts[2]) if len(parts) == 3 and parts[0] == "—" and is_key_name(parts[1]) else None
        if data is None or len(data) < 5:
            raise Refused(codes.NOTE_SIGNATURE_MALFORMED(line=repr(line[:80])))
        return Signature(parts[1], data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text (its last newline included) and its signatures. Says nothing until `signed_by` or `cosigned_at` does."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(signature.encode() for signature in self.signatures)).encode()

    @staticmethod
    def parse(data: bytes) -> Note:
        """Read a note strictly; `encode` gives the same bytes again. Verifies nothing. Raises Refused."""
        if len(data) > MAX_NOTE:
            raise Refused(codes.NOTE_TOO_LARGE(length=len(data), limit=MAX_NOTE))
        try:
            note = data.decode()
        except UnicodeDecodeError as error:
            raise Refused(codes.NOTE_NOT_UTF8(offset=error.start)) from None
        if _has_control(note):
            raise Refused(codes.NOTE_CONTROL_CHARACTER())
        text, blank, lines = note.rpartition("\n\n")
        if not blank or not lines:
            raise Refused(codes.NOTE_WITHOUT_SIGNATURES())
        if not lines.endswith("\n"):
            raise Refused(codes.NOTE_TRUNCATED())
        signatures = lines[:-1].split("\n")
        if len(signatures) > MAX_SIGNATURES:
            raise Refused(codes.NOTE_TOO_MANY_SIGNATURES(count=len(signatures), limit=MAX_SIGNATURES))
        return Note(text + "\n", tuple(Signature.parse(line) for line in signatures))

    def _by(self, key: VerifierKey) -> bytes | None:
        key_id = key.key_id
        found = [s.data for s in self.signatures if s.key_id == key_id and s.name == key.name]
        if len(found) > 1:
            raise Refused(codes.NOTE_SIGNATURE_REPEATED(name=key.name))
        return found[0] if found else None

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether `key` signed the text; False where the note has no signature of its. A witness's key counts where its
        cosignature holds. Raises Refused where its signature is there and fails, or is there twice."""
        if key.algorithm is Algorithm.COSIGNATURE:
            return self.cosigned_at(key) is not None
        signature = self._by(key)
        if signature is not None and not key.verifies(signature, self.text.encode()):
            raise Refused(codes.NOTE_SIGNATURE_FAILS(name=key.name))
        return signature is not None

    def cosigned_at(self, key: VerifierKey) -> int | None:
        """When the witness `key` (0x04) saw this checkpoint, in seconds since 1970; None where it did not. Raises
        Refused as `signed_by` does, and on a time beyond 2^63 - 1."""
        signature = self._by(key) if key.algorithm is Algorithm.COSIGNATURE else None
        if signature is None:
            return None
        time = int.from_bytes(signature[:8], "big")
        if len(signature) != 72 or time >> 63 or not key.verifies(signature[8:], _cosigned(time, self.text)):
            raise Refused(codes.NOTE_SIGNATURE_FAILS(name=key.name))
        return time


def _cosigned(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


class SigningKey(Protocol):
    """An Ed25519 key that signs, wherever it is kept. cryptography's private keys are such."""

    def public_key(self) -> Ed25519PublicKey: ...

    def sign(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A key that signs notes under a name."""

    name: str
    private_key: SigningKey

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.verifier.key_id, self.private_key.sign(text.encode()))


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's key: signs that it saw a checkpoint, consistent with all before, at a time."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw(), Algorithm.COSIGNATURE)

    def sign(self, text: str, time: int) -> Signature:
        """`time` is in seconds since 1970."""
        data = time.to_bytes(8, "big") + self.private_key.sign(_cosigned(time, text))
        return Signature(self.name, self.verifier.key_id, data)
