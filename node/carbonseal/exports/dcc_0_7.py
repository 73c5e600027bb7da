"""Copies a statement as a UNTP Digital Conformity Credential 0.7.0 (UN/CEFACT), for readers of that form.

- The copy is unsigned. Its description says so, and `auditableEvidence` names the SHA-256 of the signed original.
- A statement on products has one assessment for each footprint, bound by the commitment in its `evidence`; one on a programme or a
  model has one assessment, and no performance.
- `conformance` is true for an unmodified opinion and false for any other: its reader may look at nothing else.
- What the form has no member for (assurance, materiality, period, boundary, visits) is said in `specifiedCondition`.
- An accreditation that is carried and fits is an `authorisation`. By which arrangement its accreditor is recognised it does not
  say: that is for the caller to say, else the level is ``no-endorsement``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from carbonseal.findings import Refused
from carbonseal.flow.graph import Lookup, Product, graph_of
from carbonseal.footprints.export.exported import Exported
from carbonseal.instants import format_instant
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.conformity.accreditations import Accreditation
from carbonseal.passport.conformity.statements import Opinion, Statement
from carbonseal.passport.conformity.words import PRODUCT, STANDARDS, UNMODIFIED, VALIDATION, VERIFICATION
from carbonseal.passport.passports import Passport

from . import codes
from .dcc_form import DCC
from .envelope import ALWAYS_LOST, description, envelope, lost_status, refuse_withdrawn
from .links import link, name_of
from .performances import METRICS_ASSUMED, TOPIC, imprecise, performances

FORM = "untp/dcc-0.7"
NO_ENDORSEMENT = "no-endorsement"
STANDARD = "urn:carbonseal:standard:"  # followed by the specification's word for it
_REGULATIONS = ("cbam:2023/956", "battery:2023/1542")


def export(bundle: Bundle, digest: bytes, lookup: Lookup, level: str = "") -> Exported:
    """The statement with this digest (32 bytes), which `bundle` carries, as a UNTP DCC 0.7.0. Of a passport, the figures of the
    footprints that it discloses are in it, too; `lookup` finds the profiles that read them. `level` is the form's
    `assessmentLevel`, where the caller knows it.

    Raises Refused: `export.withdrawn`; `export.no-word` of a critical review and of agreed-upon procedures, which are no
    attestation there; `export.not-endorsed` where a level is given and no accreditation that fits is carried; ``record.*``
    where a value has no place in the form, such as an id that is no URI."""
    statement = bundle.statements[digest].signed
    refuse_withdrawn(statement, bundle.status_lists.values())
    if statement.opinion.engagement not in (VERIFICATION, VALIDATION):
        raise Refused(
            codes.EXPORT_NO_WORD(format=DCC.format_name, what=f"the engagement {statement.opinion.engagement}")
        )
    making = _Making(bundle, statement, level, accreditations_of(bundle, statement), lookup)
    document = making.document()
    DCC.check(document)
    return Exported(document, tuple(dict.fromkeys(making.lost)), tuple(dict.fromkeys(making.assumed)))


def accreditations_of(bundle: Bundle, statement: Statement) -> list[Accreditation]:
    """The accreditations that are carried and fit: of the statement's body and key, with its scope, in force when it was signed.
    No signature is looked at."""
    found = [one.signed for one in bundle.accreditations.values()]
    return [
        one
        for one in found
        if one.body == statement.issuer
        and statement.key in one.keys
        and statement.opinion.scope in one.scope
        and one.valid_from <= statement.created
        and (one.valid_until is None or statement.created <= one.valid_until)
    ]


@dataclass
class _Making:
    """A copy while it is made."""

    bundle: Bundle
    statement: Statement
    level: str
    accreditations: list[Accreditation]
    lookup: Lookup
    lost: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    @property
    def opinion(self) -> Opinion:
        """What the statement says."""
        return self.statement.opinion

    def document(self) -> dict[str, Any]:
        """The whole."""
        signed, said = self.statement, self.opinion
        self.lost += [ALWAYS_LOST, *lost_status(signed)]
        assurance = f", {said.assurance} assurance" if said.assurance else ""
        return {
            **envelope("DigitalConformityCredential", signed, self._body_name(), f"Statement {signed.id}"),
            "credentialSubject": {
                "type": ["ConformityAttestation"],
                "id": name_of(signed.digest),
                "name": f"{said.engagement.capitalize()} of carbon footprints{assurance}",
                "description": description(signed, "statement"),
                "assessorLevel": self._assessor_level(),
                "assessmentLevel": self._assessment_level(),
                "attestationType": said.engagement,
                "issuedToParty": self._organisation(),
                "authorisation": list(self._authorisations()),
                "referenceScheme": self._scheme(),
                **self._certificate(),
                "auditableEvidence": link(signed.digest, "the signed original: RFC 8785 bytes", "application/vc"),
                "conformityAssessment": list(self._assessments()),
            },
        }

    def _body_name(self) -> str:
        if self.accreditations:
            return self.accreditations[0].name
        self.assumed.append("issuer.name: the body's id, as no accreditation that fits states a name")
        return self.statement.issuer

    def _organisation(self) -> dict[str, Any]:
        return {"type": ["Party"], "id": self.opinion.organisation, "name": self.opinion.name}

    def _assessor_level(self) -> str:
        if self.statement.issuer == self.opinion.organisation:
            return "self"
        if self.accreditations:
            return "3rdParty"
        self.assumed.append("assessorLevel: unspecified, as no accreditation that fits is carried")
        return "unspecified"

    def _assessment_level(self) -> str:
        if not self.level:
            self.assumed.append(f"assessmentLevel: {NO_ENDORSEMENT}, as nothing says how the accreditor is recognised")
            return NO_ENDORSEMENT
        if self.level != NO_ENDORSEMENT and not self.accreditations:
            raise Refused(codes.EXPORT_NOT_ENDORSED(level=self.level, issuer=self.statement.issuer))
        self.assumed.append(f"assessmentLevel: {self.level}, as you say")
        return self.level

    def _authorisations(self) -> Iterator[dict[str, Any]]:
        """The accreditations that fit; without one, what the body says of itself."""
        for one in self.accreditations:
            until = f", valid until {format_instant(one.valid_until)}" if one.valid_until else ""
            yield {
                "name": f"Accreditation {one.number}: {self.opinion.scope}{until}",
                "issuingAuthority": {"type": ["Party"], "id": one.issuer, "name": one.issuer},
                "endorsementEvidence": link(one.digest, "the signed accreditation: RFC 8785 bytes", "application/vc"),
            }
        if self.accreditations:
            self.assumed.append("authorisation: each accreditor's id as its name")
        elif self.opinion.accreditor:
            self.assumed.append("authorisation: what the body says of itself, which no accreditation shows")
            yield {
                "name": f"Accreditation {self.opinion.number}, as the body itself says",
                "issuingAuthority": {"type": ["Party"], "id": self.opinion.accreditor, "name": self.opinion.accreditor},
            }

    def _scheme(self) -> dict[str, Any]:
        """The programme of the scope; without one, the standard by which the body worked."""
        programme = self.opinion.scope.programme
        if programme:
            return {"type": ["ConformityScheme"], "id": programme, "name": programme}
        return _standard("ConformityScheme", self.opinion.standards[0])

    def _certificate(self) -> dict[str, Any]:
        """The signed document, which is the legal text: by its own SHA-256 where it is carried, else by its commitment."""
        original = self.opinion.original
        if original is None:
            return {}
        record = self.bundle.records.get(original)
        if record is None or record.file is None:
            return {"conformityCertificate": link(original, "commitment (salted SHA-256) of the signed document")}
        digest = hashlib.sha256(record.file.data).digest()
        return {"conformityCertificate": link(digest, "the signed document, the legal text", record.file.media)}

    def _assessments(self) -> Iterator[dict[str, Any]]:
        said = self.opinion
        if said.covers != PRODUCT:
            yield self._assessment(
                f"{name_of(self.statement.digest)}#assessment", f"{said.covers} {said.model}".strip()
            )
            return
        known = self._products()
        for commitment in said.footprints:
            products = known.get(commitment, [])
            names = ", ".join(dict.fromkeys(one.credential.name for one in products)) or "a product"
            yield {
                **self._assessment(name_of(commitment), f"carbon footprint of {names}"),
                **self._performance(commitment, products),
                "assessedProduct": [
                    {"product": {"type": ["Product"], "id": id, "name": name}}
                    for id, name in dict.fromkeys((one.credential.subject, one.credential.name) for one in products)
                ],
                "evidence": [link(commitment, "commitment (salted SHA-256) of the record with the footprint")],
            }

    def _products(self) -> dict[bytes, list[Product]]:
        """The products of a passport that list a covered footprint, by its commitment: those of the organisation alone."""
        found: dict[bytes, list[Product]] = {}
        if isinstance(self.bundle, Passport):
            for one in graph_of(self.bundle, self.lookup).products.values():
                if one.footprint_record and one.credential.issuer == self.opinion.organisation:
                    found.setdefault(one.footprint_record.listed.commitment, []).append(one)
        return found

    def _performance(self, commitment: bytes, products: list[Product]) -> dict[str, Any]:
        """The figures, where a product discloses them."""
        footprint = products[0].footprint if products else None
        if footprint is None:
            self.lost.append(f"the figures of the footprint {commitment.hex()}: they are not disclosed here")
            return {"assessedPerformance": []}
        self.lost += imprecise(footprint)
        self.assumed.append(METRICS_ASSUMED)
        return {"assessedPerformance": performances(footprint)}

    def _assessment(self, id: str, name: str) -> dict[str, Any]:
        """What all assessments of the statement have."""
        said = self.opinion
        if said.opinion != UNMODIFIED:
            self.assumed.append(f"conformance: false, as the opinion is {said.opinion}")
        criteria = [_standard("Criterion", one) for one in said.criteria]
        if said.rulebook:
            criteria.append({"type": ["Criterion"], "id": said.rulebook, "name": said.rulebook})
        words = said.standards + said.criteria
        return {
            "type": ["ConformityAssessment"],
            "id": id,
            "name": f"{name}, {said.boundary}",
            "assessmentCriteria": criteria,
            "assessmentDate": said.opinion_date.isoformat(),
            "assessedPerformance": [],
            "assessedFacility": [
                {"facility": {"type": ["Facility"], "id": site.id, "name": site.name}} for site in said.sites
            ],
            "assessedOrganisation": self._organisation(),
            "referenceStandard": [_standard("Standard", one) for one in said.standards],
            "referenceRegulation": [
                _standard("Regulation", one) for one in dict.fromkeys(words) if one in _REGULATIONS
            ],
            "specifiedCondition": list(_conditions(said)),
            "conformityTopic": [TOPIC],
            "conformance": said.opinion == UNMODIFIED,
        }


def _standard(kind: str, word: str) -> dict[str, Any]:
    return {"type": [kind], "id": f"{STANDARD}{word}", "name": STANDARDS[word]}


def _conditions(said: Opinion) -> Iterator[str]:
    """What the form has no members for, in words."""
    yield f"opinion: {said.opinion}"
    if said.covers != PRODUCT:
        yield f"covers a {said.covers}: it says nothing of the figure of one product"
    if said.assurance:
        yield f"level of assurance: {said.assurance}"
    if said.materiality:
        yield f"materiality: {said.materiality} %"
    yield f"period: {format_instant(said.since)} to {format_instant(said.until)}, both included"
    yield f"boundary: {said.boundary}"
    yield f"scope: {said.scope}"
    yield f"addressee: {said.addressee}"
    if said.model:
        yield f"calculation model: {said.model}"
    yield from (f"qualification: {one}" for one in said.qualifications)
    for visit in said.visits:
        yield f"site visit: {visit.day.isoformat()}, {visit.kind}{f', {visit.site}' if visit.site else ''}"
    if said.no_visit:
        yield f"no site visit: {said.no_visit}"
    yield from (f"country of {site.name} ({site.id}): {site.country}" for site in said.sites)
    for what, digest in (("supersedes", said.supersedes), ("corrects", said.corrects)):
        if digest:
            yield f"{what} the statement with the SHA-256 {digest.hex()}"
