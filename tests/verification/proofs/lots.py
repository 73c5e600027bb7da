"""Credentials of lots that a log sealed, and batch proofs made of any of them, honest or not."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.log.entries import RecordEntry
from carbonseal.log.notes import Note, NoteSigner
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.products import PRODUCT
from carbonseal.records import strict
from carbonseal.verification.policy import Policy, parse_policy
from carbonseal.verification.proofs.batch_proofs import BatchProof, read_proof
from carbonseal.verification.proofs.sealed_credentials import SealedCredential
from tests.flow.chains import Chain, Made, Part, used
from tests.world import Issuer, MemoryLog, key

ORIGIN = "log.example/1"
MINE, MILL, FORGE = (Issuer(f"did:web:{name}.example", key(name)) for name in ("mine", "mill", "forge"))


@dataclass
class Lots:
    """A mine's metal, and lots of other issuers that took of it, sealed in one log."""

    chain: Chain = field(default_factory=Chain)
    log: MemoryLog = field(default_factory=lambda: MemoryLog(ORIGIN))

    def metal(self, yielded: str = "10000", unit: str = "kilogram", *, number: str = "B", **more: Any) -> Made:
        """One credential of the mine's lot of metal."""
        return self.sealed(self.chain.product("metal", batch=(number, yielded, unit), issuer="mine", **more))

    def taker(self, name: str, takes: Sequence[tuple[Made, str]], *, by: str = "mill", **more: Any) -> Made:
        """A lot of one piece that took so many kilograms of metal; `name` is its batch number."""
        parts = [used(metal, quantity, "kilogram") for metal, quantity in takes]
        return self.took(name, parts, by=by, **more)

    def took(self, name: str, parts: Sequence[Part], *, by: str = "mill", **more: Any) -> Made:
        """A lot of one piece with these components."""
        made = self.chain.product("sheet", parts=parts, batch=(name, "1", "piece"), issuer=by, **more)
        return self.sealed(made)

    def sealed(self, made: Made) -> Made:
        """Append its entry to the log."""
        self.log.append(RecordEntry(made.credential.commitment))
        return made

    def item(self, made: Made) -> SealedCredential:
        """With its proof under the log's head as it is now."""
        size = self.log.size
        index = self.log.encoded.index(RecordEntry(made.credential.commitment).encode())
        return SealedCredential(made.credential, index, self.log.inclusion(index, size), self.log.head(size))

    def forged(self, made: Made) -> SealedCredential:
        """The same under a checkpoint that another key signed in the log's name."""
        item = self.item(made)
        text = Note.parse(item.checkpoint).text
        line = NoteSigner(ORIGIN, key("forger")).sign(text)
        named = replace(line, key_id=self.log.signer.verifier.key_id)
        return replace(item, checkpoint=Note(text, (named,)).encode())

    def unsigned(self, made: Made) -> Made:
        """The log seals a credential whose quantity somebody changed after its issuer had signed it."""
        document = copy.deepcopy(dict(made.credential.signed.document))
        document["credentialSubject"]["components"][0]["quantity"] = "16000"
        return self.sealed(replace(made, credential=PRODUCT.carry(document, made.credential.salt)))

    def proof(self, yields: Iterable[Made], takes: Iterable[Made]) -> BatchProof:
        """A batch proof of these, in order; whether it holds is another thing."""
        return BatchProof(self._items(yields), self._items(takes))

    def _items(self, several: Iterable[Made]) -> tuple[SealedCredential, ...]:
        return tuple(sorted(map(self.item, several), key=lambda one: one.credential.digest))

    def lines(self) -> dict[str, str]:
        """The lines of a policy that lists the log and the issuers."""
        signers = {one.id.split(":")[2].split(".")[0]: one for one in (MINE, MILL, FORGE)}
        return {
            "first": "carbonseal-policy v1",
            "log": f"log {self.log.signer.verifier.encode()}",
            "quorum": "quorum none",
            **{name: f"signer {name} issuer {one.id} {encode_key(one.public)}" for name, one in signers.items()},
        }

    def policy(self, **changes: str) -> Policy:
        """That policy with lines replaced or added."""
        lines = {**self.lines(), **changes}
        return parse_policy("\n".join(line for line in lines.values() if line) + "\n")


def read(raw: bytes) -> BatchProof:
    """A batch proof from its file."""
    proof = read_proof(strict.parse(raw))
    assert isinstance(proof, BatchProof)
    return proof


def judged(raw: bytes, policy: Policy) -> tuple[str, ...]:
    """The codes of what comes of a file, read by whoever has nothing but a policy."""
    return tuple(one.code.name for one in findings(raw, policy))


def findings(raw: bytes, policy: Policy) -> tuple[Finding, ...]:
    try:
        return read(raw).check(policy)
    except Refused as refused:
        return (refused.finding,)
