"""`carbonseal fsck`: finds what rotted in a node's directory, and repairs what can be made again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import NODE
from carbonseal.cli.targets import DirectoryCommand
from carbonseal.escaping import json_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonseal.findings import Finding
    from carbonseal.node.soundness.fsck import Report


@click.command(cls=DirectoryCommand, short_help="Find what rotted on the disk, and repair what can be made again.")
@click.argument("directory", type=NODE)
@click.option("--repair", is_flag=True, help="Repair what can be made again. The node must be stopped.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_context
def fsck(ctx: click.Context, *, directory: Path, repair: bool, as_json: bool) -> None:
    """Check all that the node in DIRECTORY has of its logs: entries, records, heads, tiles, bundles, checkpoints, the index of
    commitments, the databases' pages, the passports that were issued, and the index for look-ups. The tree is computed
    anew from all entries.

    Without --repair nothing is written, and the node may run. What rotted is repaired only where the computed root at the
    guard's size is the guard's root; a log that forked, and an old copy, are named as that, and nothing of them is
    repaired. The guard is never repaired: see `carbonseal log adopt`.

    The exit status is 0 where all is sound, or is now; 3 where something rotted, or a guard is missing; 4 where a log is
    not the one that its guard knows; 2 for wrong usage; 1 where it broke off.

    \b
    Examples:
      carbonseal fsck my-node
      carbonseal fsck my-node --repair
    """
    from carbonseal.node.soundness.fsck import fsck as check

    report = check(directory, repair=repair)
    click.echo(json_line(report.to_json()) if as_json else "\n".join(_lines(report)))
    ctx.exit(report.exit_status)


def _lines(report: Report) -> Iterator[str]:
    verdict = "another history" if report.exit_status == 4 else "not known"
    for title, findings in (("repaired", report.repaired), ("damaged", report.damage), (verdict, report.verdict)):
        for finding in findings:
            yield from _finding(title, finding, with_remedy=title != "repaired")
    for finding in report.notes:
        yield from _finding("note", finding, with_remedy=False)
    state = {0: "sound", 3: "damaged" if report.damage else verdict, 4: verdict}[report.exit_status]
    yield plain(f"{state}: {report.entries:,} entries, {len(report.damage)} damaged, {len(report.repaired)} repaired")


def _finding(title: str, finding: Finding, *, with_remedy: bool) -> Iterator[str]:
    where = "".join(f"{place}: " for place in finding.place)
    yield plain(f"{title}  {where}{finding.message} [{finding.code.name}]")
    if with_remedy and finding.remedy:
        yield plain(f"  {finding.remedy}")
