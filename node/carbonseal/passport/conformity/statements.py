"""Statements (docs/spec.md, section 26): a certification body's opinion, which it signs.

- Of a *product*: of footprints, by their commitments. One opinion serves all batches whose credentials list that very record.
- Of a *program*, or of a calculation *model*: how an organisation computes footprints in a period. It says nothing of the figure
  of one product.

The subject is the responsible organisation: what a credential of another issuer lists is not covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.figures import read_decimal
from carbonseal.instants import format_instant, parse_instant
from carbonseal.passport import codes, credentials
from carbonseal.passport.credentials import Common, Credential, StatusEntry, Subject, Word, refuse_more, refuse_twice
from carbonseal.passport.products import Facility
from carbonseal.values import dataclass

from .schemas import MAX_FOOTPRINTS, MAX_QUALIFICATIONS, MAX_SITES, STATEMENT_SHAPE, STATEMENT_TYPE
from .scopes import Scope, read_scope, scope_words
from .words import ASSURANCES, BOUNDARIES, COVERS, ENGAGEMENTS, OPINIONS, STANDARDS, VISITS


@dataclass(frozen=True, slots=True)
class SiteVisit:
    """A visit to a site of the organisation; `site` is the URI of one, or empty."""

    day: date
    kind: str  # one of words.VISITS
    site: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a body states. Members that an engagement has no place for are empty."""

    organisation: str  # the responsible organisation: the issuer of what is covered
    name: str
    covers: str  # one of words.COVERS
    engagement: str  # one of words.ENGAGEMENTS
    standards: tuple[str, ...]  # of words.STANDARDS: by which the body worked
    criteria: tuple[str, ...]  # of words.STANDARDS: against which it judged
    scope: Scope
    boundary: str  # one of words.BOUNDARIES
    since: datetime  # of the period that the data are of, both ends included
    until: datetime
    addressee: str
    opinion_date: date
    footprints: tuple[bytes, ...] = ()  # commitments; of `product` alone
    sites: tuple[Facility, ...] = ()
    model: str = ""  # of `model` alone: its name and version
    rulebook: str = ""  # URI of the rules that are specific: of a product category, or of the programme
    assurance: str = ""  # one of words.ASSURANCES, of a verification alone
    materiality: str = ""  # percent, a decimal; of a verification alone
    opinion: str = ""  # one of words.OPINIONS; none of agreed-upon procedures
    qualifications: tuple[str, ...] = ()
    visits: tuple[SiteVisit, ...] = ()
    no_visit: str = ""  # why there was none
    original: bytes | None = None  # the commitment of the signed document, which is the legal text
    accreditor: str = ""  # whom the body names as its accreditor, and its number there
    number: str = ""
    supersedes: bytes | None = None  # the digest of the statement in whose place this one comes
    corrects: bytes | None = None  # of one that was wrong


@dataclass(frozen=True, slots=True)
class Statement(Credential):
    """A signed opinion."""

    opinion: Opinion

    @property
    def replaces(self) -> bytes | None:
        """The digest of the statement that it supersedes or corrects."""
        return self.opinion.supersedes or self.opinion.corrects


def draft_statement(
    opinion: Opinion,
    *,
    id: str,
    issuer: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
    status: Iterable[StatusEntry] = (),
) -> dict[str, Any]:
    """An unsigned statement."""
    return credentials.draft(
        STATEMENT_TYPE,
        opinion_to_json(opinion),
        id=id,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        status=status,
    )


def opinion_to_json(opinion: Opinion) -> dict[str, Any]:
    """The subject of a statement."""
    written: dict[str, Any] = {
        "id": opinion.organisation,
        "covers": opinion.covers,
        "footprints": [one.hex() for one in opinion.footprints],
        "sites": [{"id": site.id, "name": site.name, "country": site.country} for site in opinion.sites],
        "engagement": opinion.engagement,
        "standards": list(opinion.standards),
        "criteria": list(opinion.criteria),
        "scope": opinion.scope.to_json(),
        "boundary": opinion.boundary,
        "period": {"from": format_instant(opinion.since), "until": format_instant(opinion.until)},
        "addressee": opinion.addressee,
        "siteVisits": [_visit_to_json(visit) for visit in opinion.visits],
        "qualifications": list(opinion.qualifications),
        "opinionDate": opinion.opinion_date.isoformat(),
    }
    texts = {
        "name": opinion.name,
        "model": opinion.model,
        "rulebook": opinion.rulebook,
        "assurance": opinion.assurance,
        "materiality": opinion.materiality,
        "opinion": opinion.opinion,
        "noSiteVisit": opinion.no_visit,
        "original": opinion.original.hex() if opinion.original else "",
        "supersedes": opinion.supersedes.hex() if opinion.supersedes else "",
        "corrects": opinion.corrects.hex() if opinion.corrects else "",
    }
    if opinion.accreditor:
        written["accreditation"] = {"accreditor": opinion.accreditor, "number": opinion.number}
    return written | {member: text for member, text in texts.items() if text}


