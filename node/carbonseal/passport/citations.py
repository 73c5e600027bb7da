"""Citations: what the credentials of a passport cite, and so what the passport may carry (docs/spec.md, section 14).

- The passport cites its root credential.
- A cited credential cites its components by digest, its records by commitment, and its status lists, one for each purpose,
  by (issuer, list id).
- A seal is cited by the commitment of a cited credential, a listed record or a carried status list.

What nothing cites is refused when a passport is read, and left out when one is assembled or refreshed. A record, component,
seal or status list that is cited and not carried is a finding of verification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carbonseal.passport.credentials import Carried
from carbonseal.passport.products import ProductCredential
from carbonseal.passport.status_lists import StatusList


@dataclass(frozen=True, slots=True)
class Citations:
    """All that one root credential leads to. Digests and commitments are 32 bytes."""

    credentials: Mapping[
        bytes, Carried[ProductCredential]
    ]  # cited and carried, by digest: the root first, then tier by tier
    components: frozenset[bytes]  # digests of the components of all these, carried or not
    records: frozenset[bytes]  # commitments
    status_lists: Mapping[
        tuple[str, str], frozenset[int]
    ]  # by (issuer, list id), the positions that credentials have there

    def seals(self, status_lists: Iterable[Carried[StatusList]]) -> set[bytes]:
        """The commitments whose seals are cited, where these status lists are carried."""
        signed = {one.commitment for one in self.credentials.values()}
        return signed | self.records | {one.commitment for one in status_lists}


def citations(root: bytes, credentials: Mapping[bytes, Carried[ProductCredential]]) -> Citations:
    """What `root` leads to over `credentials` (both by digest). A root that is not carried leads to nothing.

    Each credential is visited once. A component is cited by digest, so there is no cycle.
    """
    reached: dict[bytes, Carried[ProductCredential]] = {}
    queue = [root]
    for digest in queue:  # grows while it is walked
        if digest in credentials and digest not in reached:
            reached[digest] = credentials[digest]
            queue += (component.digest for component in reached[digest].signed.components)
    signed = [one.signed for one in reached.values()]
    lists: dict[tuple[str, str], set[int]] = {}
    for one in signed:
        for entry in one.status:
            lists.setdefault((one.issuer, entry.list_id), set()).add(entry.index)
    return Citations(
        credentials=reached,
        components=frozenset(component.digest for one in signed for component in one.components),
        records=frozenset(record.commitment for one in signed for record in one.records),
        status_lists={name: frozenset(positions) for name, positions in lists.items()},
    )
