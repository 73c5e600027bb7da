"""Statements of a passport: which stand, and whether they satisfy what the policy requires (docs/spec.md, section 17).

A statement *stands* where its body may state it, it is sealed as the policy requires, it is in force, and no later one of its body
that is carried comes in its place. Each requirement of the policy then asks which of those that stand cover which products.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from carbonseal.findings import Finding, Phrase, Place, Template
from carbonseal.flow.graph import Graph, Product
from carbonseal.flow.phrases import Missing
from carbonseal.footprints.figures import decimal_text
from carbonseal.log.quorums import names_in, satisfied
from carbonseal.passport.conformity.words import PRODUCT
from carbonseal.passport.credentials import Carried
from carbonseal.records.places import printable
from carbonseal.values import dataclass
from carbonseal.verification.codes import STATUS_CURRENT, STATUS_REVOKED, STATUS_SUSPENDED
from carbonseal.verification.documents import Documents, Listed
from carbonseal.verification.policy import Role, StatementRequirement
from carbonseal.verification.status import Signed

from . import codes
from .accredited import Accreditations, rejected, why_not
from .coverage import covered_share, uncovered

if TYPE_CHECKING:
    from carbonseal.passport.conformity.statements import Opinion, Statement

WORDS = {  # why a statement does not count for a requirement
    "by": Template("statement-by", "by none of those whom the policy names"),
    "covers": Template("statement-covers", "it covers {found}, and the policy requires {asked}"),
    "engagement": Template("statement-engagement", "its engagement is {found}, and the policy requires {asked}"),
    "scope": Template("statement-scope", "its scope is {found}, and the policy requires {asked}"),
    "opinion": Template("statement-opinion", "its opinion is {found}, and the policy requires {asked}"),
    "assurance": Template("statement-assurance", "its assurance is {found}, and the policy requires {asked}"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A statement that stands, with the policy's names of who vouches for it: its body's, or its body's accreditors'."""

    statement: Statement
    names: frozenset[str]
    place: Place

    @property
    def opinion(self) -> Opinion:
        """What it states."""
        return self.statement.opinion


