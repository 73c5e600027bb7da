"""One run of `carbonseal verify` under a policy: the files are examined together, then the lines of a consignment are matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.files.policy_folder import Brought
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.results import Results, Style, Totals
from carbonseal.cli.outputs import Output
from carbonseal.examining.examination import Examination, write_proofs
from carbonseal.examining.files.given import Files
from carbonseal.examining.judging import VerifyJob
from carbonseal.examining.parts import Executor
from carbonseal.examining.results import FileResult
from carbonseal.findings import Verdict
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.cli.examining.report_page import ReportPage
    from carbonseal.examining.consignment import Consignment
    from carbonseal.examining.log_tiles import LogTiles
    from carbonseal.languages.language import Language
    from carbonseal.verification.consignment.matching import LineResult


@dataclass(frozen=True, slots=True)
class VerifyRun:
    """One run under a policy: the files, what was observed earlier, and a consignment where there is one."""

    brought: Brought
    results: Results
    files: Files
    earlier: Sequence[Path]
    goods: Consignment | None
    execute: Executor

    def verify(
        self,
        names: Sequence[str],
        output: Output | None,
        fraud_proofs: Path | None,
        tiles: Mapping[str, LogTiles],
        page: ReportPage | None = None,
    ) -> Totals:
        """Examine the files together and print the result of each, and of each line of the consignment. `page` gets them too."""
        job = VerifyJob(self.brought.policy, self.brought.trust, self.results, is_consigned=self.goods is not None)
        totals = Totals()
        with Examination(job, self.files, self.execute) as examination:
            with Progress("verifying", with_lines=True, is_quiet=self.results.style is Style.QUIET) as progress:
                for part in examination.read():
                    progress.step(len(part.results))
            if self.goods is not None:
                examination.add(self.goods.rows(examination.delivered))
            examined = examination.examine(None if output is None else output.stream(), tiles, self.earlier)
            print_results(examination.results(examined), totals, page)
            summarise(totals, names, self.results)
            lines: list[LineResult] = []
            if self.goods is not None:
                observed, told = examination.observed(self.earlier), self.results
                lines = print_lines(self.goods, totals, observed, told.style, told.language)
            if page is not None:
                page.write(totals.summary(self.results.language), lines)
            if fraud_proofs is not None:
                of_lots = (proof for proof, _ in examination.lot_proofs(examined).values())
                for path in write_proofs((*examined.proofs.values(), *of_lots), fraud_proofs):
                    click.echo(f"wrote {path}", err=True)
        return totals


def print_lines(
    goods: Consignment, totals: Totals, observed: Iterable[bytes], style: Style, language: Language
) -> list[LineResult]:
    """Print the result of each line of a consignment, and give them; one that is no match makes the run undetermined."""
    from carbonseal.cli.formatting import consignments
    from carbonseal.verification.consignment.matching import LineOutcome

    found = [*goods.results(totals.delivered, observed)]
    if any(one.outcome in (LineOutcome.MISMATCH, LineOutcome.NOT_CHECKABLE) for one in found):
        totals.weigh(Verdict.UNDETERMINED.exit_status)
    if style is Style.JSON:
        for one in found:
            click.echo(consignments.as_json(goods, one))
    elif style is not Style.QUIET:
        used = {file for one in found for file in one.passports}
        verified = {one.file for one in totals.delivered if one.verdict is Verdict.VERIFIED}
        for line in consignments.as_text(goods, found, len(verified - used), language):
            click.echo(line)
    return found


def summarise(totals: Totals, names: Sequence[str], results: Results) -> None:
    """Print what many files came to. Raises `Failed` where there was none."""
    if not totals.count:
        raise Failed(f"there is no passport in {', '.join(names)}", "all that is there was left out")
    if results.style is Style.BRIEF:
        click.echo(totals.summary(results.language))


def print_results(results: Iterable[FileResult], totals: Totals, page: ReportPage | None = None) -> Totals:
    """Print each result, and count it. `page` gets its part."""
    for result in results:
        totals.add(result)
        if page is not None:
            page.add(result)
        if result.text:
            click.echo(result.text)
    return totals
