"""carbonseal's own commands, as processes of their own; one of them is another operator's node, reached over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from carbonseal.ledger import TransientError

TIMEOUT = 10.0  # seconds that a process gets to end by itself


def run(*arguments: str, expected: int = 0) -> str:
    """Run a carbonseal command as a user would; its output. Raises CalledProcessError, after printing that, where the exit
    status is not the expected one."""
    done = subprocess.run(_command(arguments), capture_output=True, text=True, check=False)
    if done.returncode != expected:
        sys.stderr.write(done.stdout + done.stderr)
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
    return done.stdout


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """`carbonseal serve` on a free port of loopback; its URL. Its log lines go to a file beside `directory`. It is stopped when
    the block ends. Raises `TransientError` where it does not start."""
    log = directory.with_suffix(".log")
    command = _command(["serve", str(directory), "--port", "0"])
    with log.open("w", encoding="utf-8") as lines:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=lines, text=True)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready:
            status = process.wait()
            raise TransientError(f"the node in {directory} ended with status {status}: {log.read_text('utf-8')}")
        yield ready.split()[-1]
    finally:
        process.terminate()
        try:
            process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "carbonseal", *arguments]
