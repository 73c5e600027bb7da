"""Log lines of `carbonseal serve`: one line an event, whatever is in it."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from carbonseal.cli.log_lines import JsonFormatter, LineFormatter, logging_to_stderr


def line(message: str, *values: object, error: bool = False) -> str:
    record = logging.LogRecord(
        "carbonseal.x", logging.INFO, __file__, 1, message, values, sys.exc_info() if error else None
    )
    record.created = 1_764_440_411.042
    return LineFormatter().format(record)


def test_a_line_has_time_level_logger_and_message() -> None:
    said = line("batch sequenced: log=%s size=%d", "log.example/2026", 2)
    assert said == "2025-11-29T18:20:11.042Z INFO carbonseal.x batch sequenced: log=log.example/2026 size=2"


def test_what_others_say_cannot_begin_a_line_of_its_own() -> None:
    said = line("ledger does not answer: error=%s", "busy\n2026-11-29T18:20:11.042Z INFO all is well\x1b[2J")
    assert "\n" not in said
    assert said.endswith(r"error=busy\n2026-11-29T18:20:11.042Z INFO all is well\x1b[2J")


def test_a_traceback_is_in_the_same_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        said = line("adapter defect: ledger=%s", "eip155:1", error=True)
    assert "\n" not in said
    assert "ledger=eip155:1 traceback=Traceback (most recent call last)" in said
    assert r"ValueError: two\nlines" in said


def test_a_line_as_json() -> None:
    record = logging.LogRecord("carbonseal.x", logging.ERROR, __file__, 1, "log frozen: log=%s", ("a\nb",), None)
    record.created = 1_764_440_411.042
    said = JsonFormatter().format(record)
    assert "\n" not in said
    assert json.loads(said) == {
        "time": "2025-11-29T18:20:11.042Z",
        "level": "error",
        "logger": "carbonseal.x",
        "event": "log frozen",
        "message": "log frozen: log=a\nb",
    }


def test_lines_of_the_level_and_above_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("somebody.elses.adapter")
    with logging_to_stderr("info"):
        logger.debug("not this")
        logger.info("ledger connected: ledger=%s", "stamps:1")
    logger.info("nor this")
    (line_,) = capsys.readouterr().err.splitlines()
    assert line_.endswith(" INFO somebody.elses.adapter ledger connected: ledger=stamps:1")
