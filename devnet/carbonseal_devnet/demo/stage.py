"""Output of the demo: steps with their times, and findings as `carbonseal verify` prints them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console

from carbonseal.cli.formatting.reports import tree, verdict_line
from carbonseal.findings import Finding, Outcome, Verdict
from carbonseal.verification.verify import Report

DECIDES = {Verdict.REJECTED: Outcome.REJECTED, Verdict.UNDETERMINED: Outcome.UNDETERMINED}


class Stage:
    """Where the demo prints."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._began = time.monotonic()

    def act(self, title: str) -> None:
        """Begin a part of the demo."""
        self._console.print(f"\n[bold]{title}[/bold]")

    @contextmanager
    def step(self, doing: str) -> Iterator[list[str]]:
        """A step that takes time. The lines that it appends to the list are printed when it is done."""
        began = time.monotonic()
        details: list[str] = []
        with self._console.status(f"{doing} …"):
            yield details
        took = f"[dim]{time.monotonic() - began:.1f} s[/dim]"
        self._console.print(f"  [green]✓[/green] {doing}  {took}", soft_wrap=True)
        for line in details:
            self._console.print(f"      [dim]{line}[/dim]", soft_wrap=True)

    def say(self, line: str) -> None:
        """Print a line."""
        self._console.print(f"  {line}", soft_wrap=True)

    def verdict(self, title: str, report: Report) -> None:
        """A verdict with the findings behind it: of a verified passport all about its product, else those that decided."""
        self._console.print(f"\n  [bold]{title}[/bold]")
        findings = _deciding(report)
        for line in (verdict_line(report.name, report.verdict), *tree(findings, "  ")):
            click.echo(f"    {line}")
        if more := len(report.findings) - len(findings):
            click.echo(f"      and {more} more findings: `carbonseal verify` prints all")

    def existed_by(self, instant: datetime | None) -> None:
        """Print the time that a passport proves."""
        if instant is not None:
            self.say(f"[dim]existed by {instant:%Y-%m-%d %H:%M:%S} UTC, according to the ledgers that date it[/dim]")

    def end(self, commands: list[str]) -> None:
        """Print how long everything took, and commands to try next."""
        self._console.print(f"\nAll of this took {time.monotonic() - self._began:.0f} s. Try next:\n")
        for command in commands:
            self._console.print(f"  {command}", soft_wrap=True)


def _deciding(report: Report) -> list[Finding]:
    """The findings that decided the verdict; of a verified passport, those of its own product and of the whole chain that
    hold."""
    decides = DECIDES.get(report.verdict, Outcome.SHOWN)
    deciding = [finding for finding in report.findings if finding.code.outcome is decides]
    if decides is Outcome.REJECTED:
        return deciding
    root = report.findings[0].place[0]
    of_root = (("seal",), ())
    return [one for one in deciding if not one.place or (one.place[0] == root and one.place[1:2] in of_root)]