class Statements:
    """The statements of one bundle."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._policy = documents.policy
        self._accreditations = Accreditations(documents)
        self._direct = Listed(self._policy, Role.BODY)
        self._bodies = Listed(self._policy, Role.BODY, self._accreditations.bodies())
        self._statuses = documents.statuses(self._bodies)
        self.standing: list[Standing] = []
        self._found: list[Finding] = [*self._accreditations.findings]
        checked = [(one, self._check(one)) for one in documents.bundle.statements.values()]
        self.times = {one.signed.digest: signed.time if signed else None for one, signed in checked}
        self._replaced = _replaced(checked, documents.at)
        for carried, signed in checked:
            self._take(carried.signed, signed)

    def findings(self, graph: Graph | None) -> Iterator[Finding]:
        """What there is to say of statements and accreditations, and of each requirement of the policy over the products of
        `graph`."""
        yield from self._found
        yield from rejected(self._statuses.of_lists())
        yield from self._accreditations.of_lists()
        if graph is not None:
            for requirement in self._policy.statements:
                if self._documents.bundle.statements:
                    yield from _Coverage(requirement, self.standing, graph).findings()
                else:
                    yield codes.STATEMENT_ABSENT(requirement.text, required=percent(requirement.share))

    @cached_property
    def _makers(self) -> set[str | bytes]:
        """The ids and keys of who issued a product of this bundle."""
        products = [one.signed for one in self._documents.bundle.citations.credentials.values()]
        return {who for one in products for who in (one.issuer, one.key)}

    def _check(self, carried: Carried[Statement]) -> Signed | None:
        """Steps 1 to 3; None where nobody that counts knows the body."""
        if self._bodies.find(carried.signed) is None:
            return None
        return self._documents.signed(carried, self._bodies, _place(carried.signed))

    def _take(self, statement: Statement, signed: Signed | None) -> None:
        place = _place(statement)
        if signed is None:
            is_carried = any(
                one.signed.body == statement.issuer and statement.key in one.signed.keys
                for one in self._documents.bundle.accreditations.values()
            )
            code = codes.STATEMENT_UNACCREDITED if is_carried else codes.STATEMENT_UNKNOWN_BODY
            self._found.append(code(*place, issuer=statement.issuer))
            return
        self._found += rejected(signed.findings)
        names, unaccredited = self._names(statement, signed.time)
        against = self._against(statement, signed) or (None if names else unaccredited)
        if against is not None:
            self._found += [finding.under(*place) for finding in against]
            return
        opinion = statement.opinion
        facts = {"engagement": opinion.engagement, "opinion": opinion.opinion or "no opinion", "covers": opinion.covers}
        whose = {"organisation": opinion.organisation, "issuer": statement.issuer, "names": ", ".join(sorted(names))}
        self._found.append(codes.STATEMENT_STANDS(*place, **facts, **whose))
        self.standing.append(Standing(statement, frozenset(names), place))

    def _names(self, statement: Statement, time: datetime | None) -> tuple[set[str], list[Finding]]:
        """The policy's names of who vouches for a statement; and where there is none, why."""
        names, against = self._accreditations.judge(statement, time)
        line = self._direct.find(statement)
        return names | ({line.name} if line else set()), against

    def _against(self, statement: Statement, signed: Signed) -> list[Finding] | None:
        """Why a statement does not stand, whoever made it; None where nothing is against it."""
        issuer = statement.issuer
        if not self._makers.isdisjoint({issuer, statement.key, *self._accreditations.keys_of(issuer)}):
            return [codes.STATEMENT_SELF(issuer=issuer)]
        if not signed.shown:
            return [codes.STATEMENT_NOT_SHOWN(why=why_not(signed))]
        if statement.digest in self._replaced:
            return [codes.STATEMENT_REPLACED(issuer=issuer, digest=self._replaced[statement.digest].hex())]
        for finding in self._documents.validity(statement):
            return [codes.STATEMENT_NOT_VALID(why=finding.message, issuer=issuer)]
        return self._status(statement)

    def _status(self, statement: Statement) -> list[Finding] | None:
        """What its body's lists say. Where the policy asks for no status, only that it is withdrawn or suspended."""
        for finding in self._statuses.findings(statement):
            if finding.code is STATUS_REVOKED:
                return [codes.STATEMENT_WITHDRAWN(issuer=statement.issuer)]
            if finding.code is STATUS_SUSPENDED:
                return [codes.STATEMENT_SUSPENDED(issuer=statement.issuer)]
            if self._policy.status is not None and finding.code is not STATUS_CURRENT:
                return [codes.STATEMENT_NOT_SHOWN(why=finding.message)]
        return None


class _Coverage:
    """One requirement, over the products of a graph."""

    def __init__(self, requirement: StatementRequirement, standing: Iterable[Standing], graph: Graph) -> None:
        self._requirement = requirement
        self._graph = graph
        self._eligible: list[Standing] = []
        self._others: list[Finding] = []
        for one in standing:
            why = _not_asked_for(one, requirement)
            if why is not None:
                self._others.append(codes.STATEMENT_OTHER(*one.place, why=why, issuer=one.statement.issuer))
            else:
                self._eligible.append(one)
        self._strangers: list[Product] = []  # with a footprint that was looked at, of another product
        self._covering = self._by_product()

    def findings(self) -> Iterator[Finding]:
        """Whether it is met; where it is not, why statements that stand do not count for it; and which footprints that were looked
        at are recorded as another product's."""
        outcome = self._outcome()
        yield outcome
        if outcome.code is not codes.STATEMENT_MET:
            yield from self._others
        for product in self._strangers:
            named = ", ".join(sorted(product.credential.identities))
            recorded = ", ".join(product.other_ids)
            yield codes.STATEMENT_OTHER_PRODUCT(product.label, recorded=recorded, named=named)

    def _outcome(self) -> Finding:
        required = self._requirement.share
        figure = self._graph.root.figure
        share = covered_share(self._graph, self._is_covered)
        place = (self._requirement.text,)
        if isinstance(share, Missing) or isinstance(figure, Missing):
            return codes.STATEMENT_NOT_CHECKABLE(*place, missing=share)
        if figure.value <= 0:
            return codes.STATEMENT_NOT_ROOT(*place, figure=decimal_text(figure.value))
        facts = {"share": percent(share), "required": percent(required)}
        if share >= required:
            names = sorted(frozenset[str]().union(*self._covering.values()))
            return codes.STATEMENT_MET(*place, **facts, names=", ".join(names))
        return codes.STATEMENT_UNMET(*place, **facts, uncovered=uncovered(self._graph, self._is_covered))

    def _is_covered(self, product: Product) -> bool:
        return satisfied(self._requirement.by, self._covering[product])

    def _by_product(self) -> dict[Product, frozenset[str]]:
        """For each product the policy's names of those whose statements cover it: the responsible organisation issued it, and its
        footprint is one of those that were looked at, or was made in the sites and of the period of its programme or model."""
        of_footprint: dict[tuple[str, bytes], set[str]] = {}
        of_organisation: dict[str, list[Standing]] = {}
        for one in self._eligible:
            if one.opinion.covers != PRODUCT:
                of_organisation.setdefault(one.opinion.organisation, []).append(one)
            for commitment in one.opinion.footprints:
                of_footprint.setdefault((one.opinion.organisation, commitment), set()).update(one.names)
        found: dict[Product, frozenset[str]] = {}
        for product in self._graph.products.values():
            record, issuer = product.footprint_record, product.credential.issuer
            named = of_footprint.get((issuer, record.listed.commitment), set()) if record else set()
            if named and product.other_ids:
                self._strangers.append(product)
                named = set()
            others = (one.names for one in of_organisation.get(issuer, ()) if _is_of_programme(one.opinion, product))
            found[product] = frozenset(named).union(*others)
        return found