def read_opinion(body: Mapping[str, Any]) -> Opinion:
    """The subject of a statement whose form was checked. Raises Refused (`credential.malformed`, `credential.listed-twice`,
    `credential.over-limit`) where rules between members do not hold."""
    try:
        period, accreditation = body["period"], body.get("accreditation", {})
        opinion = Opinion(
            organisation=body["id"],
            name=body.get("name", body["id"]),
            covers=body["covers"],
            engagement=body["engagement"],
            standards=tuple(body["standards"]),
            criteria=tuple(body["criteria"]),
            scope=read_scope(body["scope"]),
            boundary=body["boundary"],
            since=parse_instant(period["from"]),
            until=parse_instant(period["until"]),
            addressee=body["addressee"],
            opinion_date=date.fromisoformat(body["opinionDate"]),
            footprints=tuple(map(bytes.fromhex, body["footprints"])),
            sites=tuple(Facility(**site) for site in body["sites"]),
            model=body.get("model", ""),
            rulebook=body.get("rulebook", ""),
            assurance=body.get("assurance", ""),
            materiality=body.get("materiality", ""),
            opinion=body.get("opinion", ""),
            qualifications=tuple(body["qualifications"]),
            visits=tuple(
                SiteVisit(date.fromisoformat(one["date"]), one["kind"], one.get("site", ""))
                for one in body["siteVisits"]
            ),
            no_visit=body.get("noSiteVisit", ""),
            original=_digest(body, "original"),
            accreditor=accreditation.get("accreditor", ""),
            number=accreditation.get("number", ""),
            supersedes=_digest(body, "supersedes"),
            corrects=_digest(body, "corrects"),
        )
        _check(opinion)
    except ValueError as error:
        raise Refused(codes.CREDENTIAL_MALFORMED("/credentialSubject", problem=error)) from error
    return opinion


def _check(opinion: Opinion) -> None:
    """Raise ValueError, or Refused, where rules between members do not hold."""
    if opinion.since > opinion.until:
        raise ValueError("the period ends before it begins")
    if opinion.scope.activity != opinion.engagement:
        raise ValueError(f"the scope is {opinion.scope.activity}, and the engagement {opinion.engagement}")
    if opinion.scope.standard not in opinion.standards + opinion.criteria:
        raise ValueError(f"the scope's standard {opinion.scope.standard} is neither of standards nor of criteria")
    materiality = read_decimal(opinion.materiality) if opinion.materiality else None
    if materiality is not None and materiality.value > 100:
        raise ValueError("a materiality of more than 100 percent")
    sites = {site.id for site in opinion.sites}
    for visit in opinion.visits:
        if visit.site and visit.site not in sites:
            raise ValueError(f"a visit to {visit.site}, which is none of the sites")
    refuse_more("footprints", opinion.footprints, MAX_FOOTPRINTS)
    refuse_more("sites", opinion.sites, MAX_SITES)
    refuse_more("site visits", opinion.visits, MAX_SITES)
    refuse_more("qualifications", opinion.qualifications, MAX_QUALIFICATIONS)
    refuse_twice("footprint", [one.hex() for one in opinion.footprints])
    refuse_twice("site", [site.id for site in opinion.sites])
    refuse_twice("standard", opinion.standards)
    refuse_twice("criterion", opinion.criteria)


def _digest(body: Mapping[str, Any], member: str) -> bytes | None:
    return bytes.fromhex(body[member]) if member in body else None


def _visit_to_json(visit: SiteVisit) -> dict[str, Any]:
    written = {"date": visit.day.isoformat(), "kind": visit.kind}
    return {**written, "site": visit.site} if visit.site else written


def _words(document: Mapping[str, Any]) -> Iterator[Word]:
    """The words of the tables, in a document of whatever form."""
    body = document.get("credentialSubject")
    if not isinstance(body, dict):
        return
    tables = {
        "covers": COVERS,
        "engagement": ENGAGEMENTS,
        "assurance": ASSURANCES,
        "opinion": OPINIONS,
        "boundary": BOUNDARIES,
    }
    for member, known in tables.items():
        yield f"/credentialSubject/{member}", body.get(member), known
    for member in ("standards", "criteria"):
        for number, one in enumerate(_list(body.get(member))):
            yield f"/credentialSubject/{member}/{number}", one, STANDARDS
    for number, visit in enumerate(_list(body.get("siteVisits"))):
        if isinstance(visit, dict):
            yield f"/credentialSubject/siteVisits/{number}/kind", visit.get("kind"), VISITS
    yield from scope_words("/credentialSubject/scope", body.get("scope"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _read(document: Mapping[str, Any], common: Common) -> Statement:
    return Statement(*common, opinion=read_opinion(document["credentialSubject"]))


STATEMENT = Subject(STATEMENT_TYPE, "statement/1", STATEMENT_SHAPE, _read, _words)
