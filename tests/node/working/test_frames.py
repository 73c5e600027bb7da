"""Messages to worker processes: what arrives is what was sent, and a large one leaves the event loop to others meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from io import BytesIO
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.node.working import frames
from carbonseal.node.working.frames import PORTION, in_pieces


class Taken:
    """Where an `asyncio.StreamWriter` would be: the other end takes all at once, so that `drain` never waits."""

    def __init__(self) -> None:
        self.portions: list[bytes] = []

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.portions.append(b"".join(parts))

    async def drain(self) -> None:
        pass


def sent(message: object) -> tuple[list[bytes], int]:
    """What is written of a message, and how often another task has its turn meanwhile."""
    stream, turns = Taken(), 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def run() -> None:
        beside = asyncio.create_task(others())
        await frames.write(cast(asyncio.StreamWriter, stream), message)
        beside.cancel()

    asyncio.run(run())
    return stream.portions, turns


def arrived(portions: list[bytes]) -> Any:
    return frames.read_blocking(cast(Any, BytesIO(b"".join(portions))))


@given(
    st.lists(st.integers(0, 2 * PORTION), max_size=4), st.lists(st.integers(0, PORTION // 2), min_size=1, max_size=4)
)
@settings(max_examples=40, deadline=None)
def test_what_arrives_is_what_was_sent(lengths: list[int], pieces: list[int]) -> None:
    message = [frames.apart(bytes([number]) * length) for number, length in enumerate(lengths)]
    portions, _ = sent((message, in_pieces(b"p" * length for length in pieces)))
    assert arrived(portions) == (
        [bytes([number]) * length for number, length in enumerate(lengths)],
        b"p" * sum(pieces),
    )
    assert max(map(len, portions)) <= PORTION


def test_others_have_their_turn_between_the_portions_of_a_large_message() -> None:
    body = b"[" * (1 << 16)
    portions, turns = sent(in_pieces([body] * (60 << 4)))  # 60 MiB, in pieces as they come from a socket
    assert arrived(portions) == body * (60 << 4)
    assert len(portions) == 61
    assert turns >= 60


def test_a_small_message_is_one_write() -> None:
    portions, turns = sent(["a record"] * 1000)
    assert len(portions) == 1
    assert turns == 0
