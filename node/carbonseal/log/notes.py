"""Signed notes, verifier keys and cosignatures (C2SP signed-note v1.0.0, tlog-cosignature v1.1.0-rc.1).

A note as written: a text, an empty line, and a signature line for each key that signed::

    certifier.example/log
    4
    7PLDaiyGMYpHxAAKuHvw5MCAe7BpvmM8mXeLQAmk1IY=

    — certifier.example/log CnS4xK/5kkcKdvkrCUyaBAM6kbnae1BHiggxOgtcpqMh7EbqW2SVC17oZebBg4lg30BgEpHsD5HrmSLKlwKuZjXqXQk=

The verifier key of that signature as written, ``NAME+KEY ID IN HEX+BASE64(TYPE ‖ PUBLIC KEY)``::

    certifier.example/log+0a74b8c4+Abm7SY/GyK+K4i4P1ehGrMHsDEcByEgiMwby30kDfeR+

- Key id: the first 4 bytes of SHA-256(name ‖ newline ‖ type ‖ public key). Signature line: ``— NAME BASE64(KEY ID ‖
  SIGNATURE)``.
- Type 0x01 signs the text (logs). Type 0x04, ``cosignature/v1``, signs a time and the text (witnesses); its signature is the
  time as u64 and the 64 bytes of Ed25519. Type 0x06, ``subtree/v1``, signs a name, a time and a checkpoint (logs and
  witnesses); its signature is the time as u64, 0 where none is stated, and the 2420 bytes of ML-DSA-44.
- Name and key id find a signature, and only the public key verifies it. Lines of other keys are ignored; a line of a known
  key that does not verify is an error, never a missing signature. A key may have several lines; all have to verify.
- A key of another type is an `UnknownKey`: it can be named, and never signs.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from carbonseal.findings import Refused
from carbonseal.log.cosignatures import MAX_NAME, cosignature_message, subtree_message
from carbonseal.log.text import decode_base64, encode_base64
from carbonseal.public_keys import check_ed25519, check_ml_dsa_44, verifies_ed25519, verifies_ml_dsa_44
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from . import codes

MAX_SIGNATURES = 32
MAX_NOTE = 256 * 1024  # bytes: room for 32 post-quantum signatures of nearly 5 kB
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but newline
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # in no UTF-8
_KEY_ID = re.compile("[0-9a-f]{8}")


class Algorithm(IntEnum):
    """Signature types, by the byte that verifier keys contain."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    ML_DSA_44 = 0x06

    @property
    def signs_logs(self) -> bool:
        """Whether keys of this type sign for a log."""
        return self is not Algorithm.COSIGNATURE

    @property
    def cosigns(self) -> bool:
        """Whether keys of this type sign for a witness."""
        return self is not Algorithm.ED25519


def is_key_name(name: str) -> bool:
    """Whether a key may have this name: not empty, no Unicode white space, no plus, no control characters. It may have any
    other character, and any length."""
    if name.isascii() and name.isprintable():
        return name != "" and " " not in name and "+" not in name
    return name.split() == [name] and "+" not in name and not _has_control(name) and not _SURROGATE.search(name)


