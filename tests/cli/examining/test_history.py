"""`carbonseal verify --history`: heads of several files lead to one another by the log's tiles, from a folder or over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import AT, Run
from tests.verification.examination.histories import two_histories
from tests.world import MemoryLog, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def asked(world: World, tmp_path: Path) -> list[str]:
    """Two passports under two heads of one log, and a policy that requires one history."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_bytes(world.passport(name=name).encode())
    return written(world, tmp_path)


def written(world: World, folder: Path) -> list[str]:
    lines = "\n".join([*world.lines().values(), "require history"]) + "\n"
    (folder / "history.policy").write_text(lines, encoding="utf-8")
    (folder / "trust").write_bytes(world.trust().encode())
    return ["--policy", str(folder / "history.policy"), "--trust", str(folder / "trust"), "--at", AT]


def tiles(log: MemoryLog, folder: Path) -> Path:
    """The log's files, as it serves them."""
    (folder / "tile" / "0" / "000.p").mkdir(parents=True)
    (folder / "tile" / "0" / "000.p" / str(log.size)).write_bytes(log.tile(0, 0, log.size))
    (folder / "checkpoint").write_bytes(log.head(log.size))
    return folder


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def codes(output: str) -> list[set[str]]:
    return [{found["code"] for found in json.loads(line)["findings"]} for line in output.splitlines()]


def test_each_alone_is_one_history_and_together_they_are_not_shown_to_be(
    run: Run, asked: list[str], tmp_path: Path
) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    assert run("verify", a, *asked).exit_code == 0
    result = run("verify", a, b, *asked, "--json")
    assert result.exit_code == 3
    assert all("history.unlinked" in found for found in codes(result.stdout))


def test_the_logs_tiles_lead_them(run: Run, world: World, asked: list[str], tmp_path: Path) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    folder = tiles(world.log, tmp_path / "log")
    result = run("verify", a, b, *asked, "--history", folder, "--json")
    assert result.exit_code == 0, result.output
    assert all("history.shown" in found and "history.not-asked" not in found for found in codes(result.stdout))


def test_partial_tiles_are_asked_for_over_http(run: Run, world: World, asked: list[str], tmp_path: Path) -> None:
    """A server that only has the widest partial tile: heads of other sizes are not linked, and no log is accused."""
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    folder = tiles(world.log, tmp_path / "log")
    with served(folder) as url:
        assert run("verify", b, *asked, "--history", url).exit_code == 0
    for size in range(1, world.log.size):
        (folder / "tile" / "0" / "000.p" / str(size)).write_bytes(world.log.tile(0, 0, size))
    with served(folder) as url:
        assert run("verify", a, b, *asked, "--history", url).exit_code == 0


def test_tiles_show_that_a_head_is_of_another_history(run: Run, tmp_path: Path) -> None:
    histories = two_histories(1)
    passport = tmp_path / "a.json"
    passport.write_bytes(histories.one.encode())
    asked = written(histories.world, tmp_path)
    folder = tiles(histories.fork, tmp_path / "log")
    result = run("verify", passport, *asked, "--history", folder, "--fraud-proofs", tmp_path)
    assert result.exit_code == 4, result.output
    (proof,) = tmp_path.glob("fraud-proof-*.json")
    assert json.loads(proof.read_bytes())["kind"] == "consistency"
    assert run("verify", proof, "--policy", tmp_path / "history.policy").exit_code == 4


def test_places_without_a_log(run: Run, asked: list[str], tmp_path: Path) -> None:
    a = tmp_path / "a.json"
    assert run("verify", a, *asked, "--history", tmp_path / "nowhere").exit_code == 2
    (tmp_path / "empty").mkdir()
    assert run("verify", a, *asked, "--history", tmp_path / "empty").exit_code == 1
    (tmp_path / "empty" / "checkpoint").write_bytes(b"nothing")
    assert run("verify", a, *asked, "--history", tmp_path / "empty").exit_code == 2
    assert run("verify", a, *asked, "--history", "http://127.0.0.1:1").exit_code == 1
