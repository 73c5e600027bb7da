"""Batch proof: a fraud proof of a lot, of which more was taken than it yielded (docs/spec.md, section 23, kind *batch*).

As written (RFC 8785 and a line feed; each member is a sealed credential)::

    {"carbonseal": "fraud-proof/1", "kind": "batch", "yields": [sealed, ...], "takes": [sealed, ...]}

- *Yields* are credentials of one lot; *takes* list one of them, by digest, as a component of their own batch. Both ascend by
  digest. Nothing is there that shows nothing.
- What is claimed is held against the largest yield: who lowers a yield makes nobody a liar.
- One credential that takes more than all yields that it cites contradicts what it cites itself: *rejected*. Several may have
  been replaced by credentials that the proof leaves out, which nobody can see in it: *undetermined*, whoever signed them, and
  nobody is named guilty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.flow.checks.lots.batch import CHECK
from carbonseal.flow.graph import Edge, Product
from carbonseal.flow.lots import MOST_PROVING, Balance, Take, Yield, current_takes, takes_of, yield_of
from carbonseal.flow.phrases import Missing, named
from carbonseal.flow.rules import CheckRequirement
from carbonseal.footprints.figures import decimal_text
from carbonseal.log.codes import FRAUD_PROOF_SHOWS_NOTHING
from carbonseal.log.fraud_proofs import (
    LIMITS,
    FraudProof,
    expect_members,
    malformed,
    parse_value,
    read_frame,
    write_frame,
)
from carbonseal.records.places import printable
from carbonseal.values import dataclass
from carbonseal.verification.policy import Policy
from carbonseal.verification.proofs.sealed_credentials import SealedCredential

from . import codes

KIND = "batch"
MEMBERS = ("yields", "takes")
MOST_YIELDS = 16
HOLDS = (codes.FRAUD_PROOF_LOT_EXCEEDED, codes.FRAUD_PROOF_LOT_EXCEEDED_TOGETHER)
LONGEST_NAME = 80  # characters of an issuer or a product in a finding
MOST_NAMED = 4  # issuers


@dataclass(frozen=True, slots=True)
class BatchProof:
    """Credentials of one lot, and credentials that took of it. Nothing is verified before `check`."""

    yields: tuple[SealedCredential, ...]
    takes: tuple[SealedCredential, ...]

    def encode(self) -> bytes:
        """The file's bytes: RFC 8785 and a line feed."""
        return write_frame(KIND, {name: [one.to_json() for one in items] for name, items in self._lists()})

    def check(self, policy: Policy) -> tuple[Finding, ...]:
        """One of `HOLDS` where it holds under keys that the policy lists; what the policy lacks (undetermined) where it would.
        Raises Refused where it does not hold, and then it accuses nobody."""
        holds = self._finding(_allowance(policy))
        lacking: list[Finding] = []
        for name, items in self._lists():
            for number, item in enumerate(items):
                try:
                    lacking += (one for one in item.check(policy) if one not in lacking)
                except Refused as refused:
                    raise refused.under(name, str(number)) from refused
        return tuple(lacking) or (holds,)

    def _lists(self) -> Iterator[tuple[str, tuple[SealedCredential, ...]]]:
        yield "yields", self.yields
        yield "takes", self.takes

    def _finding(self, allowance: Fraction) -> Finding:
        """What it claims. Raises Refused (`fraud-proof.shows-nothing`) where that is nothing."""
        yields = [*map(_yield, self.yields)]
        if len({(one.lot, one.dimension) for one in yields}) != 1:
            raise _nothing("the yields are of several lots, or measure several things")
        largest = max(yields, key=lambda one: (one.most, one.credential))
        children = {one.credential.digest: _product(one) for one in self.yields}
        takes = [_take(_product(item), children, largest) for item in self.takes]
        if len(current_takes(takes)) < len(takes):
            raise _nothing("one of the takes is replaced by another")
        most = largest.most * allowance
        for item, take in zip(self.takes, takes, strict=True):
            parts = {part.digest for part in item.credential.components}
            cited = sum((one.most for one in yields if one.credential in parts), Fraction(0))
            if take.quantity.value > max(most, cited * allowance):
                return codes.FRAUD_PROOF_LOT_EXCEEDED(**self._facts(largest, [take]))
        if sum(one.quantity.value for one in takes) > most:
            return codes.FRAUD_PROOF_LOT_EXCEEDED_TOGETHER(takes=len(takes), **self._facts(largest, takes))
        raise _nothing("no more is claimed than the batch yielded")

    def _facts(self, largest: Yield, takes: Sequence[Take]) -> dict[str, object]:
        (item,) = (one for one in self.yields if one.credential.digest == largest.credential)
        assert item.credential.batch is not None  # it has a yield
        taken = sum((one.quantity.value for one in takes), Fraction(0))
        factor = largest.unit.factor
        issuers = sorted({printable(one.taker[0], LONGEST_NAME) for one in takes})
        return {
            "batch": printable(item.credential.batch.number, LONGEST_NAME),
            "product": printable(item.credential.subject, LONGEST_NAME),
            "maker": printable(item.credential.issuer, LONGEST_NAME),
            "stated": decimal_text(largest.quantity.value / factor),
            "unit": largest.unit.name,
            "taken": decimal_text(taken / factor),
            "difference": decimal_text((taken - largest.quantity.value) / factor),
            "issuers": named(issuers, MOST_NAMED),
        }


