"""The queue: whether something waits that makes an anchor due."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from carbonseal.log.entries import RecordEntry
from carbonseal.node.sealing.queue import EntryQueue
from carbonseal.storage.database import Database
from carbonseal.storage.schema import LOG


class Interrupted(EntryQueue):
    """The thread that writes appends a record while another one reads."""

    def entries(self, start: int, end: int) -> list[bytes]:
        found = super().entries(start, end)
        with self.appending([RecordEntry(bytes(32))]):
            pass
        return found


def test_a_record_that_comes_in_while_waiting_entries_are_read_is_a_cause(tmp_path: Path) -> None:
    """Or it would wait for a batch as foreign anchors do."""
    with closing(Database(tmp_path / "log.db", LOG)) as database:
        queue = Interrupted(database)
        queue.has_cause(0)
        assert queue.has_cause(0)
        assert not queue.has_cause(queue.size)
