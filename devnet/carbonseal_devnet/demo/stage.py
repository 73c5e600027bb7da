"""Output of the demo: steps with their times and what each means, and findings as `carbonseal verify` prints them."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import click
from rich.console import Console

from carbonseal.cli.formatting.reports import brief, verdict_line
from carbonseal.cli.formatting.trees import tree
from carbonseal.findings import Place
from carbonseal.verification.verify import Report

LONG_WORD = re.compile(r"\S{44,}")  # keys and fingerprints


class Stage:
    """Where the demo prints."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=True)
        self._began = time.monotonic()

    def act(self, title: str) -> None:
        """Begin a part of the demo."""
        self._console.print(f"\n[bold]{title}[/bold]")

    @contextmanager
    def step(self, doing: str) -> Iterator[list[str]]:
        """A step that takes time. The lines that it appends to the list, which say what it means, are printed when it is done."""
        began = time.monotonic()
        says: list[str] = []
        with self._console.status(f"{doing} …"):
            yield says
        took = f"[dim]{time.monotonic() - began:.1f} s[/dim]"
        self._console.print(f"  [green]✓[/green] {doing}  {took}", soft_wrap=True)
        for line in says:
            self.means(line)

    def say(self, line: str) -> None:
        """Print a line."""
        self._console.print(f"  {line}", soft_wrap=True)

    def means(self, line: str) -> None:
        """What the step before means, in one line."""
        self._console.print(f"      [italic]→ {line}[/italic]", soft_wrap=True)

    def command(self, words: Sequence[str], output: str, told: slice = slice(None)) -> None:
        """A command as it was run, and what it printed, or so many lines of that."""
        self._console.print(f"  [bold]$ carbonseal {' '.join(words)}[/bold]", soft_wrap=True)
        lines = [line for line in output.splitlines() if line]
        for line in lines[told]:
            click.echo(f"    {line}")
        if left_out := len(lines) - len(lines[told]):
            click.echo(f"    … and {left_out} lines on the passport, left out here")

    def policy(self, name: str, text: str) -> None:
        """A policy without its comments, with long words cut off, and of all issuers the last."""
        self._console.print(
            f"  [bold]{name}[/bold]: the node's template and what customs adds; long words are cut off here"
        )
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        issuers = [line for line in lines if line.startswith("signer") and line.split()[2] == "issuer"]
        for line in lines:
            if line in issuers[1:]:
                continue
            click.echo(f"    {LONG_WORD.sub(_cut, line)}")
            if line in issuers:
                click.echo(f"    … and {len(issuers) - 1} more issuers, each for its own products")

    def verdict(self, name: str, report: Report, codes: Collection[str]) -> None:
        """A verdict with the findings that have these codes, each once; on the product itself or what vouches for it."""
        told = [one for one in report.findings if one.code.name in codes]
        for line in brief(name, replace(report, findings=tuple(told))).splitlines():
            click.echo(f"  {line}")

    def shown(self, report: Report, codes: Collection[str]) -> None:
        """A verdict and the findings that have these codes: on the chain, on the product itself, and on who vouches for it."""
        click.echo(f"    {verdict_line(report.name, report.verdict)}")
        own = report.findings[0].place[:1]
        told = [one for one in report.findings if one.code.name in codes and _is_told(one.place, own)]
        for line in tree(told):
            click.echo(f"      {line}")
        click.echo(f"      … of {len(report.findings)} findings: `carbonseal verify` prints all")

    def end(self, commands: Sequence[str]) -> None:
        """Print how long everything took, and commands to try next."""
        self._console.print(f"\nAll of this took {time.monotonic() - self._began:.0f} s. Try next:\n")
        for command in commands:
            self._console.print(f"  {command}", soft_wrap=True)


def _is_told(place: Place, product: Place) -> bool:
    """Whether a place is the whole passport, the product or its seal, or a statement, an accreditation, a required line."""
    if place[:1] == product:
        return place[1:] in {(), ("seal",)}
    return not place or place[0].startswith(("statement", "accreditation", "require"))


def _cut(word: re.Match[str]) -> str:
    return f"{word[0][:22]}…"
