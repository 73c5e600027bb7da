"""The results are those of one process, whatever the number of workers and wherever the files are."""

from __future__ import annotations

import json
from pathlib import Path

import fsspec
import pytest

from carbonseal.cli.formatting.results import Results, Style
from carbonseal.examining import parts
from carbonseal.examining.cluster.executor import on_cluster
from carbonseal.examining.examination import Examination
from carbonseal.examining.files.referred import ReferredFiles
from carbonseal.examining.judging import VerifyJob
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.parts import Executor, Work
from tests.cli.conftest import AT as INSTANT
from tests.cli.conftest import Run, run
from tests.examining.cluster.conftest import Cluster, Delivery
from tests.examining.cluster.works import meeting
from tests.world import AT

__all__ = ["run"]


def verified(run: Run, delivery: Delivery, source: object, out: Path, *options: object) -> dict[str, object]:
    """What a run says and writes: each finding, observations, results, the exit status."""
    asked = ["--policy", delivery.policy, "--trust", delivery.trust, "--at", INSTANT, *options]
    said = run("verify", source, *asked, "--json", "--observations", out / "observed.ndjson", "--force")
    kept = run("verify", source, *asked, "--results", out / "results.ndjson", "--force")
    assert (said.exception and kept.exception and type(said.exception)) is SystemExit, (said.output, kept.output)
    name = str(source)
    return {
        "status": (said.exit_code, kept.exit_code),
        "findings": said.stdout.replace(name, "IN"),
        "noted": said.stderr.replace(name, "IN"),
        "observations": (out / "observed.ndjson").read_text().replace(name, "IN"),
        "results": [_line(line, name) for line in (out / "results.ndjson").read_text().splitlines()],
        "summary": kept.output.replace(name, "IN"),
    }


def _line(text: str, name: str) -> dict[str, object]:
    """A line of results, without a reason that was cut: where depends on the length of the names in it."""
    line = json.loads(text.replace(name, "IN"))
    return {key: value for key, value in line.items() if not str(value).endswith("…")}


@pytest.fixture(scope="module")
def alone(delivery: Delivery, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one process on this machine says."""
    from click.testing import CliRunner

    from carbonseal.cli.main import carbonseal

    def invoke(*arguments: object, input: str | bytes | None = None) -> object:
        return CliRunner().invoke(carbonseal, [str(argument) for argument in arguments], input=input)

    found = verified(invoke, delivery, delivery.folder, tmp_path_factory.mktemp("alone"), "--jobs", 1)  # type: ignore[arg-type]
    assert found["status"] == (4, 4)
    assert str(found["findings"]).count('"log.fraud"') >= 4
    return found


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_are_those_of_one_process(
    workers: int, cluster: Cluster, delivery: Delivery, alone: dict[str, object], run: Run, tmp_path: Path
) -> None:
    address = cluster.scale(workers)
    assert verified(run, delivery, delivery.folder, tmp_path, "--cluster", address) == alone


def test_workers_read_from_an_object_store(
    cluster: Cluster,
    delivery: Delivery,
    alone: dict[str, object],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each with its own credentials; those of the client list the files, and do not travel."""
    address = cluster.scale(1)
    for name, value in {
        "ENDPOINT_URL": cluster.s3,
        "ACCESS_KEY_ID": "client",
        "SECRET_ACCESS_KEY": "of-client",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    store = fsspec.filesystem("s3")
    store.mkdir("passports")
    prefix = "2026".ljust(len(str(delivery.folder)) - len("s3://passports/"), "-")  # long texts are cut by their length
    for path in sorted(delivery.folder.rglob("*")):
        if path.is_file():
            store.pipe_file(f"passports/{prefix}/{path.relative_to(delivery.folder)}", path.read_bytes())
    store.pipe_file(f"passports/{prefix}/a/", b"")  # what some programs write in the place of a folder
    store.pipe_file(f"passports/{prefix}x.json", b"beside it")
    assert verified(run, delivery, f"s3://passports/{prefix}", tmp_path, "--cluster", address) == alone
    one = run("verify", f"s3://passports/{prefix}/a/first.json", "--policy", delivery.policy, "--cluster", address)
    assert one.exit_code == 3
    none = run("verify", "s3://passports/2025", "--policy", delivery.policy, "--cluster", address)
    assert none.exit_code == 2
    assert "s3://passports/2025 cannot be listed" in none.output


def test_what_two_workers_saw_apart_is_found_together(
    cluster: Cluster, delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of two passports verifies alone; they are of two histories, and judged by different workers."""
    address = cluster.scale(2)
    monkeypatch.setattr(parts, "FIRST_ITEMS", 1)
    trust = (NamedBytes.read(delivery.trust),)
    job = VerifyJob(NamedBytes.read(delivery.policy), trust, Results(Style.BRIEF, AT))

    def apart(work: Work, several: object) -> object:
        return on_cluster(address)(Work(meeting, (job, tmp_path, 2), work.results), several)  # type: ignore[arg-type]

    execute: Executor = apart  # type: ignore[assignment]
    files = ReferredFiles([str(delivery.folder / name) for name in ("a/first.json", "z/last.json")])
    with Examination(job, files, execute) as examination:
        first, last = (result for part in examination.read() for result in part.results)
        assert (first.word, last.word) == ("verified", "verified")
        assert first.text != last.text  # the processes
        (findings,) = examination.examine().known.values()
    assert [finding.code.name for finding in findings] == ["log.fraud"]
