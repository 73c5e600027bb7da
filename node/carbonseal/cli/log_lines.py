"""Log lines of `carbonseal serve`: one line for each event on standard error, whatever is in it.

    2026-11-29T18:20:11.042Z INFO carbonseal.node.sealing.sequencer batch sequenced: log=log.example/2026 size=2 entries=2

A constant message, then key=value with the whole name of the thing. A traceback follows in the same line.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from carbonseal.cli.formatting.text import plain

LEVELS = ("debug", "info", "warning", "error")


class LineFormatter(logging.Formatter):
    """Time (RFC 3339, UTC, milliseconds), level, logger, message. Line ends and control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`."""
        text = record.getMessage()
        if record.exc_info:
            text += f" traceback={self.formatException(record.exc_info)}"
        return f"{_time(record)} {record.levelname} {record.name} {plain(text)}"


class JsonFormatter(logging.Formatter):
    """One JSON object: `time`, `level`, `logger`, `event` (the constant part of the message), `message`, and where there is one
    `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`."""
        message = record.getMessage()
        value = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": message.partition(":")[0],
            "message": message,
        }
        if record.exc_info:
            value["traceback"] = self.formatException(record.exc_info)
        return json.dumps(value)


FORMATS: Mapping[str, type[logging.Formatter]] = {"console": LineFormatter, "json": JsonFormatter}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def logging_to_stderr(level: str, form: str = "console") -> Iterator[None]:
    """Write log lines of `level` (one of `LEVELS`) and above to standard error, whichever package they come from. `form` is one of
    `FORMATS`."""
    handler, root = logging.StreamHandler(), logging.getLogger()
    handler.setFormatter(FORMATS[form]())
    before = root.level
    root.addHandler(handler)
    root.setLevel(level.upper())
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
