"""Delivery: no event is lost, none is another's, and no receiver delays another."""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from carbonseal.node.webhooks.codes import WEBHOOK_UNKNOWN
from carbonseal.node.webhooks.outbox import Counts
from tests.node.conftest import Begin
from tests.node.webhooks.receiving import Receiver, Time, receiving, run, telling, until
from tests.node.webhooks.test_events import LOOPBACK, TENANTS, wanted


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(tenants=TENANTS, webhooks=LOOPBACK)


async def seal(node: Node, time: Time, number: int) -> None:
    """One batch with a record, which is looked for a second later."""
    await node.submit(b'{"n": %d}' % number, "json/1", "mine")
    await node.sequence()
    await time.pass_by(1)


def has(receiver: Receiver, count: int) -> bool:
    return len(receiver.messages) >= count


def counts(node: Node, name: str) -> Counts:
    return next(of for receiver, of in node.webhooks.listed(OPERATOR) if receiver.name == name)


def test_one_that_hangs_and_one_that_fails_delay_no_other(directory: Path) -> None:
    async def work() -> None:
        time = Time()
        async with (
            receiving(Receiver(None)) as hangs,
            receiving(Receiver(500)) as fails,
            receiving(Receiver()) as works,
            telling(directory, time) as node,
        ):
            for name, receiver in {"hangs": hangs, "fails": fails, "works": works}.items():
                await node.webhooks.add(OPERATOR, wanted(name, receiver))
            for number in range(10):
                await seal(node, time, number)
                await until(partial(has, works, number + 1))
            assert 0 < len(await hangs.wait(bool)) < 10  # the first ones are under way still
            await until(lambda: counts(node, "works") == Counts(10, 10, 0, 0, int(time.now)))
            assert counts(node, "fails").delivered == counts(node, "hangs").delivered == 0
            sequences = [one.event.get_extension("sequence") for one in works.messages]
            assert sequences == [f"{number:016}" for number in range(1, 11)]

    run(work())


