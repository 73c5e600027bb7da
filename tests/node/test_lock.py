"""The lock of a node's directory: who finds it held learns by whom, as far as that is known."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from carbonseal.node.lock import FILE, Lock, Locked


def held(directory: Path) -> tuple[int, str | None]:
    with pytest.raises(Locked) as locked:
        Lock(directory)
    return locked.value.pid, locked.value.address


def test_who_holds_it_and_where_its_service_listens(tmp_path: Path) -> None:
    with closing(Lock(tmp_path)) as lock:
        assert held(tmp_path) == (os.getpid(), None)
        lock.advertise("http://127.0.0.1:8480")
        assert held(tmp_path) == (os.getpid(), "http://127.0.0.1:8480")
    with closing(Lock(tmp_path)):
        assert held(tmp_path) == (os.getpid(), None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 7}'])
def test_a_holder_that_has_not_written_who_it_is(tmp_path: Path, content: bytes) -> None:
    with closing(Lock(tmp_path)):
        (tmp_path / FILE).write_bytes(content)
        assert held(tmp_path) == (0, None)


def test_nobody_else_can_hold_it(tmp_path: Path) -> None:
    (tmp_path / FILE).touch(mode=0o644)  # as earlier versions left it
    for _ in range(2):
        with closing(Lock(tmp_path)):
            assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
        (tmp_path / FILE).unlink()
