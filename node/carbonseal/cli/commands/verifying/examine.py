"""`carbonseal examine`: observations of several runs or offices as one set, the logs that equivocate in it, and the batches of
which more was taken than they yielded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.files.policy_folder import FOLDER_OR_FILE, bring
from carbonseal.cli.formatting.results import Results, Style
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.formatting.trees import tree
from carbonseal.cli.options import READABLE, Once
from carbonseal.cli.outputs import FILE, FORCE, FRAUD_PROOFS, Output
from carbonseal.escaping import json_line
from carbonseal.examining.examination import Examined, examined_logs, shown_logs, write_proofs, written
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import Verifier, VerifyJob
from carbonseal.examining.lot_proofs import LotProofs, name_sources, prove_lots, shown_lots
from carbonseal.examining.observation_files import checked_file
from carbonseal.examining.presented import OVER_PRESENTED, presented_findings
from carbonseal.findings import Finding, Outcome, Refused, Verdict
from carbonseal.values import dataclass
from carbonseal.verification.observing.lot_observations import exceeded_lots

if TYPE_CHECKING:
    from carbonseal.flow.graph import Lot
    from carbonseal.flow.lots import Balance


class Unknown(Failed):
    """Observations that this version does not know."""

    exit_code = 3


@click.command(short_help="Examine observations of several runs: does a log equivocate?")
@click.argument("files", nargs=-1, required=True, type=READABLE, metavar="OBSERVATIONS...")
@click.option(
    "--policy",
    cls=Once,
    type=FOLDER_OR_FILE,
    help="Under whose log keys a fraud proof has to hold: a policy, or a folder that has one, and observations, too.",
)
@click.option(
    "--with",
    "sources",
    multiple=True,
    type=click.Path(exists=True),
    help="The passports that show it, or a folder of them; repeatable.",
)
@click.option("-o", "--output", cls=Once, type=FILE, help="Write the merged observations.")
@FORCE
@FRAUD_PROOFS
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def examine(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    policy: Path | None,
    sources: tuple[str, ...],
    output: Path | None,
    force: bool,
    fraud_proofs: Path | None,
    as_json: bool,
) -> None:
    """Merge files of observations, which `carbonseal verify --observations` wrote here or elsewhere, and report each place of
    a log that has two values, and each batch of which more was taken than it yielded. In any order, and with files given twice,
    the result is the same.

    What others observed is a claim. It is proved where a fraud proof holds under your policy: of two roots of one size from the
    observations alone, else from the passports that show it (--with). Without these, the files to ask for are named.

    \b
    The exit status:
      0  nothing contradicts
      3  something contradicts, and no fraud proof of it could be made, or one that does not show who is wrong; or observations
         of a kind that is not known here
      4  a log equivocates, or one credential takes more of a batch than it yielded: a fraud proof holds
      2  wrong usage, or a file that cannot be used
      1  the command broke off

    \b
    Examples:
      carbonseal examine north.ndjson south.ndjson
      carbonseal examine north.ndjson south.ndjson --policy customs.policy --with deliveries/ --fraud-proofs .
      carbonseal examine monday.ndjson tuesday.ndjson -o week.ndjson
    """
    if policy is None and (sources or fraud_proofs):
        raise click.UsageError("--with and --fraud-proofs need --policy: a fraud proof is checked under its log keys.")
    merged = None if output is None else Output(output, over=force)
    try:
        examined, lots, count = _examine(files, policy, sources, merged)
    except Refused as refused:
        failed = Failed.by(refused)
        unknown = refused.finding.code.outcome is Outcome.UNDETERMINED
        raise Unknown(failed.message, failed.remedy) if unknown else failed from refused
    proofs: list[Path] = []
    if fraud_proofs is not None:
        of_lots = (proof for proof, _ in lots.proofs.values())
        proofs = [*write_proofs((*examined.proofs.values(), *of_lots), fraud_proofs)]
    findings = [finding for found in examined.known.values() for finding in found]
    findings += (of_lot := lots.findings())
    findings += presented_findings(files)
    text = _as_json(count, findings, proofs) if as_json else _as_text(count, findings, proofs, len(of_lot))
    click.echo(text)
    ctx.exit(Verdict.of(findings).exit_status)


@dataclass(frozen=True, slots=True)
class _Lots:
    """The lots of which too much was taken: by what is claimed, with the sources of that, and by fraud proofs."""

    claimed: Mapping[Lot, Balance]
    sources: Mapping[Lot, str]
    proofs: LotProofs

    def findings(self) -> list[Finding]:
        """One of each lot."""
        from carbonseal.flow.checks.lots.batch import claimed
        from carbonseal.flow.rules import CheckRequirement, finding

        found = [finding for _, finding in self.proofs.values()]
        for lot, balance in self.claimed.items():
            for result in claimed(balance, self.sources.get(lot, "")):
                told = finding(result, CheckRequirement(is_required=True))
                if told is not None:
                    found.append(told)
        return found


def _examine(
    files: Sequence[Path], policy: Path | None, sources: Sequence[str], output: Output | None
) -> tuple[Examined, _Lots, int]:
    """What the files show together of logs and of lots, and how many observations they have. Raises `Refused`, OSError."""
    from carbonseal.verification.examination import equivocations
    from carbonseal.verification.observing.observations import merge

    verifier = None
    if policy is not None:
        brought = bring(policy)
        verifier = Verifier(VerifyJob(brought.policy, (), Results(Style.QUIET, datetime.now(UTC))))
        files = [*files, *brought.observations]
    count = 0

    def counted(lines: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    def merged() -> Iterator[bytes]:
        return merge(*map(checked_file, files))

    with ExitStack() as stack:
        lines = counted(merged())
        if output is not None:
            lines = written(lines, stack.enter_context(output.stream()))
        found = equivocations(lines)
    given = GivenFiles(sources) if sources else None
    examined = examined_logs(found, None, lambda _: None)
    if verifier is not None and found:
        shown = shown_logs(files, given, verifier)
        examined = Examined({**examined.known, **shown.known}, shown.proofs)
    exceeded = exceeded_lots(merged)
    proofs: LotProofs = {}
    if verifier is not None and given is not None:
        exceeded |= shown_lots(given, verifier.policy)
        proofs = prove_lots(exceeded, given, verifier.policy)
    unproved = {lot: balance for lot, balance in exceeded.items() if lot not in proofs}
    return examined, _Lots(unproved, name_sources(unproved, merged()) if unproved else {}, proofs), count


def _as_text(count: int, findings: Sequence[Finding], proofs: Sequence[Path], lots: int) -> str:
    lines = [*tree(findings), *(plain(f"wrote {path}") for path in proofs)]
    presented = sum(finding.code.name == OVER_PRESENTED for finding in findings)
    summary = f"{count:,} observations; logs that contradict themselves: {len(findings) - lots - presented}"
    summary += f"; lots of which too much was taken: {lots}" if lots else ""
    summary += f"; lots of which too much was presented: {presented}" if presented else ""
    return "\n".join([*lines, summary])


def _as_json(count: int, findings: Sequence[Finding], proofs: Sequence[Path]) -> str:
    found = [finding.to_json() for finding in findings]
    return json_line({"observations": count, "findings": found, "fraudProofs": [*map(str, proofs)]})
