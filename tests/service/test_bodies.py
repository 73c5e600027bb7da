from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Finding
from carbonseal.service.bodies import Line, Lines


def fed(pieces: list[bytes], most: int = 100) -> list[Line]:
    lines = Lines(most)
    return [line for piece in pieces for line in lines.feed(piece)] + lines.end()


def test_a_stream_is_cut_where_the_line_feeds_are() -> None:
    assert fed([b'{"a":1}\n{"b', b'":2}\r\n', b"\n  \n3"]) == [Line(1, b'{"a":1}'), Line(2, b'{"b":2}'), Line(5, b"3")]


def test_a_line_that_is_too_long_is_reported_and_the_next_one_kept() -> None:
    lines = fed([b"x" * 4, b"y" * 4, b"z\nok\n", b"w" * 9 + b"\r\n", b"v" * 8 + b"\r\n"], most=8)
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert isinstance(lines[0].content, Finding)
    assert lines[0].content.code.name == "json.too-large"
    assert lines[1].content == b"ok"
    assert isinstance(lines[2].content, Finding)
    assert lines[3].content == b"v" * 8


def test_an_endless_line_is_not_kept() -> None:
    lines = Lines(8)
    for _ in range(1000):
        assert lines.feed(b"x" * 1000) == []
    assert len(lines._rest) <= 9
    assert [line.number for line in lines.feed(b"\n")] == [1]


@given(st.lists(st.binary(max_size=12)), st.lists(st.integers(0, 60)))
def test_how_a_stream_comes_in_pieces_makes_no_difference(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"\n".join(lines)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in zip(edges, edges[1:], strict=False)]
    assert fed(pieces, most=10) == fed([stream], most=10)
    kept = [line for line in fed([stream]) if isinstance(line.content, bytes)]
    expected = [(n, line.removesuffix(b"\r")) for n, line in enumerate(stream.split(b"\n"), 1) if line.strip()]
    assert [(line.number, line.content) for line in kept] == expected
