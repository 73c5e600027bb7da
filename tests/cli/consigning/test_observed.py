"""What was presented, over several runs and offices: kept as observations, under a key that offices share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from tests.cli.consigning.conftest import MRN, REGISTRATION, Office, reader

REF = {"12 03": REGISTRATION}
KEY = "file:{folder}/office.key"


@pytest.fixture
def delivered(office: Office) -> Office:
    office.deliver(reader(office.world))
    for name, byte in (("office.key", "ab"), ("other.key", "cd")):
        office.write(name, byte * 32).chmod(0o600)
    return office


def observe(
    office: Office, name: str, *lines: dict[str, str], key: str = "", earlier: Sequence[Path] = ()
) -> tuple[int, Path]:
    """The exit status of a run over these lines, and the file of its observations."""
    path = office.folder / f"{name}.ndjson"
    more: list[object] = ["--observations", path, "--force"]
    more += ["--office-key", office.folder / key] if key else []
    for one in earlier:
        more += ["--with", one]
    status, _ = office.check(office.declare(*({**REF, **line} for line in lines), name=f"{name}.csv"), *more)
    return status, path


def shown(path: Path) -> list[dict[str, object]]:
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line.get("place", [""])[0] == "presented"]


def test_over_presented_across_runs_is_found_without_rejection(delivered: Office) -> None:
    status, monday = observe(delivered, "monday", {"18 02": "60"})
    assert status == 0
    for _ in range(2):  # the same item again is the same item
        status, again = observe(delivered, "again", {"18 02": "60"}, earlier=[monday])
        assert status == 0
    status, _ = observe(delivered, "tuesday", {"18 02": "40", "11 03": "2"}, earlier=[monday, again])
    assert status == 0
    status, _ = observe(delivered, "wednesday", {"18 02": "41", "11 03": "2"}, earlier=[monday])
    assert status == 3


def test_later_versions_replace_earlier_ones_across_runs(delivered: Office) -> None:
    _, first = observe(delivered, "first", {"18 02": "100"})
    _, amended = observe(delivered, "amended", {"18 02": "10", "version": "2"})
    removed = {"version": "3", "status": "invalidated"}
    _, gone = observe(delivered, "gone", removed)
    _, in_transit = observe(delivered, "transit", {"18 02": "100", "version": "2", "11 09": "T1"})
    second = {"18 02": "90", "11 03": "2"}
    assert observe(delivered, "second", second, earlier=[first])[0] == 3
    for later in (amended, gone, in_transit):
        for files in permutations([first, later]):
            assert observe(delivered, "second", second, earlier=files)[0] == 0
    assert observe(delivered, "second", {**second, "18 02": "91"}, earlier=[first, amended])[0] == 3


def test_a_file_that_offices_share_tells_no_declaration(delivered: Office) -> None:
    _, path = observe(delivered, "north", {"18 02": "60"}, key="office.key")
    raw = path.read_text(encoding="utf-8")
    (line,) = shown(path)
    assert MRN not in raw
    assert "north" not in raw
    assert line["shows"] == "60 100 piece"
    assert len(json.dumps(line)) < 320
    status, south = observe(delivered, "south", {"18 02": "41", "11 03": "2"}, key="office.key", earlier=[path])
    assert status == 3
    done = delivered.run("examine", path, south)
    assert done.exit_code == 3
    assert "consignment.over-presented" in done.output
    assert delivered.run("examine", path, path).exit_code == 0


def test_in_clear_a_line_has_its_source(delivered: Office) -> None:
    import hashlib

    _, path = observe(delivered, "north", {"18 02": "60"})
    (line,) = shown(path)
    declaration = delivered.folder / "north.csv"
    assert line["source"] == {"file": hashlib.sha256(declaration.read_bytes()).hexdigest(), "name": "north.csv"}
    assert line["place"][:4] == ["presented", "-", f"{MRN} 1", "1"]  # type: ignore[index]


def test_files_of_different_keys_are_refused(delivered: Office) -> None:
    _, clear = observe(delivered, "clear", {"18 02": "1"})
    _, one = observe(delivered, "one", {"18 02": "1"}, key="office.key")
    _, other = observe(delivered, "other", {"18 02": "1"}, key="other.key")
    for files in ((clear, one), (one, other), (other, clear)):
        done = delivered.run("examine", *files)
        assert done.exit_code == 2
        assert "different keys" in done.output
    declaration = delivered.declare(REF)
    for more in (["--with", one], ["--with", one, "--office-key", delivered.folder / "other.key"]):
        done = delivered.run(*delivered.arguments(declaration, *more))
        assert done.exit_code == 2
        assert "the same --office-key" in done.output


def test_what_was_not_matched_is_not_observed(delivered: Office) -> None:
    _, path = observe(delivered, "unmatched", {"12 03": "ab" * 32}, {"unit": "", "11 03": "2"})
    assert not shown(path)


def test_a_key_that_others_can_read_is_refused(delivered: Office) -> None:
    (delivered.folder / "office.key").chmod(0o644)
    done = delivered.run(*delivered.arguments(delivered.declare(REF), "--office-key", delivered.folder / "office.key"))
    assert done.exit_code == 2
    assert "ab" * 32 not in done.output
