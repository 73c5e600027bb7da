"""Examines the files of one command together: holds each result back until all are read, and then verifies again what rests on a
log that equivocates.

1. Each file's observations go into the collection; its result is kept in a temporary file.
2. The merged observations are read once, and written to a file where one was asked for.
3. Of each log that contradicts itself a fraud proof is made, from the files that show it.
4. Lots of which the verified files took more than they yielded are kept, with their balances.
5. Where the policy requires it, each signed head has to lead to the largest of its log.
6. Files that show anything of such a log, or took of such a lot, are verified again, under what is known.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryFile
from typing import IO

from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import Verifier, VerifyJob, verify_files
from carbonseal.examining.log_tiles import LogTiles
from carbonseal.examining.lot_proofs import LotProofs, exceeded_lots, prove_lots
from carbonseal.examining.observation_files import RunFiles, checked_file
from carbonseal.examining.results import FileResult
from carbonseal.findings import BrokenOff, Finding
from carbonseal.flow.graph import Lot
from carbonseal.flow.lots import Balance
from carbonseal.log.fraud_proofs import FraudProof
from carbonseal.verification.consignment.delivered import Delivered
from carbonseal.verification.examination import Collection, Equivocation, equivocations, prove
from carbonseal.verification.observing.log_facts import LogFacts, signed_head
from carbonseal.verification.observing.observations import HEADER, Source, merge, rows, signed_heads
from carbonseal.verification.one_history import History
from carbonseal.verification.proofs.batch_proofs import BatchProof

from .codes import FILES_CHANGED

NO_TILES: Mapping[str, LogTiles] = {}


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examination found of logs: findings by origin, and the fraud proofs that show them."""

    known: Mapping[str, Sequence[Finding]]
    proofs: Mapping[str, FraudProof]
    lots: Mapping[Lot, Balance] = field(default_factory=dict)  # of which more was taken than they yielded


class Examination:
    """The files of one command. Use as a context: its temporary files go with it."""

    def __init__(self, job: VerifyJob, files: GivenFiles) -> None:
        self._job, self._files = job, files
        self._stack = ExitStack()
        self._frauds: dict[str, Finding] = {}  # by origin: fraud proofs among the files
        self._history = History()
        self._sources: list[str] = []  # files that show something of logs
        self.delivered: list[Delivered] = []  # by the passports, each by itself, where lines are compared with them
        self._count = 0

    def __enter__(self) -> Examination:
        self._collection = Collection(self._stack.enter_context(RunFiles()))
        self._held: IO[bytes] = self._stack.enter_context(TemporaryFile())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self) -> Iterator[None]:
        """Verify the files, one a step. Raises `Refused` before the first where the policy or the trust cannot be used."""
        for result in verify_files(self._job, self._files):
            self._collection.add(result.rows)
            self._history.add(*result.history)
            if result.fraud is not None:
                self._frauds.setdefault(*result.fraud)
            if result.rows:
                self._sources.append(result.name)
            if result.delivered is not None:
                self.delivered.append(result.delivered)
            self._count += 1
            pickle.dump(replace(result, rows={}, history=((), ())), self._held)
            yield

    def add(self, rows: Mapping[bytes, bytes]) -> None:
        """Observations of something else than a file of the command."""
        self._collection.add(rows)

    def observed(self, earlier: Sequence[Path] = ()) -> Iterator[bytes]:
        """The sorted lines of all observations of this run and of `earlier` ones. Raises `Refused`, OSError."""
        return merge(self._collection.lines(), *map(checked_file, earlier))

    def examine(
        self,
        observations: AbstractContextManager[IO[bytes]] | None = None,
        tiles: Mapping[str, LogTiles] = NO_TILES,
        earlier: Sequence[Path] = (),
    ) -> Examined:
        """What all files together show, after `read`, and with the observations of `earlier` runs. Writes the observations of this
        run to a file where one is given; `tiles` are logs, by origin. Raises `Refused`, OSError."""
        verifier = Verifier(self._job)
        sources = Sources(self._sources, self._files, verifier)
        with ExitStack() as stack:
            lines: Iterator[bytes] = self._collection.lines()
            if observations is not None:
                lines = written(lines, stack.enter_context(observations))
            found = equivocations(lines)
        examined = examined_logs(found, verifier, sources.facts)
        if earlier:
            examined = self._with_earlier(examined, earlier, verifier, sources)
        known = {origin: [*found] for origin, found in examined.known.items()}
        proofs = dict(examined.proofs)
        for origin, finding in self._frauds.items():
            known.setdefault(origin, []).append(finding)
        if verifier.requires_history:
            self._history.add(
                signed for one in tiles.values() if (signed := signed_head(one.checkpoint, verifier.keys))
            )
            for found_of in self._history.findings(verifier.keys, tiles):
                known.setdefault(found_of.origin, []).append(found_of.finding)
                if found_of.proof is not None:
                    proofs.setdefault(found_of.origin, found_of.proof)
        return Examined(known, proofs, exceeded_lots(self._collection.lines))

    def lot_proofs(self, examined: Examined) -> LotProofs:
        """Fraud proofs of the lots of which too much was taken, from the files."""
        return prove_lots(examined.lots, self._files, Verifier(self._job).policy)

    def _with_earlier(self, now: Examined, earlier: Sequence[Path], verifier: Verifier, sources: Sources) -> Examined:
        """What was observed earlier is a claim, as others' observations are: signed heads in it prove, and hide nothing."""
        claimed = equivocations(self.observed(earlier))
        for file in earlier:
            for head, source in signed_heads(checked_file(file), verifier.keys):
                self._collection.add(rows(LogFacts({head: None}), source))
        shown = examined_logs(equivocations(self._collection.lines()), verifier, sources.facts)
        known = {origin: [equivocation.finding()] for origin, equivocation in claimed.items()}
        return Examined({**known, **now.known, **shown.known}, {**now.proofs, **shown.proofs})

    def results(self, examined: Examined) -> Iterator[FileResult]:
        """The result of each file, in order; those that show anything of a log on which something is known are read and verified
        again. Raises BrokenOff (files.changed) where other files are there by then."""
        self._held.seek(0)
        held = (pickle.load(self._held) for _ in range(self._count))  # noqa: S301 - written by this process, above
        if not examined.known and not examined.lots:
            yield from held
            return
        verifier = Verifier(replace(self._job, known=examined.known, lots=examined.lots))
        for result, item in zip_longest(held, self._files):
            if result is None or item is None or result.name != item.name:
                raise BrokenOff(FILES_CHANGED())
            is_concerned = result.origins & examined.known.keys() or result.lots & examined.lots.keys()
            yield verifier.run(item) if is_concerned else result


