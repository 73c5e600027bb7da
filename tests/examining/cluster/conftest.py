"""One cluster for all tests of a process: workers are added as tests ask for more, and stay. And the files that it judges."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.config
import pytest

from tests.examining.cluster.authority import configuration
from tests.verification.examination.histories import two_histories
from tests.world import World

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First in a run: one of its processes gets them all, before others run out of tests, and starts the one cluster."""
    items.sort(key=lambda item: item.path.parent != HERE)


@dataclass
class Cluster:
    """A running cluster, and how to reach it."""

    process: subprocess.Popen[str]
    scheduler: str
    idle: str  # a scheduler without workers
    doomed: str  # another, which ends
    s3: str
    config: dict[str, str]
    workers: int = 0

    def scale(self, workers: int) -> str:
        """Have at least so many workers. The address of their scheduler."""
        if self.workers < workers:
            self.workers = self._tell(workers)
        return self.scheduler

    def end_doomed(self) -> None:
        """Close that scheduler."""
        self._tell(0)

    def _tell(self, number: int) -> int:
        assert self.process.stdin
        assert self.process.stdout
        print(number, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    config = configuration(folder)
    nested: dict[str, Any] = {}
    dask.config.set({**config, "distributed.comm.require-encryption": True}, config=nested)
    (folder / "dask.yaml").write_text(json.dumps(nested), encoding="utf-8")  # JSON is YAML
    command = [sys.executable, "-m", "tests.examining.cluster.serving", str(folder)]
    environ = {**os.environ, "DASK_CONFIG": str(folder / "dask.yaml"), "PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            command, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as process,
        dask.config.set(config),
    ):
        assert process.stdin
        assert process.stdout
        try:
            yield Cluster(process, config=config, **json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait()


@dataclass
class Delivery:
    """A folder of files, and by what they are judged: two of them show two histories of one log."""

    folder: Path
    policy: Path
    trust: Path


@pytest.fixture(scope="package")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    histories = two_histories()
    world, good = histories.world, histories.one.encode()
    elsewhere = World().passport(name="of another world").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.json", good)
        archive.writestr("deeper/two.json", elsewhere)
        archive.writestr("broken.json", b'{"carbonseal":"passport/1"')
    files = {
        "a/first.json": good,
        "a-b.json": good + b" ",
        **{f"b/{number:02}.json": elsewhere + b" " * number for number in range(12)},
        "c.zip": packed.getvalue(),
        "d/lines.ndjson": good.strip() + b"\n" + elsewhere.strip() + b"\n",
        "e/nothing": b"",
        "f/paper.pdf": b"%PDF-1.4",
        "g/Thumbs.db": b"left out",
        "z/last.json": histories.other.encode(),
    }
    top = tmp_path_factory.mktemp("delivery")
    for name, raw in files.items():
        path = top / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    (top / "customs.policy").write_text("\n".join([*world.lines().values(), ""]), encoding="utf-8")
    (top / "trust.json").write_bytes(world.trust().encode())
    return Delivery(top / "in", top / "customs.policy", top / "trust.json")
