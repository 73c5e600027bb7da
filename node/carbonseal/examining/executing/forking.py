"""How worker processes are started: forked from a process that has imported what all of them need.

`begin_ahead` starts that process, for who has something else to do before there is work. This module imports nothing of
carbonseal: a command calls it before it imports what it needs itself.

Private.
"""

from __future__ import annotations

import signal
import sys
from multiprocessing import get_context

METHOD = "spawn" if sys.platform == "win32" else "forkserver"
PRELOADED = ("carbonseal.examining.executing.preloaded",)


def begin_ahead() -> None:
    """Start the process that workers are forked from, where there is one, and it does not run yet."""
    if METHOD == "forkserver":
        from multiprocessing import forkserver, resource_tracker

        get_context(METHOD).set_forkserver_preload([*PRELOADED])
        resource_tracker.ensure_running()  # which would let SIGINT through again
        # Ctrl-C is for this process: the other one would tell of an interrupt while it imports. What it forks gets it: see
        # `carbonseal.examining.executing.preloaded`
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
