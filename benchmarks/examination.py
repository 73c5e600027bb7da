"""Examinations of many files: `python -m benchmarks.examination synthetic|real FOLDER [COUNT]`.

- *synthetic*: observations of COUNT files (10^6) in two runs, each in a process of its own, merged in a third. The first file and
  the last one alone are of a log that has two histories. Prints the memory of each process and the finding.
- *real*: COUNT passports (10^5) verified and examined in this process, under a policy of two ledgers (or with a second number 1, of
  one). Prints the rate and the memory as it goes.

Not part of `make bench`: each takes minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from carbonseal.examining.examination import written
from carbonseal.examining.observation_files import RunFiles
from carbonseal.findings import Verdict
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import RecordEntry
from carbonseal.log.notes import NoteSigner
from carbonseal.log.subtrees import SubtreeProof
from carbonseal.log.tree import leaf_hash, node_hash
from carbonseal.passport.passports import parse
from carbonseal.verification.examination import Collection, equivocations
from carbonseal.verification.known_logs import verify_knowing
from carbonseal.verification.observing.log_facts import LogFacts, Notes, ShownPath, SignedHead, log_facts, log_keys
from carbonseal.verification.observing.observations import Source, rows
from tests.world import AT, World, key


class Tree:
    """A whole tree of 2^k records in memory: 64 bytes an entry."""

    def __init__(self, origin: str, count: int, first: bytes) -> None:
        size = 1 << (count - 1).bit_length()
        leaves = [leaf_hash(first), *(leaf_hash(RecordEntry(_digest(number)).encode()) for number in range(1, size))]
        self.levels = [b"".join(leaves)]
        while len(self.levels[-1]) > 32:
            below = self.levels[-1]
            pairs = range(0, len(below), 64)
            self.levels.append(b"".join(node_hash(below[at : at + 32], below[at + 32 : at + 64]) for at in pairs))
        signer = NoteSigner(origin, key(origin))
        checkpoint = Checkpoint(origin, size, self.levels[-1])
        self.head = SignedHead(checkpoint, sign_checkpoint(checkpoint, signer))

    def facts(self, index: int) -> LogFacts:
        """What a file shows that has the inclusion proof of one entry."""
        siblings = tuple(self._node(level, index >> level ^ 1) for level in range(len(self.levels) - 1))
        path = SubtreeProof(0, index, self._node(0, index), self.head.checkpoint.size, siblings)
        path.verify(self.head.checkpoint.root)
        return LogFacts({self.head: None}, {ShownPath(self.head, path): None})

    def _node(self, level: int, index: int) -> bytes:
        return self.levels[level][32 * index : 32 * index + 32]


def _digest(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


def megabytes() -> int:
    """The most memory that this process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def synthetic_run(output: Path, start: int, end: int, count: int) -> None:
    """The observations of files `start` to before `end` of `count`, as one office would write them."""
    begin = time.monotonic()
    log = Tree("log.example/many", count, b"\1" + bytes(32))
    with RunFiles() as runs, output.open("wb") as file:
        collection = Collection(runs)
        for number in range(start, end):
            facts = log.facts(number)
            if number in (0, count - 1):  # of a log that gives the last another entry 0 than the first
                facts = Tree("log.example/split", 64, b"\1" + bytes([number % 2]) * 32).facts(5 + number % 2)
            collection.add(rows(facts, Source(_digest(number).hex(), f"{number}.json")))
        lines = sum(1 for _ in written(collection.lines(), file))
    seconds = time.monotonic() - begin
    print(
        f"run {output.name}: {end - start:,} files, {lines:,} observations, {output.stat().st_size >> 20:,} MiB, "
        f"{(end - start) / seconds:,.0f} files/s, {megabytes():,} MiB of memory"
    )


def synthetic(folder: Path, count: int) -> None:
    """Two runs, each in a process of its own, and the examination of both in a third."""
    middle = count // 2
    for name, start, end in (("north", 0, middle), ("south", middle, count)):
        _python("-m", "benchmarks.examination", "run", str(folder / f"{name}.ndjson"), str(start), str(end), str(count))
    begin = time.monotonic()
    code = (
        "import resource, sys; from carbonseal.cli.main import carbonseal\n"
        "try: carbonseal(sys.argv[1:])\n"
        "finally: print(f'examine: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB of memory')"
    )
    _python("-c", code, "examine", str(folder / "north.ndjson"), str(folder / "south.ndjson"), status=3)
    print(f"examine: {time.monotonic() - begin:,.0f} s")


def _python(*arguments: str, status: int = 0) -> None:
    done = subprocess.run([sys.executable, *arguments], check=False)
    assert done.returncode == status, done


def real(count: int, ledgers: int = 2) -> None:
    """Passports of a small world, each with other white space so that each is a file of its own; under a policy of two ledgers,
    or of one, another log."""
    world = World()
    passports = [world.passport(name=f"part {number}").encode() for number in range(20)]
    one = {"chain": "", "both": "", "anchors": "require anchors by=other", "time": ""}
    policy, trust = world.policy(**(one if ledgers == 1 else {})), world.trust()
    keys = log_keys(policy)
    notes: Notes = {}
    with RunFiles() as runs:
        collection = Collection(runs)
        begin = time.process_time()
        for number, raw in enumerate(_files(passports, count), start=1):
            passport = parse(raw)
            facts = log_facts(passport, keys, notes)
            report = verify_knowing(passport, policy, trust, at=AT, facts=facts, known={})
            assert report.verdict is Verdict.VERIFIED, report.findings
            collection.add(rows(facts, Source(hashlib.sha256(raw).hexdigest(), f"{number}.json")))
            if number % (count // 10) == 0:
                rate = number / (time.process_time() - begin)
                print(
                    f"{number:,} passports: {rate:,.0f} a second of CPU time, {megabytes():,} MiB of memory", flush=True
                )
        assert equivocations(collection.lines()) == {}


def _files(passports: list[bytes], count: int) -> Iterator[bytes]:
    for number in range(count):
        yield passports[number % len(passports)] + b" " * (number // len(passports) % 512)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.examination", description=__doc__)
    parser.add_argument("what", choices=("synthetic", "real", "run"))
    parser.add_argument("path", type=Path)
    parser.add_argument("numbers", nargs="*", type=int)
    given = parser.parse_args()
    if given.what == "run":
        synthetic_run(given.path, *given.numbers)
    elif given.what == "synthetic":
        synthetic(given.path, *(given.numbers or [1_000_000]))
    else:
        real(*(given.numbers or [100_000]))


if __name__ == "__main__":
    main()
