"""What a node does in the background, as numbers: jobs, receivers of webhooks, drafts that wait. Nothing of what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that is not at its end: so many of its lines came to a passport, or did not."""

    number: int
    kind: str
    state: str
    done: int
    failed: int
    of: int


@dataclass(frozen=True, slots=True)
class ReceiverState:
    """A receiver of webhooks: messages that wait, and those that were given up; `paused` says why nothing is sent."""

    name: str
    tenant: str  # empty: the operator's
    pending: int
    dead: int
    paused: str


@dataclass(frozen=True, slots=True)
class Background:
    """All of it. `drafts` are those that nobody has released or discarded, by state."""

    jobs: Sequence[RunningJob]
    receivers: Sequence[ReceiverState]
    drafts: Mapping[str, int]


def background(node: Node) -> Background:
    """What the node does in the background, now."""
    jobs = [
        RunningJob(one.number, one.kind.value, one.state.value, one.progress.done, one.progress.failed, one.of)
        for one in node.jobs.live()
    ]
    receivers = [
        ReceiverState(receiver.name, receiver.tenant, counts.pending, counts.dead, receiver.paused or "")
        for receiver, counts in node.webhooks.listed(OPERATOR)
    ]
    return Background(jobs, receivers, {state.value: count for state, count in node.drafts.counts().items()})
