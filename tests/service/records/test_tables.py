"""Tables and lists over HTTP: a result for each row and item, or a refusal with a remedy that works."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import aiohttp
import pytest

from carbonseal.node.node import Node
from carbonseal.service.several import CSV, WORKBOOK
from tests.records.documents import encoded, footprint
from tests.service.nodes import make_node
from tests.service.test_records import refusal, results, run, summary
from tests.tables.footprints.filling import EXAMPLE, as_csv, as_workbook, changed

RECORDS = "/v1/records?profile=pact/3.0"
ROWS = [EXAMPLE, changed(total="0,9", company_name=""), changed(total="1")]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("node")
    make_node(directory)
    return directory


def typed(kind: str) -> dict[str, str]:
    return {"Content-Type": kind}


def test_rows_of_a_table_and_their_stages(directory: Path) -> None:
    """In every form: the same receipts, and what is wrong by cell."""

    async def act(_: Node, session: aiohttp.ClientSession) -> None:
        found = set()
        for kind, raw, line, cells in (
            (CSV, as_csv(ROWS), "line", ["line 6, column company name", "line 6, column total"]),
            (CSV, as_csv(ROWS, ";"), "line", ["line 6, column company name", "line 6, column total"]),
            (
                "application/gzip",
                gzip.compress(as_csv(ROWS)),
                "line",
                ["line 6, column company name", "line 6, column total"],
            ),
            (WORKBOOK, as_workbook(ROWS), "row", ["cell E6", "cell T6"]),
            ("application/vnd.ms-excel", as_workbook(ROWS), "row", ["cell E6", "cell T6"]),
        ):
            async with session.post(RECORDS, data=raw, headers=typed(kind)) as response:
                *lines, end = await results(response)
            assert end == {"end": {"taken": 6, "refused": 2}}
            wrong = [
                f"{cell}: {code}" for cell, code in zip(cells, ("table.empty", "table.decimal-comma"), strict=True)
            ]
            stages = [f"{line} {row}/stage {at}: taken" for row in (5, 7) for at in (1, 2)]
            assert summary(lines) == [f"{line} 5: taken", *wrong, f"{line} 7: taken", *stages]
            profiles = [one["receipt"]["profile"] for one in lines if "receipt" in one]
            assert profiles == ["pact/3.0"] * 2 + ["activity/1"] * 4
            found.add(tuple(one["receipt"]["commitment"] for one in lines if "receipt" in one))
        assert len(found) == 1

    run(directory, act)


def test_a_table_that_cannot_be_read_is_refused_as_a_whole(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(_: Node, session: aiohttp.ClientSession) -> None:
        for profile, kind, raw, code, words in (
            ("json/1", CSV, as_csv(ROWS), "table.profile", "name the profile pact/3.0"),
            ("pact/3.0", CSV, "total\n1\n".encode("utf-16"), "table.encoding", "save it as CSV UTF-8"),
            ("pact/3.0", CSV, b"colour\n1\n", "table.unknown-column", "no column is called colour"),
            ("pact/3.0", WORKBOOK, b"\xd0\xcf\x11\xe0" + bytes(64), "table.workbook", "without a password"),
            ("pact/3.0", "application/gzip", gzip.compress(bytes(65 << 20), 1), "table.too-large", "split the table"),
            ("pact/3.0", CSV, bytes(9 << 20), "http.body-too-large", "send a smaller one"),
        ):
            async with session.post(
                f"/v1/records?profile={profile}", data=io.BytesIO(raw), headers=typed(kind)
            ) as response:
                body = await response.json()
                assert (await refusal(response))[1] == code
                assert words in body["detail"] + body["remedy"]
        packed = {**typed("application/json"), "Content-Encoding": "gzip"}
        async with session.post(RECORDS, data=gzip.compress(encoded(footprint())), headers=packed) as response:
            assert await refusal(response) == (415, "http.packed")
        monkeypatch.setitem(sys.modules, "openpyxl", None)
        async with session.post(RECORDS, data=as_workbook_bytes, headers=typed(WORKBOOK)) as response:
            assert (await refusal(response))[1] == "table.no-workbooks"

    as_workbook_bytes = as_workbook(ROWS)
    run(directory, act)


def test_items_of_a_list_and_of_an_answer(directory: Path) -> None:
    async def act(_: Node, session: aiohttp.ClientSession) -> None:
        one, other = footprint(), footprint({"/comment": "another"})
        for body, prefix in (([one, {}, other], ""), ({"data": [one, {}, other]}, "/data")):
            async with session.post(RECORDS, json=body) as response:
                *lines, end = await results(response)
            assert summary(lines) == [f"{prefix}/0: taken", f"{prefix}/1: record.missing", f"{prefix}/2: taken"]
            assert lines[1]["error"]["place"] == [f"{prefix}/1", "/id"]
            assert end == {"end": {"taken": 2, "refused": 1}}
        async with session.post(RECORDS, data=b"[{}", headers=typed("application/json")) as response:
            assert (await refusal(response))[1] == "json.truncated"
        async with session.post("/v1/records?profile=json/1", json={"data": [1]}) as response:
            assert response.status == 201
            assert "receipt" not in json.dumps(await response.json())

    run(directory, act)
