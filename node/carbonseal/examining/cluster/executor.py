"""The executor of many machines: parts of the work as tasks of dask.distributed.

- Tasks alone are used of dask. It says when one is done, tries it elsewhere when its worker dies, and gives it up when it has cost
  several workers (``distributed.scheduler.allowed-failures``): its files are then tried one by one, and the one that does it is
  named.
- What every task needs is sent once, as the result of a task that others depend on; results come back through the scheduler.
- Whoever reaches the scheduler runs code: see `carbonseal.examining.cluster.addresses`.

Private.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError, connect
from distributed.security import Security

from carbonseal.examining.cluster.addresses import check_address, security_for
from carbonseal.examining.cluster.codes import CLUSTER_LOST, CLUSTER_NO_WORKERS, CLUSTER_UNREACHABLE
from carbonseal.examining.cluster.tasks import Sent, hand_on, judge
from carbonseal.examining.executing.in_order import Task, run_in_order
from carbonseal.examining.parts import Executor, Part, PartResult, Work
from carbonseal.findings import BrokenOff, Refused

PER_THREAD = 2  # tasks that a thread of a worker has: one, and the next
MOST_AHEAD = 32  # parts whose results wait for the one before them, for each thread
WORKER_TIMEOUT = 60.0  # seconds without any worker
LOOK = 1.0  # seconds, after which the workers are counted again


def on_cluster(address: str, worker_timeout: float = WORKER_TIMEOUT) -> Executor:
    """The executor that runs on the workers of the scheduler at `address`. It waits for a first worker, and after the last, for
    `worker_timeout` seconds. Raises Refused (`cluster.*`); what it gives raises that and BrokenOff."""
    check_address(address)
    security = security_for(address)

    def execute(work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        asyncio.run(_reach(address, security))
        with Client(address, security=security, set_as_default=False, direct_to_workers=False) as client:
            yield from run_in_order(work, parts, _Pool(client, address, work, worker_timeout))

    return execute


async def _reach(address: str, security: Security) -> None:
    """Raise BrokenOff unless the scheduler answers: a client that does not reach it is not had closed."""
    try:
        comm = await connect(address, **security.get_connection_args("client"))
    except (OSError, RuntimeError) as error:
        raise BrokenOff(CLUSTER_UNREACHABLE(address=address, reason=str(error) or type(error).__name__)) from error
    await comm.close()


class _Pool:
    def __init__(self, client: Client, address: str, work: Work, worker_timeout: float) -> None:
        self._client, self._address, self._worker_timeout = client, address, worker_timeout
        self._sent: Future[Sent] = client.submit(hand_on, Sent.of(work), pure=False)
        self._busy: dict[Future[PartResult], Task] = {}
        self._done: SimpleQueue[Future[PartResult]] = SimpleQueue()  # filled by the client's thread
        self._threads = 0
        self._counted = self._seen = time.monotonic()  # when the workers were counted; when there was one
        self._count()

    @property
    def is_busy(self) -> bool:
        """See `Pool`."""
        return bool(self._busy)

    @property
    def most_ahead(self) -> int:
        """See `Pool`."""
        return MOST_AHEAD * max(self._threads, 1)

    @property
    def has_room(self) -> bool:
        """See `Pool`."""
        return len(self._busy) < PER_THREAD * max(self._threads, 1)

    def give(self, task: Task) -> None:
        """See `Pool`."""
        future = self._client.submit(judge, self._sent, task.part, pure=False)
        self._busy[future] = task
        future.add_done_callback(self._done.put)

    def take(self) -> Iterator[tuple[Task, PartResult | None, str]]:
        """See `Pool`. Raises BrokenOff (`cluster.no-workers`, `cluster.lost`), and Refused where a worker refuses the work."""
        for future in self._ended():
            task = self._busy.pop(future)
            try:
                result: PartResult = future.result()
            except KilledWorker as killed:
                yield task, None, f"the last worker that did was {killed.last_worker.address}"
            except (FutureCancelledError, CancelledError, CommClosedError) as error:
                raise self._lost(error) from error
            except Refused:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the task raised, its file is named
                yield task, None, f"{type(error).__name__}: {error}"
            else:
                yield task, result, ""

    def end(self) -> None:
        """See `Pool`."""
        self._client.cancel([*self._busy], force=True)

    def _ended(self) -> Iterator[Future[PartResult]]:
        """At least one task that ended."""
        while True:
            if time.monotonic() - self._counted >= LOOK:
                self._count()
            with suppress(Empty):
                yield self._done.get(timeout=LOOK)
                break
        with suppress(Empty):
            while True:
                yield self._done.get_nowait()

    def _count(self) -> None:
        """Count the threads of all workers. Raises BrokenOff where there has been none for too long."""
        try:
            threads: dict[str, Any] = self._client.nthreads()
        except (OSError, CancelledError) as error:
            raise self._lost(error) from error
        now = time.monotonic()
        self._threads, self._counted = sum(threads.values()), now
        if self._threads:
            self._seen = now
        elif now - self._seen > self._worker_timeout:
            raise BrokenOff(CLUSTER_NO_WORKERS(address=self._address, seconds=f"{self._worker_timeout:.0f}"))

    def _lost(self, error: BaseException) -> BrokenOff:
        reason = error.reason if isinstance(error, FutureCancelledError) else str(error)
        return BrokenOff(CLUSTER_LOST(address=self._address, reason=reason or type(error).__name__))
