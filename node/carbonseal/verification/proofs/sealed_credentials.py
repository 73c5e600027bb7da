"""A product credential and what shows that a log sealed it, by itself (docs/spec.md, section 23).

As written (the document is shortened)::

    {"credential": {…}, "salt": hex, "index": 17, "proof": base64, "checkpoint": note}

The entry is not written: it follows from document and salt (sections 4 and 5).
"""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.codes import FRAUD_PROOF_LOG_NOT_LISTED
from carbonseal.log.entries import RecordEntry
from carbonseal.log.fraud_proofs import (
    expect_members,
    malformed,
    read_hash,
    read_hashes,
    read_number,
    write_hashes,
)
from carbonseal.log.notes import Note
from carbonseal.log.tree import leaf_hash, verify_inclusion
from carbonseal.passport.credentials import Carried
from carbonseal.passport.data_integrity import check_proof
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import PRODUCT, ProductCredential
from carbonseal.values import dataclass
from carbonseal.verification import codes
from carbonseal.verification.observing.log_facts import signed_head
from carbonseal.verification.policy import Policy, Role
from carbonseal.verification.signers import outside_window

MEMBERS = ("credential", "salt", "index", "proof", "checkpoint")


@dataclass(frozen=True, slots=True)
class SealedCredential:
    """A credential with its salt, its index in a log, an inclusion proof (32 bytes each) and the signed checkpoint that this leads
    to. Nothing is verified before `check`."""

    carried: Carried[ProductCredential]
    index: int
    inclusion: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def credential(self) -> ProductCredential:
        """What was signed."""
        return self.carried.signed

    def to_json(self) -> dict[str, Any]:
        """The value that `read` takes."""
        return {
            "credential": self.credential.document,
            "salt": self.carried.salt.hex(),
            "index": self.index,
            "proof": write_hashes(self.inclusion),
            "checkpoint": self.checkpoint.decode(),
        }

    @staticmethod
    def read(value: Any, *place: str) -> SealedCredential:
        """Raises Refused: `fraud-proof.malformed`, and the codes of credentials (section 12)."""
        if not isinstance(value, dict):
            raise malformed(place, "expected an object")
        expect_members(value, MEMBERS, *place)
        document, note = value["credential"], value["checkpoint"]
        if not isinstance(document, dict) or not isinstance(note, str):
            raise malformed(place, "expected a credential, an object, and a checkpoint, a signed note")
        salt = read_hash(value["salt"], *place, "salt")
        try:
            carried = PRODUCT.carry(document, salt)
        except Refused as refused:
            raise refused.under(*place, "credential") from refused
        index = read_number(value["index"], *place, "index")
        return SealedCredential(carried, index, read_hashes(value["proof"], *place, "proof"), note.encode())

    def check(self, policy: Policy) -> list[Finding]:
        """What the policy lacks to rely on it: findings that are undetermined. Raises Refused where the signature or the inclusion
        proof does not hold, whomever the policy lists."""
        note = Note.parse(self.checkpoint)
        checkpoint = Checkpoint.parse(note.text)
        leaf = leaf_hash(RecordEntry(self.carried.commitment).encode())
        verify_inclusion(leaf, self.index, checkpoint.size, self.inclusion, checkpoint.root)
        check_proof(self.credential.document, self.credential.key)
        found = [*_unlisted(self.credential, policy)]
        signed = [note.signed_by(key) for key in policy.logs.get(checkpoint.origin, ())]  # a forged one is refused
        if not any(signed):
            found.append(FRAUD_PROOF_LOG_NOT_LISTED(origin=checkpoint.origin))
        return found


def _unlisted(credential: ProductCredential, policy: Policy) -> list[Finding]:
    """What the policy lacks to let this key attest this product (section 17, step 1). Nothing here proves a time: a key with a
    window is not shown to have been in force."""
    issuer = policy.signers.get((credential.issuer, credential.key))
    if issuer is None or issuer.role is not Role.ISSUER:
        known = any(one.role is Role.ISSUER and one.id == credential.issuer for one in policy.signers.values())
        code = codes.SIGNER_KEY_NOT_LISTED if known else codes.SIGNER_NOT_LISTED
        return [code(issuer=credential.issuer)]
    if not credential.subject.startswith(issuer.products):
        facts = {"products": issuer.products, "subject": credential.subject}
        return [codes.SIGNER_OTHER_PRODUCT(name=issuer.name, **facts)]
    window = outside_window(issuer, created=credential.created, time=None)
    return [] if window is None else [window]


def sealed_in(passport: Passport, digest: bytes, policy: Policy) -> SealedCredential | None:
    """A credential that a passport carries, under the first of its heads with which it can be relied on under the policy; None
    where there is none."""
    carried = passport.credentials.get(digest)
    seal = passport.seals.get(carried.commitment) if carried else None
    if carried is None or seal is None:
        return None
    for head in seal.heads:
        signed = signed_head(head.checkpoint, policy.logs)
        if signed is not None:
            sealed = SealedCredential(carried, seal.index, head.inclusion, signed.note)
            try:
                if not sealed.check(policy):
                    return sealed
            except Refused:
                continue
    return None
