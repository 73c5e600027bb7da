"""Findings of the worker processes."""

from __future__ import annotations

from carbonseal.findings import undetermined

WORK_BUSY = undetermined(
    "work.busy", "{waiting} requests wait for a worker process, {own} of them yours", "send it again after a moment"
)
WORK_LOST = undetermined(
    "work.lost",
    "the worker process that had this request ended before it answered",
    "send it again; if that happens again with the same request, send a smaller one, or tell the operator: the machine may lack "
    "memory",
)
WORK_TOO_LONG = undetermined(
    "work.too-long", "this request was not done after {seconds} seconds", "send a smaller one, or tell the operator"
)
WORK_UNAVAILABLE = undetermined(
    "work.unavailable",
    "worker processes end as soon as they are started: {reason}",
    "send it again after a moment; the operator finds the cause in the node's log: often memory, or a limit on processes",
)
