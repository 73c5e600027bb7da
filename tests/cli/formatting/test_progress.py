"""Progress: nothing in the first second or without a terminal, a bar otherwise."""

from __future__ import annotations

import io
import sys

import pytest

from carbonseal.cli.formatting import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def counted(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, delay: float) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "DELAY", delay)
    with progress.Progress("sealing", 3) as bar:
        for _ in range(3):
            bar.step()
        assert bar.count == 3
    return stream.getvalue()


def test_something_long_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "sealing" in counted(monkeypatch, Terminal(), delay=-1)


def test_something_short_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(monkeypatch, Terminal(), delay=3600) == ""


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(monkeypatch, io.StringIO(), delay=-1) == ""
