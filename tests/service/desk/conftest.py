"""A desk on loopback, in a process of its own for the whole module, and files to give it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.instants import parse_instant
from carbonseal.service.desk.app import desk_at
from carbonseal.service.desk.bounds import USUAL, DeskBounds
from carbonseal.service.desk.examiner import Holding
from tests.cli.conftest import AT, made

__all__ = ["made"]

FIGURE, OTHER = b'"kilograms":"12.50"', b'"kilograms":"02.50"'


def holding_of(made: dict[str, bytes]) -> Holding:
    """What the desk of most tests holds."""
    return Holding(
        NamedBytes("office/customs.policy", made["policy"].replace(b"\n", b"\n# The office's policy of 2026\n", 1)),
        (NamedBytes("office/trust.json", made["trust"]),),
        parse_instant("2026-11-01T00:00:00Z"),
    )


@contextmanager
def answering(holding: Holding, bounds: DeskBounds = USUAL) -> Iterator[str]:
    """The URL of a desk, which a thread of its own answers for."""
    loop, url, started, ended = asyncio.new_event_loop(), [""], threading.Event(), asyncio.Event()

    async def serve() -> None:
        at = parse_instant(AT)
        async with desk_at(holding, "127.0.0.1", 0, hosts=["desk.example"], clock=lambda: at, bounds=bounds) as address:
            url[0] = address
            started.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    assert started.wait(30)
    try:
        yield url[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(30)
        loop.close()


@pytest.fixture(scope="session")
def desk(made: dict[str, bytes]) -> Iterator[str]:
    """A desk with the usual bounds."""
    with answering(holding_of(made)) as url:
        yield url


@pytest.fixture
def folder(made: dict[str, bytes], tmp_path: Path) -> Path:
    """Files: a good passport, one with another figure, and a letter."""
    (tmp_path / "good.json").write_bytes(made["passport"])
    (tmp_path / "bad.json").write_bytes(made["passport"].replace(FIGURE, OTHER))
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7 not a passport")
    return tmp_path
