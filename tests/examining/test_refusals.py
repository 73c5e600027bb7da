"""What an examination cannot begin with, or go on with, by its codes."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from carbonseal.cli.formatting.results import Results, Style
from carbonseal.examining.examination import Examination, Examined
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import VerifyJob
from carbonseal.examining.log_tiles import LogTiles
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.findings import BrokenOff, Refused
from carbonseal.instants import parse_instant
from tests.cli.conftest import AT, made

__all__ = ["made"]  # a fixture of the command line's tests


def test_files(tmp_path: Path) -> None:
    with pytest.raises(Refused) as none:
        GivenFiles([str(tmp_path)])
    with pytest.raises(Refused) as both:
        GivenFiles(["-", str(tmp_path)])
    assert [one.value.finding.code.name for one in (none, both)] == ["files.none", "files.standard-input"]


def test_tiles_of_a_log(tmp_path: Path) -> None:
    with pytest.raises(Refused) as no_place:
        LogTiles(str(tmp_path / "nowhere"))
    with pytest.raises(BrokenOff) as no_checkpoint:
        _ = LogTiles(str(tmp_path)).checkpoint
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(BrokenOff) as unreadable:
        _ = LogTiles(str(tmp_path)).checkpoint
    found = [one.value.finding.code.name for one in (no_place, no_checkpoint, unreadable)]
    assert found == ["tile.no-place", "tile.no-checkpoint", "tile.unreadable"]


def test_files_that_are_others_by_then(made: dict[str, bytes], tmp_path: Path) -> None:
    """Where a log equivocates, files are read twice: the second time they have to be the same ones."""
    lines = tmp_path / "day.ndjson"
    line = orjson.dumps(orjson.loads(made["passport"])) + b"\n"
    lines.write_bytes(line * 2)
    results = Results(Style.QUIET, parse_instant(AT))
    job = VerifyJob(NamedBytes("policy", made["policy"]), (NamedBytes("trust", made["trust"]),), results)
    with Examination(job, GivenFiles([str(lines)])) as examination:
        both = [one for part in examination.read() for one in part.results]
        assert len(both) == 2
        examined = examination.examine()
        assert [one.word for one in examination.results(examined)] == ["verified"] * 2
        lines.write_bytes(line)
        with pytest.raises(BrokenOff) as changed:
            [*examination.results(Examined({key: [] for key in both[0].origins}, {}))]
    assert changed.value.finding.code.name == "files.changed"
