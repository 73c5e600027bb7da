"""A judged file: the verdict on it, and what a page says about it, in the order in which a person asks.

verdict -> why -> what to do, and who -> product -> supply chain -> ledgers -> statements -> checks -> every finding
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from carbonseal.examining.bulk.lines import DECIDES
from carbonseal.examining.results import RowFacts
from carbonseal.findings import Finding, Outcome, Verdict
from carbonseal.flow.graph import Product, ReadRecord, graph_of
from carbonseal.flow.tree import Branch, tree_of
from carbonseal.footprints.model import Footprint
from carbonseal.instants import format_instant
from carbonseal.languages import sentences
from carbonseal.languages.language import Language
from carbonseal.languages.report import REPORT
from carbonseal.passport.conformity.statements import Statement
from carbonseal.passport.passports import Passport
from carbonseal.records.profiles import built_in
from carbonseal.verification.conformity import codes as statement_codes
from carbonseal.verification.verify import Report

from .comparison import basis_of, for_one_unit
from .duties import Who, who_acts
from .figures import Row, number, rows, unit_word

CHECKS = (  # families of what is checked of figures
    "figures", "total", "biogenic", "validity", "consistency", "exemption", "current", "order", "quantities",
    "contributions", "batch", "mass", "comparable", "stages", "primary-data", "duplicate", "transport", "flow",
)  # fmt: skip
STATED = ("statement", "accreditation")
SEAL, LEDGER = 1, 3  # positions in the place of a finding about an anchor: product, "seal", head, ledger


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is what it is: a finding in words, where it was found first, and who can mend it."""

    message: str
    remedy: str
    who: Who
    where: str
    others: int  # places with the same
    code: str


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as a line of a table."""

    outcome: str  # a value of `Outcome`
    message: str
    remedy: str
    where: str
    code: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What one ledger shows of the product's seal, and the instant by which it did (None: it shows none)."""

    ledger: str
    since: datetime | None
    lines: Sequence[Line]


