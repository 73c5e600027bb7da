"""Runs the vectors of result lines. See `runners`."""

from __future__ import annotations

from typing import Any

from carbonseal.examining.bulk.lines import LONGEST, ResultLine, as_row


def write_line(case: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: value or "" for name, value in case["values"].items()}
    values |= {name: tuple(case["values"][name]) for name in ("ledgers", "codes")}
    line = ResultLine(existed_by=values.pop("existedBy"), **values).encode()
    assert len(line) <= LONGEST
    return {"line": line.decode().removesuffix("\n"), "row": as_row(line).decode().removesuffix("\r\n")}