def _has_control(text: str) -> bool:
    return not text.replace("\n", "").isprintable() and _CONTROL.search(text) is not None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that may sign notes: a name, the key's bytes (Ed25519: 32; ML-DSA-44: 1312), and a signature type. Raises
    Refused on any other (`key.*`)."""

    name: str
    public_key: bytes
    algorithm: Algorithm = Algorithm.ED25519
    # 4 bytes that, with the name, say which key signed. An identifier, not a proof: two keys may share it.
    key_id: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise Refused(codes.KEY_NAME(name=repr(self.name)))
        try:
            if self.algorithm is not Algorithm.ML_DSA_44:
                check_ed25519(self.public_key)
            else:
                check_ml_dsa_44(self.public_key)
                if len(self.name.encode()) > MAX_NAME:
                    raise ValueError(
                        f"its name has more than {MAX_NAME} bytes, and its signatures have no room for that"
                    )
        except ValueError as error:
            raise Refused(codes.KEY_INVALID(name=self.name, problem=error)) from error
        key_id = _key_id(self.name, bytes([self.algorithm]) + self.public_key)
        object.__setattr__(self, "key_id", key_id)  # its other fields are what it is of

    def encode(self) -> str:
        """The verifier key as written."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public_key)}"

    @staticmethod
    def parse(vkey: str) -> VerifierKey:
        """The inverse of `encode`; every key has one spelling. Raises Refused (`key.*`); undetermined on an unknown type."""
        key = parse_key(vkey)
        if isinstance(key, UnknownKey):
            raise Refused(codes.KEY_UNKNOWN_ALGORITHM(name=key.name, algorithm=f"0x{key.algorithm:02x}"))
        return key

    def verified(self, signature: bytes, text: str) -> int | None:
        """The time that `signature` (as in a note's line) states for `text`, in seconds since 1970; 0 where its type states
        none; None where it does not verify."""
        if self.algorithm is Algorithm.ED25519:
            return 0 if verifies_ed25519(self.public_key, signature, text.encode()) else None
        time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        if time >> 63:
            return None
        if self.algorithm is Algorithm.COSIGNATURE:
            return time if verifies_ed25519(self.public_key, signature, cosignature_message(time, text)) else None
        message = subtree_message(self.name, time, text)
        return time if message and verifies_ml_dsa_44(self.public_key, signature, message) else None


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A verifier key of a type that this version does not know. It has a name and is written back as it was; nothing is
    signed by it. Its key id is not recomputed: each type has a rule of its own (for 0x02, the key's SPKI is hashed)."""

    name: str
    key_id: bytes
    algorithm: int  # the type byte
    public_key: bytes

    def encode(self) -> str:
        """The verifier key as written."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public_key)}"


def parse_key(vkey: str) -> VerifierKey | UnknownKey:
    """A verifier key of any type. Raises Refused (`key.*`) on other text, and on a public key that is refused."""
    parts = vkey.split("+", 2)  # base64 may contain a plus, names may not
    material = decode_base64(parts[2]) if len(parts) == 3 else None
    if not material:
        raise Refused(codes.KEY_MALFORMED(key=repr(vkey)))
    name, key_id, algorithm = parts[0], parts[1], material[0]
    if not is_key_name(name):
        raise Refused(codes.KEY_NAME(name=repr(name)))
    if algorithm not in tuple(Algorithm):
        if not _KEY_ID.fullmatch(key_id):
            raise Refused(codes.KEY_MALFORMED(key=repr(vkey)))
        return UnknownKey(name, bytes.fromhex(key_id), algorithm, material[1:])
    if key_id != _key_id(name, material).hex():
        raise Refused(codes.KEY_ID_DIFFERS(name=name, key_id=key_id))
    return VerifierKey(name, material[1:], Algorithm(algorithm))


def _key_id(name: str, material: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the name and key id (4 bytes) of who claims to have signed, and the signature (`data`)."""

    name: str
    key_id: bytes
    data: bytes

    def encode(self) -> str:
        """The line with its newline."""
        return f"— {self.name} {encode_base64(self.key_id + self.data)}\n"

    @staticmethod
    def parse(line: str) -> Signature:
        """Read a line without its newline. Raises Refused unless it has that form."""
        parts = line.split(" ")
        data = decode_base64(parts[2]) if len(parts) == 3 and parts[0] == "—" and is_key_name(parts[1]) else None
        if data is None or len(data) < 5:
            raise Refused(codes.NOTE_SIGNATURE_MALFORMED(line=repr(line[:80])))
        return Signature(parts[1], data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text (its last newline included) and its signatures. Nothing is verified before `signed_by` or `cosigned_at`."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note as written, UTF-8."""
        return (self.text + "\n" + "".join(signature.encode() for signature in self.signatures)).encode()

    @staticmethod
    def parse(data: bytes) -> Note:
        """Read a note strictly; `encode` gives the same bytes again. Raises Refused (`note.*`); undetermined over a limit.
        Verifies no signature."""
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
        return Note(text + "\n", tuple([Signature.parse(line) for line in signatures]))

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether the note has a valid signature (of a witness's key: cosignature) by `key`; False where it has none by that
        key. Raises Refused where any by that key is invalid."""
        return bool(self._times(key))

    def cosigned_at(self, key: VerifierKey) -> int | None:
        """When `key` (0x04 or 0x06) signed this checkpoint, in seconds since 1970, and of several times the earliest; None where
        it did not, or states no time. Raises Refused as `signed_by` does."""
        return min((time for time in self._times(key) if time), default=None)

    def _times(self, key: VerifierKey) -> list[int]:
        """The time that each signature by `key` states, 0 where it states none. Raises Refused where one is invalid."""
        key_id = key.key_id
        times = [key.verified(s.data, self.text) for s in self.signatures if s.key_id == key_id and s.name == key.name]
        valid = [time for time in times if time is not None]
        if len(valid) < len(times):
            raise Refused(codes.NOTE_SIGNATURE_FAILS(name=key.name))
        return valid


def with_signature(note: bytes, signature: Signature) -> bytes:
    """The note with one signature line more, unless it has one by that name and key id, or no room. Raises Refused as `Note.parse`
    does."""
    parsed = Note.parse(note)
    known = {(one.name, one.key_id) for one in parsed.signatures}
    if (signature.name, signature.key_id) in known or len(known) == MAX_SIGNATURES:
        return note
    return Note(parsed.text, (*parsed.signatures, signature)).encode()


class SigningKey(Protocol):
    """An Ed25519 key that signs, wherever it is kept. The private keys of `cryptography` are such keys."""

    def public_key(self) -> Ed25519PublicKey:
        """The key that verifies its signatures."""
        ...

    def sign(self, data: bytes, /) -> bytes:
        """The 64-byte signature over `data`."""
        ...


class MLDSASigningKey(Protocol):
    """An ML-DSA-44 key that signs, wherever it is kept. The private keys of `cryptography` are such keys."""

    def public_key(self) -> MLDSA44PublicKey:
        """The key that verifies its signatures."""
        ...

    def sign(self, data: bytes, /) -> bytes:
        """The 2420-byte signature over `data`, with an empty context."""
        ...


class LogSigner(Protocol):
    """What signs for a log: a `NoteSigner`, or a `SubtreeSigner`."""

    @property
    def verifier(self) -> VerifierKey:
        """The verifier key of its signatures; its name is the log's origin."""
        ...

    def sign(self, text: str) -> Signature:
        """The signature line over a checkpoint's `text`."""
        ...


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A log's key (0x01): signs notes under a name."""

    name: str
    private_key: SigningKey

    @property
    def verifier(self) -> VerifierKey:
        """The verifier key of its signatures."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """The signature line over `text`, whose last newline is included."""
        return Signature(self.name, self.verifier.key_id, self.private_key.sign(text.encode()))


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's key (0x04): signs that at a time it saw a checkpoint that is consistent with all it saw before."""

    name: str
    private_key: SigningKey

    @property
    def verifier(self) -> VerifierKey:
        """The verifier key of its cosignatures."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw(), Algorithm.COSIGNATURE)

    def sign(self, text: str, time: int) -> Signature:
        """The cosignature line over `text`; `time` is in seconds since 1970."""
        data = time.to_bytes(8, "big") + self.private_key.sign(cosignature_message(time, text))
        return Signature(self.name, self.verifier.key_id, data)


@dataclass(frozen=True, slots=True)
class SubtreeSigner:
    """An ML-DSA-44 key (0x06) of a witness, or of the log whose origin is its name: signs checkpoints."""

    name: str
    private_key: MLDSASigningKey

    @property
    def verifier(self) -> VerifierKey:
        """The verifier key of its signatures."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw(), Algorithm.ML_DSA_44)

    def sign(self, text: str, time: int = 0) -> Signature:
        """The signature line over the checkpoint `text`; `time` is in seconds since 1970, 0 to state none, as a log does. Raises
        Refused (`note.not-a-checkpoint`) on another text."""
        message = subtree_message(self.name, time, text)
        if message is None:
            raise Refused(codes.NOTE_NOT_A_CHECKPOINT(name=self.name))
        return Signature(self.name, self.verifier.key_id, time.to_bytes(8, "big") + self.private_key.sign(message))