@dataclass(frozen=True)
class Judged:
    """One file, its report, and the passport that it is, where it could be read. `key` is a name that no other file of the page
    has: files that were sent may share one."""

    file: str
    report: Report
    passport: Passport | None
    language: Language
    key: str

    # --- the verdict ------------------------------------------------------------------------------------------------

    @property
    def sentence(self) -> str:
        """The verdict in one plain sentence."""
        name = self.report.name or self.language.say(REPORT["this-file"])
        return self.language.say(REPORT[f"sentence-{self.report.verdict.value}"], product=name)

    @property
    def reasons(self) -> list[Reason]:
        """What decided the verdict, each once, and then, where something is lacking, what else has a remedy: it says why. Nothing
        of what is verified."""
        verdict, found = self.report.verdict, self.report.findings
        deciding = [finding for finding in found if finding.code.outcome is DECIDES.get(verdict)]
        lacks = verdict is Verdict.UNDETERMINED
        helping = [one for one in found if lacks and one.code.outcome is Outcome.NOTED and one.code.remedy]
        places: dict[tuple[str, str], list[Finding]] = {}
        for finding in (*deciding, *helping):
            places.setdefault((finding.code.name, self.language.message(finding)), []).append(finding)
        return [
            Reason(
                message,
                self.language.remedy(first),
                who_acts(first.code),
                " > ".join(first.place),
                len(others),
                first.code.name,
            )
            for (_, message), (first, *others) in places.items()
        ]

    @property
    def holding(self) -> int:
        """How many required checks hold."""
        return sum(finding.code.outcome is Outcome.SHOWN for finding in self.report.findings)

    @property
    def row(self) -> RowFacts:
        """What a table says of it."""
        facts = self.facts
        named = {name: facts.get(name, "") for name in ("maker", "footprint", "boundary", "period")}
        anchor = hashlib.sha256(self.key.encode(errors="surrogatepass")).hexdigest()[:16]
        bodies = ", ".join(sorted({one.issuer for one in self.statements}))
        title = self.report.name or self.file
        footprint = self.tree.product.footprint if self.tree else None
        figure, unit = for_one_unit(footprint) if footprint else ("", "")
        return RowFacts(
            anchor,
            self.file,
            title,
            self.report.verdict.value,
            **named,
            figure=figure,
            unit=unit_word(unit, self.language),
            covered=self.covered,
            bodies=bodies,
            basis=basis_of(footprint, named["boundary"], named["period"]) if footprint else None,
        )

    @property
    def covered(self) -> str:
        """The share of the figure that statements cover, of each requirement of the policy; or why there is none."""
        said = []
        for finding in self.report.findings:
            match finding.code:
                case statement_codes.STATEMENT_MET | statement_codes.STATEMENT_UNMET:
                    said.append(finding.facts["share"])
                case statement_codes.STATEMENT_ABSENT:
                    said.append("0 %")
                case statement_codes.STATEMENT_NOT_CHECKABLE | statement_codes.STATEMENT_NOT_ROOT:
                    said.append(self.language.say(sentences.LINE_WORDS["not checkable"]))
                case statement_codes.STATEMENT_NOT_ASKED:
                    said.append(self._say("outcome-not-asked"))
        return ", ".join(dict.fromkeys(said))

    # --- the product ------------------------------------------------------------------------------------------------

    @cached_property
    def tree(self) -> Branch | None:
        """The supply chain; None where there is no passport."""
        return None if self.passport is None else tree_of(graph_of(self.passport, built_in))

    @cached_property
    def rows(self) -> list[Row]:
        """The supply chain, a row for each product."""
        return rows(self.tree, self.language) if self.tree else []

    @property
    def facts(self) -> dict[str, str]:
        """What the passport says of the product, by the names of sentences."""
        if self.tree is None or self.passport is None:
            return {}
        root = self.passport.credential
        until = format_instant(root.valid_until) if root.valid_until else ""
        facts = {
            "name": root.name,
            "identifier": root.subject,
            "further-identifiers": ", ".join(one for one in root.identities if one != root.subject),
            "batch": f"{root.batch.number}: {root.batch.quantity} {unit_word(root.batch.unit, self.language)}"
            if root.batch
            else "",
            "maker": root.issuer,
            "valid": self._between(format_instant(root.valid_from), until),
            **self._figures(self.tree.product),
            "digest": root.digest.hex(),
        }
        return {name: value for name, value in facts.items() if value}

    def _figures(self, product: Product) -> dict[str, str]:
        footprint = product.footprint
        if footprint is None:
            return {"footprint": self._why_none(product.footprint_record)}
        figure = number(footprint.total)
        period = footprint.period
        ends = [_day(end) if end else "" for end in ((period.start, period.end) if period else ())]
        return {
            "footprint": self._say("per", figure=figure, amount=self._amount(footprint))
            if figure
            else self._say("not-stated"),
            "boundary": ", ".join(sorted(footprint.boundary)) if footprint.boundary else self._say("not-stated"),
            "period": self._between(*ends) if any(ends) else self._say("not-stated"),
            "geography": ", ".join(footprint.geographies),
        }

    def _between(self, start: str, end: str) -> str:
        """A period, of which one end may be empty."""
        return self._say("from-to", start=start, end=end) if end else self._say("from", start=start)

    def _why_none(self, record: ReadRecord | None) -> str:
        if record is None:
            return self._say("no-footprint")
        if not record.is_disclosed:
            return self._say("not-disclosed")
        return self._say("not-of-profile" if record.problem else "no-figures", profile=record.listed.profile)

    @property
    def is_withheld(self) -> bool:
        """Whether the footprint is sealed, and not disclosed."""
        record = self.tree.product.footprint_record if self.tree else None
        return record is not None and not record.is_disclosed

    def _amount(self, footprint: Footprint) -> str:
        unit = footprint.unit.name if footprint.unit else footprint.unit_word
        return footprint.functional_unit or f"{number(footprint.amount)} {unit_word(unit, self.language)}".strip()

    # --- what was found ---------------------------------------------------------------------------------------------

    @property
    def ledgers(self) -> Sequence[LedgerRow]:
        """What each ledger shows of the product's own seal."""
        found: dict[str, list[Line]] = {}
        label = self.tree.product.label if self.tree else None
        for finding in self.report.findings:
            place = finding.place
            if len(place) > LEDGER and place[0] == label and place[SEAL] == "seal":
                found.setdefault(place[LEDGER], []).append(self._line(finding))
        return [LedgerRow(ledger, self.report.since.get(ledger), lines) for ledger, lines in found.items()]

    @property
    def statements(self) -> Sequence[Statement]:
        """The statements that the passport carries."""
        return [] if self.passport is None else [one.signed for one in self.passport.statements.values()]

    @property
    def stated(self) -> list[Line]:
        """What was found on statements and accreditations."""
        return self._lines(finding for finding in self.report.findings if _is_of(finding, STATED))

    @property
    def checks(self) -> list[Line]:
        """What was found on the figures; what fails first."""
        found = self._lines(finding for finding in self.report.findings if _is_of(finding, CHECKS))
        weights = [outcome.value for outcome in reversed(Outcome)]
        return sorted(found, key=lambda line: weights.index(line.outcome))

    @property
    def not_asked(self) -> list[Line]:
        """What the policy leaves out."""
        return self._lines(finding for finding in self.report.findings if finding.code.outcome is Outcome.NOT_ASKED)

    @property
    def everything(self) -> list[Line]:
        """Every finding."""
        return self._lines(self.report.findings)

    def _lines(self, findings: Iterable[Finding]) -> list[Line]:
        return [self._line(finding) for finding in findings]

    def _line(self, finding: Finding) -> Line:
        said = self.language
        where = " > ".join(finding.place)
        return Line(finding.code.outcome.value, said.message(finding), said.remedy(finding), where, finding.code.name)

    def _say(self, name: str, **facts: object) -> str:
        return self.language.say(REPORT[name], **facts)


def _day(instant: datetime) -> str:
    """An instant; of midnight (UTC) the day alone."""
    return format_instant(instant).removesuffix("T00:00:00Z")


def _is_of(finding: Finding, families: Sequence[str]) -> bool:
    """Whether it is of these families, and asked: what is not is told by itself."""
    return finding.code.name.partition(".")[0] in families and finding.code.outcome is not Outcome.NOT_ASKED


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """Which policy a verdict is under: its file's name, the SHA-256 of its bytes, its first comment, and when it was changed."""

    name: str
    digest: str
    words: str
    changed: datetime | None


def first_words(policy: bytes) -> str:
    """The comment at the head of a policy, where it says whose it is."""
    return "\n".join(_comment(policy.decode(errors="replace").splitlines()[1:]))


def _comment(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line.lstrip("# ")
