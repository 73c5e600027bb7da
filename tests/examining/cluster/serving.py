"""A scheduler over TLS with workers as processes under nannies, two that never have one, and an S3 server, for tests.

It prints its addresses as JSON, then reads lines: a number is how many workers there are to be; 0 closes the doomed scheduler.
Each is answered when that is so.
Where certificates are says dask's configuration, as everywhere.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import dask.config
from distributed import Nanny, Scheduler
from moto.server import ThreadedMotoServer

LOOPBACK: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "protocol": "tls", "dashboard": False}
ALLOWED_DEATHS = 1  # of workers with one task; fewer than dask's default, as each costs a second


async def serve(folder: Path) -> None:
    """Serve until standard input ends."""
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    async with Scheduler(**LOOPBACK) as scheduler, Scheduler(**LOOPBACK) as idle, Scheduler(**LOOPBACK) as doomed:
        s3 = "http://{}:{}".format(*store.get_host_and_port())
        addresses = {"scheduler": scheduler.address, "idle": idle.address, "doomed": doomed.address, "s3": s3}
        print(json.dumps(addresses), flush=True)
        nannies: list[Nanny] = []
        while line := await asyncio.to_thread(sys.stdin.readline):
            if not int(line):
                await doomed.close()
            while len(nannies) < int(line):
                nannies.append(await _nanny(scheduler.address, folder, s3))
            print(len(nannies), flush=True)
        for nanny in nannies:
            await nanny.close()
    store.stop()


async def _nanny(address: str, folder: Path, s3: str) -> Nanny:
    environ = {"AWS_ENDPOINT_URL": s3, "AWS_ACCESS_KEY_ID": "worker", "AWS_SECRET_ACCESS_KEY": "secret"}
    nanny: Nanny = await Nanny(
        address, nthreads=1, host="127.0.0.1", local_directory=str(folder), env=environ, dashboard=False, memory_limit=0
    )
    return nanny


if __name__ == "__main__":
    # Workers have what they need from the first one's import of it.
    forked = {"distributed.worker.multiprocessing-method": "forkserver"}
    with dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_DEATHS, **forked}):
        asyncio.run(serve(Path(sys.argv[1])))
