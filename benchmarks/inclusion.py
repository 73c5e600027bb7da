"""Inclusion proofs under one head, beside transparency-dev/merkle (Go) on the same proofs."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from carbonseal.log.shown_trees import ShownTrees
from carbonseal.log.tree import all_inclusion_proofs, leaf_hash, tree_root, verify_inclusion

from .measure import Row, Rows, cold
from .tree import COUNT, ENTRIES, LEAVES

PEER = Path(__file__).parent / "peers" / "inclusion"
PROOFS = 10_000
ROUNDS = 7
SETS: dict[str, Sequence[int]] = {
    "of one batch": range(40_000, 40_000 + PROOFS),
    "of every tenth entry": range(0, COUNT, COUNT // PROOFS),
}

Proof = tuple[int, bytes, tuple[bytes, ...]]  # index, entry, hashes


def rows() -> Rows:
    for name, indices in SETS.items():
        yield from beside(name, proofs(indices))


def proofs(indices: Sequence[int]) -> list[Proof]:
    raw = [*all_inclusion_proofs(LEAVES)]
    return [(i, ENTRIES[i], tuple(raw[i][at : at + 32] for at in range(0, len(raw[i]), 32))) for i in indices]


def beside(name: str, given: list[Proof]) -> Rows:
    """Each round measures all, in turn."""
    root = tree_root(LEAVES)

    def shared() -> None:
        trees = ShownTrees()
        for index, entry, hashes in given:
            trees.verify_inclusion(leaf_hash(entry), index, COUNT, hashes, root)

    def alone() -> None:
        for index, entry, hashes in given:
            verify_inclusion(leaf_hash(entry), index, COUNT, hashes, root)

    what = f"{len(given):,} inclusion proofs {name}"
    with TemporaryDirectory() as folder:
        peer = built(Path(folder), given, root)
        rounds = [(cold(shared), cold(alone), peer() if peer else 0.0) for _ in range(ROUNDS)]
    each = [f"{median(seconds) / len(given) * 1e6:.2f} us" for seconds in zip(*rounds, strict=True)]
    yield Row(
        "inclusion",
        f"{what}: shared / each alone",
        median(one / two for one, two, _ in rounds),
        note=f"{each[0]}, {each[1]}",
    )
    what += ": it / transparency-dev/merkle"
    if peer is None:
        yield Row("inclusion", what, "not here", note="it needs Go")
    else:
        ratio = median(one / go for one, _, go in rounds)
        target = 0.5 if name == "of one batch" else None
        yield Row("inclusion", what, ratio, "<=", target, each[2])


def built(folder: Path, given: list[Proof], root: bytes) -> Callable[[], float] | None:
    """A run of the peer on these proofs, which gives its CPU seconds; None where there is no Go."""
    go = shutil.which("go")
    if go is None:
        return None
    program, data = folder / "inclusion", folder / "proofs"
    subprocess.run([go, "build", "-o", program, "."], cwd=PEER, check=True)
    with data.open("wb") as file:
        file.write(struct.pack(">QQ", COUNT, len(given)) + root)
        for index, entry, hashes in given:
            file.write(struct.pack(">QQ", index, len(hashes)) + entry + b"".join(hashes))
    return lambda: float(subprocess.run([program, data], capture_output=True, check=True, text=True).stdout)
