"""Refresh: a presented file with newer heads and anchors of this node's logs, newer status, and the statements that join it.

Whoever presents a document with the salt that opens its commitment may have this, without an account: so it is answered for such
documents and what they cite, for statements that were released for it, and for nothing else that the file lists.

A file may be large: it is read, made and written at a desk (`working.work`), beside which the node answers others. What the node
knows, the desk is told; what the file says, the node is told in a few words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import from_seconds
from carbonseal.log.notes import VerifierKey
from carbonseal.node.sealing.codes import NODE_QUORUM_UNMET
from carbonseal.node.sealing.logs import SealedRecord
from carbonseal.node.working.frames import in_pieces
from carbonseal.node.working.work import Work
from carbonseal.passport.assembly import Link, attach, refresh
from carbonseal.passport.conformity.files import AnyFile, parse_file
from carbonseal.passport.credentials import Carried
from carbonseal.passport.products import FOOTPRINT
from carbonseal.passport.seals import Seal
from carbonseal.passport.status_lists import StatusList
from carbonseal.verification.review import AT_REFRESH, objections

from . import codes
from .sealed_credentials import CredentialSealer
from .statuses import carry


@dataclass(frozen=True, slots=True)
class Joinable:
    """What others' documents may join a file by: the commitments of its products' footprints, their issuers, and who made the
    statements that it has."""

    footprints: frozenset[bytes]
    issuers: frozenset[str]
    bodies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Presented:
    """A document of a file: its commitment, the status lists that it names, and the commitments of what it cites."""

    commitment: bytes
    lists: tuple[str, ...]
    cites: tuple[bytes, ...]


Joining = Callable[[Joinable], Sequence[bytes]]  # the files of what joins one that is presented


class RefreshDesk:
    """The file that is refreshed, where the work is done. `link` asks the node for consistency proofs."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._file: AnyFile

    def open(self, raw: bytes) -> Joinable:
        """Read the file. Raises Refused."""
        self._file = parse_file(raw)
        products = [one.signed for one in self._file.citations.credentials.values()]
        footprints = {record.commitment for one in products for record in one.records if record.role == FOOTPRINT}
        statements = self._file.statements.values()
        return Joinable(
            frozenset(footprints),
            frozenset(one.issuer for one in products),
            frozenset(one.signed.issuer for one in statements),
        )

    def join(self, others: bytes, lengths: Sequence[int]) -> tuple[list[Presented], list[tuple[str, bytes]]]:
        """Attach what joins it, files of these lengths one behind the other: its documents then, and the ids and commitments of its
        status lists. Raises Refused."""
        ends = [*accumulate(lengths, initial=0)]
        read = [parse_file(others[start:end]) for start, end in pairwise(ends)]
        self._file = file = attach(self._file, read, self._link)
        products, statements = file.credentials.values(), file.statements.values()
        documents = [
            *(_presented(one, [record.commitment for record in one.signed.records]) for one in products),
            *(_presented(one, [one.signed.opinion.original or b""]) for one in statements),
            *(_presented(one, []) for one in file.accreditations.values()),
        ]
        return documents, [(one.signed.id, one.commitment) for one in file.status_lists.values()]

    def finish(
        self,
        seals: Mapping[bytes, Seal],
        status_lists: Sequence[Carried[StatusList]],
        logs: Mapping[str, VerifierKey],
        at: datetime,
    ) -> bytes:
        """The file with these, which our own verifier has looked at at the instant `at`. Raises Refused."""
        refreshed = refresh(self._file, seals=seals, status_lists=status_lists, link=self._link)
        if against := objections(refreshed, logs, at=at, accepted=AT_REFRESH):
            raise Refused(against[0])
        return refreshed.encode()


def _presented(one: Carried[Any], cites: Iterable[bytes]) -> Presented:
    return Presented(one.commitment, tuple(entry.list_id for entry in one.signed.status), tuple(filter(None, cites)))


class Refreshing:
    """Refreshes passports, statement files and accreditation files. `joining` gives what joins one that is presented."""

    def __init__(self, sealer: CredentialSealer, joining: Joining, work: Work) -> None:
        self._sealer = sealer
        self._joining = joining
        self._work = work

    async def refresh(self, raw: bytes, client: str) -> bytes:
        """The same file with all that is newer here; clients are served in turn. Raises Refused, also where nothing in it was
        sealed here; `Busy`, `Frozen`.

        While a log waits for its witnesses, what is published is given; but not where a change of status waits to be published."""
        sealer = self._sealer
        async with self._work.large(client, RefreshDesk, sealer.logs.consistency) as desk:
            joinable = await desk.call(RefreshDesk.open, raw)
            others = await asyncio.to_thread(self._joining, joinable)
            documents, carried = await desk.call(RefreshDesk.join, in_pieces(others), [*map(len, others)])
            lists, cited = await asyncio.to_thread(self._cited, documents, carried)
            versions = await self._versions(lists)
            seals = await asyncio.to_thread(sealer.seals, [*cited, *versions])
            newer = await asyncio.to_thread(lambda: [*map(carry, versions)])
            return await desk.call(RefreshDesk.finish, seals, newer, sealer.keys(), from_seconds(sealer.now()))

    async def _versions(self, lists: Collection[str]) -> list[SealedRecord]:
        sealer = self._sealer
        try:
            return await sealer.renewed(lists)
        except Refused as refused:
            if refused.finding.code != NODE_QUORUM_UNMET or not all(map(sealer.statuses.says_all, lists)):
                raise
            return sealer.versions(lists, published=True)

    def _cited(
        self, documents: Iterable[Presented], carried: Iterable[tuple[str, bytes]]
    ) -> tuple[list[str], list[SealedRecord]]:
        """The own status lists that documents of here name, and what these cite here. Raises Refused."""
        logs = self._sealer.logs
        own = [one for one in documents if logs.find(one.commitment) is not None]
        if not own:
            raise Refused(codes.NODE_UNRELATED_PASSPORT())
        named = sorted({list_id for one in own for list_id in one.lists})
        lists = [list_id for list_id in named if self._sealer.statuses.is_own(list_id)]
        cited = {one.commitment for one in own} | {commitment for one in own for commitment in one.cites}
        cited |= {commitment for list_id, commitment in carried if list_id in lists}
        return lists, [record for record in map(logs.find, sorted(cited)) if record is not None]
