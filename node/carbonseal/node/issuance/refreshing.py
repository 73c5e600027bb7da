"""Refresh: a presented file with newer heads and anchors of this node's logs, newer status, and the statements that join it.

Whoever presents a document with the salt that opens its commitment may have this, without an account: so it is answered for such
documents and what they cite, for statements that were released for it, and for nothing else that the file lists.

A file may be large: what reads, makes or writes one runs in a thread, beside which the service answers others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from carbonseal.findings import Refused
from carbonseal.node.sealing.codes import NODE_QUORUM_UNMET
from carbonseal.node.sealing.logs import SealedRecord
from carbonseal.passport.assembly import attach, refresh
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.conformity.files import AnyFile, parse_file
from carbonseal.passport.credentials import Carried
from carbonseal.verification.review import AT_REFRESH

from . import codes
from .sealed_credentials import CredentialSealer
from .statuses import carry

Joining = Callable[[Bundle], Iterable[Bundle]]  # a presented file to what joins it


class Refreshing:
    """Refreshes passports, statement files and accreditation files. `joining` gives what joins one that is presented."""

    def __init__(self, sealer: CredentialSealer, joining: Joining) -> None:
        self._sealer = sealer
        self._joining = joining

    async def refresh(self, raw: bytes) -> bytes:
        """The same file with all that is newer here. Raises Refused, also where nothing in it was sealed here; `Busy`, `Frozen`.

        While a log waits for its witnesses, what is published is given; but not where a change of status waits to be published."""
        sealer = self._sealer
        bundle, lists, cited = await asyncio.to_thread(self._presented, raw)
        try:
            versions = await sealer.renewed(lists)
        except Refused as refused:
            if refused.finding.code != NODE_QUORUM_UNMET or not all(map(sealer.statuses.says_all, lists)):
                raise
            versions = sealer.versions(lists, published=True)
        refreshed = await asyncio.to_thread(
            lambda: refresh(
                bundle,
                seals=sealer.seals([*cited, *versions]),
                status_lists=map(carry, versions),
                link=sealer.logs.consistency,
            )
        )
        await sealer.review(refreshed, AT_REFRESH)
        return await asyncio.to_thread(refreshed.encode)

    def _presented(self, raw: bytes) -> tuple[AnyFile, list[str], list[SealedRecord]]:
        """A presented file with what joins it, the own status lists that its documents name, and what they cite here. Raises
        Refused."""
        logs = self._sealer.logs
        presented = parse_file(raw)
        bundle = attach(presented, self._joining(presented), logs.consistency)
        credentials = [one for one in bundle.credentials.values() if logs.find(one.commitment) is not None]
        statements = [one for one in bundle.statements.values() if logs.find(one.commitment) is not None]
        accreditations = [one for one in bundle.accreditations.values() if logs.find(one.commitment) is not None]
        own: list[Carried[Any]] = [*credentials, *statements, *accreditations]
        if not own:
            raise Refused(codes.NODE_UNRELATED_PASSPORT())
        named = sorted({entry.list_id for one in own for entry in one.signed.status})
        lists = [list_id for list_id in named if self._sealer.statuses.is_own(list_id)]
        cited = {one.commitment for one in own}
        cited |= {one.commitment for one in bundle.status_lists.values() if one.signed.id in lists}
        cited |= {record.commitment for one in credentials for record in one.signed.records}
        cited |= {one.signed.opinion.original for one in statements if one.signed.opinion.original}
        return bundle, lists, [record for record in map(logs.find, sorted(cited)) if record is not None]
