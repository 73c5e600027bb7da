"""One run of `carbonseal verify --results`: every file's result is a line of a file, what is printed is the summary, and the
lines of a consignment."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.examining.verify_run import print_lines
from carbonseal.cli.files.policy_folder import Brought
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.results import Style, Totals
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.formatting.trees import tree
from carbonseal.cli.outputs import Output
from carbonseal.escaping import json_line
from carbonseal.examining.bulk.lines import LineResults
from carbonseal.examining.bulk.results_file import Form, ResultsFile, run_path
from carbonseal.examining.bulk.run_file import RunFile, begun_at
from carbonseal.examining.bulk.summary import Summary, ordered
from carbonseal.examining.examination import Examination, Examined, write_proofs
from carbonseal.examining.files.given import Files
from carbonseal.examining.judging import Verifier, VerifyJob
from carbonseal.examining.parts import Executor
from carbonseal.examining.results import FileResult
from carbonseal.findings import Finding, Outcome
from carbonseal.instants import format_instant
from carbonseal.languages.language import Language
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.examining.consignment import Consignment
    from carbonseal.examining.log_tiles import LogTiles

MOST_TOLD = 10  # names of each kind in the summary for people
TELLING = (Outcome.REJECTED, Outcome.UNDETERMINED)


def results_path(path: Path, *, over: bool, resume: bool) -> Path:
    """Where results go. Raises `Failed` where the name says no form, or the file is there and is neither to be overwritten nor
    gone on with; `BrokeOff`."""
    if path.suffix not in {form.value for form in Form}:
        raise Failed(f"{path}: results are lines of JSON or CSV", "name a file that ends in .ndjson or .csv")
    if path.exists() and not over and not resume:
        raise Failed(
            f"{path} exists already", "go on with it with --resume, overwrite it with --force, or name another file"
        )
    return Output(path, over=True).target


def begin(path: Path, *, over: bool, resume: bool) -> tuple[Path, datetime]:
    """Where results go (see `results_path`), and the instant of the run: that of the one that is gone on with, else now."""
    target = results_path(path, over=over, resume=resume)
    return target, (begun_at(run_path(target)) if resume else None) or datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class BulkRun:
    """One run under a policy. `execute` runs it; `earlier` are observations of other runs; with `goods`, lines of a declaration are
    matched to the files."""

    brought: Brought
    files: Files
    earlier: Sequence[Path]
    goods: Consignment | None
    at: datetime
    execute: Executor
    style: Style
    language: Language

    def verify(
        self,
        results: Path,
        observations: Output | None,
        fraud_proofs: Path | None,
        tiles: Mapping[str, LogTiles],
        *,
        resume: bool,
    ) -> Totals:
        """Examine the files, write the result of each, and print the summary. Raises Refused, `BrokeOff`, OSError."""
        is_consigned = self.goods is not None
        job = VerifyJob(self.brought.policy, self.brought.trust, LineResults(self.at), is_consigned=is_consigned)
        run = RunFile(run_path(results), self._about(results, tiles), Verifier(job).keys)
        counted = _Counted()
        with (
            ResultsFile(results, run, resume=resume) as held,
            Examination(job, self.files, self.execute, held) as examination,
            stoppable(examination),
        ):
            self._read(examination, counted)
            if self.goods is not None:
                examination.add(self.goods.rows(examination.delivered))
            stream = None if observations is None else observations.stream()
            examined = examination.examine(stream, tiles, self.earlier)
            if fraud_proofs is not None:
                of_lots = (proof for proof, _ in examination.lot_proofs(examined).values())
                for path in write_proofs((*examined.proofs.values(), *of_lots), fraud_proofs):
                    click.echo(f"wrote {path}", err=True)
            if examination.is_concerned(examined):  # what was counted is not final
                counted = _Counted()
                held.finish(counted.counting(examination.results(examined)))
            else:
                held.finish()
            totals = counted.totals
            self._print(counted.summary, totals, examined)
            if self.goods is not None:
                print_lines(self.goods, totals, examination.observed(self.earlier), self.style, self.language)
        return totals

    def _print(self, summary: Summary, totals: Totals, examined: Examined) -> None:
        if self.style is Style.JSON:
            click.echo(json_line({**summary.to_json(), **_between(examined)}))
        elif self.style is not Style.QUIET:
            for line in _text(summary, totals, examined, self.language):
                click.echo(line)

    def _read(self, examination: Examination, counted: _Counted) -> None:
        """Judge each file by itself, and count what they come to."""
        total, is_quiet = len(self.files), self.style is Style.QUIET
        with Progress("verifying", total if total > 1 else None, with_lines=True, is_quiet=is_quiet) as progress:
            for part in examination.begin():
                counted.add(part.results)
            progress.begin_at(_done(examination, total))
            for part in examination.read():
                counted.add(part.results)
                progress.reach(_done(examination, total))

    def _about(self, results: Path, tiles: Mapping[str, LogTiles]) -> dict[str, str]:
        """What the run is of: a later process that goes on with it has to have the same."""
        import carbonseal

        observed = hashlib.sha256(b"".join(map(_digest, self.earlier)))
        return {
            "version of carbonseal": carbonseal.__version__,
            "policy": hashlib.sha256(self.brought.policy.raw).hexdigest(),
            "trust": " ".join(sorted(hashlib.sha256(one.raw).hexdigest() for one in self.brought.trust)),
            "instant": format_instant(self.at),
            "earlier observations": observed.hexdigest(),
            "histories": " ".join(sorted(tiles)),
            "declaration": "" if self.goods is None else self.goods.source,
            "form": results.suffix,
            "set of files": self.files.digest,
        }


@dataclass(frozen=True, slots=True)
class _Counted:
    """What results come to."""

    totals: Totals = field(default_factory=Totals)
    summary: Summary = field(default_factory=Summary)

    def add(self, results: Iterable[FileResult]) -> None:
        """Further results."""
        deque(self.counting(results), maxlen=0)

    def counting(self, results: Iterable[FileResult]) -> Iterator[FileResult]:
        """The same results, each counted as it is taken."""
        for result in results:
            self.totals.add(result)
            self.summary.add(result)
            yield result


def _done(examination: Examination, total: int) -> int:
    """How many files are done or begun; of one archive, how many are in it."""
    files, items = examination.position
    return files + bool(items) if total > 1 else examination.count


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


@contextmanager
def stoppable(examination: Examination) -> Iterator[None]:
    """A stop by Ctrl-C or SIGTERM is said in words. Raises `BrokeOff`."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, stop) if is_main else None
    try:
        yield
    except KeyboardInterrupt:
        raise BrokeOff(
            f"stopped: {examination.count:,} files are judged", "the same command with --resume goes on"
        ) from None
    except OSError as error:
        broken = BrokeOff.on(error)
        raise BrokeOff(broken.message, f"{broken.remedy or 'mend that'}; with --resume the run goes on") from error
    finally:
        if is_main:
            signal.signal(signal.SIGTERM, before)


