"""`carbonseal token`: shown once, and nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "node", "--origin", "log.example/tokens").exit_code == 0
    return tmp_path / "node"


def test_a_token_is_made_listed_rotated_and_revoked(run: Run, node: Path) -> None:
    first = run("token", "create", node, "erp-1", "--system", "erp", "--scope", "submit", "--scope", "read")
    assert first.exit_code == 0
    assert first.stdout.startswith("carbonseal_")
    assert first.stdout.count("\n") == 1
    assert "not shown again" in first.stderr
    second = run("token", "create", node, "erp-2", "--system", "erp", "--days", "10")
    assert second.stdout != first.stdout
    rotated = run("token", "rotate", node, "erp-1", "--overlap", "0")
    assert rotated.stdout not in (first.stdout, second.stdout)
    assert run("token", "revoke", node, "erp-2", "--reason", "lost").exit_code == 0
    assert run("token", "scopes", node, "erp", "--scope", "submit").stdout == "erp may submit\n"
    listed = run("token", "list", node).stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["erp-1", "erp-1", "erp-2"]
    assert "revoked" in listed.splitlines()[2]
    told = run("token", "list", node, "--json").stdout
    assert {one["principal"] for one in json.loads(told)["tokens"]} == {"erp"}
    for result in (first, second, rotated):
        assert result.stdout.strip() not in listed + told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "Name --person WHO or --system WHO"),
        (("--system", "a", "--person", "b", "--scope", "read"), "Name --person WHO or --system WHO"),
        (("--system", "a"), "needs a tenant and scopes"),
        (("--system", "a", "--scope", "release"), "only persons review and release"),
        (("--person", "a", "--scope", "release", "--scope", "admin"), "an admin neither reviews nor releases"),
        (("--person", "a", "--scope", "read", "--tenant", "nobody"), "no tenant nobody"),
        (("--person", "a b", "--scope", "read"), "not a valid name"),
        (("--person", "a", "--scope", "read", "--days", "0"), "--days"),
    ],
)
def test_what_cannot_be_made(run: Run, node: Path, options: tuple[str, ...], told: str) -> None:
    result = run("token", "create", node, "t", *options)
    assert result.exit_code == 2
    assert told in result.stderr
    assert run("token", "list", node).stdout == ""


def test_what_is_not_there(run: Run, node: Path) -> None:
    assert "there is no token t that still works" in run("token", "revoke", node, "t", "--reason", "lost").stderr
    assert "there is no token t that still works" in run("token", "rotate", node, "t").stderr
    assert "there is no person or system t" in run("token", "scopes", node, "t", "--scope", "read").stderr


def test_a_grant_is_given_listed_and_ended(run: Run, node: Path, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("{}", encoding="utf-8")
    sealed = run("seal", node, tmp_path / "record.json", "--profile", "json/1").stdout
    found = re.search("[0-9a-f]{64}", sealed)
    assert found
    assert "no person or system anna" in run("token", "grant", node, found[0], "anna").stderr
    run("token", "create", node, "anna-1", "--person", "anna", "--scope", "read")
    assert "no record here" in run("token", "grant", node, "0" * 64, "anna").stderr
    assert run("token", "grant", node, found[0], "anna").stdout == f"anna may read {found[0]}\n"
    assert "before" in run("token", "grant", node, found[0], "anna").stdout
    assert run("token", "ungrant", node, found[0], "anna").stdout == f"anna may not read {found[0]}\n"
    assert "before" in run("token", "ungrant", node, found[0], "anna").stdout
    (line,) = run("token", "grants", node).stdout.splitlines()
    assert line.startswith(f"{found[0]}  of default  by anna  from 20")
    assert " to 20" in line


def test_an_address_that_others_reach_is_taken_once_there_is_a_token(run: Run, node: Path) -> None:
    """203.0.113.5 is no address of any machine (RFC 5737)."""
    run("token", "create", node, "watch", "--system", "watch", "--scope", "admin")
    result = run("serve", node, "--port", "0", "--host", "203.0.113.5")
    assert result.exit_code == 1
    assert "cannot listen on 203.0.113.5:0" in result.stderr
