"""Signed heads of one log, checked against its keys, and signed again where one is damaged."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint, checkpoint_of, sign_checkpoint
from carbonseal.log.notes import LogSigner, Note, Signature, VerifierKey, with_signature


class Notes:
    """The heads of the log `origin`. Without `signers`, which are then unknown, no signature is checked."""

    def __init__(self, origin: str, signers: Sequence[LogSigner], witnesses: Collection[VerifierKey]) -> None:
        self.origin = origin
        self._signers = signers
        self._witnesses = tuple(witnesses)

    def open(self, note: bytes) -> Checkpoint | str:
        """The checkpoint in a note; or, as text, what is wrong with it."""
        try:
            parsed = Note.parse(note)
            if not self._signers:
                return Checkpoint.parse(parsed.text)
            checkpoint = checkpoint_of(parsed, self._signers[0].verifier)
            for key in (*(signer.verifier for signer in self._signers[1:]), *self._witnesses):
                parsed.signed_by(key)  # none is no fault; an invalid one is
        except Refused as refused:
            return refused.finding.message
        return checkpoint

    def problem(self, note: bytes, expected: Checkpoint) -> str:
        """What is wrong with the note of this checkpoint; empty where nothing is."""
        found = self.open(note)
        if isinstance(found, str):
            return found
        return "" if found == expected else "it is of another root or size"

    @property
    def can_sign(self) -> bool:
        """Whether the log's keys are there."""
        return bool(self._signers)

    def sign(self, checkpoint: Checkpoint, damaged: bytes) -> bytes:
        """The note of a checkpoint, signed again, with the witnesses' cosignatures in a damaged note that are valid. Ed25519 is
        deterministic: what was signed before is what is signed now."""
        note = sign_checkpoint(checkpoint, *self._signers)
        text = checkpoint.encode()
        for line in damaged.decode(errors="replace").split("\n"):
            try:
                signature = Signature.parse(line)
            except Refused:
                continue
            if any(_is_valid(signature, key, text) for key in self._witnesses):
                note = with_signature(note, signature)
        return note


def _is_valid(signature: Signature, key: VerifierKey, text: str) -> bool:
    its = signature.name == key.name and signature.key_id == key.key_id
    return its and key.verified(signature.data, text) is not None
