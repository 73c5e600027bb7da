"""Findings as a tree of the places that they concern, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from click import style

from carbonseal.cli.formatting.text import plain
from carbonseal.findings import Finding, Outcome, Place
from carbonseal.languages import sentences
from carbonseal.languages.language import ENGLISH, Language

MARKS = {
    Outcome.SHOWN: style("✓", fg="green"),
    Outcome.NOTED: style("·", dim=True),
    Outcome.NOT_ASKED: style("-", dim=True),
    Outcome.UNDETERMINED: style("?", fg="yellow", bold=True),
    Outcome.REJECTED: style("✗", fg="red", bold=True),
}
FOLDED_FROM = 3  # findings of a place from which on it may be folded into one line
WITH_REMEDY = (Outcome.NOTED, Outcome.UNDETERMINED, Outcome.REJECTED)  # outcomes whose remedy is printed


def tree(findings: Iterable[Finding], indent: str = "", language: Language = ENGLISH) -> Iterator[str]:
    """Lines of `findings` below the places that they concern, each place named once, in the order in which places first occur.

    Of places side by side, the first is printed in full; another one where everything holds, or only what was printed before is
    lacking, is folded into one line.
    """
    root = _Branch()
    for finding in findings:
        root.at(finding.place).findings.append(finding)
    yield from _Drawing(language).lines(root, indent)


class _Branch:
    """A place: its findings, and the places below it."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.below: dict[str, _Branch] = {}

    def at(self, place: Place) -> _Branch:
        branch = self
        for name in place:
            branch = branch.below.setdefault(name, _Branch())
        return branch

    def all(self) -> Iterator[Finding]:
        yield from self.findings
        for branch in self.below.values():
            yield from branch.all()


class _Drawing:
    """Draws branches in one language. `_printed` has the findings that have been printed, by `identity`."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._printed: set[tuple[str, str]] = set()

    def lines(self, branch: _Branch, indent: str) -> Iterator[str]:
        for finding in branch.findings:
            self._printed.add(identity(finding))
            yield from (indent + line for line in line_of(finding, self._language).split("\n"))
        in_full = False
        for name, below in branch.below.items():
            found = [*below.all()]
            new = [
                finding
                for finding in found
                if identity(finding) not in self._printed and finding.code.outcome is not Outcome.SHOWN
            ]
            if in_full and not new and len(found) >= FOLDED_FROM:
                yield indent + self._folded(name, found)
            else:
                in_full = in_full or len(found) >= FOLDED_FROM
                yield from self._named(name, below, indent)

    def _named(self, name: str, branch: _Branch, indent: str) -> Iterator[str]:
        path = [name]
        while not branch.findings and len(branch.below) == 1:  # places with one place below them are one line
            (step, branch) = next(iter(branch.below.items()))
            path.append(step)
        yield indent + style(plain(" > ".join(path)), bold=True)
        yield from self.lines(branch, indent + "  ")

    def _folded(self, name: str, found: Sequence[Finding]) -> str:
        """A place in one line: that all checks hold there, or which of the codes that were printed before it has."""
        again = [finding.code for finding in found if finding.code.outcome is not Outcome.SHOWN]
        if not again:
            all_hold = self._language.say(sentences.ALL_HOLD, count=len(found))
            return f"{MARKS[Outcome.SHOWN]} {plain(name)}: {all_hold}"
        worst = next(outcome for outcome in reversed(MARKS) if any(code.outcome is outcome for code in again))
        codes = style(f"[{', '.join(dict.fromkeys(code.name for code in again))}]", dim=True)
        return f"{MARKS[worst]} {plain(name)}: {self._language.say(sentences.AS_ABOVE)} {codes}"


def identity(finding: Finding) -> tuple[str, str]:
    """What is alike in findings that say the same of several places."""
    return finding.code.name, finding.message


def line_of(finding: Finding, language: Language) -> str:
    """A finding with its mark and code; below it what to do about it, where that is wanted."""
    mark, code = MARKS[finding.code.outcome], style(f"[{finding.code.name}]", dim=True)
    line = f"{mark} {plain(language.message(finding))} {code}"
    if finding.code.outcome in WITH_REMEDY and finding.remedy:
        line += f"\n    {plain(language.remedy(finding))}"
    return line
