"""What is revoked and suspended, in a database that rotted: told from the sealed lists, and set again from them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from carbonseal.node.node import Node
from carbonseal.node.soundness.fsck import fsck
from carbonseal.passport.passports import parse
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock, issue
from tests.node.issuance.issuing import within as issuing_within
from tests.node.soundness.test_fsck import codes_of, sql


def revoked_one(directory: Path) -> None:
    """Two passports, of which the second is revoked, and the first suspended."""

    async def work(node: Node) -> None:
        passports = [await issue(node), await issue(node)]
        await node.revoke(parse(passports[1]).root)
        await node.suspend(parse(passports[0]).root)

    issuing_within(directory, Clock(), work)


@pytest.mark.parametrize(
    ("change", "repaired"),
    [
        ("UPDATE positions SET revoked = 0", True),
        ("UPDATE positions SET revoked = 1", True),
        ("UPDATE positions SET suspended = 0", True),
        ("UPDATE positions SET position = 5 WHERE number = 2", False),
        ("UPDATE positions SET credential = zeroblob(32) WHERE number = 2", False),
        ("UPDATE status_lists SET changes = 0", False),
        ("UPDATE status_versions SET commitment = zeroblob(32)", False),
    ],
)
def test_a_status_that_rotted(begin: Begin, change: str, repaired: bool) -> None:
    """What a list says was signed and sealed: from that its bits are set again."""
    directory = begin(issuers=(MAKER,))
    revoked_one(directory)
    assert fsck(directory).exit_status == 0
    before = dump(directory / "node.db")
    sql(directory / "node.db", change)
    found = codes_of(fsck(directory))
    assert found
    assert found <= {"fsck.status-damaged", "fsck.passport-damaged"}
    fsck(directory, repair=True)
    assert (fsck(directory).exit_status == 0) is repaired
    assert (dump(directory / "node.db") == before) is repaired


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_revocation_that_is_not_in_a_list_yet_is_no_rot(begin: Begin) -> None:
    directory = begin(issuers=(MAKER,))
    revoked_one(directory)
    sql(directory / "node.db", "UPDATE positions SET revoked = 1 WHERE number = 1")
    sql(directory / "node.db", "UPDATE status_lists SET changes = changes + 1 WHERE purpose = 'revocation'")
    assert fsck(directory).exit_status == 0
