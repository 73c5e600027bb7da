"""Results of files, and who puts them into words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from carbonseal.findings import Finding
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.flow.graph import Lot
    from carbonseal.passport.passports import Passport
    from carbonseal.verification.consignment.delivered import Delivered
    from carbonseal.verification.verify import Report

READ_ERROR = 1  # exit status
NO_VERDICT = 2  # exit status of a file that is not a passport, and of a fraud proof that does not hold


Basis = tuple[str, ...]  # what has to be the same where figures compare


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What a table of many files says of one. `figure` is its footprint for one `unit`, kg CO2e; both are empty where that is not
    known. Figures compare where `basis` is the same."""

    anchor: str  # of its part of the page
    file: str
    title: str
    verdict: str  # a value of `Verdict`
    maker: str
    footprint: str  # as it is declared, in words
    figure: str
    unit: str
    boundary: str
    period: str
    covered: str  # the share of the figure that statements cover, as the policy counts them
    bodies: str
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """A file in a page: what the table says of it, and its own part, HTML."""

    row: RowFacts
    part: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result of one file: its exit status, the word for it in a summary, the text to print, and what it rests on."""

    name: str
    status: int
    word: str
    text: str
    sha256: str = ""  # of its bytes, in hex; empty where it could not be read
    origins: frozenset[str] = frozenset()  # the logs that it shows anything of
    lots: frozenset[Lot] = frozenset()  # that something was taken of
    delivered: Delivered | None = None  # of a passport, where lines of a declaration are compared with it
    page: FilePage | None = None  # where a report is wanted
    found: tuple[Report, Passport | None] | None = None  # the report itself, for programs
    reason: str = ""  # of a file without a verdict: why, and what to do, in the reader's language
    remedy: str = ""


class Presenter(Protocol):
    """Makes results of what was found on files. It crosses to other processes."""

    @property
    def at(self) -> datetime:
        """The instant as of which files are judged."""
        ...

    def report(self, name: str, report: Report, passport: Passport | None = None) -> FileResult:
        """The result that a report is, on `passport` where it could be read."""
        ...

    def refused(self, name: str, finding: Finding) -> FileResult:
        """The result of a file that was refused as a passport: it is something else, or is one that cannot be read."""
        ...

    def not_read(self, name: str, problem: Finding) -> FileResult:
        """The result of a file that could not be read."""
        ...
