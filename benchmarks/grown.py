"""A node with years of finished work in it, written directly to the databases: that takes minutes, and days through its interface.

Tiles, roots and signed heads are those of the entries. Rows of all other tables are copies, under other keys, of rows that the
node wrote itself, so that this file need not know their columns.
"""

from __future__ import annotations

import secrets
from array import array
from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select, update

from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import RecordEntry
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tiles import WIDTH, bundle_path, bundles_between, encode_bundle
from carbonseal.log.tree import Edge, leaf_hash
from carbonseal.node.config import NodeConfig
from carbonseal.node.sealing import known
from carbonseal.node.sealing.files import LogFiles
from carbonseal.node.sealing.guard import Guard
from carbonseal.node.secrets import open_signer
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.schema import LOG, NODE

PART = 8192  # rows written at a time
Row = dict[str, Any]


def grow(directory: Path, settings: NodeConfig, *, passports: int, anchors: int, revoked: int) -> None:
    """Add `passports` credentials with a record, a head and two entries each, `anchors` final anchors, spread over the node's
    ledgers and the new heads, and `revoked` revocations. The node is closed, and has issued, anchored and revoked something."""
    with (
        closing(Database(directory / "logs/default.db", LOG)) as log,
        closing(Database(directory / "node.db", NODE)) as node,
    ):
        sizes = _grow_log(directory, settings, log, passports)
        _grow_anchors(node, sizes, anchors // len(settings.ledgers))
        _grow_issued(node, passports, revoked)


def _grow_log(directory: Path, settings: NodeConfig, database: Database, heads: int) -> list[int]:
    """Two entries a head. Gives the new heads' sizes."""
    (own,) = settings.logs
    files = LogFiles(directory / "logs" / own.name)
    signer = NoteSigner(own.origin, open_signer(own.key, directory))
    last = _newest(database, LOG.tables.tables["heads"], "size")
    old: int = last["size"]
    new = old + 2 * heads
    table = LOG.tables.tables["entries"]
    with database.read() as connection:
        entries = list(connection.scalars(select(table.c.entry).where(table.c.number < old).order_by(table.c.number)))
    entries += [RecordEntry(secrets.token_bytes(32)).encode() for _ in range(old, new)]
    edge = Edge.load(old, files)
    rows: list[Row] = []
    for size in range(old + 2, new + 1, 2):
        edge.append(leaf_hash(entries[size - 2]))
        edge.append(leaf_hash(entries[size - 1]))
        root = edge.root()
        note = sign_checkpoint(Checkpoint(own.origin, size, root), signer)
        rows.append({**last, "size": size, "root": root, "note": note, "triggers": last["triggers"] + size - old})
    _write_files(files, entries, old, edge)
    for name in ("entries", "records", "payloads"):
        table = LOG.tables.tables[name]
        row = _newest(database, table, "number")
        more = ({**row, "number": n, "entry": entries[n], "salt": secrets.token_bytes(32)} for n in range(old, new))
        _insert(database, table, more)
    _insert(database, LOG.tables.tables["heads"], rows)
    Guard(directory / own.guard, own.origin).write(new, rows[-1]["root"])
    files.publish(rows[-1]["note"])
    return [row["size"] for row in rows]


def _write_files(files: LogFiles, entries: list[bytes], old: int, edge: Edge) -> None:
    """Tiles and bundles, without the syncs that make one batch after the other durable."""
    for tile, data in edge.take_tiles():
        path = files.root / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for part in bundles_between(old, len(entries)):
        path = files.root / bundle_path(part.index, part.width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_bundle(entries[part.index * WIDTH :][: part.width]))


def _grow_anchors(database: Database, sizes: list[int], each: int) -> None:
    """The first `each` of these heads have what every ledger has of the newest anchored one, which is closed."""
    tables = NODE.tables.tables
    for name in ("anchors", "attempts", "evidence"):
        table = tables[name]
        with database.read() as connection:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        patterns = [row for row in rows if row["size"] == max(row["size"] for row in rows)]
        assert not any(row.get("live") for row in patterns)
        more = ({**row, "size": size, "id": secrets.token_hex(8)} for size in sizes[:each] for row in patterns)
        _insert(database, table, more)
    with database.write() as connection:
        closed = tables["closed"]
        connection.execute(update(closed).values(anchors=closed.c.anchors + each, size=sizes[:each][-1]))


def _grow_issued(database: Database, count: int, revoked: int) -> None:
    """`count` credentials, of which the first `revoked` are revoked, one version of their status list each."""
    tables = NODE.tables.tables
    positions, lists, passports = tables["positions"], tables["status_lists"], tables["passports"]
    digests = [secrets.token_bytes(32) for _ in range(count)]
    row = _newest(database, positions, "number")
    first = row["position"] + 1
    more = (
        {**row, "position": place, "credential": digest, "revoked": place < first + revoked}
        for place, digest in enumerate(digests, first)
    )
    _insert(database, positions, more)
    issued = _newest(database, passports, "number")
    _insert(database, passports, ({**issued, "credential": digest} for digest in digests))
    with database.write() as connection:
        own = update(lists).where(lists.c.id.in_([row["revocation"], row["suspension"]]))
        connection.execute(own.values(allocated=first + count))
        of_revocation = lists.c.id == row["revocation"]
        connection.execute(update(lists).where(of_revocation).values(changes=lists.c.changes + revoked))
        total = connection.execute(select(lists.c.changes).where(of_revocation)).scalar_one()
    versions = tables["status_versions"]
    version = {**_newest(database, versions, "number"), "list": row["revocation"]}
    _insert(database, versions, ({**version, "changes": number} for number in range(total - revoked + 1, total + 1)))


def grow_index(database: Database, entries: int) -> None:
    """Let the index of known records hold so many, as if they had come one after the other."""
    runs, run, until = LOG.tables.tables["known_runs"], 0, 0
    for level in reversed(range(20)):
        size = known.RUN * known.FAN**level
        while entries - until >= size:
            run, first, until = run + 1, until, until + size
            keys = sorted(array("q", secrets.token_bytes(8 * size)))
            rows = ({"run": run, "prefix": key, "number": number} for number, key in enumerate(keys, first))
            _insert(database, LOG.tables.tables["known"], rows)
            _insert(database, runs, [{"run": run, "level": level, "records": size, "until": until, "into": None}])
    if entries:
        _insert(database, LOG.tables.tables["entries"], [{"number": until, "entry": b"\x06"}])


def _newest(database: Database, table: Table, by: str) -> Row:
    with database.read() as connection:
        return dict(connection.execute(select(table).order_by(table.c[by].desc()).limit(1)).mappings().one())


def _insert(database: Database, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows, of which columns that the table lacks are left out. A table that counts its rows goes on counting."""
    names = [column.name for column in table.columns]
    counting = "number" in names and table.metadata is NODE.tables
    with database.read() as connection:
        number = connection.scalar(select(func.max(table.c.number))) if counting else 0
    numbered = ({**row, **({"number": n} if counting else {})} for n, row in enumerate(rows, (number or 0) + 1))
    while part := [[row[name] for name in names] for row in islice(numbered, PART)]:
        with database.write() as connection:
            insert_rows(connection, table, part)
