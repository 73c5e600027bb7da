"""Processes that tests start and kill: forked from one that has imported what they all need, which takes longer than most live.

A process has one fork server, which starts with the first that asks for it: the product, too, has workers that are forked. So it
starts before any test, with what tests need.
"""

from __future__ import annotations

import gc
import multiprocessing
import warnings
from collections.abc import Callable
from multiprocessing import forkserver
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")

PROCESSES = multiprocessing.get_context("forkserver")
PRELOADED = [
    "carbonseal.examining.executing.processes",
    "carbonseal.records.profiles.generic",
    "carbonseal_adapters.ethereum.sending.ledger",
    "sqlalchemy.dialects.sqlite",
    "tests.ethereum.storm_driver",
    "tests.node.driver",
    "tests.node.issuance.drafts.driver",
    "tests.node.jobs.driver",
    "tests.node.requests.driver",
    "tests.node.simulated",
]


def start() -> None:
    """Before any test."""
    PROCESSES.set_forkserver_preload(PRELOADED)
    forkserver.ensure_running()


def exit_status(work: Callable[[*Ts], object], *arguments: *Ts, seconds: float = 120) -> int | None:
    """Of a process that does this, in which warnings are errors; None where it is not done after so many seconds."""
    process = PROCESSES.Process(target=_begin, args=(work, arguments))
    process.start()
    process.join(seconds)
    return process.exitcode


def _begin(work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    gc.freeze()  # what it shares with the one that it is forked from: to look through that would copy it
    warnings.simplefilter("error")
    work(*arguments)
