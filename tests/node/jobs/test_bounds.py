"""Jobs in a world with bounds: full disks, tenants that want all, lost scopes, cancelled and lost jobs."""

from __future__ import annotations

import asyncio
import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import SignerConfig, TenantConfig
from carbonseal.node.issuance.drafts.setting import ReleaseRule
from carbonseal.node.jobs import jobs, runner
from carbonseal.node.jobs.files import RESERVE, JobFiles
from carbonseal.node.jobs.jobs import KEPT
from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock
from tests.node.issuance.issuing import within as at
from tests.node.issuance.stating import refuses
from tests.node.jobs.jobs import begin as begin_job
from tests.node.jobs.jobs import finish, requests, results, within

TENANTS = ("steel", "motors")
SCOPES = frozenset({Scope.SUBMIT, Scope.READ, Scope.ISSUE})


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,))


@pytest.fixture
def shared(begin: Begin) -> Path:
    return begin(
        tenants=tuple(TenantConfig(name, f"file:keys/salt-{name}.key") for name in TENANTS),
        issuers=tuple(
            SignerConfig(f"of-{name}", f"did:web:{name}.example", f"file:keys/{name}.key", name) for name in TENANTS
        ),
    )


async def caller(node: Node, tenant: str) -> Caller:
    new = NewToken(f"t-{tenant}", f"erp-{tenant}", Kind.SYSTEM, tenant, SCOPES, 1)
    return await node.access.admit(await node.access.create_token(new))


async def lines_of(node: Node, tenant: str, count: int) -> list[bytes]:
    receipts = [await node.submit(b'{"n": %d}' % number, "json/1", tenant) for number in range(count)]
    line = b'{"issuer":"of-%s","subject":"urn:example:x","records":[{"role":"footprint","commitment":"%s"}]}'
    return [line % (tenant.encode(), receipt.commitment.hex().encode()) for receipt in receipts]


def test_tenants_take_turns(shared: Path) -> None:
    """One with many lines does not hold up one with few."""

    async def work(node: Node) -> None:
        steel, motors = [await caller(node, tenant) for tenant in TENANTS]
        long = await begin_job(node, await lines_of(node, "steel", 30), steel)
        more = await begin_job(node, await lines_of(node, "steel", 2), steel)
        short = await begin_job(node, await lines_of(node, "motors", 9), motors)
        served = []
        while (job := node.jobs._runner.next()) is not None:
            served.append(job.id)
            await node.jobs._runner.slice(job)
        assert served == [
            *(long["job"], short["job"], long["job"], short["job"]),
            *(long["job"], long["job"], more["job"]),
        ]
        assert node.jobs.show(short["job"], motors)["done"] == 9
        with refuses("job.unknown"):
            node.jobs.show(short["job"], steel)
        assert [one["job"] for one in node.jobs.listed(motors, 0, 9)] == [short["job"]]

    within(shared, work)


def test_who_lost_the_scope_has_the_job_fail(shared: Path) -> None:
    async def work(node: Node) -> None:
        steel = await caller(node, "steel")
        job = await begin_job(node, await lines_of(node, "steel", 10), steel)
        await node.jobs._runner.slice(node.jobs._runner.live[job["job"]])
        await node.access.set_scopes("erp-steel", [Scope.READ])
        job = await finish(node, job["job"], steel)
        assert (job["state"], job["done"], job["problem"]["code"]) == ("failed", 8, "access.scope-missing")
        assert len(node.issued()) == 8

    within(shared, work)


def test_cancelled_in_the_middle_nothing_more_is_issued(directory: Path) -> None:
    """While a slice is being done: it ends with it, also where the node stops in between."""

    async def work(node: Node) -> str:
        job = await begin_job(node, await requests(node, 20))
        working = asyncio.create_task(node.jobs._runner.slice(node.jobs._runner.live[job["job"]]))
        await asyncio.sleep(0)
        assert (await node.jobs.cancel(job["job"], OPERATOR))["state"] == "cancelled"
        await working
        return str(job["job"])

    id = within(directory, work)

    async def again(node: Node) -> None:
        job = await finish(node, id)
        assert (job["state"], job["done"]) == ("cancelled", 8)
        assert len(results(node, id)) == len(node.issued()) == 8
        with refuses("job.ended"):
            await node.jobs.cancel(id, OPERATOR)
        queued = await begin_job(node, await requests(node, 1))
        await node.jobs.cancel(queued["job"], OPERATOR)
        assert (await finish(node, queued["job"]))["done"] == 0
        assert not [*(directory / "jobs").rglob("requests.ndjson")]

    within(directory, again)


def test_a_full_disk_is_waited_for_and_nothing_is_issued_twice(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, full = JobFiles.append, [True, True]

    def fails(files: JobFiles, *args: Any) -> int:
        if full:
            full.pop()
            raise OSError(errno.ENOSPC, "No space left on device")
        return append(files, *args)

    monkeypatch.setattr(JobFiles, "append", fails)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    clock = Clock()

    async def work(node: Node) -> None:
        job = await begin_job(node, await requests(node, 3))
        told = [one async for one in node.jobs.finishing(job["job"], OPERATOR, sleep)]
        assert [one["problem"] and one["problem"]["code"] for one in told] == [
            "job.disk-failed",
            "job.disk-failed",
            None,
        ]
        assert slept == [runner.AGAIN] * 2
        assert (told[-1]["state"], told[-1]["done"]) == ("done", 3)
        assert len(node.issued()) == 3

    at(directory, clock, work)


def test_jobs_leave_the_disk_to_records(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(directory)

    async def work(node: Node) -> None:
        lines = await requests(node, 1)
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=RESERVE - 1))
        with refuses("job.no-room"):
            await begin_job(node, lines)
        assert [*(directory / "jobs").iterdir()] == []
        assert await node.submit(b"{}", "json/1")

    within(directory, work)


