"""`carbonseal webhook`: receivers added, listed, tried, rotated, paused and removed; secrets shown once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "node", "--origin", "log.example/hooks").exit_code == 0
    return tmp_path / "node"


def test_the_life_of_a_receiver(run: Run, node: Path) -> None:
    url = "https://erp.example.org/hooks?key=1"
    added = run("webhook", "add", node, "erp", url, "--tenant", "default", "--type", "sealed")
    assert added.exit_code == 0
    assert added.stdout.startswith("whsec_")
    assert "not shown again" in added.stderr
    assert run("webhook", "add", node, "pager", url).exit_code == 0
    rotated = run("webhook", "rotate", node, "erp", "--tenant", "default", "--overlap", "1")
    assert rotated.stdout.startswith("whsec_") and rotated.stdout != added.stdout
    assert run("webhook", "pause", node, "erp", "--tenant", "default", "--reason", "moving").stdout == "paused erp\n"
    listed = run("webhook", "list", node).stdout.splitlines()
    assert listed[0].split() == [
        "erp",
        "of",
        "default",
        "0",
        "delivered,",
        "0",
        "waiting,",
        "0",
        "dead;",
        "paused:",
        "moving",
    ]
    assert listed[1].split() == ["pager", "of", "the", "operator", "0", "delivered,", "0", "waiting,", "0", "dead"]
    told = run("webhook", "list", node, "--json").stdout
    assert [one["types"] for one in json.loads(told)["webhooks"]] == [["sealed"], None]
    assert "whsec_" not in told and "key=1" not in told
    audit = run("audit", "show", node).stdout
    assert "add-webhook" in audit
    assert "key=1" not in audit and "whsec_" not in audit
    assert run("webhook", "resume", node, "erp", "--tenant", "default").stdout == "resumed erp\n"
    assert run("webhook", "dead", node, "erp", "--tenant", "default").stdout == ""
    assert run("webhook", "replay", node, "erp", "--tenant", "default").stdout == "0 sent again\n"
    assert run("webhook", "remove", node, "erp", "--tenant", "default").stdout == "removed erp\n"
    assert run("webhook", "list", node).stdout.splitlines() == listed[1:]


def test_one_that_is_not_there_is_told(run: Run, node: Path) -> None:
    assert run("webhook", "add", node, "pager", "https://[2001:470::1]:1/").exit_code == 0
    tried = run("webhook", "test", node, "pager")
    assert tried.exit_code == 1
    assert "pager did not take it" in tried.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("erp", "https://10.0.0.1/"), "10.0.0.1 is not a public address"),
        (("erp", "http://erp.example.org/"), "plain http is for networks that the operator allows"),
        (("erp", "https://erp.example.org/", "--tenant", "nobody"), "no tenant nobody"),
        (("erp", "https://erp.example.org/", "--type", "sealed"), "this receiver gets no events sealed"),
        (("erp", "https://erp.example.org/", "--tenant", "default", "--type", "frozen"), "gets no events frozen"),
        (("e r p", "https://erp.example.org/"), "not a valid name"),
    ],
)
def test_what_cannot_be_added(run: Run, node: Path, arguments: tuple[str, ...], told: str) -> None:
    result = run("webhook", "add", node, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert run("webhook", "list", node).stdout == ""
    assert not list((node / "keys").glob("webhooks/*"))
