"""What docs/operators/backup.md says of backups: databases first, while the node goes on; no checkpoint, no guard; and a
successor where the copy is not the newest."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from carbonseal.findings import Refused, Verdict
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.notes import Note
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import leaf_hash, verify_inclusion
from carbonseal.node.copying import back_up, read_backup, restore
from carbonseal.node.create import add, new_log
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.secrets import make_key, open_signer
from carbonseal.node.soundness.fsck import fsck
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import parse
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import verify
from tests.programs.forked import exit_status

from .conftest import Begin
from .issuance.issuing import MAKER, Clock, issue, request, within

LOG = "logs/default"


def copy_databases(directory: Path, copy: Path) -> None:
    (copy / "logs").mkdir(parents=True)
    for name in ("node.db", f"{LOG}.db"):
        with closing(sqlite3.connect(directory / name)) as source, closing(sqlite3.connect(copy / name)) as target:
            source.backup(target)


def copy_the_rest(directory: Path, copy: Path) -> None:
    shutil.copytree(directory / LOG / "tile", copy / LOG / "tile")
    shutil.copytree(directory / "keys", copy / "keys")
    shutil.copy2(directory / "node.toml", copy / "node.toml")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,))


async def grow(node: Node, number: int) -> bytes:
    receipt = await node.submit(b'{"kilograms": "%d.00"}' % number, "json/1")
    await node.sequence()
    return receipt.commitment


def test_a_copy_made_while_the_log_grows_is_whole(directory: Path, tmp_path: Path, clock: Clock) -> None:
    copy = tmp_path / "copy"

    async def serve(node: Node) -> tuple[bytes, bytes]:
        for number in range(300):
            await node.submit(b'{"number": %d}' % number, "json/1")
        kept = await grow(node, 1)
        newest = node.log().checkpoint()
        copy_databases(directory, copy)
        for number in range(2, 9):  # partial tiles are written, and others are removed
            await grow(node, number)
        for number in range(300):
            await node.submit(b'{"later": %d}' % number, "json/1")
        await node.sequence()
        copy_the_rest(directory, copy)
        assert newest is not None
        return kept, newest

    kept, newest = within(directory, clock, serve)

    async def read(node: Node) -> None:
        log = node.log()
        assert log.frozen is not None
        assert log.frozen.code.name == "frozen.guard-missing"
        assert node.record(kept).canonical() == b'{"kilograms":"1.00"}'
        proof = TlogProof.parse(log.proof(node.record(kept).index).encode())
        head = open_checkpoint(proof.checkpoint_note, log.verifier)
        assert proof.checkpoint_note == newest
        verify_inclusion(leaf_hash(log.entry(proof.index)), proof.index, head.size, proof.hashes, head.root)
        with pytest.raises(Frozen):
            await node.sequence()

    within(copy, clock, read)

    async def vouch(node: Node) -> int:
        await node.adopt_guard()
        assert node.log().checkpoint() == newest
        return node.log().size

    assert within(copy, clock, vouch) == Checkpoint.parse(Note.parse(newest).text).size


def test_the_newest_copy_goes_on_once_the_operator_vouches_for_it(
    directory: Path, tmp_path: Path, clock: Clock
) -> None:
    copy = tmp_path / "copy"
    within(directory, clock, lambda node: grow(node, 1))
    copy_databases(directory, copy)
    copy_the_rest(directory, copy)

    async def go_on(node: Node) -> int:
        await node.adopt_guard()
        await grow(node, 2)
        return node.log().size

    assert within(copy, clock, go_on) == 3


def test_the_command_beside_a_node_that_grows(directory: Path, tmp_path: Path, clock: Clock) -> None:
    """While it copies, the log gets on, and partial tiles are removed: the copy is of one moment, whole, and no newer."""
    copy = tmp_path / "copy"
    passport = within(directory, clock, issue)
    (directory / "logs").chmod(0o750)
    (directory / LOG / "checkpoint").chmod(0o640)

    async def serve(node: Node) -> int:
        loop, grown = asyncio.get_running_loop(), list[int]()

        def grows(path: str) -> None:
            if path.endswith(".db"):
                asyncio.run_coroutine_threadsafe(grow(node, len(grown)), loop).result()
                grown.append(1)

        for number in range(300):
            await node.submit(b'{"number": %d}' % number, "json/1")
        await node.sequence()
        size = node.log().size
        await asyncio.to_thread(back_up, directory, copy, 0.0, grows)
        assert node.log().size == size + 2
        for number in range(300, 600):
            await node.submit(b'{"number": %d}' % number, "json/1")
        await node.sequence()
        return size + 1  # node.db comes first

    size = within(directory, clock, serve)
    assert read_backup(copy).logs["default"]["size"] == size
    there = modes(directory)
    kept_modes = {path: mode for path, mode in modes(copy).items() if path in there}
    assert kept_modes == {path: there[path] for path in kept_modes}
    assert {"node.db", "logs", "logs/default.db", f"{LOG}/checkpoint", "node.toml"} < kept_modes.keys()
    assert modes(copy)["backup.json"] == 0o600
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert not {path.name for path in copy.rglob("*")} & {"guard", "keys", "lock"}
    restored = tmp_path / "restored"
    restore(copy, restored)
    assert modes(restored) == {path: mode for path, mode in modes(copy).items() if path != "backup.json"}
    assert {one.code.name for one in fsck(restored).verdict} == {"frozen.guard-missing"}
    assert fsck(restored).damage == []
    shutil.copytree(directory / "keys", restored / "keys")

    async def go_on(node: Node) -> int:
        with pytest.raises(Frozen):
            await node.sequence()
        await node.adopt_guard()
        await grow(node, 1000)
        assert await node.passport(parse(passport).root)
        return node.log().size

    assert within(restored, clock, go_on) > size


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_a_copy_of_a_stopped_node_changes_nothing_of_it(directory: Path, tmp_path: Path, clock: Clock) -> None:
    within(directory, clock, lambda node: grow(node, 1))
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in directory.rglob("*")}
    back_up(directory, tmp_path / "copy", 0.0)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in directory.rglob("*")} == before
    with pytest.raises(Refused) as refused:
        back_up(directory, tmp_path / "copy", 0.0)
    assert refused.value.finding.code.name == "backup.exists"
    with pytest.raises(FileNotFoundError) as missing:  # a disk that is not mounted, perhaps
        back_up(directory, tmp_path / "disk" / "copy", 0.0)
    assert missing.value.filename == str(tmp_path / "disk")


def test_an_old_copy_freezes_where_its_guard_survived(directory: Path, tmp_path: Path, clock: Clock) -> None:
    within(directory, clock, lambda node: grow(node, 1))
    back_up(directory, tmp_path / "copy", 0.0)
    within(directory, clock, lambda node: grow(node, 2))
    restored = tmp_path / "restored"
    shutil.copytree(directory / "guard", restored / "guard")
    shutil.copytree(directory / "keys", restored / "keys")
    restore(tmp_path / "copy", restored)

    async def frozen(node: Node) -> str:
        assert node.log().frozen is not None
        return node.log().frozen.code.name  # type: ignore[union-attr]

    assert within(restored, clock, frozen) == "frozen.went-back"


def killed_at(number: int, work: Callable[..., object], *arguments: object) -> None:
    """Do this in a process that dies at the `number`-th file: not a fork of this one, whose threads would not survive it."""
    assert exit_status(_dies, number, work, arguments) == -signal.SIGKILL


def _dies(number: int, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    left = [number]

    def reached(_path: str) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    work(*arguments, reached)


@pytest.mark.parametrize("number", range(1, 6))
def test_a_copy_that_is_cut_off_is_none(directory: Path, tmp_path: Path, clock: Clock, number: int) -> None:
    """Nor is a directory that was half restored a node; and both may be done again."""
    copy, restored = tmp_path / "copy", tmp_path / "restored"
    within(directory, clock, lambda node: grow(node, 1))
    killed_at(number, back_up, directory, copy, 0.0)
    assert not copy.exists()
    with pytest.raises(Refused) as refused:
        read_backup(tmp_path / "copy.unfinished")
    assert refused.value.finding.code.name == "backup.none"
    back_up(directory, copy, 0.0)
    assert not (tmp_path / "copy.unfinished").exists()
    killed_at(number, restore, copy, restored)
    with pytest.raises(Refused) as refused:
        within(restored, clock, lambda node: grow(node, 1))
    assert refused.value.finding.code.name == "config.missing-file"
    restore(copy, restored)
    assert fsck(restored).damage == []


def test_a_copy_that_changed_since_is_not_restored(directory: Path, tmp_path: Path, clock: Clock) -> None:
    within(directory, clock, lambda node: grow(node, 1))
    copy = tmp_path / "copy"
    back_up(directory, copy, 0.0)
    tile = next(copy.rglob("000.p/2"))
    raw = tile.read_bytes()
    tile.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(Refused) as refused:
        restore(copy, tmp_path / "restored")
    assert refused.value.finding.code.name == "backup.damaged"
    assert not (tmp_path / "restored").exists()


def test_nothing_is_restored_over_a_node(directory: Path, tmp_path: Path, clock: Clock) -> None:
    within(directory, clock, lambda node: grow(node, 1))
    back_up(directory, tmp_path / "copy", 0.0)
    with pytest.raises(Refused) as refused:
        restore(tmp_path / "copy", directory)
    assert refused.value.finding.code.name == "backup.not-empty"


def test_a_guard_that_is_there_keeps_an_old_copy_from_signing(directory: Path, tmp_path: Path, clock: Clock) -> None:
    """Also for ever after; what was the newest goes on once its operator removes the guard and vouches."""
    within(directory, clock, lambda node: grow(node, 1))
    old = tmp_path / "old"
    copy_databases(directory, old)
    copy_the_rest(directory, old)
    within(directory, clock, lambda node: grow(node, 2))
    shutil.copytree(directory / "guard", old / "guard")

    async def freeze(node: Node) -> str:
        assert node.log().frozen is not None
        with pytest.raises(Frozen) as frozen:
            await node.adopt_guard()
        return frozen.value.finding.code.name

    assert within(old, clock, freeze) == "frozen.went-back"
    shutil.copytree(old / "guard", directory / "guard", dirs_exist_ok=True)
    assert within(directory, clock, freeze) == "frozen.went-back"
    (directory / "guard/default").unlink()

    async def go_on(node: Node) -> int:
        await node.adopt_guard()
        await grow(node, 3)
        return node.log().size

    assert within(directory, clock, go_on) == 4


def test_a_successor_in_an_old_copy_keeps_its_passports_alive(directory: Path, tmp_path: Path, clock: Clock) -> None:
    copy = tmp_path / "copy"
    passport = within(directory, clock, issue)
    copy_databases(directory, copy)
    copy_the_rest(directory, copy)
    within(directory, clock, lambda node: grow(node, 2))  # so that the copy is old

    async def refuse(node: Node) -> None:
        with pytest.raises(Frozen):
            await node.refresh(passport)

    within(copy, clock, refuse)
    last = Checkpoint.parse(Note.parse((directory / LOG / "checkpoint").read_bytes()).text).encode()
    own, tenant = new_log("2027", "log.example/2027", predecessor=last)
    for uri in (own.key, tenant.salt_key):
        make_key(copy / uri.removeprefix("file:"))
    add(copy, own, tenant)
    settings = (copy / "node.toml").read_text()
    assert settings.count('tenant = "default"') == 1  # the issuer's
    (copy / "node.toml").write_text(settings.replace('tenant = "default"', 'tenant = "2027"'))

    async def go_on(node: Node) -> tuple[bytes, bytes, list[str]]:
        receipt = await node.submit(b'{"kilograms": "0.50"}', "json/1", "2027")
        fresh = await node.issue(request(receipt.commitment))
        assert node.record(parse(fresh).credentials[parse(fresh).root].commitment).log.name == "2027"
        await node.revoke(parse(passport).root)
        return fresh, await node.refresh(passport), [log.verifier.encode() for log in node.logs.values()]

    fresh, revoked, keys = within(copy, clock, go_on)
    public = open_signer(MAKER.key, copy).public_key().public_bytes_raw()
    lines = [f"signer maker issuer {MAKER.id} {encode_key(public)}", "quorum none"]
    policy = parse_policy(
        "\n".join(["carbonseal-policy v1", *(f"log {key}" for key in keys), *lines, "require status"])
    )
    assert verify(fresh, policy, at=clock.now).verdict is Verdict.VERIFIED
    found = {finding.code.name for finding in verify(revoked, policy, at=clock.now).findings}
    assert "status.revoked" in found
    lists = [{entry.list_id for entry in parse(raw).credential.status} for raw in (fresh, passport)]
    assert lists[0].isdisjoint(lists[1])  # what the copy forgot has positions in the old one


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_a_node_whose_database_was_lost_does_not_begin_anew(
    directory: Path, clock: Clock, content: bytes | None
) -> None:
    """It would give the positions in status lists again, and publish lists in which nothing is revoked."""

    async def revoke() -> None:
        async with Node.open(directory, clock=clock) as node:
            root = parse(await issue(node)).root
            assert await node.revoke(root)

    async def reopen() -> None:
        async with Node.open(directory, clock=clock):
            pass

    asyncio.run(reopen())  # a node that holds nothing yet
    asyncio.run(revoke())
    for part in directory.glob("node.db*"):
        part.unlink()
    if content is not None:
        (directory / "node.db").write_bytes(content)
    with pytest.raises(Refused) as refused:
        asyncio.run(reopen())
    assert refused.value.finding.code.name == "node.database-lost"
