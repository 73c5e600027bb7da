"""The witness key replaced: a new one begins where the old one, or the database, left off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.node.config import FILE, load
from carbonseal.node.lock import Lock, Locked
from carbonseal.node.node import Node
from carbonseal.node.witnessing.heads import Conflict
from carbonseal.node.witnessing.new_key import replace_key
from tests.cli.test_way import carbonseal
from tests.foreign_logs import ForeignLog
from tests.node.conftest import Begin
from tests.node.running import run
from tests.nodes import foreign

OTHER, FORKED = ForeignLog(), ForeignLog(forks_at=3)
GUARD = "guard/default+heads"


@pytest.fixture
def directory(begin: Begin) -> Path:
    """A node that has entered a head of size 5 and cosigned one of size 9."""
    directory = begin(foreign=foreign(OTHER.signer.verifier))

    async def work(node: Node) -> None:
        await node.log().submit_foreign(OTHER.request(0, 5))
        await node.log().add_checkpoint(OTHER.request(5, 9))

    run(directory, work)
    return directory


@pytest.mark.parametrize("guard", ["lost", "malformed", "kept"])
def test_what_was_taken_stays_one_history(directory: Path, guard: str) -> None:
    if guard == "lost":
        (directory / GUARD).unlink()
    elif guard == "malformed":
        (directory / GUARD).write_text("{")
    settings, text = load(directory), (directory / FILE).read_text()
    done = carbonseal("witness", "new-key", directory, "--yes")
    assert done.status == 0, done.err
    assert load(directory).cosigner.key == "file:keys/witness-2.key"
    assert (directory / FILE).read_text().replace("witness-2.key", "witness.key") == text

    async def work(node: Node) -> None:
        log = node.log()
        assert log.cosigner.encode() in done.out
        assert log.cosigner.name == settings.cosigner.name
        for body in (FORKED.request(0, 9), FORKED.request(5, 12), OTHER.request(0, 12)):
            with pytest.raises(Conflict) as conflict:
                await log.submit_foreign(body)
            assert conflict.value.taken == 9
        await log.submit_foreign(OTHER.request(9, 12))

    run(directory, work)


def test_the_newest_head_is_found_in_the_guard_too(directory: Path) -> None:
    """The database was restored from before the guard's head, and the key was replaced for another reason."""
    shutil.copy(directory / "logs/default.db", directory / "old.db")

    async def more(node: Node) -> None:
        await node.log().add_checkpoint(OTHER.request(9, 15))

    async def work(node: Node) -> None:
        await node.log().add_checkpoint(OTHER.request(15, 16))

    run(directory, more)
    for leftover in (directory / "logs").glob("default.db-*"):
        leftover.unlink()
    shutil.copy(directory / "old.db", directory / "logs/default.db")
    replace_key(directory)
    run(directory, work)


def test_the_key_in_use_replaces_nothing(directory: Path) -> None:
    used = load(directory).cosigner.key
    for remaining in ("node.toml", "guard"):
        if remaining == "guard":  # node.toml was changed by hand, and only the guard knows the key that cosigned
            text = (directory / FILE).read_text()
            (directory / "keys/other.key").write_text("7b" * 32)
            (directory / "keys/other.key").chmod(0o600)
            (directory / FILE).write_text(text.replace("keys/witness.key", "keys/other.key"))
        with pytest.raises(Refused) as refused:
            replace_key(directory, used)
        assert refused.value.finding.code.name == "foreign.same-key"


def test_an_open_node_keeps_its_key(directory: Path) -> None:
    lock = Lock(directory)
    try:
        with pytest.raises(Locked):
            replace_key(directory)
    finally:
        lock.close()
    assert not (directory / "keys/witness-2.key").exists()


def test_a_key_has_one_role(directory: Path) -> None:
    log = load(directory).logs[0]
    replace_key(directory, log.key)
    with pytest.raises(Refused) as refused:
        run(directory, lambda node: node.sequence())
    assert refused.value.finding.code.name == "config.key-two-roles"
