"""A night's files: passports that verify, two that took too much of one lot, what is rejected, and what is no passport."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from carbonseal.examining import parts
from carbonseal.examining.bulk.lines import LineResults
from carbonseal.examining.bulk.results_file import ResultsFile, run_path
from carbonseal.examining.bulk.run_file import RunFile
from carbonseal.examining.bulk.summary import Summary
from carbonseal.examining.examination import Examination
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import Verifier, VerifyJob
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.parts import Executor, Part, PartResult, Work, in_this_process
from tests.verification.examination.lots import lot, taker
from tests.world import AT, World


@dataclass
class Night:
    """A folder of files, and what they are judged by."""

    folder: Path
    policy: bytes
    trust: bytes

    def files(self) -> GivenFiles:
        return GivenFiles([str(self.folder)])

    def job(self) -> VerifyJob:
        return VerifyJob(NamedBytes("policy", self.policy), (NamedBytes("trust", self.trust),), LineResults(AT))

    def run(
        self,
        results: Path,
        *,
        resume: bool = False,
        execute: Executor = in_this_process,
        finish: bool = True,
        about: dict[str, str] | None = None,
    ) -> dict[str, object]:
        """What an examination of them comes to: lines, summary, observations, and what was found between files."""
        job, summary = self.job(), Summary()
        run = RunFile(run_path(results), {"policy": "this", **(about or {})}, Verifier(job).keys)
        with (
            ResultsFile(results, run, resume=resume) as held,
            Examination(job, self.files(), execute, held) as examination,
        ):
            for _ in examination.read():
                pass
            if not finish:
                return {}
            examined = examination.examine()
            final = [*examination.results(examined)]
            for one in final:
                summary.add(one)
            held.finish(final if examination.is_concerned(examined) else None)
            observed = [*examination.observed()]
        assert not run_path(results).exists()
        return {
            "lines": results.read_bytes(),
            "summary": summary.to_json(),
            "observations": observed,
            "logs": examined.known,
            "lots": examined.lots,
        }


class Counting:
    """An executor that remembers how many items it was given."""

    def __init__(self) -> None:
        self.items = 0

    def __call__(self, work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        for part in in_this_process(work, parts):
            self.items += len(part.results)
            yield part


@pytest.fixture(scope="session")
def made_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    world = World()
    metal = lot(world, "10000")
    good = world.passport(name="gate").encode()
    contents = {
        "a.json": good,
        "b.json": taker(world, metal, "door reader", "6000").encode(),
        "c.pdf": b"%PDF-1.4",
        "d.ndjson": good.strip() + b"\n" + good.strip() + b" \n{}\n",
        "e.json": taker(world, metal, "wall reader", "4420").encode(),
        "f.json": good.replace(b'"name":"gate"', b'"name":"gone"'),
        "g/h.json": good + b" ",
        "g/=1+1.json": good + b"  ",
    }
    folder = tmp_path_factory.mktemp("night")
    for name, raw in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(raw)
    policy = "\n".join([*world.lines().values(), "require batch", ""])
    return Night(folder, policy.encode(), world.trust().encode())


@pytest.fixture
def night(made_night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A folder that a test may change; parts are small."""
    monkeypatch.setattr(parts, "FIRST_ITEMS", 1)
    monkeypatch.setattr(parts, "MOST_ITEMS", 2)
    shutil.copytree(made_night.folder, tmp_path / "night")
    return Night(tmp_path / "night", made_night.policy, made_night.trust)
