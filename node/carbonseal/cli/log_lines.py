"""Log lines of `carbonseal serve`: one line for each event on standard error, whatever is in it.

    2026-11-29T18:20:11.042Z INFO carbonseal.node.sealing.sequencer batch sequenced: log=log.example/2026 size=2 entries=2

    {"time":"2026-11-29T18:20:11.042Z","level":"info","logger":"carbonseal.node.sealing.sequencer","event":"batch sequenced",
     "message":"batch sequenced: log=log.example/2026 size=2 entries=2","facts":{"log":"log.example/2026","size":2,"entries":2}}

- A constant message, then key=value with the whole name of the thing; in JSON these are `facts`. A traceback is in the same line.
- Of an address only scheme, host and port are written, because the rest may be an access key; and of libraries that write down
  what they send, only warnings, whatever the level.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from carbonseal.cli.formatting.text import plain
from carbonseal.keys.endpoints import redacted

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("console", "json")
TALKATIVE = ("aiohttp", "alembic", "asyncio", "grpc", "sqlalchemy", "urllib3")

_ADDRESS = re.compile(r"""[a-z][a-z0-9+.-]{0,31}://[^\s'"<>()\[\]{},;]+""")
_FACT = re.compile(r"([A-Za-z][A-Za-z_-]*)=%[sdrfg]")

Event = MutableMapping[str, Any]


def formatter(form: str) -> logging.Formatter:
    """The formatter of a form of `FORMATS`. Time is RFC 3339 in UTC, to the millisecond."""
    import orjson
    import structlog

    def as_json(event: Event, **_: Any) -> str:
        return orjson.dumps(event, default=str).decode()

    render = _console if form == "console" else structlog.processors.JSONRenderer(as_json)
    return structlog.stdlib.ProcessorFormatter(processors=[_described, render], pass_foreign_args=True)


def _described(_logger: Any, _method: str, event: Event) -> Event:
    """What one record says: `time`, `level`, `logger`, `event`, `message`, and where there are any `facts`, `traceback`."""
    record: logging.LogRecord = event["_record"]
    message = _without_keys(event["event"])
    found: Event = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": message.partition(":")[0],
        "message": message,
    }
    if facts := _facts(record.msg, event.get("positional_args")):
        found["facts"] = facts
    if failure := event.get("exc_info"):
        found["traceback"] = _without_keys(logging.Formatter().formatException(failure))
    return found


def _facts(message: object, values: object) -> dict[str, Any]:
    """The values of a message whose every placeholder has a name: ``size=%d``."""
    if not isinstance(message, str) or not isinstance(values, tuple):
        return {}
    names = _FACT.findall(message)
    if len(names) != len(values) or message.count("%") != len(names):
        return {}
    return {
        name: value if isinstance(value, int | float) else _without_keys(str(value))
        for name, value in zip(names, values, strict=True)
    }


def _console(_logger: Any, _method: str, event: Event) -> str:
    """A line for people. Line ends and control characters are escaped."""
    text = event["message"] + (f" traceback={event['traceback']}" if "traceback" in event else "")
    return f"{event['time']} {event['level'].upper()} {event['logger']} {plain(text)}"


def _without_keys(text: str) -> str:
    return _ADDRESS.sub(lambda found: redacted(found[0]), text)


@contextmanager
def logging_to_stderr(level: str, form: str = "console") -> Iterator[None]:
    """Write log lines of `level` (one of `LEVELS`) and above to standard error, whichever package they come from. `form` is one of
    `FORMATS`."""
    handler, root = logging.StreamHandler(), logging.getLogger()
    handler.setFormatter(formatter(form))
    talkative = [logging.getLogger(name) for name in TALKATIVE]
    before = [(logger, logger.level) for logger in (root, *talkative)]
    root.addHandler(handler)
    root.setLevel(level.upper())
    for logger in talkative:
        logger.setLevel(max(logging.WARNING, root.level))
    try:
        yield
    finally:
        root.removeHandler(handler)
        for logger, old in before:
            logger.setLevel(old)
