"""ML-DSA-44 keys in a policy: of the log, of a witness, beside an Ed25519 key and in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from carbonseal.findings import Verdict
from carbonseal.log.notes import Note, Signature, SubtreeSigner
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head
from tests.verification.tampering import every_head, rejected, undetermined
from tests.world import ORIGIN, World

LOG = SubtreeSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes(32)))
WITNESS = SubtreeSigner("witness.example/pq", MLDSA44PrivateKey.from_seed_bytes(b"\1" * 32))
OTHER = SubtreeSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(b"\2" * 32))
LINE = f"log {LOG.verifier.encode()}"
QUORUM = f"witness pq {WITNESS.verifier.encode()}\nquorum pq"


def signed(passport: Passport, *signers: SubtreeSigner, classical: bool = True) -> Passport:
    """The passport with these signatures on every head, beside the log's own or in its place."""

    def change(head: Head) -> Head:
        note = Note.parse(head.checkpoint)
        lines = tuple(signer.sign(note.text, 7 if signer is WITNESS else 0) for signer in signers)
        return replace(head, checkpoint=Note(note.text, (note.signatures if classical else ()) + lines).encode())

    return every_head(passport, change)


def test_a_policy_may_list_the_logs_ml_dsa_key_alone() -> None:
    world = World()
    passport = world.passport()
    for classical in (True, False):
        assert world.verify(signed(passport, LOG, classical=classical), log=LINE).verdict is Verdict.VERIFIED
    undetermined(world.verify(passport, log=LINE), "head.unsigned", "seal.without-head")
    undetermined(world.verify(signed(passport, OTHER), log=LINE), "head.unsigned", "seal.without-head")


def test_beside_an_ed25519_key_it_adds_nothing() -> None:
    """Where both are listed, either is enough: who forges Ed25519 is not held up by the other key."""
    world = World()
    passport = world.passport()
    both = f"{world.lines()['log']}\n{LINE}"
    for one in (passport, signed(passport, LOG), signed(passport, LOG, classical=False)):
        assert world.verify(one, log=both).verdict is Verdict.VERIFIED


def test_a_witness_with_an_ml_dsa_key() -> None:
    world = World()
    passport = world.passport()
    assert world.verify(signed(passport, WITNESS), quorum=QUORUM).verdict is Verdict.VERIFIED
    undetermined(world.verify(passport, quorum=QUORUM), "witness-quorum.unmet")


def test_a_witness_that_states_no_time_does_not_count() -> None:
    """As whoever mirrors a log signs: that the tree is one with what it saw, and nothing about when."""
    world = World()

    def timeless(head: Head) -> Head:
        note = Note.parse(head.checkpoint)
        return replace(head, checkpoint=Note(note.text, (*note.signatures, WITNESS.sign(note.text))).encode())

    undetermined(world.verify(every_head(world.passport(), timeless), quorum=QUORUM), "witness-quorum.unmet")


@pytest.mark.parametrize("signer", [LOG, WITNESS])
def test_a_signature_that_fails_rejects(signer: SubtreeSigner) -> None:
    world = World()
    passport = world.passport()

    def forge(head: Head) -> Head:
        note = Note.parse(head.checkpoint)
        line = Signature(signer.name, signer.verifier.key_id, bytes(2428))
        return replace(head, checkpoint=Note(note.text, (*note.signatures, line)).encode())

    both = f"{world.lines()['log']}\n{LINE}"
    rejected(world.verify(every_head(passport, forge), log=both, quorum=QUORUM), "note.signature-fails")
