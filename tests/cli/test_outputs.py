"""Where commands put what they make: regular files, links to them, and standard output."""

from __future__ import annotations

import asyncio
import json
import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.outputs import Output
from tests.cli.conftest import Run

HASH = "0x" + "ab" * 32


def items(raw: str) -> int:
    return len(json.loads(raw)["items"])


def pin(run: Run, output: object) -> tuple[int, str, str]:
    done = run("trust", "pin", "eip155:1", "1", HASH, "--source", "a call", "-o", output)
    return done.exit_code, done.stdout, done.stderr


def test_a_link_is_followed_and_stays_one(run: Run, tmp_path: Path) -> None:
    assert pin(run, tmp_path / "real.json")[0] == 0
    (tmp_path / "link.json").symlink_to("real.json")
    assert pin(run, tmp_path / "link.json")[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert items((tmp_path / "real.json").read_text()) == 1


def test_a_link_to_no_file_is_written_through_on_demand_alone(tmp_path: Path) -> None:
    """In a folder that others share, one of them may have left it there."""
    private, shared = tmp_path / "private", tmp_path / "shared"
    private.mkdir()
    shared.mkdir(mode=0o1777)
    (shared / "report.json").symlink_to(private / "profile")
    (shared / "twice.json").symlink_to("report.json")
    for name in ("report.json", "twice.json"):
        with pytest.raises(Failed, match=f"is a link to {private}/profile, which does not exist") as refused:
            Output(shared / name, over=False)
        assert "--force" in refused.value.remedy
    assert not [*private.iterdir()]
    Output(shared / "report.json", over=True).write(b"new")
    assert (private / "profile").read_bytes() == b"new"


def test_standard_output(run: Run, tmp_path: Path) -> None:
    status, out, _ = pin(run, "-")
    assert (status, items(out)) == (0, 1)
    assert not (Path("-").exists() or [*tmp_path.iterdir()])


def test_what_is_no_regular_file_is_refused(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to("pipe")
    for name in ("pipe", "to-pipe"):
        status, _, err = pin(run, tmp_path / name)
        assert (status, "is not a regular file" in err, "- for standard output" in err) == (2, True, True)
        assert (tmp_path / "pipe").is_fifo()
    status, _, err = pin(run, tmp_path / "none" / "t.json")
    assert (status, "does not exist" in err) == (2, True)


def test_a_file_that_is_there_is_overwritten_on_demand_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(Failed, match="exists already"):
        Output(path, over=False)
    Output(path, over=True).write(b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert [*tmp_path.iterdir()] == [path]


def test_what_cannot_be_written_names_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a"
    path.parent.mkdir()
    output = Output(path, over=False)
    path.parent.rmdir()
    with pytest.raises(BrokeOff) as broke:
        output.write(b"new")
    assert broke.value.message == f"{path}: No such file or directory"
    assert broke.value.remedy
    assert not [*tmp_path.iterdir()]


def test_a_name_that_no_file_can_have_is_named(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300)
    with pytest.raises(BrokeOff) as broke:
        Output(path, over=False)
    assert broke.value.message == f"{path}: File name too long"


def test_what_comes_in_pieces_is_written_as_it_comes(tmp_path: Path) -> None:
    """Whatever it comes to, a few pieces are in memory; and where it breaks off, the old content stays."""
    count, size = 64, 1 << 20

    async def pieces(breaks_off: bool) -> AsyncIterator[bytes]:
        for number in range(count):
            yield bytes([number]) * size
        if breaks_off:
            raise RuntimeError("no more")

    file = Output(tmp_path / "file", over=True)
    tracemalloc.start()
    try:
        asyncio.run(file.write_each(pieces(breaks_off=False)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert file.path.stat().st_size == count * size
    assert peak < 8 * size
    before = file.path.read_bytes()
    with pytest.raises(RuntimeError, match="no more"):
        asyncio.run(file.write_each(pieces(breaks_off=True)))
    assert file.path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [file.path]
