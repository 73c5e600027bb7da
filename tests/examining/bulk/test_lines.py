"""Result lines: never over a kilobyte, always of the schema, and no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import jsonschema_rs
import orjson
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.examining.bulk.lines import LONGEST, MEMBERS, ResultLine, as_row
from tests.examining.bulk.conftest import Night
from tests.repository.sources import REPOSITORY

SCHEMA = jsonschema_rs.validator_for(orjson.loads((REPOSITORY / "docs" / "result-line.schema.json").read_bytes()))
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=400),
    st.text(st.sampled_from('"\\\x01\udcff\u9580\U0001f600='), max_size=400),
)
CODES = st.lists(st.from_regex(r"[a-z0-9]{1,24}-[a-z0-9]{1,10}\.[a-z]{1,24}-[a-z]{1,10}", fullmatch=True), max_size=12)
LINES = st.builds(
    ResultLine,
    TEXTS,
    st.sampled_from(["", "verified", "undetermined", "rejected"]),
    st.sampled_from(["", "5f" * 32]),
    *[TEXTS] * 3,
    st.sampled_from(["", "2026-11-20T12:00:00Z"]),
    st.lists(st.sampled_from([f"fabric:{number:064x}" for number in range(12)]), unique=True).map(tuple),
    CODES.map(lambda found: (*dict.fromkeys(found),)),
    TEXTS,
)


@given(LINES)
def test_any_line(line: ResultLine) -> None:
    raw = line.encode()
    assert len(raw) <= LONGEST
    value = orjson.loads(raw)
    SCHEMA.validate(value)
    assert [*value] == [*MEMBERS]
    (row,) = csv.reader(io.StringIO(as_row(raw).decode(), newline=""))
    assert len(row) == len(MEMBERS)
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for cell in row)


def test_no_cell_is_a_formula_where_a_spreadsheet_parts_cells_elsewhere() -> None:
    told = ["a;=1+1", 'b;"=1+1', "c;; @SUM(A1)", "d\t-1+1", "e\n+1"]
    raw = as_row(
        ResultLine("f.json", "rejected", codes=("a.b",), name=told[1], reason="|".join(told)).encode()
    ).decode()
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter):
            assert not any(cell.strip(' "').startswith(tuple("=+-@")) for cell in row), delimiter
    assert raw.count("'") == len(told) + 1


def test_lines_of_a_run(night: Night, tmp_path: Path) -> None:
    lines = night.run(tmp_path / "out.ndjson")["lines"]
    found = [orjson.loads(line) for line in lines.splitlines()]  # type: ignore[attr-defined]
    for one in found:
        SCHEMA.validate(one)
    by_name = {one["file"].removeprefix(f"{night.folder}/"): one for one in found}
    assert by_name["a.json"]["ledgers"] == ["eip155:31337", "tlog:other.example/log"]
    assert (by_name["a.json"]["verdict"], by_name["a.json"]["issuer"]) == ("verified", "did:web:maker.example")
    assert (by_name["c.pdf"]["verdict"], by_name["c.pdf"]["codes"]) == (None, ["passport.other-file"])
    assert [*by_name][3:6] == ["d.ndjson!1", "d.ndjson!2", "d.ndjson!3"]
