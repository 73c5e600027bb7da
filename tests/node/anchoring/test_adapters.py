"""Ledgers that no adapter opens, or that are not what `node.toml` says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.keys.endpoints import redacted
from carbonseal.node.anchoring.adapters import connect
from carbonseal.node.codes import CONFIG_WRONG_LEDGER
from carbonseal.node.node import Node
from tests.node.conftest import Begin, ledger_in

ODD = """
async def connect(uri, options, secret):
    return object()
"""


def test_a_scheme_that_nobody_opens(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        asyncio.run(connect("pigeon+https://loft.example", {}, tmp_path))
    assert refused.value.finding.code.name == "config.no-adapter"
    assert refused.value.finding.facts["scheme"] == "pigeon"


def test_an_adapter_that_opens_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "carbonseal_odd-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: carbonseal-odd\nVersion: 0\n")
    (info / "entry_points.txt").write_text("[carbonseal.ledgers]\nodd = odd_adapter:connect\n")
    (tmp_path / "odd_adapter.py").write_text(ODD)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Refused) as refused:
        asyncio.run(connect("odd+https://ledger.example", {}, tmp_path))
    assert refused.value.finding.code.name == "config.adapter-shape"


def test_a_ledger_of_another_name_is_not_used(begin: Begin, tmp_path: Path) -> None:
    """The address is of another chain than `node.toml` names: nothing is anchored there."""
    wrong = replace(ledger_in(tmp_path / "ledger", "sim:1"), options={"called": "sim:2"})
    directory = begin(ledgers=(wrong,))

    async def problem() -> str:
        async with Node.open(directory) as node:
            await node.submit(b'{"a": 1}', "json/1")
            await node.sequence()
            await node.anchor()
            (state,) = await node.wait_for_anchors(1)
            return state.problem

    expected = CONFIG_WRONG_LEDGER(
        uri=redacted(wrong.uri), found="sim:2 under sim-publisher", expected="sim:1 under sim-publisher"
    )
    assert asyncio.run(problem()) == expected.message
