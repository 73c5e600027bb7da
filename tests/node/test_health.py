"""How a node says that it is: "failing" is what needs somebody, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from carbonseal.instants import format_seconds
from carbonseal.node.anchoring.status import LedgerState
from carbonseal.node.anchoring.tracked import STANDARD_LIMITS, State
from carbonseal.node.node import Node
from carbonseal.service.health import health

from .conftest import Begin, ledger_in
from .running import head, now, run, wait_until


def test_an_anchor_that_is_put_off_again_and_again_is_failing(begin: Begin, tmp_path: Path) -> None:
    """A try or two that fail are every day's; after `Limits.many_tries` somebody should look, long before it is given up."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        await node.wait_for_anchors(20)
        (tmp_path / "l/busy").touch()
        await head(node, "b")
        await node.anchor()
        many, said = STANDARD_LIMITS.many_tries, {}

        def looked(states: list[LedgerState]) -> bool:
            (ledger,) = health(node)["ledgers"]
            said[states[0].newest[0].tries] = (ledger["failing"], health(node)["state"])
            return states[0].newest[0].tries > many

        await wait_until(node, looked)
        assert {*range(1, many + 1)} <= said.keys()
        for tries, words in said.items():
            assert words == ((True, "failing") if tries >= many else (False, "ok"))
        assert health(node)["ledgers"][0]["anchors"][0]["state"] == "due"
        (tmp_path / "l/busy").unlink()
        await node.wait_for_anchors(600)
        assert health(node)["state"] == "ok"

    run(directory, work)


def test_what_cannot_pay_for_one_more_anchor_is_failing(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    (tmp_path / "l/poor").touch()

    async def work(node: Node) -> None:
        await head(node, "a")
        assert health(node)["state"] == "ok"  # nobody has looked into the balance yet
        await node.anchor()
        await wait_until(node, lambda states: states[0].costs is not None)
        report = health(node)
        costs = report["ledgers"][0]["costs"]
        assert (report["state"], costs["empty"], costs["warning"]) == ("failing", True, "nothing left: fund it")

    run(directory, work)
    assert run(directory, again) == "failing"  # known without asking


async def again(node: Node) -> str:
    return str(health(node)["state"])


def test_a_ledger_that_cannot_be_talked_to_is_failing(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    (tmp_path / "l/down").touch()

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        await wait_until(node, lambda states: bool(states[0].problem))
        assert health(node)["state"] == "failing"

    run(directory, work)


def test_instants_are_as_everywhere(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    (tmp_path / "l/poor").touch()

    async def work(node: Node) -> None:
        began = now()
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        (ledger,) = health(node)["ledgers"]
        (anchor,) = ledger["anchors"]
        assert state.newest[0].state is State.FINAL
        assert anchor["since"] == format_seconds(state.newest[0].since)
        assert anchor["next"] is None
        assert ledger["costs"]["asked"] == format_seconds(began) == "1970-01-12T13:46:40Z"

    run(directory, work)


SECRETS = ("user", "word", "0123456789abcdef", "token")


def test_no_access_key_is_shown(begin: Begin, tmp_path: Path) -> None:
    """Neither where all is well, nor by what is wrong: a ledger that is another one than node.toml says."""
    folder = tmp_path / "l"
    named = ledger_in(folder)
    uri = "eip+https://user:word@RPC.example:8545/v3/0123456789abcdef?token=x"
    directory = begin(ledgers=(replace(named, options={"called": "sim:7"}), replace(named, name="eip:1", uri=uri)))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        await node.wait_for_anchors(20)
        report: dict[str, Any] = health(node)
        assert [ledger["uri"] for ledger in report["ledgers"]] == ["sim+file://…", "eip+https://rpc.example:8545"]
        assert "sim:7" in report["ledgers"][0]["problem"]
        assert str(folder) not in json.dumps(report)
        assert not [secret for secret in SECRETS if secret in json.dumps(report)]

    run(directory, work)
