"""Engine: what a program that runs a chain does for the gateway before it; and the clock of its blocks."""

from __future__ import annotations

from typing import Any, Protocol

from carbonseal_devnet.ethereum.accounts import Clock


class RpcError(Exception):
    """An error object of JSON-RPC 2.0."""

    def __init__(self, code: int, message: str, details: Any = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message} | ({} if details is None else {"data": details})


class SkewedClock:
    """A clock with an adjustable error. Blocks take their time from it, but no block is older than its parent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skew = 0  # seconds

    def __call__(self) -> int:
        return self._clock() + self.skew

    def after(self, parent: int) -> int:
        """The timestamp of a block on one of that timestamp."""
        return max(parent + 1, self())


class Engine(Protocol):
    """One chain. The gateway calls one method at a time and decides when blocks are mined."""

    async def ask(self, method: str, *params: Any) -> Any:
        """The result of one call. Raises RpcError with what the chain says."""

    async def mine(self) -> None:
        """Mine one block, with all that can be included."""

    async def reorg(self, depth: int, *, drop: bool) -> None:
        """Replace the newest `depth` blocks by `depth` + 1 others.

        The lost blocks' transactions are included in the new ones, the last at the latest, or are dropped.
        """

    async def drop(self, transaction: str) -> bool:
        """Forget a waiting transaction; whether there was one."""
