"""Simulation of a chaincode: the read-write set that is endorsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2

from carbonseal_devnet.fabric.ledger import State
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.wire import Version


@dataclass
class _Space:
    reads: dict[bytes, Version | None] = field(default_factory=dict)
    ranges: list[Any] = field(default_factory=list)
    writes: dict[bytes, bytes | None] = field(default_factory=dict)


class Simulator:
    """One transaction on the state at one height. Reads never see its own writes."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._spaces: dict[str, _Space] = {}

    def _space(self, namespace: str) -> _Space:
        return self._spaces.setdefault(namespace, _Space())

    def get(self, namespace: str, key: str) -> bytes | None:
        """A key's value, which is recorded as read."""
        found = self.state.get(namespace, key.encode())
        self._space(namespace).reads[key.encode()] = found[1] if found else None
        return found[0] if found else None

    def put(self, namespace: str, key: str, value: bytes | None) -> None:
        """Write a value; without a value, or with an empty one, delete the key."""
        self._space(namespace).writes[key.encode()] = value or None

    def range(self, namespace: str, start: str, end: str) -> Range:
        """The keys from `start` to before `end`; without `end`, to the last."""
        query = Range(self.state.range(namespace, start.encode(), end.encode()), start, end)
        self._space(namespace).ranges.append(query)
        return query

    def definition(self, chaincode: str) -> lifecycle.Definition | None:
        """The chaincode's definition; that it was read goes into the set."""
        self.get(lifecycle.NAMESPACE, lifecycle.sequence_key(chaincode))
        return lifecycle.definition(chaincode, self.peek)

    def peek(self, key: str) -> bytes | None:
        """A value of the `_lifecycle` namespace, which is not recorded as read."""
        found = self.state.get(lifecycle.NAMESPACE, key.encode())
        return found[0] if found else None

    def results(self) -> bytes:
        """A serialised TxReadWriteSet: namespaces and keys in the order of their bytes."""
        made = rwset_pb2.TxReadWriteSet(data_model=rwset_pb2.TxReadWriteSet.KV)
        for namespace, space in sorted(self._spaces.items(), key=lambda item: item[0].encode()):
            kv = kv_rwset_pb2.KVRWSet()
            for key, version in sorted(space.reads.items()):
                _read(kv.reads.add(), key, version)
            for query in space.ranges:
                query.describe(kv.range_queries_info.add())
            for key, value in sorted(space.writes.items()):
                kv.writes.add(key=key.decode(), value=value or b"", is_delete=value is None)
            made.ns_rwset.add(namespace=namespace, rwset=kv.SerializeToString())
        raw: bytes = made.SerializeToString()
        return raw


class Range:
    """A range as far as it was read."""

    def __init__(self, items: Iterator[tuple[bytes, bytes, Version]], start: str, end: str) -> None:
        self._items, self._start, self._end = items, start, end
        self._read: list[tuple[bytes, Version]] = []
        self._ahead: list[tuple[str, bytes]] = []
        self._exhausted = False

    def take(self, count: int) -> tuple[list[tuple[str, bytes]], bool]:
        """The next keys and values, and whether there are more: to know that, one more is read, as peers do."""
        while len(self._ahead) <= count and not self._exhausted:
            item = next(self._items, None)
            if item is None:
                self._exhausted = True
                break
            key, value, version = item
            self._read.append((key, version))
            self._ahead.append((key.decode(), value))
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken, bool(self._ahead)

    def describe(self, info: Any) -> None:
        """Write what was read into a RangeQueryInfo, from which the validation finds phantoms."""
        info.start_key = self._start
        info.itr_exhausted = self._exhausted
        info.end_key = self._end if self._exhausted or not self._read else self._read[-1][0].decode()
        info.raw_reads.SetInParent()
        for key, version in self._read:
            _read(info.raw_reads.kv_reads.add(), key, version)


def _read(made: Any, key: bytes, version: Version | None) -> None:
    made.key = key.decode()
    if version is not None:
        made.version.SetInParent()
        made.version.block_num, made.version.tx_num = version.block, version.transaction
