"""A node of its own process, which seals records and tells a receiver of them until it is killed.

python -m tests.node.webhooks.driver DIRECTORY RECORDS       # writes the commitment of each record that it acknowledged
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from carbonseal.node.node import Node


async def main(directory: Path, records: int) -> None:
    async with Node.open(directory) as node:
        running = asyncio.create_task(node.run())
        for number in range(records):
            receipt = await node.submit(b'{"n": %d, "size": %d}' % (number, node.log().size), "json/1", "mine")
            print(receipt.commitment.hex(), flush=True)
            await node.sequence()
        await running


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
