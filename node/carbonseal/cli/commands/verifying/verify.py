"""`carbonseal verify`: passports against a policy, offline, with the verdict as exit status."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.files.carriers import CARRIER, PassportOrAddress, ask_for, fetched, is_address, is_file
from carbonseal.cli.files.policy_folder import POLICY_OR_FOLDER, Brought, bring
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import INSTANT, LANGUAGE, READABLE, Once
from carbonseal.cli.outputs import FILE, FORCE, FRAUD_PROOFS, Output
from carbonseal.examining.files.names import STDIN, is_stored
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.cli.examining.report_page import ReportPage
    from carbonseal.cli.formatting.results import Results, Totals
    from carbonseal.examining.consignment import Consignment
    from carbonseal.examining.files.given import Files
    from carbonseal.examining.log_tiles import LogTiles
    from carbonseal.examining.parts import Executor
    from carbonseal.goods.data_carrier import DataCarrier
    from carbonseal.languages.language import Language


@click.command(short_help="Verify passports offline, against your policy.")
@click.argument("passports", nargs=-1, required=True, type=PassportOrAddress(), metavar="PASSPORT|ADDRESS...")
@POLICY_OR_FOLDER
@click.option("--trust", cls=Once, type=READABLE, help="Block hashes and the like: see `carbonseal trust gather`.")
@click.option("--at", type=INSTANT, help="Verify as of this instant (2026-11-22T12:00:00Z). Default: now.")
@click.option(
    "--history",
    "histories",
    multiple=True,
    metavar="TILES",
    help="A log's tiles, a folder or a URL, for `require history`; repeatable.",
)
@click.option(
    "--expect-digest",
    "expected",
    cls=Once,
    type=CARRIER,
    metavar="DIGEST|ADDRESS",
    help="Undetermined unless the passport is the one with this digest, as a label has it.",
)
@click.option(
    "--observations",
    cls=Once,
    type=FILE,
    help="Write what the files show of logs, batches and goods: see `carbonseal examine`.",
)
@FORCE
@FRAUD_PROOFS
@click.option(
    "--consignment",
    cls=Once,
    type=READABLE,
    help="A declaration (CSV, xlsx, JSON) whose lines are matched to the passports.",
)
@click.option("--packing", cls=Once, type=READABLE, help="Its packing list: lots and serial numbers, by MRN and item.")
@click.option(
    "--with", "earlier", multiple=True, type=READABLE, help="Observations of earlier runs or other offices; repeatable."
)
@click.option(
    "--office-key",
    cls=Once,
    metavar="URI",
    help="The key that offices share (a file, or env:NAME): observations of goods are written and read under it.",
)
@click.option(
    "--results",
    cls=Once,
    type=FILE,
    help="Write the result of each file as a line (.ndjson) or a row (.csv), and print the summary alone.",
)
@click.option("--resume", is_flag=True, help="Go on with --results where a run was stopped; begin where there is none.")
@click.option(
    "--jobs", cls=Once, type=click.IntRange(1, 1024), help="How many processes verify. Default: one a processor."
)
@click.option(
    "--cluster",
    cls=Once,
    metavar="ADDRESS",
    help="Verify on the workers of the dask scheduler there: tls://host:8786, or tcp:// on this machine (docs/cluster.md).",
)
@click.option("--report", cls=Once, type=FILE, help="Write a page (HTML) about all of it: one file that prints on A4.")
@LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="One JSON object per passport and line, with every finding.")
@click.option("--quiet", is_flag=True, help="Print nothing: the exit status is the verdict.")
@click.pass_context
def verify(
    ctx: click.Context,
    *,
    passports: tuple[str, ...],
    policy: Path | None,
    trust: Path | None,
    at: datetime | None,
    histories: tuple[str, ...],
    expected: DataCarrier | None,
    observations: Path | None,
    force: bool,
    fraud_proofs: Path | None,
    consignment: Path | None,
    packing: Path | None,
    earlier: tuple[Path, ...],
    office_key: str | None,
    results: Path | None,
    resume: bool,
    jobs: int | None,
    cluster: str | None,
    report: Path | None,
    language: Language,
    as_json: bool,
    quiet: bool,
) -> None:
    """Verify passports: files, folders of them, or - for one from standard input. Works offline: everything that counts is in
    the passport, in your policy and in the trust material that you bring. Files of one command are examined together: where
    they show that a log equivocates, what it sealed is rejected. Fraud proofs, of a log or of a batch, may be among them, or alone.

    Without --policy, it says what they claim, and what a policy would have to name: the exit status is 3.

    An ADDRESS is what was scanned from a product (https://…): that host alone is asked for the passport, and the digest in the
    address decides whether what comes is the right one. A file that you have is compared with a label by --expect-digest. An
    https address that ends as a file's name does (.zip, .tar, .gz, .tgz, .json, .ndjson, .jsonl) is that of an archive or of
    passports: it is brought once, at most 4 GiB, and read as a file is.

    With --consignment, each line of a customs declaration comes to *match*, *mismatch* or *not checkable*; nothing is rejected
    for it (docs/customs.md).

    With --results, each file's result is a line of a file (docs/spec.md, section 31), written as it comes, and what is printed is
    a summary by verdict, issuer, ledger and code, and behind it, with --consignment, the lines of the declaration. A run that was
    stopped, by Ctrl-C or by the death of its process, goes on with the same command and --resume: what was judged is not judged
    again, and all comes out as if it had not been stopped.

    With --cluster, and for URLs of stores (s3://bucket/prefix), files are named to whoever verifies them, and read there.

    Archives (zip, tar, gzip) and files with one passport a line are opened; in folders every file is looked at, whatever its
    name.

    \b
    The exit status is the verdict:
      0  verified: everything that the policy requires was shown
      3  undetermined: something that it requires was not shown; a line that is no match
      4  rejected: something was shown to be false
      2  not a passport, or a fraud proof that does not hold; wrong usage, a policy or trust file that cannot be used
      1  a file could not be read, or the command broke off
    Of many files, 1 beats 4, 4 beats 3, and 3 beats 0. What is not a passport is 3 among them.

    \b
    Examples:
      carbonseal verify passport.json
      carbonseal verify passport.json --policy customs.policy --trust trust.json
      carbonseal verify deliveries/ --policy office/
      carbonseal verify deliveries/ --policy customs.policy --trust trust.json --json > verdicts.ndjson
      carbonseal verify passport.json --policy customs.policy --at 2027-01-01T00:00:00Z
      carbonseal verify 'https://id.example.com/p/5f0c…' --policy customs.policy
      carbonseal verify passport.json --policy customs.policy --expect-digest 5f0c…
      carbonseal verify deliveries/ --policy customs.policy --observations monday.ndjson --fraud-proofs .
      carbonseal verify deliveries/ --policy customs.policy --consignment declaration.csv --packing packing.csv
      carbonseal verify deliveries/ --policy customs.policy --consignment declaration.csv --results passports.csv
      carbonseal verify night/ --policy office/ --results night.ndjson --resume
      carbonseal verify https://files.example.com/night.tar.gz --policy office/ --results night.csv
      carbonseal verify s3://passports/2026/ --policy office/ --results 2026.ndjson --cluster tls://scheduler:8786
    """
    if as_json and quiet:
        raise click.UsageError("--json and --quiet exclude each other.")
    under_policy = (trust, histories, observations, fraud_proofs, consignment, earlier, report, results)
    if policy is None and any(under_policy):
        raise click.UsageError(
            "--trust, --history, --observations, --with, --fraud-proofs, --consignment, --report and --results need "
            "--policy."
        )
    if resume and results is None:
        raise click.UsageError("--resume needs --results, the file of the run that was stopped.")
    if results is not None and report is not None:
        raise click.UsageError("--results excludes --report: a page is made in one sitting.")
    if consignment is None and (packing or office_key):
        raise click.UsageError("--packing and --office-key need --consignment.")
    is_shared = _is_shared(passports, cluster, expected)
    if not is_shared:
        _begin_ahead(passports)  # before what follows is imported here, and files are listed
    from carbonseal.cli.examining.verify_run import VerifyRun
    from carbonseal.cli.formatting.results import Results, Style

    brought = None if policy is None else bring(policy, trust)
    outputs = _outputs(results, report, observations, fraud_proofs)
    read = (one for one in (consignment, packing, *earlier) if one)
    archives = ctx.with_resource(
        fetched(name for name in dict.fromkeys(passports) if is_address(name) and is_file(name))
    )
    beside = (*(brought.paths if brought else ()), *read, *outputs)
    files = _referred(passports, beside) if is_shared else _files(passports, archives, beside, expected)
    style = Style.JSON if as_json else Style.QUIET if quiet else Style.BRIEF if files.many else Style.FULL
    execute = _executor(files, jobs, cluster)
    if brought is None:
        totals = _claims(passports, files, execute, Results(style, at or datetime.now(UTC), language))
    else:
        try:
            before = (*brought.observations, *earlier)
            output = None if observations is None else Output(observations, over=force or resume)
            tiles = _tiles(histories)
            goods = None if consignment is None else _consignment(consignment, packing, office_key)
            if results is not None:
                from carbonseal.cli.examining.bulk_run import BulkRun, begin

                target, begun = begin(results, over=force, resume=resume)
                in_bulk = BulkRun(brought, files, before, goods, at or begun, execute, style, language)
                totals = in_bulk.verify(target, output, fraud_proofs, tiles, resume=resume)
            else:
                told = Results(style, at or datetime.now(UTC), language, with_pages=report is not None)
                run = VerifyRun(brought, told, files, before, goods, execute)
                with ExitStack() as stack:
                    page = None if report is None else stack.enter_context(_page(report, brought, told, over=force))
                    totals = run.verify(passports, output, fraud_proofs, tiles, page)
        except Refused as unusable:  # of a passport it would have been a verdict
            raise Failed.by(unusable) from unusable
    if files.left_out and style is not Style.QUIET:
        names = ", ".join(sorted({Path(name).name for name in files.left_out}))
        click.echo(plain(f"left out {len(files.left_out):,} files that systems put beside others: {names}"), err=True)
    ctx.exit(totals.status)


def _begin_ahead(named: Sequence[str]) -> None:
    """Start what processes are forked from, where there may be several."""
    if len(named) > 1 or any(map(os.path.isdir, named)):
        from carbonseal.examining.executing.forking import begin_ahead

        begin_ahead()


def _claims(named: Sequence[str], files: Files, execute: Executor, results: Results) -> Totals:
    """Print what passports claim, without a policy."""
    from carbonseal.cli.examining.verify_run import print_results, summarise
    from carbonseal.cli.formatting.claims import claiming
    from carbonseal.cli.formatting.results import Totals

    parts = execute(claiming(results), (part for _, part in files.parts()))
    totals = print_results((one for part in parts for one in part.results), Totals())
    summarise(totals, named, results)
    return totals


def _outputs(
    results: Path | None, report: Path | None, observations: Path | None, fraud_proofs: Path | None
) -> Iterator[Path]:
    """What the command writes: in a folder that is verified it is of an earlier run, and no passport."""
    yield from (one for one in (report, observations) if one)
    if results is not None:
        from carbonseal.examining.bulk.results_file import new_path, run_path

        target = Path(os.path.realpath(results))  # where a link leads: what is beside it is of this run
        yield from (target, run_path(target), new_path(target))
    if fraud_proofs is not None:
        from carbonseal.examining.examination import PROOFS

        yield from fraud_proofs.glob(PROOFS)


def _tiles(places: Sequence[str]) -> Mapping[str, LogTiles]:
    """The logs of which there are tiles at these places, by origin. Raises `Refused`, `BrokenOff`."""
    if not places:
        return {}
    from carbonseal.examining.log_tiles import LogTiles  # loads what speaks HTTP

    return {one.origin: one for one in map(LogTiles, places)}


def _page(path: Path, brought: Brought, results: Results, *, over: bool) -> ReportPage:
    """Raises `Failed` where what makes pages is not installed, or the file is there already."""
    try:
        import jinja2  # noqa: F401 - the extra desk
    except ModuleNotFoundError as error:
        raise Failed("--report needs what is not installed", "pip install 'carbonseal[desk]'") from error
    from carbonseal.cli.examining.report_page import ReportPage

    return ReportPage(Output(path, over=over), brought.policy, results)


def _files(
    named: Sequence[str], archives: Mapping[str, Path], beside: Iterable[Path], expected: DataCarrier | None
) -> Files:
    """The files that were named, and what is at the addresses that were; `archives` are there already."""
    paths = [name for name in named if not is_address(name)]
    addresses = list(dict.fromkeys(name for name in named if is_address(name) and name not in archives))
    if expected is not None and addresses:
        raise click.UsageError("--expect-digest is for files: an address has its digest already.")
    if STDIN in paths and (addresses or archives):
        raise click.UsageError("- cannot be combined with addresses: standard input is one file.")
    from carbonseal.examining.files.given import GivenFiles

    asked_for = [ask_for(CARRIER.convert(address, None, None)) for address in addresses]
    files = GivenFiles(paths, beside, asked_for, archives)
    if expected is not None and files.many:
        raise click.UsageError("--expect-digest is for one passport.")
    files.expected = expected
    return files


def _is_shared(named: Sequence[str], cluster: str | None, expected: DataCarrier | None) -> bool:
    """Whether files are named to whoever verifies them, and not read here. What has to be read here is refused then."""
    if cluster is None and not any(map(is_stored, named)):
        return False
    if expected is not None:
        raise click.UsageError("--expect-digest is for one passport, read here.")
    if STDIN in named or any(map(is_address, named)):
        raise click.UsageError("--cluster and URLs of stores exclude - and addresses: these are read here.")
    return True


def _referred(named: Sequence[str], beside: Iterable[Path]) -> Files:
    from carbonseal.examining.files.referred import ReferredFiles

    return ReferredFiles(named, beside)


def _executor(files: Files, jobs: int | None, cluster: str | None) -> Executor:
    """What verifies: processes here, or the workers of a cluster."""
    if cluster is None:
        from carbonseal.examining.examination import executor_for

        return executor_for(files, jobs)
    if jobs is not None:
        raise click.UsageError("--cluster excludes --jobs: how many processes verify is how many workers there are.")
    import logging

    from carbonseal.examining.cluster.executor import on_cluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it has to say is in what is raised
    return on_cluster(cluster)


def _consignment(declaration: Path, packing: Path | None, key: str | None) -> Consignment:
    from carbonseal.cli.examining.office_key import office_key
    from carbonseal.examining.consignment import read_consignment

    return read_consignment(declaration, packing, office_key(key))
