"""Job: many requests of one caller, each a line of a file, of which each gets a line of results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller, Kind


class JobKind(StrEnum):
    """What is done with each line."""

    ISSUE = "issue"  # an issue request: its passport is issued
    EXPORT = "export"  # the digest of a credential: its passport is refreshed


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"  # every line has its result
    CANCELLED = "cancelled"
    FAILED = "failed"  # `problem` says why


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has got, durably: `lines` of the requests were read, up to the byte `requests`; `done` of them came to a
    passport and `failed` did not; the files of results and passports have so many bytes."""

    lines: int = 0
    done: int = 0
    failed: int = 0
    requests: int = 0
    results: int = 0
    passports: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """`of` has so many lines that are not empty; `tenant` is empty for a job of the operator. Times are in seconds since 1970."""

    number: int
    id: str
    kind: JobKind
    caller: str
    caller_kind: Kind
    tenant: str
    created: int
    of: int
    size: int  # of the file of requests, in bytes
    state: JobState = JobState.QUEUED
    ended: int | None = None
    problem: Mapping[str, Any] | None = None  # a finding as JSON has it
    progress: Progress = Progress()

    @property
    def is_live(self) -> bool:
        """Whether it is not at its end: one that is cancelled may have lines that are being done."""
        return self.ended is None

    def is_of(self, caller: Caller) -> bool:
        """Whether the caller may see it."""
        return caller.tenant is None or caller.tenant == self.tenant

    def to_json(self, kept: int) -> dict[str, Any]:
        """As the service answers; results are kept for `kept` seconds."""
        return {
            "job": self.id,
            "number": self.number,
            "kind": self.kind.value,
            "state": self.state.value,
            "caller": self.caller,
            "created": format_seconds(self.created),
            "of": self.of,
            "done": self.progress.done,
            "failed": self.progress.failed,
            "ended": None if self.ended is None else format_seconds(self.ended),
            "expires": None if self.ended is None else format_seconds(self.ended + kept),
            "problem": self.problem,
        }


def problem_from(text: str | None) -> Mapping[str, Any] | None:
    """The finding that a row has, as JSON has it."""
    value: Mapping[str, Any] | None = None if text is None else json.loads(text)
    return value
