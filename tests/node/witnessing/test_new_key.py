"""The witness key replaced: a new one begins where the old one, or the database, left off."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.log.notes import Algorithm, Note
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import with_cosigner
from carbonseal.node.lock import Lock, Locked
from carbonseal.node.node import Node
from carbonseal.node.secrets import make_ml_dsa_44_key
from carbonseal.node.witnessing.heads import Conflict
from carbonseal.node.witnessing.new_key import add_ml_dsa_44, replace_keys
from tests.cli.test_way import carbonseal
from tests.foreign_logs import ForeignLog
from tests.node.conftest import Begin
from tests.node.running import now, run
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
    (old,) = load(directory).cosigner.retired
    written = (directory / FILE).read_text().replace(f'retired = [\n    "{old.encode()}",\n]\n', "")
    assert written.replace("witness-2.key", "witness.key") == text

    async def work(node: Node) -> None:
        log = node.log()
        assert log.cosigners[0].encode() in done.out
        assert log.cosigners[0].name == settings.cosigner.name
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
    replace_keys(directory)
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
            replace_keys(directory, used)
        assert refused.value.finding.code.name == "foreign.same-key"


@pytest.mark.parametrize("guard", ["lost", "kept"])
def test_a_key_that_was_ever_used_replaces_nothing(directory: Path, guard: str) -> None:
    """What it cosigned two changes ago may be forgotten, whatever became of the guards since."""
    add_ml_dsa_44(directory)
    first = load(directory).cosigner
    keys = [one.encode() for one in (*replace_keys(directory), *replace_keys(directory, name="other.example"))]
    retired = [one.encode() for one in load(directory).cosigner.retired]
    assert (len(retired), set(retired) & set(keys)) == (4, set(keys[:2]))
    if guard == "lost":
        (directory / GUARD).unlink()
    before = (directory / FILE).read_text()

    def refuses(change: Callable[..., object], *given: str) -> None:
        with pytest.raises(Refused) as refused:
            change(directory, *given)
        assert refused.value.finding.code.name == "foreign.retired-key"
        assert (directory / FILE).read_text() == before

    refuses(replace_keys, first.key)
    refuses(replace_keys, first.key, "another.example")
    refuses(replace_keys, "file:keys/witness-2.key")
    if guard == "kept":
        refuses(add_ml_dsa_44, str(first.ml_dsa_44_key))


def test_an_open_node_keeps_its_key(directory: Path) -> None:
    lock = Lock(directory)
    try:
        with pytest.raises(Locked):
            replace_keys(directory)
    finally:
        lock.close()
    assert not (directory / "keys/witness-2.key").exists()


@pytest.mark.parametrize("uri", ["file:keys/log-default.key", "file:keys/issuer.key"])
def test_a_key_has_one_role(directory: Path, uri: str) -> None:
    (directory / "keys/issuer.key").write_text("7c" * 32)
    (directory / "keys/issuer.key").chmod(0o600)
    before = (directory / FILE).read_text()
    before += '[[issuer]]\nname = "maker"\nid = "did:web:maker.example"\nkey = "file:keys/issuer.key"\n'
    (directory / FILE).write_text(before)
    kept = (directory / GUARD).read_bytes()
    with pytest.raises(Refused) as refused:
        replace_keys(directory, uri)
    assert refused.value.finding.code.name == "foreign.key-has-role"
    assert ((directory / FILE).read_text(), (directory / GUARD).read_bytes()) == (before, kept)


@pytest.mark.parametrize("name", ["with space", "plus+sign", "line\nfeed", "x" * 256])
def test_a_name_that_is_none_leaves_no_key_behind(directory: Path, name: str) -> None:
    add_ml_dsa_44(directory)
    files = sorted((directory / "keys").iterdir())
    done = carbonseal("witness", "new-key", directory, "--yes", "--name", name)
    assert (done.status, "Traceback" in done.err) == (2, False), done.err
    assert sorted((directory / "keys").iterdir()) == files


def test_whatever_became_of_the_guard_a_new_key_begins(directory: Path) -> None:
    """Nested too deeply to be read; of no key; and the folder itself lost."""
    for text in ("[" * 200_000, '{"version": 2, "witnesses": ["nonsense"], "heads": {}}', None):
        if text is None:
            shutil.rmtree(directory / "guard")
        else:
            (directory / GUARD).write_text(text)
        done = carbonseal("witness", "new-key", directory, "--yes")
        assert (done.status, done.err) == (0, "")
        assert set(json.loads((directory / GUARD).read_text())["heads"]) == {OTHER.signer.name}


def test_an_ml_dsa_key_is_added_and_replaced_with_the_other(directory: Path) -> None:
    done = carbonseal("witness", "new-key", directory, "--yes", "--type", "ml-dsa-44")
    assert done.status == 0, done.err
    taken = [9, 12, 14]

    async def work(node: Node) -> None:
        log, old, size = node.log(), taken.pop(0), taken[0]
        cosignatures = await log.add_checkpoint(OTHER.request(old, size))
        note = Note(OTHER.checkpoint(size).encode(), cosignatures)
        assert [key.algorithm for key in log.cosigners] == [Algorithm.COSIGNATURE, Algorithm.ML_DSA_44]
        assert [note.cosigned_at(key) for key in log.cosigners] == [int(now())] * 2
        assert all(key.encode() in done.out for key in log.cosigners)

    run(directory, work)
    before = load(directory).cosigner
    done = carbonseal("witness", "new-key", directory, "--yes")
    assert done.status == 0, done.err
    after = load(directory).cosigner
    assert (after.key, after.ml_dsa_44_key) != (before.key, before.ml_dsa_44_key)
    assert after.ml_dsa_44_key != before.ml_dsa_44_key  # it may have cosigned what is forgotten too
    run(directory, work)


def test_an_ml_dsa_key_is_not_added_where_heads_are_forgotten(directory: Path) -> None:
    (directory / GUARD).unlink()
    with pytest.raises(Refused) as refused:
        add_ml_dsa_44(directory)
    assert refused.value.finding.code.name == "foreign.guard-missing"
    assert load(directory).cosigner.ml_dsa_44_key is None


def test_a_key_that_was_put_into_the_settings_by_hand_cosigns_nothing(directory: Path) -> None:
    """It may be one that was replaced, since what it cosigned was forgotten."""
    make_ml_dsa_44_key(directory / "keys/by-hand.pem")
    cosigner = replace(load(directory).cosigner, ml_dsa_44_key="file:keys/by-hand.pem")
    (directory / FILE).write_text(with_cosigner((directory / FILE).read_text(), cosigner))

    async def work(node: Node) -> None:
        with pytest.raises(Refused) as refused:
            await node.log().add_checkpoint(OTHER.request(9, 12))
        assert refused.value.finding.code.name == "foreign.guard-other-key"
        assert node.log().witness_problem == refused.value.finding

    run(directory, work)


def test_a_key_that_got_two_roles_by_hand_opens_nothing(directory: Path) -> None:
    text = (directory / FILE).read_text()
    (directory / FILE).write_text(text.replace("keys/witness.key", load(directory).logs[0].key.removeprefix("file:")))
    with pytest.raises(Refused) as refused:
        run(directory, lambda node: node.sequence())
    assert refused.value.finding.code.name == "config.key-two-roles"
