"""Examines the files of one command together: holds each result back until all are read, and then verifies again what rests on a
log that equivocates.

1. The files are cut into parts, and an executor gives the result of each (`carbonseal.examining.parts`). Its observations go into
   the collection; the results are kept on disk.
2. The merged observations are read once, and written to a file where one was asked for.
3. Of each log that contradicts itself a fraud proof is made, from the files that show it.
4. Lots of which the verified files took more than they yielded are kept, with their balances.
5. Where the policy requires it, each signed head has to lead to the largest of its log.
6. Files that show anything of such a log, or took of such a lot, are verified again, under what is known.

Private.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from carbonseal.examining.files.given import BEGIN, Files, Position
from carbonseal.examining.judging import Verifier, VerifyJob, verifying
from carbonseal.examining.observation_files import RunFiles, checked_file
from carbonseal.examining.parts import Executor, Observed, Part, PartResult, in_this_process
from carbonseal.examining.results import FileResult
from carbonseal.examining.spool import Spool
from carbonseal.findings import BrokenOff, Finding
from carbonseal.flow.graph import Lot
from carbonseal.flow.lots import Balance
from carbonseal.values import dataclass
from carbonseal.verification.examination import Collection, Equivocation, equivocations, prove
from carbonseal.verification.observing.log_facts import LogFacts, signed_head
from carbonseal.verification.observing.lot_observations import exceeded_lots
from carbonseal.verification.observing.observations import HEADER, Source, merge, rows, signed_heads
from carbonseal.verification.one_history import History

from .codes import FILES_CHANGED

if TYPE_CHECKING:
    from carbonseal.examining.log_tiles import LogTiles
    from carbonseal.examining.lot_proofs import LotProofs
    from carbonseal.log.fraud_proofs import FraudProof
    from carbonseal.verification.consignment.delivered import Delivered
    from carbonseal.verification.proofs.batch_proofs import BatchProof

PROOFS = "fraud-proof-*.json"  # names of fraud proofs that are written
NO_TILES: Mapping[str, LogTiles] = {}


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examination found of logs: findings by origin, and the fraud proofs that show them."""

    known: Mapping[str, Sequence[Finding]]
    proofs: Mapping[str, FraudProof]
    lots: Mapping[Lot, Balance] = field(default_factory=dict)  # of which more was taken than they yielded

    def concerns(self, result: FileResult) -> bool:
        """Whether a file rests on something that was found."""
        return not (result.origins.isdisjoint(self.known) and result.lots.isdisjoint(self.lots))


class Held(Protocol):
    """Where results are kept in their order until all files are read. What was kept by an earlier process is judged."""

    def before(self) -> Iterator[tuple[PartResult, Position]]:
        """What an earlier process kept: its parts, and the position of the files behind each. Raises `Refused`, OSError."""
        ...

    def add(self, part: PartResult, end: Position) -> None:
        """Keep one more part; `end` is the position behind it. Raises OSError."""
        ...

    def __iter__(self) -> Iterator[FileResult]: ...


class _HeldHere:
    """Results in a temporary file."""

    def __init__(self) -> None:
        self._results: Spool[FileResult] = Spool()
        self.close = self._results.close

    def before(self) -> Iterator[tuple[PartResult, Position]]:
        return iter(())

    def add(self, part: PartResult, _end: Position) -> None:
        self._results.add(part.results)

    def __iter__(self) -> Iterator[FileResult]:
        return iter(self._results)


