"""tlog-proof (``c2sp.org/tlog-proof@v1``, file suffix ``.tlog-proof``): an inclusion proof and its checkpoint in one file.

As written::

    c2sp.org/tlog-proof@v1
    index 1
    vlt6pLBKcG4wp7rb98fss+l/sv7/tVlhSdzSaISWDRs=

    other.example/log
    2
    B6hKkmNjAwlzIBMxIuS3mVSxICZ1bLUOnjaM0qPRm98=

    — other.example/log wMDrCwZEbhJLpk+WT/pJRDpwbtn32AUhKElEfqRqw9/cAzez0YdIf81ZB7UodFLlCraLFwsxy/rczEXzA/9HpKoW2Ag=

A line ``extra BASE64`` may stand before the index. The entry is not in the file.
"""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.notes import MAX_NOTE, VerifierKey
from carbonseal.log.text import MAX_SIZE, decode_base64, decode_decimal, decode_hash, encode_base64
from carbonseal.log.tree import leaf_hash, verify_inclusion
from carbonseal.values import dataclass

from . import codes

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
MAX_EXTRA = 65_535  # bytes
MAX_PROOF = MAX_NOTE + MAX_EXTRA * 4 // 3 + 64 * 1024


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Shows that an entry is at `index` under a checkpoint: hashes of 32 bytes from leaf to root, and the checkpoint's note to
    the byte. `extra` is the application's own; no signature covers it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The file's bytes."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines += [f"index {self.index}", *map(encode_base64, self.hashes)]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint_note

    @staticmethod
    def parse(data: bytes) -> TlogProof:
        """The inverse of `encode`, strictly. Raises Refused (`tlog-proof.*`); undetermined on another version and over a
        limit. Verifies neither checkpoint nor proof."""
        if len(data) > MAX_PROOF:
            raise Refused(codes.TLOG_PROOF_TOO_LARGE(length=len(data), limit=MAX_PROOF))
        head, blank, note = data.partition(b"\n\n")
        if not blank or not note:
            raise Refused(codes.TLOG_PROOF_TRUNCATED())
        header, *lines = head.decode("latin-1").split("\n")  # what is not ASCII fits none of the lines below
        if header != HEADER:
            raise Refused(codes.TLOG_PROOF_UNKNOWN_VERSION(header=repr(header[:80])))
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else None
        index = decode_decimal(lines[0].removeprefix("index ")) if lines and lines[0].startswith("index ") else None
        if index is None or index > MAX_SIZE:
            raise Refused(codes.TLOG_PROOF_INDEX(line=repr(lines[0][:80] if lines else "")))
        if len(lines) - 1 > MAX_HASHES:
            raise Refused(codes.TLOG_PROOF_TOO_MANY_HASHES(count=len(lines) - 1, limit=MAX_HASHES))
        hashes = tuple([decode_hash(line) for line in lines[1:]])
        if None in hashes:
            raise Refused(codes.TLOG_PROOF_HASH(line=repr(lines[1 + hashes.index(None)][:80])))
        return TlogProof(index, hashes, note, extra)  # type: ignore[arg-type]

    def verify(self, entry: bytes, log: VerifierKey) -> Checkpoint:
        """The checkpoint under which `log` has `entry` at `index`. Raises Refused where that is not shown."""
        checkpoint = open_checkpoint(self.checkpoint_note, log)
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def _extra(line: str) -> bytes:
    data = decode_base64(line.removeprefix("extra "))
    if not data or len(data) > MAX_EXTRA:
        raise Refused(codes.TLOG_PROOF_EXTRA())
    return data
