"""Bounded bodies and back-off: `carbonseal.transport`."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.transport import BodyTooLarge, backoff, read_chunks, read_stream


async def coming(chunks: list[bytes], taken: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        taken.append(chunk)
        yield chunk


@given(st.lists(st.binary(max_size=8), max_size=8), st.integers(0, 40))
def test_a_body_is_read_whole_or_refused_by_its_size_alone(chunks: list[bytes], limit: int) -> None:
    body = b"".join(chunks)
    if len(body) <= limit:
        assert asyncio.run(read_chunks(coming(chunks, []), limit)) == body
        assert read_stream(io.BytesIO(body), limit) == body
        return
    readers: tuple[Callable[[], bytes], ...] = (
        lambda: asyncio.run(read_chunks(coming(chunks, []), limit)),
        lambda: read_stream(io.BytesIO(body), limit),
    )
    for read in readers:
        with pytest.raises(BodyTooLarge, match=f"more than {limit} bytes") as refused:
            read()
        assert refused.value.limit == limit


def test_nothing_is_read_beyond_the_chunk_that_exceeds_the_limit() -> None:
    taken: list[bytes] = []
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_chunks(coming([b"abc", b"def", b"ghi"], taken), 4))
    assert taken == [b"abc", b"def"]


def test_delays_double_up_to_the_longest() -> None:
    assert [backoff(failures, 1.0, 15.0) for failures in range(1, 7)] == [1, 2, 4, 8, 15, 15]


@given(st.integers(0, 10**6))
def test_no_number_of_failures_overflows(failures: int) -> None:
    assert 0.5 <= backoff(failures, 0.5, 600.0) <= 600.0
