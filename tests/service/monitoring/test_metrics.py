"""Metrics: whatever Prometheus reads is what the node's state says, and names nothing that a client sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.listeners import Listener
from carbonseal.service.monitoring.answers import UPPER, Durations
from tests.service.nodes import make_node

Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def read(text: str) -> Samples:
    """Every sample, by name and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


async def ask(directory: Path, *before: tuple[str, str]) -> Samples:
    """The metrics after these requests."""
    async with (
        Node.open(directory) as node,
        serving(node, listener=Listener.ADMIN) as url,
        aiohttp.ClientSession(url) as session,
    ):
        await node.startup_checked()
        for method, path in before:
            async with session.request(method, path) as response:
                await response.read()
        async with session.get("/metrics") as response:
            assert response.content_type == "text/plain"
            return read(await response.text())


def test_they_say_what_the_state_says(directory: Path) -> None:
    found = asyncio.run(ask(directory))
    log, poor, down = ("log", "default"), ("ledger", "sim:1"), ("ledger", "sim:2")
    assert found["carbonseal_log_entries_total", (log,)] == 3  # with the log's first entry
    assert found["carbonseal_log_waiting", (log,)] == 1
    assert found["carbonseal_log_frozen", (log,)] == 0
    assert found["carbonseal_anchors", (poor, ("state", "final"))] == 1
    assert found["carbonseal_anchors", (poor, ("state", "failed"))] == 0
    assert found["carbonseal_ledger_failing", (poor,)] == 1
    assert found["carbonseal_ledger_failing", (down,)] == 1
    assert found["carbonseal_state", (("state", "failing"),)] == 1
    assert found["carbonseal_state", (("state", "ok"),)] == 0
    assert found["carbonseal_newest_final_timestamp_seconds", (poor,)] > 1.7e9
    assert found["carbonseal_ledger_balance", (poor, ("unit", "SIM"))] == 0
    assert found["carbonseal_ledger_spent_total", (poor, ("unit", "SIM"))] == 0
    assert found["carbonseal_damage", ()] == 0
    assert found["process_resident_memory_bytes", ()] > 1e6


def test_answers_are_counted_by_route_and_never_by_what_was_sent(directory: Path) -> None:
    found = asyncio.run(
        ask(directory, ("GET", "/health"), ("GET", "/secret-path?token=x"), ("POST", "/health"), ("DELETE", "/health"))
    )
    counts = {labels: value for (name, labels), value in found.items() if name == "carbonseal_http_answers_total"}
    of = (("listener", "admin"),)
    assert counts[*of, ("route", "GET /health"), ("status", "200")] == 1
    assert counts[*of, ("route", "none"), ("status", "404")] == 1
    assert counts[*of, ("route", "none"), ("status", "405")] == 2
    assert not any("secret" in str(key) for key in found)
    took = ("carbonseal_http_answer_seconds_count", (*of, ("route", "GET /health")))
    assert found[took] == 1


def test_they_need_a_token_once_there_is_one(tmp_path: Path) -> None:
    make_node(tmp_path / "node")

    async def go() -> list[int]:
        async with (
            Node.open(tmp_path / "node") as node,
            serving(node, listener=Listener.ADMIN) as url,
            aiohttp.ClientSession(url) as session,
        ):
            scopes = {"watch": Scope.ADMIN, "erp": Scope.READ}
            tokens = {
                name: await node.access.create_token(
                    NewToken(name, name, Kind.SYSTEM, "default", frozenset({scope}), 1)
                )
                for name, scope in scopes.items()
            }
            statuses = []
            for path in ("/metrics", "/status"):
                for headers in ({}, *({"Authorization": f"Bearer {token}"} for token in tokens.values())):
                    async with session.get(path, headers=headers) as response:
                        statuses.append(response.status)
            return statuses

    assert asyncio.run(go()) == [401, 200, 403] * 2


@pytest.mark.parametrize(("seconds", "bound"), [(0.0, "0.001"), (0.001, "0.001"), (0.0011, "0.0025"), (61.0, "+Inf")])
def test_a_duration_is_in_the_first_bucket_that_holds_it(seconds: float, bound: str) -> None:
    durations = Durations()
    durations.add(seconds)
    reached = dict(durations.cumulative())
    assert len(reached) == len(UPPER) + 1
    assert next(name for name, count in reached.items() if count) == bound
    assert reached["+Inf"] == 1
    assert durations.total == seconds