# --- the summary ---------------------------------------------------------------------------------------------------


def _between(examined: Examined) -> dict[str, object]:
    """What was found between files, for a program."""
    logs = {origin: [one.to_json() for one in found] for origin, found in sorted(examined.known.items())}
    lots = [
        {"issuer": issuer, "product": product, "batch": batch.hex()} for issuer, product, batch in sorted(examined.lots)
    ]
    return {"logs": logs, "lots": lots}


def _text(summary: Summary, totals: Totals, examined: Examined, language: Language) -> Iterator[str]:
    yield totals.summary(language)
    for title, counts in (("issuer", summary.issuers), ("ledger", summary.ledgers), ("code", summary.codes)):
        yield from _counts(title, counts)
    yield from tree(_told(examined), language=language)
    for issuer, product, _ in sorted(examined.lots):
        yield plain(f"of a lot of {product} by {issuer} more was taken than it yielded")


def _counts(title: str, counts: Counter[str]) -> Iterator[str]:
    found = ordered(counts)
    for name, count in found[:MOST_TOLD]:
        yield plain(f"  {title:<7} {count:>11,}  {name}")
    if len(found) > MOST_TOLD:
        yield f"  {title:<7} {'':>11}  and {len(found) - MOST_TOLD:,} more: --json has all"


def _told(examined: Examined) -> list[Finding]:
    return [one for _, found in sorted(examined.known.items()) for one in found if one.code.outcome in TELLING]