class Examination:
    """The files of one command. Use as a context: its temporary files go with it."""

    def __init__(self, job: VerifyJob, files: Files, execute: Executor | None = None, held: Held | None = None) -> None:
        """`execute` runs the work; where none is given, many files are verified in several processes, a single one in this. `held`
        keeps results; where none is given, a temporary file does."""
        self._job, self._files = job, files
        self._execute = execute or executor_for(files)
        self._stack = ExitStack()
        self._given_held = held
        self._ends: deque[Position] = deque()  # behind the parts that are being judged
        self._is_begun = False
        self.position = BEGIN  # behind those that are
        self.count = 0  # of results
        self._frauds: Mapping[str, Finding] = {}  # by origin: fraud proofs among the files
        self._history = History()
        self.delivered: list[Delivered] = []  # by the passports, each by itself, where lines are compared with them

    def __enter__(self) -> Examination:
        self._collection = Collection(self._stack.enter_context(RunFiles()))
        self._held: Held = self._given_held or self._stack.enter_context(closing(_HeldHere()))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def _verifier(self) -> Verifier:
        """What the examination itself asks. Raises `Refused` where the policy or the trust cannot be used."""
        return Verifier(self._job)

    def begin(self) -> Iterator[PartResult]:
        """Take what an earlier process judged, a part a step. Raises `Refused` where the policy or the trust cannot be used, or
        what was kept; OSError."""
        _ = self._verifier
        for part, end in self._held.before():
            self._take(part, end)
            yield part
        self._is_begun = True

    def read(self) -> Iterator[PartResult]:
        """Verify the files, each by itself, a part of them a step, but for those that an earlier process judged. Raises as
        `begin`, before the first."""
        if not self._is_begun:
            deque(self.begin(), maxlen=0)
        for part in self._execute(verifying(self._job), self._parts()):
            end = self._ends.popleft()
            self._held.add(part, end)
            self._take(part, end)
            yield part

    def _parts(self) -> Iterator[Part]:
        for end, part in self._files.parts(self.position):
            self._ends.append(end)
            yield part

    def _take(self, part: PartResult, end: Position) -> None:
        observed = part.observed
        self._collection.add(observed.rows)
        self._history.add(observed.heads, observed.links)
        self._frauds = Observed.joined((Observed(frauds=self._frauds), Observed(frauds=observed.frauds))).frauds
        self.delivered += (one.delivered for one in part.results if one.delivered is not None)
        self.count += len(part.results)
        self.position = end

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
        verifier = self._verifier
        sources = Sources(self._digests, self._files, verifier)
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
        from carbonseal.examining.lot_proofs import prove_lots

        return prove_lots(examined.lots, self._files, self._verifier.policy)

    def _digests(self) -> Iterator[tuple[str, str]]:
        return ((one.sha256, one.name) for one in self._held if one.sha256)

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
        if not self.is_concerned(examined):
            yield from self._held
            return
        job = replace(self._job, known=examined.known, lots=examined.lots)
        judged = ((one.name, examined.concerns(one)) for one in self._held)
        parts = self._execute(verifying(job), self._files.again(judged))
        again = (result for part in parts for result in part.results)
        for result in self._held:
            if not examined.concerns(result):
                yield result
                continue
            second = next(again, None)
            if second is None or second.name != result.name or second.sha256 not in ("", result.sha256):
                raise BrokenOff(FILES_CHANGED())
            yield second

    def is_concerned(self, examined: Examined) -> bool:
        """Whether some file is to be verified again."""
        return bool(examined.known or examined.lots) and any(map(examined.concerns, self._held))


def executor_for(files: Files, jobs: int | None = None) -> Executor:
    """What runs the work on these files: of a single one this process, else up to `jobs` others, as many as there are processors
    where it is not given."""
    if not files.many:
        return in_this_process
    from carbonseal.examining.executing.processes import in_processes

    return in_processes(jobs)


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


def shown_logs(files: Sequence[Path], passports: Files | None, verifier: Verifier) -> Examined:
    """The logs of which the verifier itself is shown that they contradict themselves: by passports, and by signed heads in files of
    observations. All other lines are claims, and can hide nothing of this. Raises `Refused`, OSError."""
    with RunFiles() as runs:
        collection = Collection(runs)
        for item in passports or ():
            collection.add(verifier.observations(item))
        for file in files:
            for head, source in signed_heads(checked_file(file), verifier.keys):
                collection.add(rows(LogFacts({head: None}), source))
        found = equivocations(collection.lines())

        def digests() -> Iterator[tuple[str, str]]:
            return ((hashlib.sha256(item.raw).hexdigest(), item.name) for item in passports or ())

        return examined_logs(found, verifier, Sources(digests, passports, verifier).facts)


class Sources:
    """Files, found by the SHA-256 of their bytes: what a source of observations shows under a verifier's policy."""

    def __init__(
        self, digests: Callable[[], Iterable[tuple[str, str]]], files: Files | None, verifier: Verifier
    ) -> None:
        """`digests` gives digest and name of each of `files`."""
        self._digests, self._files, self._verifier = digests, files, verifier

    def facts(self, source: Source) -> LogFacts | None:
        """What the file shows; None where none of the files has its bytes (any more)."""
        name = next((name for digest, name in self._digests() if digest == source.file), None)
        raw = self._files.find(name) if self._files and name else None
        if raw is None or hashlib.sha256(raw).hexdigest() != source.file:
            return None
        return self._verifier.facts(raw)


def write_proofs(proofs: Iterable[FraudProof | BatchProof], folder: Path) -> Iterator[Path]:
    """Write each fraud proof into `folder`, under a name that follows from its bytes. Raises OSError."""
    for proof in proofs:
        raw = proof.encode()
        path = folder / PROOFS.replace("*", hashlib.sha256(raw).hexdigest()[:16])
        path.write_bytes(raw)
        yield path
