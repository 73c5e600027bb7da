"""`carbonseal seal`: what it counts, and the file of receipts."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from carbonseal.service.client import open_node
from tests.cli.conftest import Run


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "node", "--origin", "log.example/seal").exit_code == 0
    return tmp_path / "node"


def lines(count: int) -> str:
    return "".join(f'{{"n":{number}}}\n' for number in range(count))


def test_what_was_sealed_before_is_counted_apart(run: Run, node: Path) -> None:
    async def earlier() -> None:
        async with open_node(node, clock=lambda: 1_000_000.0) as opened:
            await opened.submit(b'{"n":0}', "json/1")

    asyncio.run(earlier())
    result = run("seal", node, "-", "--profile", "json/1", input=lines(3) + "nothing\n")
    assert result.exit_code == 2
    assert result.stderr.endswith("2 sealed, 1 sealed before, 1 refused\n")


def test_receipts_are_appended_once(run: Run, node: Path, tmp_path: Path) -> None:
    file = tmp_path / "receipts.ndjson"
    for count in (2, 3, 3):
        done = run("seal", node, "-", "--profile", "json/1", "--receipts", file, input=lines(count))
        assert done.exit_code == 0, done.output
    kept = [json.loads(line)["commitment"] for line in file.read_text().splitlines()]
    assert len(kept) == len(set(kept)) == 3
    assert kept == [line.split()[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("content", ['{"carbonseal":"passport/1"}\n', "text\n", '{"commitment":"' + "ab" * 32 + '"}'])
def test_another_file_is_left_alone(run: Run, node: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    done = run("seal", node, "-", "--profile", "json/1", "--receipts", file, input=lines(1))
    assert done.exit_code == 2
    assert f"{file} > line 1" in done.stderr
    assert file.read_text() == content


def test_receipts_go_to_regular_files(run: Run, node: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o644)
    done = run("seal", node, "-", "--profile", "json/1", "--receipts", tmp_path / "pipe", input=lines(1))
    assert done.exit_code == 2
    assert "is not a regular file" in done.stderr
    assert (tmp_path / "pipe").stat().st_mode & 0o777 == 0o644
