"""Streams are cut where their lines end, whatever pieces they come in."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.node.admission.documents import TIME, admit_lines
from carbonseal.node.admission.lines import Cutter, Part
from carbonseal.records.admission import admit
from carbonseal.records.commitments import commit, salt_for

KEY = bytes(range(32))


def fed(chunks: list[bytes], most: int = 100) -> list[tuple[int, bytes | str]]:
    """Line numbers, each with its text, or the code of what is wrong with it: the cutter's, or of who reads parts."""
    cutter = Cutter(most)
    parts = [part for chunk in chunks for part in cutter.feed(chunk)] + cutter.end()
    return [line for part in parts for line in _lines(part, most)]


def _lines(part: Part, most: int) -> list[tuple[int, bytes | str]]:
    if part.is_too_long:
        return [(part.first, "json.too-large")]
    lines = ((number, line.removesuffix(b"\r")) for number, line in enumerate(part.data.split(b"\n"), part.first))
    return [(number, line if len(line) <= most else "json.too-large") for number, line in lines if line.strip(b" \t\r")]


def test_a_stream_is_cut_where_the_line_feeds_are() -> None:
    assert fed([b'{"a":1}\n{"b', b'":2}\r\n', b"\n  \n3"]) == [(1, b'{"a":1}'), (2, b'{"b":2}'), (5, b"3")]


def test_a_line_that_is_too_long_is_reported_and_the_next_one_kept() -> None:
    lines = fed([b"x" * 4, b"y" * 4, b"z\r\nok\n", b"w" * 12, b"\r\n", b"v" * 8 + b"\r\n", b"u" * 99], most=8)
    assert lines == [(1, "json.too-large"), (2, b"ok"), (3, "json.too-large"), (4, b"v" * 8), (5, "json.too-large")]


def test_an_endless_line_is_not_kept() -> None:
    cutter = Cutter(8)
    for _ in range(1000):
        assert cutter.feed(b"x" * 1000) == []
    assert cutter._rest == []
    assert cutter.feed(b"\nok\n") == [Part(1, b"", is_too_long=True), Part(2, b"ok")]


@given(st.lists(st.binary(max_size=12)), st.lists(st.integers(0, 60)))
def test_how_a_stream_comes_in_pieces_makes_no_difference(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"\n".join(lines)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[start:end] for start, end in pairwise(edges)]
    assert fed(chunks, most=10) == fed([stream], most=10)
    expected = [(n, line.removesuffix(b"\r")) for n, line in enumerate(stream.split(b"\n"), 1) if line.strip(b" \t\r")]
    assert fed([stream]) == expected


def test_what_becomes_of_lines() -> None:
    admitted = admit_lines(b'{"a":1}\n\n{"a":\r\n{"b":  2}', 7, 8, "json/1", KEY)
    assert {position: (one.place, one.code.name) for position, one in admitted.refused.items()} == {
        1: (("line 9", "/a"), "json.truncated"),
        2: (("line 10",), "json.too-large"),
    }
    canonical = admit(b'{"a":1}', "json/1").canonical
    salt = salt_for(KEY, "json/1", canonical)
    assert (admitted.salts, admitted.canonicals) == ([salt], [canonical])
    assert admitted.commitments == [commit("json/1", salt, canonical)]
    assert admitted.receipts == [
        b'{"place":["line 7"],"receipt":{"profile":"json/1","commitment":"%b","salt":"%b","acknowledged":"%b"}}\n'
        % (admitted.commitments[0].hex().encode(), salt.hex().encode(), TIME)
    ]