def written(lines: Iterable[bytes], file: IO[bytes]) -> Iterator[bytes]:
    """The lines, each also written to a file of observations."""
    file.write(HEADER)
    for line in lines:
        file.write(line)
        yield line


def examined_logs(
    found: Mapping[str, Equivocation], verifier: Verifier | None, facts_of: Callable[[Source], LogFacts | None]
) -> Examined:
    """The findings on logs that contradict themselves: `log.fraud` where a fraud proof holds under the verifier's policy, else
    `log.contradiction`."""
    known: dict[str, list[Finding]] = {}
    proofs: dict[str, FraudProof] = {}
    for origin, equivocation in found.items():
        proved = None if verifier is None else prove(equivocation, facts_of, verifier.keys)
        if proved is None:
            known[origin] = [equivocation.finding()]
        else:
            proofs[origin], finding = proved
            known[origin] = [finding]
    return Examined(known, proofs)


def shown_logs(files: Sequence[Path], passports: GivenFiles | None, verifier: Verifier) -> Examined:
    """The logs of which the verifier itself is shown that they contradict themselves: by passports, and by signed heads in files of
    observations. All other lines are claims, and can hide nothing of this. Raises `Refused`, OSError."""
    with RunFiles() as runs:
        collection = Collection(runs)
        names = []
        for item in passports or ():
            if shown := verifier.observations(item):
                names.append(item.name)
                collection.add(shown)
        for file in files:
            for head, source in signed_heads(checked_file(file), verifier.keys):
                collection.add(rows(LogFacts({head: None}), source))
        found = equivocations(collection.lines())
        return examined_logs(found, verifier, Sources(names, passports, verifier).facts)


class Sources:
    """Files, found by the SHA-256 of their bytes: what a source of observations shows under a verifier's policy."""

    def __init__(self, names: Sequence[str], files: GivenFiles | None, verifier: Verifier) -> None:
        """`names` are those of `files` that show anything."""
        self._names, self._files, self._verifier = names, files, verifier
        self._by_digest: dict[str, str] | None = None

    def facts(self, source: Source) -> LogFacts | None:
        """What the file shows; None where none of the files has its bytes."""
        for name in self._candidates(source):
            raw = self._files.find(name) if self._files else None
            if raw is not None and hashlib.sha256(raw).hexdigest() == source.file:
                return self._verifier.facts(raw)
        return None

    def _candidates(self, source: Source) -> Iterator[str]:
        """Files of that name; then, after all were read once, the file with that digest."""
        name = PureWindowsPath(source.name).name  # both kinds of slashes: it may be from another machine
        yield from (one for one in self._names if PureWindowsPath(one).name == name)
        if self._by_digest is None:
            self._by_digest = {hashlib.sha256(item.raw).hexdigest(): item.name for item in self._files or ()}
        if source.file in self._by_digest:
            yield self._by_digest[source.file]


def write_proofs(proofs: Iterable[FraudProof | BatchProof], folder: Path) -> Iterator[Path]:
    """Write each fraud proof into `folder`, under a name that follows from its bytes. Raises OSError."""
    for proof in proofs:
        raw = proof.encode()
        path = folder / f"fraud-proof-{hashlib.sha256(raw).hexdigest()[:16]}.json"
        path.write_bytes(raw)
        yield path