def test_tries_have_one_id_and_one_body_until_it_is_taken(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        time = Time()
        async with receiving(Receiver(503)) as receiver, telling(directory, time) as node:
            secret = await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            await seal(node, time, 1)
            while len(receiver.messages) < 3:
                await time.pass_by(25)
            receiver.status = 200
            while not counts(node, "erp").delivered:
                await time.pass_by(60)
            assert {one.id for one in receiver.messages} == {receiver.messages[0].event.get_id()}
            assert len({one.body for one in receiver.messages}) == 1
            assert all(one.is_signed_by(secret) for one in receiver.messages)
            assert len({one.headers["webhook-timestamp"] for one in receiver.messages}) > 2
            assert counts(node, "erp").pending == counts(node, "erp").dead == 0

    with caplog.at_level(logging.INFO, "carbonseal"):
        run(work())
    lines = [record.getMessage() for record in caplog.records if "webhooks" in record.name]
    assert lines == [
        "receiver does not take webhooks: receiver=mine/erp reason=answered 503",
        "receiver takes webhooks again: receiver=mine/erp",
    ]
    assert "secret-path" not in caplog.text


def test_dead_letters_and_replay(directory: Path) -> None:
    async def work() -> None:
        time = Time()
        async with receiving(Receiver(500)) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            await seal(node, time, 1)
            while not counts(node, "erp").dead:
                await time.pass_by(3600)
            [letter] = node.webhooks.dead(OPERATOR, "mine", "erp", 0, 9)
            assert (letter.tries, letter.reason) == (82, "answered 500")
            assert node.webhooks.dead(OPERATOR, "mine", "erp", letter.number, 9) == []
            receiver.status = 200
            tried = len(receiver.messages)
            assert await node.webhooks.replay(OPERATOR, "mine", "erp", ["msg_" + "0" * 40]) == 0
            assert await node.webhooks.replay(OPERATOR, "mine", "erp", [letter.id]) == 1
            await receiver.wait(lambda all_: len(all_) > tried)
            assert receiver.messages[-1].id == letter.id
            await until(lambda: counts(node, "erp").delivered == 1)

    run(work())


def test_a_paused_receiver_misses_nothing(directory: Path) -> None:
    """Paused by the operator, and by its own 410."""

    async def work() -> None:
        time = Time()
        async with receiving(Receiver(410)) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            await seal(node, time, 1)
            await receiver.wait(bool)
            await until(lambda: node.webhooks.listed(OPERATOR)[0][0].paused is not None)
            assert "410" in str(node.webhooks.listed(OPERATOR)[0][0].paused)
            await seal(node, time, 2)
            receiver.status = 204
            assert not await node.webhooks.pause(OPERATOR, "mine", "erp", "again")
            await time.pass_by(10)
            assert len(receiver.messages) == 1
            assert await node.webhooks.resume(OPERATOR, "mine", "erp")
            await receiver.wait(lambda came: len(came) == 2)
            # What is paused before its answer is noted comes again.
            await until(lambda: node.webhooks.listed(OPERATOR)[0][1].pending == 0)
            assert await node.webhooks.pause(OPERATOR, "mine", "erp", "moving")
            await seal(node, time, 3)
            await time.pass_by(10)
            assert len(receiver.messages) == 2
            assert await node.webhooks.resume(OPERATOR, "mine", "erp")
            await receiver.wait(lambda came: len(came) == 3)

    run(work())


def test_two_secrets_sign_while_one_follows_the_other(directory: Path) -> None:
    async def work() -> None:
        time = Time()
        async with receiving(Receiver()) as receiver, telling(directory, time) as node:
            first = await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            files = set((directory / "keys" / "webhooks").iterdir())
            assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
            second = await node.webhooks.rotate(OPERATOR, "mine", "erp", 60)
            await seal(node, time, 1)
            [both] = await receiver.wait(bool)
            assert both.is_signed_by(first)
            assert both.is_signed_by(second)
            await time.pass_by(60)
            await seal(node, time, 2)
            [_, one] = await receiver.wait(lambda came: len(came) == 2)
            assert not one.is_signed_by(first)
            assert one.is_signed_by(second)
            await node.webhooks.rotate(OPERATOR, "mine", "erp", 60)
            assert len(list((directory / "keys" / "webhooks").iterdir())) == 2
            assert not files & set((directory / "keys" / "webhooks").iterdir())

    run(work())


def test_acts_at_one_time_take_nothing_back(directory: Path) -> None:
    """A receiver that is paused while its secret is replaced stays paused; one that is removed twice was removed."""

    async def work() -> None:
        time = Time()
        async with receiving(Receiver()) as receiver, telling(directory, time) as node:
            hooks = node.webhooks
            await hooks.add(OPERATOR, wanted("erp", receiver))
            await asyncio.gather(
                hooks.rotate(OPERATOR, "mine", "erp"),
                hooks.pause(OPERATOR, "mine", "erp", "moving"),
                hooks.rotate(OPERATOR, "mine", "erp"),
            )
            [(told, _)] = hooks.listed(OPERATOR)
            assert told.paused == "moving"
            assert len(list((directory / "keys" / "webhooks").iterdir())) == 2
            removing = [hooks.remove(OPERATOR, "mine", "erp") for _ in range(2)]
            [one] = [done for done in await asyncio.gather(*removing, return_exceptions=True) if done is not None]
            assert isinstance(one, Refused)
            assert hooks.listed(OPERATOR) == []

    run(work())


def test_a_secret_that_is_gone_kills_no_message(directory: Path) -> None:
    """As after a restore without keys: what happens waits until the secret is replaced."""

    async def work() -> None:
        time = Time()
        async with receiving(Receiver()) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            for file in (directory / "keys" / "webhooks").iterdir():
                file.unlink()
            await seal(node, time, 1)
            while node.webhooks.listed(OPERATOR)[0][0].paused is None:
                await time.pass_by(3600)
            assert "secret cannot be read" in str(node.webhooks.listed(OPERATOR)[0][0].paused)
            assert "secret cannot be read" in await node.webhooks.test(OPERATOR, "mine", "erp")
            assert (counts(node, "erp").pending, counts(node, "erp").dead, receiver.messages) == (1, 0, [])
            new = await node.webhooks.rotate(OPERATOR, "mine", "erp", 0)
            await node.webhooks.resume(OPERATOR, "mine", "erp")
            await until(lambda: has(receiver, 1))
            assert receiver.messages[0].is_signed_by(new)

    run(work())


def test_what_was_sent_and_not_noted_is_sent_again(directory: Path) -> None:
    """The node ends while a message is under way: the next one sends the same, and what came after."""

    async def work() -> None:
        time = Time()
        async with receiving(Receiver(None)) as receiver:
            async with telling(directory, time) as node:
                await node.webhooks.add(OPERATOR, wanted("erp", receiver))
                await seal(node, time, 1)
                await receiver.wait(bool)
                await seal(node, time, 2)  # nobody looked at this one yet
            receiver.status = 204
            receiver.released.set()
            async with telling(directory, time) as node:
                await time.pass_by(1)
                await receiver.wait(lambda came: len({one.id for one in came}) == 2)
                first, again = [one for one in receiver.messages if one.id == receiver.messages[0].id]
                assert first.body == again.body
                await until(lambda: counts(node, "erp").delivered == 2)

    run(work())


def test_a_receiver_that_is_removed_while_it_is_sent_something(directory: Path) -> None:
    async def work() -> None:
        time = Time()
        async with receiving(Receiver(None)) as old, receiving(Receiver()) as new, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", old))
            await seal(node, time, 1)
            await old.wait(bool)
            await node.webhooks.remove(OPERATOR, "mine", "erp")
            assert not list((directory / "keys" / "webhooks").iterdir())
            await node.webhooks.add(OPERATOR, wanted("erp", new))
            old.released.set()
            await seal(node, time, 2)
            [only] = await new.wait(bool)  # nothing of the one before
            assert [record["index"] for record in only.data["records"]] == [2]
            await until(lambda: counts(node, "erp") == Counts(1, 1, 0, 0, int(time.now)))
            assert len(old.messages) == 1

    run(work())


def test_what_waits_for_a_receiver_is_bounded_and_nothing_is_lost(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of events that cannot be delivered a few are messages; the others cost nothing but their place in the log."""

    async def work() -> None:
        time, most, batches = Time(), 16, 40
        monkeypatch.setattr("carbonseal.node.webhooks.worker.MOST_WAITING", most)
        async with receiving(Receiver(500)) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            for number in range(batches):
                await seal(node, time, number)
            await until(lambda: counts(node, "erp").made >= most)
            await time.pass_by(30)
            assert most <= counts(node, "erp").pending < 2 * most
            receiver.status, receiver.messages = 200, []
            await node.webhooks.resume(OPERATOR, "mine", "erp")
            await receiver.wait(lambda came: len({one.id for one in came}) == batches)
            indices = {record["index"] for one in receiver.messages for record in one.data["records"]}
            assert indices == set(range(1, batches + 1))

    run(work())


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process grows."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_loses_nothing_and_repeats_nothing(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is sent until what was sent is noted."""

    async def work() -> None:
        time = Time()
        async with receiving(Receiver(None)) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            await seal(node, time, 1)
            await receiver.wait(bool)
            with no_room():
                receiver.released.set()
                await until(lambda: "webhooks interrupted" in caplog.text)
                receiver.status = 204
                for _ in range(5):
                    await time.pass_by(5)
                assert len(receiver.messages) == 1
                assert counts(node, "erp").delivered == 0
            while not counts(node, "erp").delivered:
                await time.pass_by(5)
            await seal(node, time, 2)
            await receiver.wait(lambda came: len(came) == 2)
            assert len({one.id for one in receiver.messages}) == 2

    run(work())


def test_a_full_disk_while_messages_are_made_loses_none(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        time = Time()
        async with receiving(Receiver(204)) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            await seal(node, time, 1)
            await until(lambda: counts(node, "erp").delivered == 1)
            await node.submit(b'{"n": 2}', "json/1", "mine")
            await node.sequence()
            with no_room():
                await time.pass_by(1)
                await until(lambda: "webhooks interrupted" in caplog.text)
            await seal(node, time, 3)
            while counts(node, "erp").delivered < 3:
                await time.pass_by(5)

    run(work())


def test_a_large_batch_is_told_in_parts(directory: Path) -> None:
    async def work() -> None:
        time = Time()
        async with receiving(Receiver()) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            items = [b'{"n": %d}' % number for number in range(600)]
            await asyncio.gather(*(node.submit(item, "json/1", "mine") for item in items))
            await node.sequence()
            await time.pass_by(1)
            came = await receiver.wait(lambda came: len(came) == 3)
            parts = sorted((one.data["records"] for one in came), key=lambda part: part[0]["index"])
            assert [len(part) for part in parts] == [256, 256, 88]
            assert [record["index"] for part in parts for record in part] == list(range(1, 601))
            assert max(len(one.body) for one in came) < 64 * 1024

    run(work())


def test_another_tenants_receiver_is_not_there(directory: Path) -> None:
    from carbonseal.node.access.callers import Caller, Kind
    from carbonseal.node.access.scopes import Scope

    theirs = Caller("eve", Kind.PERSON, "theirs", frozenset({Scope.RELEASE, Scope.READ}))

    async def work() -> None:
        time = Time()
        async with receiving(Receiver()) as receiver, telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
            assert node.webhooks.listed(theirs) == []
            for tenant in ("mine", "", "nobody"):
                with pytest.raises(Refused, match="no tenant"):
                    await node.webhooks.add(theirs, wanted("mine-too", receiver, tenant))
                with pytest.raises(Refused, match="no tenant"):
                    await node.webhooks.test(theirs, tenant, "erp")
            with pytest.raises(Refused) as refused:
                await node.webhooks.remove(theirs, "theirs", "erp")
            assert refused.value.finding.code == WEBHOOK_UNKNOWN
            await node.webhooks.add(theirs, wanted("erp", receiver, "theirs"))  # a name that another tenant has

    run(work())
