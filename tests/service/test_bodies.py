from __future__ import annotations

import asyncio
from itertools import pairwise

import aiohttp
import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Finding, Refused
from carbonseal.records.sources import Source
from carbonseal.service.bodies import BodyTimeout, Lines
from carbonseal.transport import read_chunks


def fed(chunks: list[bytes], most: int = 100) -> list[tuple[int, bytes | str]]:
    """Line numbers, each with its text, or the code of what is wrong with it."""
    lines = Lines(most)
    return [code_of(item) for chunk in chunks for item in lines.feed(chunk)] + [code_of(item) for item in lines.end()]


def code_of(item: Source | Finding) -> tuple[int, bytes | str]:
    number = int(item.place[0].removeprefix("line "))
    return number, item.raw if isinstance(item, Source) else item.code.name


def test_a_stream_is_cut_where_the_line_feeds_are() -> None:
    assert fed([b'{"a":1}\n{"b', b'":2}\r\n', b"\n  \n3"]) == [(1, b'{"a":1}'), (2, b'{"b":2}'), (5, b"3")]


def test_a_line_that_is_too_long_is_reported_and_the_next_one_kept() -> None:
    lines = fed([b"x" * 4, b"y" * 4, b"z\nok\n", b"w" * 9 + b"\r\n", b"v" * 8 + b"\r\n"], most=8)
    assert lines == [(1, "json.too-large"), (2, b"ok"), (3, "json.too-large"), (4, b"v" * 8)]


def test_an_endless_line_is_not_kept() -> None:
    lines = Lines(8)
    for _ in range(1000):
        assert lines.feed(b"x" * 1000) == []
    assert len(lines._rest) <= 9
    assert [code_of(item) for item in lines.feed(b"\n")] == [(1, "json.too-large")]


@given(st.lists(st.binary(max_size=12)), st.lists(st.integers(0, 60)))
def test_how_a_stream_comes_in_pieces_makes_no_difference(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"\n".join(lines)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[start:end] for start, end in pairwise(edges)]
    assert fed(chunks, most=10) == fed([stream], most=10)
    expected = [(n, line.removesuffix(b"\r")) for n, line in enumerate(stream.split(b"\n"), 1) if line.strip(b" \t\r")]
    assert fed([stream]) == expected


@pytest.mark.parametrize("error", [ConnectionResetError(), web.RequestPayloadError()], ids=["gone", "malformed"])
def test_a_body_that_breaks_off_is_refused(error: Exception) -> None:
    async def act() -> str:
        loop = asyncio.get_running_loop()
        content = aiohttp.StreamReader(BaseProtocol(loop), 1 << 16, loop=loop)
        content.feed_data(b'{"a":')
        content.set_exception(error)
        with pytest.raises(Refused) as refused:
            await read_chunks(BodyTimeout(60.0).chunks(content), 100)
        return refused.value.finding.code.name

    assert asyncio.run(act()) == "http.body-broken"