def read_proof(value: Any) -> FraudProof | BatchProof:
    """A fraud proof of whatever kind, from the JSON value of its file. Raises Refused as `read_members` and
    `fraud_proofs.parse_value`."""
    kind, members = read_frame(value)
    return read_members(members) if kind == KIND else parse_value(value)


def read_members(members: Mapping[str, Any]) -> BatchProof:
    """A batch proof from the members of its frame (`fraud_proofs.read_frame`), strictly. Raises Refused: `fraud-proof.malformed`,
    and the codes of credentials."""
    expect_members(members, MEMBERS)
    return BatchProof(_read(members, "yields", MOST_YIELDS), _read(members, "takes", MOST_PROVING))


def prove(
    balance: Balance, find: Callable[[bytes], SealedCredential | None], policy: Policy
) -> tuple[BatchProof, Finding] | None:
    """The proof that more was taken of a lot than it yielded, of as few takes as show it, and its finding; None where none holds
    under the policy. `find` gives a credential by its digest, None where it is not at hand."""
    takes = [find(one.credential) for one in balance.proving]
    cited = {part.digest for take in takes if take for part in take.credential.components}
    yields = [find(digest) for digest in sorted(cited | {balance.largest.credential})]
    of_lot = [one for one in yields if one is not None and one.credential.lot == balance.lot]
    proof = BatchProof(tuple(of_lot), _sorted(one for one in takes if one is not None))
    if not of_lot or not proof.takes or len(of_lot) > MOST_YIELDS:
        return None
    try:
        found = proof.check(policy)
    except Refused:  # others' observations may claim what nobody signed
        return None
    if found[0].code not in HOLDS or len(proof.encode()) > LIMITS.max_bytes:
        return None
    return proof, found[0]


def _read(members: Mapping[str, Any], name: str, most: int) -> tuple[SealedCredential, ...]:
    value = members[name]
    if not isinstance(value, list) or not 0 < len(value) <= most:
        raise malformed((name,), f"expected a list of 1 to {most}")
    items = tuple(SealedCredential.read(one, name, str(number)) for number, one in enumerate(value))
    if items != _sorted(items) or len({one.credential.digest for one in items}) < len(items):
        raise malformed((name,), "expected ascending digests, each once")
    return items


def _sorted(items: Iterable[SealedCredential]) -> tuple[SealedCredential, ...]:
    return tuple(sorted(items, key=lambda one: one.credential.digest))


def _allowance(policy: Policy) -> Fraction:
    """1, and what the policy tolerates of the check *batch*."""
    return 1 + (policy.required_checks().get(CHECK.name, CheckRequirement()).within or Fraction(0))


def _product(item: SealedCredential) -> Product:
    return Product(item.credential, (), None)


def _edges(parent: Product, children: Mapping[bytes, Product]) -> list[Edge]:
    return [Edge(parent, part, children.get(part.digest)) for part in parent.credential.components]


def _yield(item: SealedCredential) -> Yield:
    stated = yield_of(item.credential)
    if stated is None:
        raise _nothing("a yield has no batch, or one in a unit that is not in the table")
    return stated


def _take(parent: Product, children: Mapping[bytes, Product], of: Yield) -> Take:
    """What one credential took of the lot, in what its yield measures."""
    for take in takes_of(parent, _edges(parent, children)):
        if not isinstance(take, Missing) and take.dimension == of.dimension:
            return take
    raise _nothing(f"{parent.label} took nothing of the batch that can be computed in {of.unit.name}")


def _nothing(problem: str) -> Refused:
    return Refused(FRAUD_PROOF_SHOWS_NOTHING(problem=problem))
