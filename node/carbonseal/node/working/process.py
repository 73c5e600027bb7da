"""What a worker process does: it takes one call after the other from its socket, until the node closes that.

- It ends with the node, however that ends: then its socket does. Signals to the whole group are the node's to follow.
- Where memory runs out, the system ends a worker before it ends the node. One that has grown large ends by itself after a call.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from io import BufferedRWPair
from pathlib import Path
from typing import Any

from carbonseal.findings import Refused

from .frames import apart, read_blocking, write_blocking

GROWN = 256 << 20  # bytes of memory: a worker that holds more after a call ends, as it would not give them back
ADDRESS_SPACE = 4 << 30  # bytes: a call that needs more fails, and the machine lives
FIRST_TO_GO = b"500"  # of 1,000, for Linux where memory runs out


@dataclass(frozen=True, slots=True)
class Call:
    """Call a function that a module has at its top level."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begin:
    """Make a desk, which stays until `End`; it is given a function that asks the node."""

    desk: Callable[[Callable[..., Any]], Any]


@dataclass(frozen=True, slots=True)
class At:
    """Call a method of the desk."""

    method: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """Forget the desk."""


@dataclass(frozen=True, slots=True)
class Question:
    """From the worker: what the desk asks while it is called."""

    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """The result of a call, or the answer to a question. `is_last`: the worker ends now."""

    value: Any
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """What a call or an answer raised instead, and where in the other process."""

    error: Exception
    trace: str
    is_last: bool = False


def main(fd: int, niceness: int) -> None:
    """Serve calls from the socket `fd`, until it ends."""
    _settle(niceness)
    with socket.socket(fileno=fd) as end, end.makefile("rwb") as stream, suppress(EOFError, OSError):
        serve(stream)


def serve(stream: BufferedRWPair) -> None:
    """Answer one call after the other. Raises EOFError or OSError when the other end is gone; returns once it has grown."""
    desk: Any = None

    def ask(*args: Any) -> Any:
        write_blocking(stream, Question(args))
        return result_of(read_blocking(stream))

    is_last = False
    while not is_last:
        match read_blocking(stream):
            case Call(function, args, kwargs):
                answer = outcome(partial(function, *args, **kwargs))
            case Begin(make):
                desk, answer = make(ask), Returned(None)
            case At(method, args, kwargs):
                answer = outcome(partial(method, desk, *args, **kwargs))
            case End():
                desk, answer = None, Returned(None)
        is_last = desk is None and _resident() > GROWN
        try:
            write_blocking(stream, replace(answer, is_last=is_last))
        except (
            pickle.PicklingError,
            TypeError,
            AttributeError,
        ) as error:  # what pickle raises, before anything is written
            write_blocking(stream, Raised(TypeError(f"{answer!r:.200} cannot be sent: {error}"), "", is_last))


def outcome(call: Callable[[], Any]) -> Returned | Raised:
    """What a call gives, ready to be sent. A process that has no memory left ends."""
    try:
        return Returned(apart(call()))
    except MemoryError:
        raise SystemExit("no memory left for a request") from None
    except Refused as refused:
        return Raised(refused, "")
    except Exception as error:  # noqa: BLE001 - raised again by whoever called
        return Raised(error, traceback.format_exc())


def result_of(message: Returned | Raised) -> Any:
    """The value that came, or the exception, raised again with its trace as a note."""
    if isinstance(message, Returned):
        return message.value
    if message.trace:
        message.error.add_note(message.trace)
    raise message.error


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say it as Linux does."""
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _settle(niceness: int) -> None:
    import resource  # Windows has none: there, clients of nodes elsewhere import this module

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(niceness)
    with suppress(OSError):  # a limit that is lower already stays
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    with suppress(OSError):  # not Linux
        Path("/proc/self/oom_score_adj").write_bytes(FIRST_TO_GO)
