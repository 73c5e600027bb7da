"""Streams of records: admitted in slices, ahead of what is being stored, and stored in their order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator, Sequence
from contextlib import aclosing
from functools import partial

from carbonseal.findings import Finding
from carbonseal.instants import format_seconds
from carbonseal.node.sealing.intake import Intake
from carbonseal.node.sealing.queue import Placed
from carbonseal.node.working.work import Work
from carbonseal.records.codes import JSON_TOO_LARGE
from carbonseal.records.sources import Source
from carbonseal.storage.database import SLICE

from .documents import TIME, Admitted, AdmittedLines, admit_documents, admit_lines
from .lines import Cutter, Part
from .ordered import in_order, read_ahead
from .storing import Kind, receipts, store
from .submitted import Item, Submitted, one_by_one

CHUNKS = 4  # of a stream's bytes that are read ahead, and admitted together
AHEAD = 2  # slices of one stream that are admitted, or wait, beside the one that is stored
SLICE_BYTES = 8 << 20


class Streams:
    """Takes in streams of records."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def documents(
        self, items: Iterable[Item] | AsyncIterable[Item], kind: Kind, intake: Intake
    ) -> AsyncGenerator[Submitted, None]:
        """Admit and store each item: a result for each, in their order. What is refused is reported, and the others go on."""
        slices, admit = _slices(items), partial(self._admit_items, kind)
        async with aclosing(in_order(slices, admit, AHEAD)) as admitted:
            async for part, columns in admitted:
                placed = await store(columns, kind, intake)
                taken = receipts(columns, kind.profile, placed)
                for position, finding in _outcomes(part, columns):
                    place = part[position].place
                    yield Submitted(place, finding=finding) if finding else Submitted(place, next(taken))

    async def lines(
        self, chunks: AsyncGenerator[bytes, None], most: int, kind: Kind, intake: Intake
    ) -> AsyncGenerator[list[bytes | Finding], None]:
        """Admit and store the documents on a stream's lines, each of `most` bytes at most: for each, in their order, the line of
        JSON that says so, or the finding with which it was refused. Raises what `chunks` raises, after the results before it."""
        parts, admit = _parts(chunks, most), partial(self._admit_part, kind, most)
        async with aclosing(in_order(parts, admit, AHEAD)) as admitted:
            async for _, columns in admitted:
                placed = await store(columns, kind, intake)
                texts = iter(_timed(columns.receipts, placed))
                count = len(columns.receipts) + len(columns.refused)
                if count:
                    yield [columns.refused.get(position) or next(texts) for position in range(count)]

    async def _admit_items(self, kind: Kind, items: Sequence[Item]) -> Admitted:
        sources = [item for item in items if isinstance(item, Source)]
        if not sources:
            return Admitted()
        raws, medias = [one.raw for one in sources], [one.media for one in sources]
        return await self._work.small(kind.client, admit_documents, raws, medias, kind.profile, kind.salt_key)

    async def _admit_part(self, kind: Kind, most: int, part: Part) -> AdmittedLines:
        if part.is_too_long:
            return AdmittedLines(refused={0: JSON_TOO_LARGE(f"line {part.first}", limit=most)})
        return await self._work.small(
            kind.client, admit_lines, part.data, part.first, most, kind.profile, kind.salt_key
        )


def _timed(receipts: Iterable[bytes], placed: Iterable[Placed]) -> Iterator[bytes]:
    """The texts of receipts with their times, of which there are few."""
    texts: dict[int, bytes] = {}
    for receipt, one in zip(receipts, placed, strict=True):
        if one.acknowledged not in texts:
            texts[one.acknowledged] = format_seconds(one.acknowledged).encode()
        yield receipt.replace(TIME, texts[one.acknowledged])


def _outcomes(items: Sequence[Item], columns: Admitted) -> Iterator[tuple[int, Finding | None]]:
    """For the position of each item the finding with which it was refused, or None."""
    documents = 0
    for position, item in enumerate(items):
        if isinstance(item, Finding):
            yield position, item
            continue
        finding = columns.refused.get(documents)
        documents += 1
        yield position, finding.under(*item.place) if finding else None


async def _slices(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[list[Item], None]:
    """Slices of bounded length and size."""
    part: list[Item] = []
    size = 0
    async with aclosing(one_by_one(items)) as each:
        async for item in each:
            part.append(item)
            size += len(item.raw) if isinstance(item, Source) else 0
            if len(part) == SLICE or size >= SLICE_BYTES:
                yield part
                part, size = [], 0
    if part:
        yield part


async def _parts(chunks: AsyncGenerator[bytes, None], most: int) -> AsyncGenerator[Part, None]:
    cutter = Cutter(most)
    async with aclosing(read_ahead(chunks, CHUNKS)) as gathered:
        async for several in gathered:
            for part in cutter.feed(b"".join(several)):
                yield part
    for part in cutter.end():
        yield part
