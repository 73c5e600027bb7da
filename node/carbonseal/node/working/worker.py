"""One worker process, as the node sees it: started, called, killed."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from . import frames
from .process import Question, Raised, Returned, outcome, result_of

ENDS_IN = 5.0  # seconds that a worker has to end by itself once its socket is closed
_PROGRAM = "import sys; sys.path[:] = {path!r}; from {module} import main; main({fd}, {niceness})"
_BUFFER = 1 << 20  # bytes of an answer that are read ahead


class Lost(Exception):
    """The process ended, or could not be started."""


class Worker:
    """A process that answers one call at a time. `has_answered` one at least; `is_calling` where one was not answered yet."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = process.pid
        self.has_answered = False
        self.is_calling = False
        self._process = process
        self._reader = reader
        self._writer = writer
        self._has_left = False

    @classmethod
    async def start(cls, niceness: int) -> Worker:
        """Start one. Nothing but a socket is needed for that: no semaphore, no shared memory, no file. Raises `Lost`."""
        ours, theirs = socket.socketpair()
        with theirs:
            module, fd = f"{__package__}.process", theirs.fileno()
            program = _PROGRAM.format(path=sys.path, module=module, fd=fd, niceness=niceness)
            try:
                process = subprocess.Popen(  # noqa: ASYNC220 - it returns once the program is loaded
                    [sys.executable, "-c", program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[fd]
                )
            except OSError as error:
                ours.close()
                raise Lost(error.strerror or str(error)) from error
        return cls(process, *await asyncio.open_connection(sock=ours, limit=_BUFFER))

    @property
    def is_alive(self) -> bool:
        """Whether it can be called."""
        return not self._has_left and not self._reader.at_eof()

    async def call(self, message: object, answer: Callable[..., Any] | None = None) -> Any:
        """Send a message, and give what the worker returns; raises what it raises, or `Lost`. What it asks meanwhile is answered by
        `answer`, in a thread. A call that is cancelled leaves the process in the middle of it: `kill` it then."""
        self.is_calling = True
        try:
            await frames.write(self._writer, message)
            while isinstance(came := await frames.read(self._reader), Question):
                assert answer is not None
                answered = await asyncio.to_thread(outcome, partial(answer, *came.args))
                await frames.write(self._writer, answered)
        except (EOFError, OSError) as error:
            self.kill()
            raise Lost("it ended in the middle of a call") from error
        self.is_calling, self.has_answered = False, True
        assert isinstance(came, Returned | Raised)
        self._has_left = came.is_last
        return result_of(came)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._has_left = True
        self._process.kill()

    async def close(self) -> None:
        """Let it end, and see to it that it has."""
        self._has_left = True
        self._writer.close()
        try:
            await asyncio.to_thread(self._process.wait, ENDS_IN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
