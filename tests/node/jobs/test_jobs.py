"""Jobs: many passports, each line with its result; broken lines, cancelled and killed jobs, other tenants, bounds."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.failpoints import JOB_POINTS
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.passport.products import PRODUCT
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER
from tests.node.jobs.driver import run
from tests.node.jobs.jobs import begin, finish, requests, results, sealed, within


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,))


def test_each_line_has_a_passport_or_a_finding(directory: Path) -> None:
    async def work(node: Node) -> None:
        good = await requests(node, 3)
        lines = [
            good[0],
            b"",
            b"{",
            good[1] + b"\r",
            b'{"issuer":"nobody"}',
            b" \t",
            b"[]",
            good[2],
            b"x" * 20,
            b"\xff",
        ]
        job = await begin(node, lines)
        assert (job["state"], job["of"], job["done"], job["failed"]) == ("queued", 8, 0, 0)
        job = await finish(node, job["job"])
        assert (job["state"], job["of"], job["done"], job["failed"]) == ("done", 8, 3, 5)
        found = results(node, job["job"])
        assert [one["line"] for one in found] == [1, 3, 4, 5, 7, 8, 9, 10]
        issued = [bytes.fromhex(one["credential"]) for one in found if "credential" in one]
        assert {*issued} == {one.digest for one in node.issued()}
        assert {one["line"]: one["error"]["code"] for one in found if "error" in one} == {
            3: "json.truncated",
            5: "issue.malformed",
            7: "issue.malformed",
            9: "json.syntax",
            10: "json.not-utf8",
        }
        passports = [*node.jobs.passports(job["job"], OPERATOR)]
        assert [digest for digest, _ in passports] == issued
        assert [parse(passport).root for _, passport in passports] == issued

    within(directory, work)


@pytest.mark.parametrize("point", JOB_POINTS)
def test_killed_in_the_middle_it_goes_on_and_issues_none_twice(point: str, directory: Path) -> None:
    """Dead three times, at the same point, each time further on; a slice is done again, and what it issued is not."""

    async def prepared(node: Node) -> str:
        return str((await begin(node, await requests(node, 20)))["job"])

    id = within(directory, prepared)
    for times in (2, 1, 1):
        assert run(directory, point, times, id) == -signal.SIGKILL

    async def again(node: Node) -> None:
        job = await finish(node, id)
        assert (job["state"], job["done"], job["failed"]) == ("done", 20, 0)
        found = results(node, id)
        assert [one["line"] for one in found] == [*range(1, 21)]
        digests = {one["credential"] for one in found}
        assert len(digests) == 20
        assert digests == {one.digest.hex() for one in node.issued()}
        assert await sealed(node, PRODUCT.profile) == 20

    within(directory, again)
