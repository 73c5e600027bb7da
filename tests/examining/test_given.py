"""What is named on the command line, item by item: nothing is left out silently, and one that cannot be read stops no other."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.examining.files import items
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.files.items import Item
from carbonseal.findings import Refused

PASSPORT = b'{"carbonseal":"passport/1"}'


def read(*names: Path, beside: tuple[Path, ...] = ()) -> list[Item]:
    return list(GivenFiles(map(str, names), beside))


def below(folder: Path, *names: Path) -> dict[str, bytes | str]:
    """The names of items without the folder, each with its bytes or its problem."""
    return {
        item.name.removeprefix(f"{folder}/"): item.problem.message if item.problem else item.raw
        for item in read(*names or (folder,))
    }


def test_every_file_of_a_folder_is_an_item_whatever_its_name(tmp_path: Path) -> None:
    names = ("A.JSON", "b.Json", "c", "d.txt", "e/f.pdf", ".hidden", "g.ndjson")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert below(tmp_path) == {name: name.encode() for name in names}


def test_files_that_the_command_was_given_for_something_else_are_left_out(tmp_path: Path) -> None:
    for name in ("a.json", "customs.policy"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "link.policy").symlink_to("customs.policy")
    assert [item.name for item in read(tmp_path, beside=(tmp_path / "customs.policy",))] == [str(tmp_path / "a.json")]


def test_they_are_left_out_wherever_links_lead_to_them(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    for one in (folder / "in", elsewhere):
        one.mkdir(parents=True)
        (one / "customs.policy").write_bytes(one.name.encode())
    (folder / "a.json").write_bytes(b"a")
    (folder / "in" / "trust.json").symlink_to(elsewhere / "customs.policy")
    (tmp_path / "link").symlink_to(folder)
    given = (folder / "in" / "customs.policy", elsewhere / "customs.policy")
    for beside, left in ((given[:1], [b"a", b"elsewhere"]), (given[1:], [b"a", b"in"]), (given, [b"a"])):
        assert [item.raw for item in read(tmp_path / "link", beside=beside)] == left


def test_links_pipes_and_what_leads_nowhere_are_items_with_their_problem(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "a.json").write_bytes(PASSPORT)
    (folder / "all").symlink_to(outside)
    (folder / "gone.json").symlink_to("nowhere.json")
    (folder / "good.json").symlink_to(outside / "a.json")
    os.mkfifo(folder / "pipe.json")
    assert below(folder) == {
        "all": "a link to a folder is not followed",
        "gone.json": "reading it failed: No such file or directory",
        "good.json": PASSPORT,
        "pipe.json": "not a regular file",
    }


def test_a_folder_that_cannot_be_looked_into_stops_no_other(tmp_path: Path) -> None:
    with unreadable_folder() as (folder, inside), as_nobody():
        assert below(folder) == {inside.name: "reading it failed: Permission denied", "passport.json": PASSPORT}


def test_what_systems_put_beside_files_is_left_out_and_named(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "a.json"):
        (tmp_path / name).write_bytes(PASSPORT)
    files = GivenFiles([str(tmp_path)])
    assert [item.name for item in files] == [str(tmp_path / "a.json")]
    assert [*files.left_out] == [str(tmp_path / name) for name in (".DS_Store", "Thumbs.db")]
    assert read(tmp_path / "Thumbs.db")  # named by itself, it is an item


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no passport in"):
        GivenFiles([str(tmp_path)])
    with pytest.raises(Refused, match="cannot be combined"):
        GivenFiles(["-", str(tmp_path)])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_each_line_is_an_item_where_passports_are_among_them(tmp_path: Path, end: str, pack: object) -> None:
    lines = [PASSPORT.decode(), "", "{broken", PASSPORT.decode(), "[]"]
    path = tmp_path / "day.ndjson"
    path.write_bytes(pack(end.join([lines[0], "", '{"b":1}', *lines[2:]]).encode()))  # type: ignore[operator]
    assert {item.name.rpartition("!")[2]: item.raw.strip() for item in read(path)} == {
        "1": PASSPORT,
        "3": b'{"b":1}',
        "4": b"{broken",
        "5": PASSPORT,
        "6": b"[]",
    }
    assert all(item.name.startswith(f"{path}!") for item in read(path))
    assert GivenFiles([str(path)]).find(f"{path}!5") == PASSPORT + end.encode()


@pytest.mark.parametrize(
    "raw",
    [
        PASSPORT + b"\n",
        PASSPORT + b"\n \n\n",
        PASSPORT.replace(b":", b":\n"),
        b'{\n"a": {"b": "passport/1"}\n}\n',
        PASSPORT + PASSPORT,
        PASSPORT + b"\n[]",
        b'{"verdict":"verified"}\n{"verdict":"rejected"}\n',
        b'{"carbonseal":"observations/1"}\n{"place":[]}\n',
    ],
)
def test_what_is_one_document_or_no_passports_is_one_item(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(raw)
    assert read(path) == [Item(str(path), raw)]


def test_a_line_that_is_too_long_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MOST", 100)
    path = tmp_path / "day.ndjson"
    path.write_bytes(b"\n".join([PASSPORT, b"{" + b"0" * 99 + b"}", b"{" + b"1" * 1000, PASSPORT]))
    assert [len(item.raw) for item in read(path)] == [len(PASSPORT) + 1, 100, 100, len(PASSPORT)]


@given(
    st.lists(st.sampled_from([PASSPORT, b"{}", b"", b" ", b"[", b'{"a":"\xff"}']), max_size=6), st.binary(max_size=8)
)
def test_no_byte_of_any_file_is_lost(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], rest: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(b"\n".join([*lines, rest]))
    found = b"".join(item.raw for item in read(path))
    assert found.split() == path.read_bytes().split()


@contextmanager
def unreadable_folder() -> Iterator[tuple[Path, Path]]:
    """A folder that everybody may read, and one in it that nobody may."""
    with tempfile.TemporaryDirectory() as name:
        folder, inside = Path(name), Path(name, "inside")
        folder.chmod(0o755)
        (folder / "passport.json").write_bytes(PASSPORT)
        (folder / "passport.json").chmod(0o644)
        inside.mkdir(0o000)
        yield folder, inside


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, who may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
