"""Checkpoint (C2SP tlog-checkpoint v1.0.0): a log's origin, size and root, as the text of a signed note.

As written, with the note's signature line::

    certifier.example/log
    4
    7PLDaiyGMYpHxAAKuHvw5MCAe7BpvmM8mXeLQAmk1IY=

    — certifier.example/log CnS4xK/5kkcKdvkrCUyaBAM6kbnae1BHiggxOgtcpqMh7EbqW2SVC17oZebBg4lg30BgEpHsD5HrmSLKlwKuZjXqXQk=

- The origin names the log, and the log's key has the same name.
- The size is a decimal without leading zeros, up to 2^63 - 1; the root is 32 bytes in base64 (RFC 4648, section 4).
- Extension lines are refused: nothing would audit them.
"""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.ledger import Statement, log_id
from carbonseal.log.notes import LogSigner, Note, VerifierKey
from carbonseal.log.text import MAX_SIZE, decode_decimal, decode_hash, encode_base64
from carbonseal.values import dataclass

from . import codes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` has `size` entries (0 to 2^63 - 1), whose Merkle root is `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def encode(self) -> str:
        """The three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"

    @staticmethod
    def parse(text: str) -> Checkpoint:
        """The inverse of `encode`. Raises Refused (`checkpoint.*`); undetermined on extension lines and on a size over the
        limit."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1]:
            raise Refused(codes.CHECKPOINT_TRUNCATED())
        if len(lines) > 4:
            raise Refused(codes.CHECKPOINT_EXTENSION(lines=len(lines) - 4))
        origin, size, root = lines[0], decode_decimal(lines[1]), decode_hash(lines[2])
        if not origin:
            raise Refused(codes.CHECKPOINT_ORIGIN())
        if size is None:
            raise Refused(codes.CHECKPOINT_SIZE(size=repr(lines[1][:40])))
        if size > MAX_SIZE:
            raise Refused(codes.CHECKPOINT_SIZE_TOO_LARGE(size=size))
        if root is None:
            raise Refused(codes.CHECKPOINT_ROOT(root=repr(lines[2][:80])))
        return Checkpoint(origin, size, root)

    def statement(self) -> Statement:
        """What an anchor of this checkpoint says (docs/spec.md, section 7). Raises Refused for an empty log."""
        if self.size == 0:
            raise Refused(codes.CHECKPOINT_EMPTY(origin=self.origin))
        return Statement(log_id(self.origin), self.size, self.root)


def sign_checkpoint(checkpoint: Checkpoint, *signers: LogSigner) -> bytes:
    """The signed note of a checkpoint, with the signatures of the log's own keys alone."""
    text = checkpoint.encode()
    return Note(text, tuple(signer.sign(text) for signer in signers)).encode()


def checkpoint_of(note: Note, log: VerifierKey) -> Checkpoint:
    """The checkpoint in `note`. Raises Refused unless it is signed by `log` and of the log that the key is named after."""
    if not note.signed_by(log):
        raise Refused(codes.CHECKPOINT_UNSIGNED(name=log.name))
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log.name:
        raise Refused(codes.CHECKPOINT_OTHER_ORIGIN(origin=checkpoint.origin, name=log.name))
    return checkpoint


def open_checkpoint(data: bytes, log: VerifierKey) -> Checkpoint:
    """`checkpoint_of` for the bytes of a note. Raises Refused where they are not a valid note, too."""
    return checkpoint_of(Note.parse(data), log)