def _is_of_programme(opinion: Opinion, product: Product) -> bool:
    """Whether the footprint that a credential lists was made in the sites and of the period of a programme or model."""
    period = product.footprint.period if product.footprint else None
    is_of_period = (
        period is not None
        and period.start is not None
        and period.end is not None
        and opinion.since <= period.start
        and period.end <= opinion.until
    )
    facility, sites = product.credential.facility, {site.id for site in opinion.sites}
    return is_of_period and (not sites or (facility is not None and facility.id in sites))


def _not_asked_for(one: Standing, asked: StatementRequirement) -> Phrase | None:
    """Why a statement does not count for a requirement; None where it does."""
    opinion = one.opinion
    if one.names.isdisjoint(names_in(asked.by)):
        return WORDS["by"]()
    if opinion.covers not in asked.covers:
        return WORDS["covers"](found=opinion.covers, asked=" | ".join(asked.covers))
    if opinion.engagement not in asked.engagements:
        return WORDS["engagement"](found=opinion.engagement, asked=" | ".join(asked.engagements))
    if asked.standards and opinion.scope.standard not in asked.standards:
        return WORDS["scope"](found=opinion.scope.standard, asked=" | ".join(asked.standards))
    if opinion.opinion not in asked.opinions:
        return WORDS["opinion"](found=opinion.opinion or "-", asked=" | ".join(asked.opinions))
    if asked.assurances and opinion.assurance not in asked.assurances:
        return WORDS["assurance"](found=opinion.assurance or "-", asked=asked.assurances[-1])
    return None


def _replaced(checked: Iterable[tuple[Carried[Statement], Signed | None]], at: datetime) -> dict[bytes, bytes]:
    """By digest, the statements in whose place another of the same body comes, with that one's digest. One that supersedes does so
    from its `validFrom` on; what is corrected was wrong from the beginning."""
    documents = [(carried.signed, signed) for carried, signed in checked]
    issuers = {document.digest: document.issuer for document, _ in documents}
    return {
        document.replaces: document.digest
        for document, signed in documents
        if signed is not None
        and signed.in_force
        and document.replaces is not None
        and issuers.get(document.replaces) == document.issuer
        and (document.opinion.corrects is not None or document.valid_from <= at)
    }


def _place(statement: Statement) -> Place:
    name = printable(statement.opinion.name, 80)
    return (f"statement by {printable(statement.issuer, 80)} on {name} ({statement.digest.hex()[:8]})",)


def percent(share: Fraction) -> str:
    """A share in percent, cut off after one decimal: what is not covered is never rounded up."""
    tenths = share * 1000 // 1
    whole, rest = divmod(int(tenths), 10)
    return f"{whole}.{rest} %" if rest else f"{whole} %"
