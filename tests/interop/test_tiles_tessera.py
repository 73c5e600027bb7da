"""A log of ours on disk, read by Tessera's client: checkpoint, entries, and the proofs that it builds from our tiles."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path

from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.log.entries import decode
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.node.node import Node
from tests.interop.parts import ask, needed
from tests.nodes import make_node, settings

SIZE = 700  # two full bundles and a partial one


def test_tessera_reads_our_log(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    needed("CARBONSEAL_TESSERA")
    directory = make_node(tmp_path / "node", settings())

    async def grow() -> tuple[str, list[tuple[int, bytes]]]:
        heads = []
        async with Node.open(directory, clock=lambda: 1.8e9) as node:
            for batch in range(7):
                for number in range(100 - (batch == 0)):  # entry 0 is the log's genesis
                    await node.submit(b'{"n": %d}' % (batch * 100 + number), "json/1")
                await node.sequence()
                note = node.log().checkpoint()
                assert note is not None
                head = open_checkpoint(note, node.log().verifier)
                heads.append((head.size, head.root))
            return node.log().verifier.encode(), heads

    key, heads = asyncio.run(grow())
    sizes = [size for size, _ in heads]
    assert sizes[-1] == SIZE
    pairs = [(old, SIZE) for old in sizes[:-1]]
    wanted = range(0, SIZE, 7)
    log = {"root": str(directory / "logs/default"), "key": key}
    read = ask("CARBONSEAL_TESSERA", {**log, "inclusions": list(wanted), "consistency": pairs})
    size, root = heads[-1]
    assert (read["size"], base64.b64decode(read["hash"])) == (size, root)
    entries = [base64.b64decode(entry) for entry in read["entries"]]
    assert len(entries) == SIZE
    assert [decode(entry).encode() for entry in entries] == entries
    assert [base64.b64decode(leaf) for leaf in read["leaves"]] == [leaf_hash(entry) for entry in entries]
    for index, proof in zip(wanted, read["inclusions"], strict=True):
        verify_inclusion(leaf_hash(entries[index]), index, SIZE, [base64.b64decode(node) for node in proof], root)
    roots = dict(heads)
    for (old, new), proof in zip(pairs, read["consistency"], strict=True):
        verify_consistency(old, roots[old], new, root, [base64.b64decode(node) for node in proof])
    record_property(
        "counted",
        f"Tessera: {SIZE} entries, {len(read['inclusions'])} inclusion and {len(pairs)} consistency proofs from our tiles",
    )
