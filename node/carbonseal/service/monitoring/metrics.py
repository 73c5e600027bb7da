"""Metrics of a node in Prometheus' text format: read from its state when they are asked for; nothing is counted for them but the
service's answers.

Names follow Prometheus' rules: base units, ``_total`` for what only grows. Labels have few values: names from `node.toml`, states,
codes, routes; never what a client sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from carbonseal.instants import parse_instant
from carbonseal.node.node import Node
from carbonseal.service.health import health

from .answers import Answers
from .background import Background, background

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATES = ("ok", "failing", "frozen")
ANCHOR_STATES = ("due", "signed", "sent", "included", "final", "failed")

Json = dict[str, Any]


def exposition(node: Node, answers: Answers) -> bytes:
    """All metrics of the node and its process, now."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_NodeCollector(node, answers))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return generate_latest(registry)


class _NodeCollector(Collector):
    def __init__(self, node: Node, answers: Answers) -> None:
        self._node = node
        self._answers = answers

    def collect(self) -> Iterator[Metric]:
        state = health(self._node)
        yield _one_of("carbonseal_state", "State of the node: 1 for the one that it is in.", STATES, state["state"])
        yield from _of_logs(state["logs"])
        yield from _of_ledgers(state["ledgers"])
        refused = CounterMetricFamily(
            "carbonseal_logins_refused", "Requests that were not let in, by code.", labels=["code"]
        )
        for code, count in state["refused"].items():
            refused.add_metric([code], count)
        yield refused
        damage = len(self._node.found.findings) + sum(len(log.found.findings) for log in self._node.logs.values())
        yield GaugeMetricFamily("carbonseal_damage", "Places on the disk that rotted.", value=damage)
        yield from _of_background(background(self._node))
        yield from _of_answers(self._answers)


def _of_logs(logs: Iterable[Json]) -> Iterator[Metric]:
    entries = CounterMetricFamily("carbonseal_log_entries", "Entries of a log that a head covers.", labels=["log"])
    waiting = GaugeMetricFamily("carbonseal_log_waiting", "Entries that wait for the next batch.", labels=["log"])
    frozen = GaugeMetricFamily("carbonseal_log_frozen", "1 where a log signs nothing any more.", labels=["log"])
    troubled = GaugeMetricFamily(
        "carbonseal_log_troubled", "1 where its last batch failed, or it takes no heads of other logs.", labels=["log"]
    )
    unpublished = GaugeMetricFamily(
        "carbonseal_log_unpublished", "1 where a head waits for its witnesses.", labels=["log"]
    )
    witnesses = GaugeMetricFamily(
        "carbonseal_witness_behind", "Entries that a witness has not cosigned yet.", labels=["log", "witness"]
    )
    for log in logs:
        entries.add_metric([log["name"]], log["size"])
        waiting.add_metric([log["name"]], log["waiting"])
        frozen.add_metric([log["name"]], log["frozen"] is not None)
        troubled.add_metric([log["name"]], log["problem"] is not None or log["cosigning"] is not None)
        unpublished.add_metric([log["name"]], log["unpublished"] is not None)
        for witness in log["witnesses"]:
            witnesses.add_metric([log["name"], witness["name"]], max(0, log["size"] - (witness["size"] or 0)))
    yield from (entries, waiting, frozen, troubled, unpublished, witnesses)


def _of_ledgers(ledgers: Iterable[Json]) -> Iterator[Metric]:
    failing = GaugeMetricFamily(
        "carbonseal_ledger_failing", "1 where an operator has to act on a ledger.", labels=["ledger"]
    )
    anchors = GaugeMetricFamily(
        "carbonseal_anchors", "Anchors on a ledger, by their state.", labels=["ledger", "state"]
    )
    final = GaugeMetricFamily(
        "carbonseal_newest_final_timestamp_seconds", "When the newest final anchor became final.", labels=["ledger"]
    )
    balance = GaugeMetricFamily(
        "carbonseal_ledger_balance", "What the account on a ledger has.", labels=["ledger", "unit"]
    )
    spent = CounterMetricFamily("carbonseal_ledger_spent", "What anchors have cost.", labels=["ledger", "unit"])
    for ledger in ledgers:
        name = ledger["ledger"]
        failing.add_metric([name], ledger["failing"])
        for state in ANCHOR_STATES:
            anchors.add_metric([name, state], ledger["counts"].get(state, 0))
        times = [anchor["since"] for anchor in ledger["anchors"] if anchor["state"] == "final"]
        if times:
            final.add_metric([name], max(parse_instant(time).timestamp() for time in times))
        if costs := ledger["costs"]:
            balance.add_metric([name, costs["unit"]], float(costs["balance"]))
            spent.add_metric([name, costs["unit"]], float(costs["spent"]))
    yield from (failing, anchors, final, balance, spent)


def _of_background(work: Background) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("carbonseal_jobs", "Jobs that are not at their end, by state.", labels=["kind", "state"])
    for (kind, state), count in sorted(Counter((one.kind, one.state) for one in work.jobs).items()):
        jobs.add_metric([kind, state], count)
    drafts = GaugeMetricFamily("carbonseal_drafts", "Drafts that wait, by state.", labels=["state"])
    for state, count in sorted(work.drafts.items()):
        drafts.add_metric([state], count)
    of = ["receiver", "tenant"]
    pending = GaugeMetricFamily("carbonseal_webhook_pending", "Messages that wait for a receiver.", labels=of)
    dead = GaugeMetricFamily("carbonseal_webhook_dead", "Messages to a receiver that were given up.", labels=of)
    paused = GaugeMetricFamily("carbonseal_webhook_paused", "1 where a receiver is sent nothing.", labels=of)
    for one in work.receivers:
        pending.add_metric([one.name, one.tenant], one.pending)
        dead.add_metric([one.name, one.tenant], one.dead)
        paused.add_metric([one.name, one.tenant], bool(one.paused))
    yield from (jobs, drafts, pending, dead, paused)


def _of_answers(answers: Answers) -> Iterator[Metric]:
    """Read in another thread than the one that counts: from copies, which are made at once."""
    counts = CounterMetricFamily(
        "carbonseal_http_answers", "Answers, by listener, route and status.", labels=["listener", "route", "status"]
    )
    for (listener, route, status), count in sorted({**answers.counts}.items()):
        counts.add_metric([listener, route, str(status)], count)
    seconds = HistogramMetricFamily(
        "carbonseal_http_answer_seconds", "Seconds until a request was answered.", labels=["listener", "route"]
    )
    for (listener, route), durations in sorted({**answers.durations}.items()):
        seconds.add_metric([listener, route], [*durations.cumulative()], durations.total)
    yield counts
    yield seconds
    yield GaugeMetricFamily(
        "carbonseal_http_in_progress", "Requests that are being answered.", value=answers.in_progress
    )


def _one_of(name: str, text: str, values: Iterable[str], is_now: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["state"])
    for value in values:
        family.add_metric([value], value == is_now)
    return family
