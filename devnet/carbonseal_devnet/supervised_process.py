"""Supervised process: a program that runs for as long as whoever started it, and no longer.

`supervise` starts `python supervised_process.py PROGRAM ...`, which starts the program and reads its own standard input. The
starter holds the other end:

- what is written there asks the program to stop (SIGTERM);
- when it is closed, however the starter ends, the program is killed.

So nothing is left running, not even by a parent that was killed. As a program this module imports the standard library alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path


class ProgramMissing(Exception):
    """A program is not on this machine."""


class ProgramFailed(Exception):
    """A program did not start, stopped, or did not do what it was asked."""


def supervise(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` under supervision. Its output is appended to `log`; without `environment` it gets this process's own.
    The supervisor leads a process group, so that Ctrl-C goes to the starter alone."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", __file__, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )


def end_of(log: Path) -> str:
    """The last 2,000 characters that a program wrote."""
    return log.read_text(errors="replace")[-2000:]


def main(command: list[str]) -> None:
    """Run `command` until it ends or standard input is closed. Exits with the program's status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=lambda: os._exit(child.wait()), daemon=True).start()  # it ended
    while os.read(0, 4096):
        child.terminate()
    child.kill()
    child.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
