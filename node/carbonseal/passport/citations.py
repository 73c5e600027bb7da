"""Citations: what the credentials of a passport cite, and so what the passport may carry (docs/spec.md, section 14).

- The passport cites its root credential.
- A cited credential cites its components by digest, its records by commitment, and its status lists, one for each purpose,
  by (issuer, list id).
- A statement is cited if it is about a footprint that a cited credential lists, or about the issuer of a cited credential. It cites
  its original, by commitment, and its status lists.
- An accreditation is cited if it is of the body that issued a cited statement. It cites its status lists.
- A seal is cited by the commitment of a cited document, a cited record or a carried status list.

What nothing cites is refused when a passport is read, and left out when one is assembled or refreshed. A record, component,
seal or status list that is cited and not carried is a finding of verification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from carbonseal.passport.credentials import Carried
from carbonseal.passport.products import FOOTPRINT, ProductCredential
from carbonseal.passport.status_lists import StatusList
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.passport.conformity.accreditations import Accreditation
    from carbonseal.passport.conformity.statements import Statement


@dataclass(frozen=True, slots=True)
class Citations:
    """All that one root leads to. Signed documents are by digest; digests and commitments are 32 bytes."""

    credentials: Mapping[bytes, Carried[ProductCredential]]  # cited and carried: the root first, then tier by tier
    components: frozenset[bytes]  # digests of the components of all these, carried or not
    records: frozenset[bytes]  # commitments
    statements: Mapping[bytes, Carried[Statement]]  # cited and carried, as accreditations
    accreditations: Mapping[bytes, Carried[Accreditation]]
    status_lists: Mapping[
        tuple[str, str], frozenset[int]
    ]  # by (issuer, list id), the positions that documents have there

    def seals(self, status_lists: Iterable[Carried[StatusList]]) -> set[bytes]:
        """The commitments whose seals are cited, where these status lists are carried."""
        signed: Iterable[Carried[Any]] = (
            *self.credentials.values(),
            *self.statements.values(),
            *self.accreditations.values(),
            *status_lists,
        )
        return {one.commitment for one in signed} | self.records


def citations(
    root: bytes,
    credentials: Mapping[bytes, Carried[ProductCredential]],
    statements: Mapping[bytes, Carried[Statement]] = MappingProxyType({}),
    accreditations: Mapping[bytes, Carried[Accreditation]] = MappingProxyType({}),
) -> Citations:
    """What `root` leads to over documents that are carried, by digest. A root that is not carried leads to nothing; one that is a
    statement leads to what it cites itself, and to its body's accreditations; one that is an accreditation to what it cites.

    Each credential is visited once. A component is cited by digest, so there is no cycle.
    """
    reached: dict[bytes, Carried[ProductCredential]] = {}
    queue = [root]
    for digest in queue:  # grows while it is walked
        if digest in credentials and digest not in reached:
            reached[digest] = credentials[digest]
            queue += [component.digest for component in reached[digest].signed.components]
    products = [one.signed for one in reached.values()]
    records = {record.commitment for one in products for record in one.records}
    stated: Mapping[bytes, Carried[Statement]] = {}
    accredited: Mapping[bytes, Carried[Accreditation]] = {}
    if statements or accreditations:
        stated = _about(products, statements) if products else {k: one for k, one in statements.items() if k == root}
        bodies = {one.signed.issuer for one in stated.values()}
        accredited = {k: one for k, one in accreditations.items() if one.signed.body in bodies or k == root}
        records |= {one.signed.opinion.original for one in stated.values() if one.signed.opinion.original}
    lists: dict[tuple[str, str], set[int]] = {}
    documents: Iterable[Carried[Any]] = (*reached.values(), *stated.values(), *accredited.values())
    for document in documents:
        for entry in document.signed.status:
            lists.setdefault((document.signed.issuer, entry.list_id), set()).add(entry.index)
    return Citations(
        credentials=reached,
        components=frozenset([component.digest for one in products for component in one.components]),
        records=frozenset(records),
        statements=stated,
        accreditations=accredited,
        status_lists={name: frozenset(positions) for name, positions in lists.items()},
    )


def _about(
    products: Iterable[ProductCredential], statements: Mapping[bytes, Carried[Statement]]
) -> dict[bytes, Carried[Statement]]:
    """The statements about these products: about a footprint that one lists, or about the issuer of one."""
    footprints = {record.commitment for one in products for record in one.records if record.role == FOOTPRINT}
    issuers = {one.issuer for one in products}
    return {
        digest: one
        for digest, one in statements.items()
        if not footprints.isdisjoint(one.signed.opinion.footprints)
        or (not one.signed.opinion.footprints and one.signed.opinion.organisation in issuers)
    }
