"""A bounded cache of what pure functions gave. Private."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """At most `most` values, of at most `most_bytes` together: those that were not used for the longest time go first.

    A key is the whole of what its value depends on, so that a value from the cache is the one that would be computed. What
    raises is not kept. For one thread.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0

    def of(self, key: K, size: int, compute: Callable[[], V]) -> V:
        """The value of `key`, from `compute` where it is not held; `size` is about how many bytes key and value take."""
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
            return held[0]
        value = compute()
        if size <= self._most_bytes:
            self._held[key] = value, size
            self._bytes += size
            while len(self._held) > self._most or self._bytes > self._most_bytes:
                _, (_, gone) = self._held.popitem(last=False)
                self._bytes -= gone
        return value

    def __len__(self) -> int:
        return len(self._held)


class Keepless(Cache[K, V]):
    """A cache that keeps nothing, and so does not look at keys."""

    def __init__(self) -> None:
        super().__init__(0, 0)

    def of(self, key: K, size: int, compute: Callable[[], V]) -> V:  # noqa: ARG002
        """The value, from `compute`."""
        return compute()
