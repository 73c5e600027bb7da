"""`carbonseal audit`: shown, checked, and a change found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Run


def test_events_are_shown_and_checked(run: Run, tmp_path: Path) -> None:
    node = tmp_path / "node"
    assert run("init", node, "--origin", "log.example/audit").exit_code == 0
    assert run("audit", "show", node).stdout == ""
    assert "0 events" in run("audit", "check", node).stdout
    run("token", "create", node, "erp-1", "--system", "erp", "--scope", "read")
    run("token", "revoke", node, "erp-1", "--reason", "the disk was sold")
    made, revoked = run("audit", "show", node).stdout.splitlines()
    assert "operator  create-token  kind=system principal=erp scopes=read tenant=default token=erp-1" in made
    assert revoked.endswith("operator  revoke-token  token=erp-1  why: the disk was sold")
    assert run("audit", "show", node, "--after", "1").stdout == f"{revoked}\n"
    told = json.loads(run("audit", "show", node, "--json").stdout.splitlines()[1])
    assert told["event"]["why"] == "the disk was sold"
    checked = run("audit", "check", node).stdout
    assert f"2 events, each continues the ones before it; head {told['hash']}" in checked
    assert "the first 0 are under a head" in checked
    (tmp_path / "record.json").write_text("{}", encoding="utf-8")
    run("seal", node, tmp_path / "record.json", "--profile", "json/1")
    assert "the first 2 are under a head" in run("audit", "check", node).stdout
    with closing(sqlite3.connect(node / "node.db")) as connection:
        connection.execute("DELETE FROM audit WHERE number = 2")
        connection.commit()
    cut = run("audit", "check", node)
    assert cut.exit_code == 2
    assert "is a head that the audit chain does not have" in cut.stderr
