"""Result lines (docs/spec.md, section 31): what one file came to, in at most 1,000 bytes of JSON; and the same as a row of CSV.

It is what `carbonseal verify --results` writes and what a desk answers: one definition.

Private.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson

from carbonseal.escaping import guard_formulas
from carbonseal.examining.results import NO_VERDICT, READ_ERROR, FileResult
from carbonseal.findings import Finding, Outcome, Verdict
from carbonseal.instants import format_instant
from carbonseal.passport.codes import PASSPORT_OTHER_FILE
from carbonseal.passport.passports import Passport
from carbonseal.values import dataclass
from carbonseal.verification.verify import Report

DECIDES = {Verdict.UNDETERMINED: Outcome.UNDETERMINED, Verdict.REJECTED: Outcome.REJECTED}
LONGEST = 1000  # bytes of a line, with its line feed
CUTS = ((160, 8), (80, 8), (40, 6), (20, 4), (10, 2))  # bytes of each text, values of each list: the first that fits
MEMBERS = (
    "file", "verdict", "credential", "subject", "name", "issuer", "existedBy", "ledgers", "codes", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What a file came to. `verdict` is empty where it has none, and `reason` then says why; so are texts that are not known.
    `issuer` is whom the passport names: shown where it is verified, else a claim."""

    file: str
    verdict: str = ""  # a value of `Verdict`
    credential: str = ""  # the digest of the passport's own, in hex
    subject: str = ""
    name: str = ""
    issuer: str = ""
    existed_by: str = ""  # RFC 3339
    ledgers: tuple[str, ...] = ()  # on which its own seal was shown to be anchored
    codes: tuple[str, ...] = ()  # that decided the verdict, each once
    reason: str = ""  # the message of the first

    @staticmethod
    def of(name: str, report: Report, passport: Passport | None) -> ResultLine:
        """The line of a report, on `passport` where it could be read."""
        decides = DECIDES.get(report.verdict)
        deciding = [finding for finding in report.findings if finding.code.outcome is decides]
        return ResultLine(
            name,
            report.verdict.value,
            report.credential,
            report.subject,
            report.name,
            "" if passport is None else passport.credential.issuer,
            format_instant(report.existed_by) if report.existed_by else "",
            (*dict.fromkeys(_ledgers(report)),),
            (*dict.fromkeys(finding.code.name for finding in deciding),),
            deciding[0].message if deciding else "",
        )

    def encode(self) -> bytes:
        """The line, with its line feed: at most `LONGEST` bytes. Texts that are too long are cut, and end in … then."""
        for most_bytes, most_values in CUTS:
            line = orjson.dumps(self._members(most_bytes, most_values)) + b"\n"
            if len(line) <= LONGEST:
                return line
        raise AssertionError(self)

    def _members(self, most_bytes: int, most_values: int) -> dict[str, object]:
        return {
            "file": _cut(self.file, most_bytes),
            "verdict": self.verdict or None,
            "credential": self.credential or None,
            "subject": _cut(self.subject, most_bytes) or None,
            "name": _cut(self.name, most_bytes) or None,
            "issuer": _cut(self.issuer, most_bytes) or None,
            "existedBy": self.existed_by or None,
            "ledgers": [_cut(ledger, 80) for ledger in self.ledgers[:most_values]],
            "codes": self.codes[:most_values],
            "reason": _cut(self.reason, most_bytes) or None,
        }


def _ledgers(report: Report) -> Iterator[str]:
    """Ledgers that are shown to hold an anchor of the root's own seal: such findings are placed at (root, "seal", head, ledger)."""
    root = f"({report.credential[:8]})"
    for finding in report.findings:
        match finding.place:
            case (str(label), "seal", _, str(ledger)) if finding.code.outcome is Outcome.SHOWN and label.endswith(root):
                yield ledger


def _cut(text: str, most: int) -> str:
    """`text`, in at most so many bytes of UTF-8. What is no UTF-8, as names of files may be, is ?."""
    raw = text.encode(errors="replace")
    return raw.decode() if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


# --- as a table ----------------------------------------------------------------------------------------------------


def header() -> bytes:
    """The first row of a table of lines."""
    return row(MEMBERS)


def as_row(line: bytes) -> bytes:
    """A line as a row: its members in their order; what is absent is empty, lists are joined by blanks."""
    value: Mapping[str, object] = orjson.loads(line)
    cells = [value[name] for name in MEMBERS]
    return row([" ".join(map(str, cell)) if isinstance(cell, list) else str(cell or "") for cell in cells])


def row(cells: Sequence[str]) -> bytes:
    """Cells as a row of CSV (RFC 4180) in UTF-8, none of which a spreadsheet takes for a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(map(guard_formulas, cells))
    return out.getvalue().encode()


# --- results of files ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineResults:
    """Makes results whose text is a result line without its line feed: see `carbonseal.examining.results.Presenter`."""

    at: datetime

    def report(self, name: str, report: Report, passport: Passport | None = None) -> FileResult:
        """See `Presenter`."""
        line = ResultLine.of(name, report, passport)
        return FileResult(name, report.verdict.exit_status, report.verdict.value, text_of(line))

    def refused(self, name: str, finding: Finding) -> FileResult:
        """See `Presenter`."""
        if finding.code is not PASSPORT_OTHER_FILE:
            return self.report(name, Report(Verdict.of([finding]), (finding,)))
        line = ResultLine(name, codes=(finding.code.name,), reason=finding.message)
        return FileResult(name, NO_VERDICT, "not a passport", text_of(line))

    def not_read(self, name: str, problem: Finding) -> FileResult:
        """See `Presenter`."""
        return FileResult(name, READ_ERROR, "not read", text_of(ResultLine(name, reason=problem.message)))


def text_of(line: ResultLine) -> str:
    """The text of a result that is a line."""
    return line.encode().decode().removesuffix("\n")
