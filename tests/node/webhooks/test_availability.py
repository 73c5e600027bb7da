"""Availability: a receiver that is not there is tried once at a time, and gets everything as soon as it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.webhooks.delivery.availability import Availability
from carbonseal.node.webhooks.delivery.machine import STANDARD_LIMITS, Accepted, Failed, Outcome, answered
from tests.node.conftest import Begin
from tests.node.webhooks.receiving import Receiver, Time, receiving, run, telling, until
from tests.node.webhooks.test_delivering import counts, has, seal
from tests.node.webhooks.test_events import LOOPBACK, TENANTS, wanted

NOW = 1_000_000.0
ABSENT = Failed("it cannot be reached", is_absent=True)


def test_delays_grow_while_it_is_absent_and_end_at_once() -> None:
    one, now, waited = Availability(), NOW, []
    assert one.most(now, STANDARD_LIMITS, 8) == 8
    for _ in range(12):
        one = one.after([ABSENT, ABSENT], now, STANDARD_LIMITS)
        assert one.most(now, STANDARD_LIMITS, 8) == 0
        waited.append(one.next - now)
        now = one.next
        assert one.most(now, STANDARD_LIMITS, 8) == 1
    assert waited[:3] == [5, 10, 20]
    assert waited[-1] == 3600
    assert one.most(now - 100_000, STANDARD_LIMITS, 8) == 1  # the clock was set back
    for outcome in (Accepted(), Failed("answered 500")):
        assert one.after([ABSENT, outcome], now, STANDARD_LIMITS) == Availability()


@pytest.mark.parametrize(
    ("outcome", "delay"),
    [(Failed("busy", 60.0, is_absent=True), 60), (Failed("busy", 1e9, is_absent=True), 3600), (answered(503, 7), 7)],
)
def test_what_it_asks_for(outcome: Outcome, delay: float) -> None:
    assert Availability().after([outcome], NOW, STANDARD_LIMITS).next == NOW + delay


@pytest.mark.parametrize(
    ("status", "absent"), [(429, True), (502, True), (503, True), (504, True), (500, False), (404, False)]
)
def test_statuses(status: int, absent: bool) -> None:
    outcome = answered(status)
    assert isinstance(outcome, Failed)
    assert outcome.is_absent is absent


def test_an_outage_of_hours(begin: Begin) -> None:
    """Few tries meanwhile, and all at once when it is over."""
    directory = begin(tenants=TENANTS, webhooks=LOOPBACK)
    run(an_outage_of_hours(directory))


async def an_outage_of_hours(directory: Path) -> None:
    time = Time()
    async with receiving(Receiver(503)) as receiver, telling(directory, time) as node:
        await node.webhooks.add(OPERATOR, wanted("erp", receiver))
        for number in range(12):
            await seal(node, time, number)
        await until(lambda: counts(node, "erp").made == 12)
        for _ in range(12):
            await time.pass_by(600)
        assert len(receiver.messages) < 30
        receiver.status, receiver.messages = 204, []
        while not counts(node, "erp").delivered:
            await time.pass_by(600)
        await until(lambda: has(receiver, 12) and counts(node, "erp").delivered == 12)
        assert counts(node, "erp").dead == 0
