"""Look-up of records by what they say, on behalf of a caller: those of the caller's tenant. What another tenant sealed is answered
as what is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonseal.findings import Finding
from carbonseal.node.access.callers import Caller
from carbonseal.node.working.work import Work

from . import codes
from .index import Indexed
from .indexer import Indexer, Reach
from .search import Page, Query, search

MOST_TOLD = 8  # other records that a record's findings name


@dataclass(frozen=True, slots=True)
class Told:
    """A record of the index, and what is known against it."""

    record: Indexed
    findings: Sequence[Finding]


class Lookup:
    """Look-ups in the index of a node. `tenants` are all that it has."""

    def __init__(self, indexer: Indexer, tenants: Sequence[str]) -> None:
        self.indexer = indexer
        self._tenants = tenants

    @staticmethod
    def of(directory: Path, logs: Mapping[str, Any], tenants: Sequence[str], work: Work, *, read_only: bool) -> Lookup:
        """Look-ups in the index of the node in `directory`, whose logs are these by their names."""
        return Lookup(Indexer(directory, logs, work, read_only=read_only), tenants)

    async def find(
        self, caller: Caller, query: Query, after: int = 0, limit: int = 100
    ) -> tuple[list[Told], int | None]:
        """A page of the caller's records that match, and the number after which the next page begins, None where there is none.
        Raises Refused."""
        page = await self.search(caller, query, after, limit)
        return await asyncio.to_thread(lambda: [self._told(record, query) for record in page.records]), page.next

    async def search(self, caller: Caller, query: Query, after: int, limit: int) -> Page:
        """The same without what is known against them."""
        tenants = self._tenants if caller.tenant is None else (caller.tenant,)
        return await asyncio.to_thread(search, self.indexer.index, tenants, query, after, limit)

    def about(self, log: str, entry: int) -> Told | None:
        """The record that is this entry of the log of this origin; None where the index does not reach it."""
        record = self.indexer.index.find(log, entry)
        return None if record is None else self._told(record, Query())

    def reach(self) -> dict[str, Reach]:
        """How far look-ups see in each log, by its name in `node.toml`."""
        return self.indexer.reach()

    def _told(self, record: Indexed, query: Query) -> Told:
        """What is known against it by records that who asks may see."""
        return Told(
            record,
            [
                codes.LOOKUP_SECOND_FIGURE(
                    footprint=record.said.footprint,
                    figure=record.said.shown,
                    other=other.commitment.hex(),
                    other_figure=other.said.shown,
                )
                for other in self.indexer.index.against(record, MOST_TOLD)
                if query.may_see(other)
            ],
        )
