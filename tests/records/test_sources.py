"""Many records: files, folders and streams, in bounded memory, with the good ones going on."""

from __future__ import annotations

import gzip
import io
import json
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Finding
from carbonseal.records import codes as records_codes
from carbonseal.records.lists import items
from carbonseal.records.sources import Source, read_lines, read_records
from carbonseal.records.strict import Limits

SMALL = Limits(max_bytes=16)


def summary(items: Iterator[Source | Finding]) -> list[tuple[Any, ...]]:
    return [(*item.place, item.raw if isinstance(item, Source) else item.code.name) for item in items]


def test_files_folders_and_streams(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b'{"b":1}')
    (tmp_path / "a.ndjson").write_bytes(b'{"a":1}\n\n  {"a":2}\r\n{"a":3}')
    (tmp_path / "notes.txt").write_bytes(b"no record")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper/c.JSONL").write_bytes(b"{}\n")
    at = str(tmp_path)
    assert summary(read_records([tmp_path, tmp_path / "b.json"])) == [
        (f"{at}/a.ndjson", "line 1", b'{"a":1}'),
        (f"{at}/a.ndjson", "line 3", b'{"a":2}'),
        (f"{at}/a.ndjson", "line 4", b'{"a":3}'),
        (f"{at}/b.json", b'{"b":1}'),
        (f"{at}/deeper/c.JSONL", "line 1", b"{}"),
        (f"{at}/b.json", b'{"b":1}'),
    ]


def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.csv").touch()
    (tmp_path / "dangling.json").symlink_to(tmp_path / "gone.json")
    (tmp_path / "good.json").write_bytes(b"{}")
    names = ["no.json", "empty", "x.csv", "dangling.json", "good.json"]
    assert [entry[-1] for entry in summary(read_records(tmp_path / name for name in names))] == [
        "source.missing",
        "source.empty",
        "source.kind",
        "source.missing",
        b"{}",
    ]


def test_unreadable_files_are_reported(tmp_path: Path) -> None:
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    assert summary(read_records([loop])) == [(str(loop), "source.unreadable")]


def test_strange_names_can_be_printed(tmp_path: Path) -> None:
    (finding,) = read_records([tmp_path / "\udcff\x1b[2J.json"])
    assert isinstance(finding, Finding)
    assert str(finding).isprintable()


def test_standard_input_is_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}\n[]\n")))
    assert summary(read_records([Path("-")])) == [
        ("standard input", "line 1", b"{}"),
        ("standard input", "line 2", b"[]"),
    ]


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1 << 30)  # sparse: a gigabyte that takes no room
    tracemalloc.start()
    assert summary(read_records([huge])) == [(str(huge), "json.too-large")]
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_a_huge_line_is_skipped_in_bounded_memory(tmp_path: Path) -> None:
    stream = tmp_path / "huge.ndjson"
    with stream.open("wb") as file:
        file.write(b'{"a":1}\n')
        file.seek(64 << 20, io.SEEK_CUR)
        file.write(b'\n{"a":2}\n')
    tracemalloc.start()
    assert summary(read_records([stream])) == [
        (str(stream), "line 1", b'{"a":1}'),
        (str(stream), "line 2", "json.too-large"),
        (str(stream), "line 3", b'{"a":2}'),
    ]
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([b"\n", b"\r\n"])), max_size=8), st.booleans())
def test_lines_are_cut_at_the_limit_and_nowhere_else(lines: list[tuple[int, bytes]], closed: bool) -> None:
    text = b"".join(b"x" * length + end for length, end in lines)
    expected = [
        ("s", f"line {number}", b"x" * length if length <= 16 else records_codes.JSON_TOO_LARGE.name)
        for number, (length, _) in enumerate(lines, 1)
        if length
    ]
    if not closed:
        text = text.removesuffix(b"\n").removesuffix(b"\r")
    assert summary(read_lines(io.BytesIO(text), ("s",), SMALL)) == expected


LIST = b'[{"a":"]},["}, {"b":[1,{}]},\n "\\"x",[]]'
ITEMS = [b'{"a":"]},["}', b' {"b":[1,{}]}', b'\n "\\"x"', b"[]"]


def test_items_of_lists_and_answers_are_records(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(b" \n" + LIST + b" ")
    (tmp_path / "answer.json").write_bytes(b'{ "data" : ' + LIST + b"}\n")
    (tmp_path / "list.json.gz").write_bytes(gzip.compress(LIST))
    for name, prefix in (("list.json", ""), ("answer.json", "/data"), ("list.json.gz", "")):
        path = tmp_path / name
        expect = [(str(path), f"{prefix}/{at}", item) for at, item in enumerate(ITEMS)]
        assert summary(read_records([path], answers=True)) == expect
    answer = tmp_path / "answer.json"
    assert summary(read_records([answer])) == [(str(answer), answer.read_bytes())]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"[]", []),
        (b"[1,]", [b"1", b""]),
        (b"[,]", [b"", b""]),
        (b"[1", ["json.truncated"]),
        (b'["]', ["json.truncated"]),
        (b"[1] x", ["json.trailing"]),
        (b'{"data":[1],"links":{}}', [b'{"data":[1],"links":{}}']),
        (b'{"data":[1]', [b'{"data":[1]']),
        (b'{"data":{}}', [b'{"data":{}}']),
        (b'["12345678901234567"]', ["json.too-large"]),
    ],
)
def test_lists_that_are_not_whole(tmp_path: Path, raw: bytes, found: list[Any]) -> None:
    """An item that is missing is an empty document, which is refused where it is admitted."""
    (tmp_path / "a.json").write_bytes(raw)
    limits = Limits(max_bytes=17 if b"12345" in raw else 64)
    assert [entry[-1] for entry in summary(read_records([tmp_path / "a.json"], limits, answers=True))] == found


@given(
    st.lists(
        st.recursive(
            st.text(max_size=5) | st.integers(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=6,
        )
    )
)
def test_the_items_of_any_list(values: list[Any]) -> None:
    for indent in (None, 1):
        for ascii_only in (False, True):
            raw = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
            found = items(raw, answers=False)
            assert found is not None
            assert [json.loads(item) for _, item in found] == values


def test_streams_in_gzip(tmp_path: Path) -> None:
    raw = gzip.compress(b'{"a":1}\n{"a":2}\n')
    (tmp_path / "a.ndjson.gz").write_bytes(raw)
    (tmp_path / "b.jsonl.gz").write_bytes(raw[:-9])
    (tmp_path / "c.json.gz").write_bytes(b"no gzip")
    assert [entry[-1] for entry in summary(read_records([tmp_path]))] == [
        b'{"a":1}', b'{"a":2}', b'{"a":1}', b'{"a":2}', "source.unreadable", "source.unreadable",
    ]  # fmt: skip


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    for name in ("a.ndjson.gz", "b.json.gz"):
        (tmp_path / name).write_bytes(gzip.compress(bytes(50 << 20), 1))
    tracemalloc.start()
    assert [entry[-1] for entry in summary(read_records([tmp_path]))] == ["json.too-large"] * 2
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
