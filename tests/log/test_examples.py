"""The formats as the modules' docstrings show them are what the modules read and write."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from carbonseal.log import checkpoints, notes, proofs
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.proofs import TlogProof


def example(module: ModuleType, number: int = 0) -> str:
    """An indented block of the module's docstring, its empty lines included."""
    blocks = re.findall(r"::\n\n((?:    .*\n|\n)+)", module.__doc__ or "")
    return "".join(line.removeprefix("    ") for line in blocks[number].rstrip("\n").splitlines(keepends=True)) + "\n"


def shown_key() -> VerifierKey:
    return VerifierKey.parse(example(notes, 1).strip())


@pytest.mark.parametrize("module", [notes, checkpoints])
def test_a_note_is_signed_by_the_key_that_is_shown(module: ModuleType) -> None:
    note = Note.parse(example(module).encode())
    assert note.encode().decode() == example(module)
    assert note.signed_by(shown_key())


def test_a_key_has_one_spelling() -> None:
    assert shown_key().encode() + "\n" == example(notes, 1)


def test_a_checkpoint_is_of_the_log_that_the_key_is_named_after() -> None:
    checkpoint = open_checkpoint(example(checkpoints).encode(), shown_key())
    assert (checkpoint.origin, checkpoint.size) == ("certifier.example/log", 4)


def test_a_tlog_proof_has_the_proof_of_one_entry_of_two() -> None:
    proof = TlogProof.parse(example(proofs).encode())
    assert proof.encode().decode() == example(proofs)
    checkpoint = Checkpoint.parse(Note.parse(proof.checkpoint_note).text)
    assert (proof.index, len(proof.hashes), checkpoint.size) == (1, 1, 2)
