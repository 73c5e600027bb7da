"""Log lines of `carbonseal serve`: one line an event, whatever is in it."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from carbonseal.cli.log_lines import FORMATS, formatter, logging_to_stderr


def line(message: str, *values: object, error: bool = False) -> str:
    record = logging.LogRecord(
        "carbonseal.x", logging.INFO, __file__, 1, message, values, sys.exc_info() if error else None
    )
    record.created = 1_764_440_411.042
    return formatter("console").format(record)


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
    said = formatter("json").format(record)
    assert "\n" not in said
    assert json.loads(said) == {
        "time": "2025-11-29T18:20:11.042Z",
        "level": "error",
        "logger": "carbonseal.x",
        "event": "log frozen",
        "message": "log frozen: log=a\nb",
        "facts": {"log": "a\nb"},
    }


def test_lines_of_the_level_and_above_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("somebody.elses.adapter")
    with logging_to_stderr("info"):
        logger.debug("not this")
        logger.info("ledger connected: ledger=%s", "stamps:1")
    logger.info("nor this")
    (line_,) = capsys.readouterr().err.splitlines()
    assert line_.endswith(" INFO somebody.elses.adapter ledger connected: ledger=stamps:1")


@pytest.mark.parametrize(
    ("message", "values", "facts"),
    [
        ("batch sequenced: log=%s size=%d", ("a", 2), {"log": "a", "size": 2}),
        (
            "ledger does not answer: ledger=%s error=%s",
            ("eip155:1", OSError("no")),
            {"ledger": "eip155:1", "error": "no"},
        ),
        ("100%% of size=%d", (2,), None),
        ("%s: size=%d", ("a", 2), None),
        ("size=2", (), None),
        ("%(size)d", ({"size": 2},), None),
    ],
)
def test_facts_are_those_that_have_a_name(
    message: str, values: tuple[object, ...], facts: dict[str, object] | None
) -> None:
    record = logging.LogRecord("carbonseal.x", logging.INFO, __file__, 1, message, values, None)
    said = json.loads(formatter("json").format(record))
    assert said.get("facts") == facts
    assert said["message"] == record.getMessage()


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_behind_the_host_of_an_address_is_not_written(form: str) -> None:
    """It may be an access key: in a message, in what went wrong, and in its traceback."""
    secret = "https://user:WORD@rpc.example:8443/v3/KEY?k=KEY"
    try:
        raise ValueError(f"404, url='{secret}'")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "broke: error=%s at <%s>", (error, secret), sys.exc_info()
        )
    said = formatter(form).format(record)
    assert "KEY" not in said
    assert "WORD" not in said
    assert said.count("https://rpc.example:8443") >= 3


@pytest.mark.parametrize("level", ["debug", "error"])
def test_libraries_that_write_down_what_they_send_are_not_heard(capsys: pytest.CaptureFixture[str], level: str) -> None:
    with logging_to_stderr(level):
        for name in (
            "urllib3.connectionpool",
            "aiohttp.client",
            "sqlalchemy.engine",
        ):
            logging.getLogger(name).debug("POST /v3/KEY")
            logging.getLogger(name).info("POST /v3/KEY")
        logging.getLogger("aiohttp.server").warning("heard")
    assert capsys.readouterr().err.count("heard") == (level == "debug")
    assert logging.getLogger("aiohttp").level == logging.NOTSET
