"""Tables that are given as files."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from carbonseal.examining.files.items import open_regular
from carbonseal.findings import Refused
from carbonseal.tables import reading
from carbonseal.tables.reading import Table
from carbonseal.tables.rows import MAX_BYTES, KindOf, good


def read_table(path: Path, kind_of: KindOf) -> Table:
    """The table in a file, all of whose cells are good. Raises Refused (`table.*`, and `json.*`), OSError."""
    table = reading.read(path.name, read_bytes(path), kind_of)
    try:
        deque(good(table.rows), maxlen=0)
    except Refused as refused:
        raise refused.under(path.name) from refused
    return table


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or one more than a table may have. Raises OSError."""
    with open_regular(str(path)) as file:
        return file.read(MAX_BYTES + 1)
