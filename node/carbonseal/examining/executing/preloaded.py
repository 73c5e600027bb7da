"""What is imported, once, by the process that workers are forked from: what every one of them needs.

That process never gets SIGINT (`carbonseal.examining.executing.forking`). Processes that are forked from it do: a program may have
others than these.

Private.
"""

from __future__ import annotations

import os
import signal

import jsonschema_rs  # noqa: F401

import carbonseal.examining.judging
import carbonseal.records.profiles.generic
import carbonseal.verification.known_logs  # noqa: F401
from carbonseal.flow.checks import Check
from carbonseal.plugins import CHECKS


def _let_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


for _name in CHECKS.built_in:
    CHECKS.find(_name, Check)
os.register_at_fork(after_in_child=_let_through)