def test_a_tenant_has_so_many_jobs_and_others_have_theirs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_LIVE", 2)

    async def work(node: Node) -> None:
        steel, motors = [await caller(node, tenant) for tenant in TENANTS]
        for _ in range(2):
            await begin_job(node, [b"{}"], steel)
        with refuses("job.too-many"):
            await begin_job(node, [b"{}"], steel)
        await begin_job(node, [b"{}"], motors)
        monkeypatch.setattr(jobs, "MOST_BYTES", 3)
        with refuses("job.too-many"):
            await begin_job(node, [b"{}"], motors)

    within(shared, work)


def test_a_line_that_is_too_long_is_one_line(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LONGEST_LINE", 400)

    async def work(node: Node) -> None:
        good = await requests(node, 2)
        job = await begin_job(node, [good[0], b"[" * 100_000, b"x" * 401 + b"\r", good[1]])
        assert (await finish(node, job["job"]))["done"] == 2
        assert [one["error"]["code"] if "error" in one else one["line"] for one in results(node, job["job"])] == [
            1,
            "job.line-too-long",
            "job.line-too-long",
            4,
        ]

    within(directory, work)


def test_lost_files_and_what_is_nobodys(directory: Path) -> None:
    """As after a backup that was made while a job ended; and what a crash left of an upload."""

    async def begun(node: Node) -> str:
        return str((await begin_job(node, await requests(node, 2)))["job"])

    id = within(directory, begun)
    shutil.rmtree(directory / "jobs" / id)
    (directory / "jobs/left.coming").write_bytes(b"{}")
    (directory / "jobs/left").mkdir()

    async def again(node: Node) -> None:
        asleep = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

        running = asyncio.create_task(node.jobs.run(sleep))
        await asleep.wait()
        running.cancel()
        job = node.jobs.show(id, OPERATOR)
        assert (job["state"], job["problem"]["code"]) == ("failed", "job.files-missing")
        assert [*(directory / "jobs").iterdir()] == []

    within(directory, again)


def test_results_are_removed_when_their_time_is_over(directory: Path) -> None:
    clock = Clock()

    async def work(node: Node) -> None:
        job = await begin_job(node, await requests(node, 1))
        await finish(node, job["job"])
        await clock.sleep(KEPT)
        await node.jobs._remove_old()
        assert node.jobs.show(job["job"], OPERATOR)["state"] == "done"
        await clock.sleep(1)
        await node.jobs._remove_old()
        with refuses("job.unknown"):
            node.jobs.show(job["job"], OPERATOR)
        assert [*(directory / "jobs").iterdir()] == []
        assert len(node.issued()) == 1

    at(directory, clock, work)


def test_nothing_is_issued_at_one_word_where_four_eyes_are_asked_for(begin: Begin) -> None:
    async def work(node: Node) -> None:
        with pytest.raises(Refused, match="draft") as refused:
            await begin_job(node, [b"{}"])
        assert refused.value.finding.code.name == "issue.needs-draft"
        assert (await begin_exports(node))["kind"] == "export"

    async def begin_exports(node: Node) -> dict[str, Any]:
        return await node.jobs.export(OPERATOR, {"credentials": ["0" * 64]})

    within(begin(issuers=(MAKER,), release=ReleaseRule.FOUR_EYES), work)


def test_uploads_that_come_together_are_counted(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_LIVE", 2)

    async def work(node: Node) -> None:
        begun, go_on = asyncio.Barrier(3), asyncio.Event()

        async def one() -> None:
            async with node.jobs.coming(OPERATOR) as upload:
                await begun.wait()
                await go_on.wait()
                await upload.write(b"{}\n")
                upload.end()
                await node.jobs.accept(upload, OPERATOR)

        coming = [asyncio.create_task(one()) for _ in range(2)]
        await begun.wait()
        with refuses("job.too-many"):
            async with node.jobs.coming(OPERATOR):
                pass
        go_on.set()
        await asyncio.gather(*coming)
        assert len(node.jobs.live()) == 2

    within(directory, work)


def test_what_is_answered_again_is_what_was_answered(directory: Path) -> None:
    async def work(node: Node) -> None:
        async def ask() -> dict[str, Any]:
            async with node.jobs.coming(OPERATOR) as upload:
                await upload.write(b"{}\n")
                async with node.idempotency.under(b"k" * 32, upload.end()) as key:
                    return await node.jobs.accept(upload, OPERATOR, key=key)

        assert await ask() == await ask()

    within(directory, work)


def test_a_disk_that_fails_at_one_line_fails_no_other(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines beside it are waited for, and are not tried again while they hold their keys."""
    monkeypatch.setattr(runner, "AGAIN", 0.01)
    monkeypatch.setattr(jobs, "AGAIN", 0.01)

    async def work(node: Node) -> None:
        issuing, calls = node.jobs._runner._works[jobs.JobKind.ISSUE]._issuing, 0  # type: ignore[attr-defined]
        real = issuing.issue

        async def issue(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise OSError(errno.EIO, "I/O error")
            return await real(*args, **kwargs)

        monkeypatch.setattr(issuing, "issue", issue)
        job = await begin_job(node, await requests(node, 3))
        done = await finish(node, job["job"])
        assert (done["done"], done["failed"]) == (3, 0)

    within(directory, work)
