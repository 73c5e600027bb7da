"""The state of a node in words: everything that a person has to know, with its remedy."""

from __future__ import annotations

from typing import Any

import click

from carbonseal.cli.formatting.node_status import busy, lines

LOG = {
    "name": "default",
    "origin": "log.example/2026",
    "id": "ab" * 32,
    "key": "log.example/2026+00000000+A",
    "size": 1200,
    "waiting": 0,
    "frozen": None,
    "witnesses": [],
    "unpublished": None,
    "cosigners": ["log.example/2026/witness+00000000+B"],
    "cosigning": None,
    "forks": [],
    "problem": None,
    "damage": [],
}
ANCHOR = {
    "log": "ab" * 32,
    "size": 900,
    "state": "final",
    "since": "2026-11-22T09:00:00Z",
    "stage": "",
    "reason": "",
    "remedy": "",
}
LEDGER = {
    "ledger": "eip155:1",
    "uri": "eth+https://node.example",
    "publisher": "0x11",
    "cadence": 3600.0,
    "problem": "",
    "remedy": "",
    "warning": "",
    "idle": True,
    "counts": {"sent": 0, "final": 3},
    "costs": None,
    "anchors": [ANCHOR],
}
COSTS = {
    "unit": "ETH",
    "spent": "0.00123456",
    "balance": "12345.6",
    "asked": "2026-11-22T09:00:00Z",
    "per-anchor": "0.000411522",
    "per-record": "0.0000010288",
    "warning": "",
    "empty": False,
}


def formatted(state: str = "ok", *, logs: Any = (LOG,), ledgers: Any = (LEDGER,)) -> list[str]:
    health = {"state": state, "logs": list(logs), "ledgers": list(ledgers), "damage": []}
    return [click.unstyle(line) for line in lines(health)]


def test_what_rotted_is_named_with_its_remedy() -> None:
    damage = {"message": "logs/default/tile/0/000 differs", "remedy": "run `carbonseal fsck --repair`"}
    told = formatted("failing", logs=[{**LOG, "damage": [damage]}])
    assert "  damaged: logs/default/tile/0/000 differs" in told
    assert told[told.index("  damaged: logs/default/tile/0/000 differs") + 1] == "    run `carbonseal fsck --repair`"


def test_a_node_that_does_its_work() -> None:
    assert formatted() == [
        "OK",
        "log.example/2026  the log default",
        "  key      log.example/2026+00000000+A",
        "  entries  1,200",
        "  cosigns  other logs' heads with log.example/2026/witness+00000000+B",
        "eip155:1  3 final",
        "  at eth+https://node.example, as 0x11, every 3600 s",
        "  final     size 900, since 2026-11-22T09:00:00Z",
    ]


def test_what_waits_and_why_a_log_is_frozen() -> None:
    frozen = {**LOG, "waiting": 5000, "frozen": {"code": "x", "message": "it went back", "remedy": "look at the guard"}}
    said = formatted("frozen", logs=[frozen])
    assert said[0] == "FROZEN"
    assert "  entries  1,200, 5,000 waiting" in said
    assert said[said.index("  frozen: it went back") + 1] == "    look at the guard"


def test_other_logs_that_forked_and_why_none_is_cosigned() -> None:
    fork = {"origin": "a.example/log", "sizes": [4, 9], "found": "2026-11-22T09:00:00Z", "file": "forks/ab.json"}
    problem = {"code": "x", "message": "the guard is missing", "remedy": "replace the key"}
    said = formatted("failing", logs=[{**LOG, "forks": [fork], "cosigning": problem}])
    assert said[said.index("  takes no heads of other logs: the guard is missing") + 1] == "    replace the key"
    at = said.index("  a.example/log forked: it signed two histories, at sizes 4 and 9")
    assert "the fraud proof is forks/ab.json" in said[at + 1]


def test_what_witnesses_cosigned_and_what_waits_for_them() -> None:
    good = {"name": "a/w", "url": "https://a", "size": 1200, "time": "2026-11-22T09:00:00Z", "problem": None}
    problem = {"code": "x", "message": "no answer", "remedy": "it is asked again"}
    bad = {"name": "b/w", "url": "https://b", "size": 0, "time": None, "problem": problem}
    waits = {"size": 1300, "since": "2026-11-22T09:01:00Z", "cosigned": 1, "quorum": 2}
    said = formatted("failing", logs=[{**LOG, "witnesses": [good, bad], "unpublished": waits}])
    assert "  witness  a/w at https://a: size 1,200, 2026-11-22T09:00:00Z" in said
    at = said.index("  witness  b/w at https://b: size 0, never")
    assert said[at + 1 : at + 3] == ["    no answer", "      it is asked again"]
    assert "  size 1,300 is not published: 1 of 2 witnesses cosigned it, since 2026-11-22T09:01:00Z" in said


def test_a_ledger_in_trouble() -> None:
    stuck = {**ANCHOR, "state": "failed", "stage": "2 of 3", "reason": "no money", "remedy": "fund it"}
    changes = {"problem": "no answer", "remedy": "look there", "warning": "a certificate expires", "publisher": ""}
    said = formatted("failing", ledgers=[{**LEDGER, **changes, "counts": {}, "anchors": [stuck]}])
    assert said[5:] == [
        "eip155:1  nothing anchored yet",
        "  at eth+https://node.example, as the log itself, every 3600 s",
        "  no answer",
        "    look there",
        "  a certificate expires",
        "  failed    size 900, since 2026-11-22T09:00:00Z (2 of 3)",
        "    no money",
        "    fund it",
    ]


def test_what_anchors_cost() -> None:
    (said,) = [line for line in formatted(ledgers=[{**LEDGER, "costs": COSTS}]) if "spent" in line]
    expected = "  spent 0.001235 ETH: 0.0004115 an anchor, 0.000001029 a record; 12,346 left at 2026-11-22T09:00:00Z"
    assert said == expected
    new = {**COSTS, "spent": "0", "per-anchor": None, "per-record": None, "warning": "it runs low", "empty": True}
    said_new = formatted(ledgers=[{**LEDGER, "costs": new}])
    assert "  spent 0 ETH; 12,346 left at 2026-11-22T09:00:00Z" in said_new
    assert "  it runs low" in said_new


def test_of_several_logs_each_anchor_has_its_logs_name() -> None:
    other = {**LOG, "name": "motors", "id": "cd" * 32}
    gone = {**ANCHOR, "log": "ef" * 32, "size": 7}
    said = formatted(logs=[LOG, other], ledgers=[{**LEDGER, "anchors": [ANCHOR, gone]}])
    assert "  final     default, size 900, since 2026-11-22T09:00:00Z" in said
    assert "  final     efefefef, size 7, since 2026-11-22T09:00:00Z" in said


def test_a_node_without_ledgers_is_reported_with_what_it_can_still_do() -> None:
    begun = formatted(ledgers=[])
    assert "no ledgers, so nothing is anchored" in begun
    assert "begin another log" in begun[-1]
    assert "begin anew" in formatted(logs=[{**LOG, "size": 0}], ledgers=[])[-1]


def test_who_still_has_something_to_do() -> None:
    assert busy({"ledgers": [LEDGER, {**LEDGER, "ledger": "tlog:x", "idle": False}]}) == ["tlog:x"]
