"""Copies a product credential as a UNTP Digital Product Passport 0.7.0 (UN/CEFACT), for readers of that form.

- The copy is unsigned. Its description says so, and its first related document names the SHA-256 of the signed original.
- Figures are claimed performances of one claim, each with a metric of its own: the form has no member for a footprint.
- Facility and classification, without which the form is not valid, come from the credential, or the copy is refused.
- UNTP's Link has no place for a digest without an address: links are named information URIs (RFC 6920).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from carbonseal.findings import Refused
from carbonseal.flow.graph import Lookup, Product, graph_of
from carbonseal.footprints.export.exported import Exported, instant_text
from carbonseal.footprints.export.named import without_place
from carbonseal.footprints.model import Footprint, Period
from carbonseal.footprints.units import PIECE, find
from carbonseal.goods.nomenclature import parse_code
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import STAGE, Batch, Classification, Facility

from . import codes
from .envelope import ALWAYS_LOST, description, envelope, lost_status, refuse_withdrawn
from .links import link, name_of
from .performances import METRICS_ASSUMED, TOPIC, imprecise, per, performances

FORM = "untp/dpp-0.7"


def export(passport: Passport, lookup: Lookup) -> Exported:
    """The passport's root credential, with the figures that the passport discloses, as a UNTP DPP 0.7.0. `lookup` finds the
    profiles that read them.

    Raises Refused: `export.not-stated` where the credential states no facility or no classification; `export.withdrawn` where
    the passport shows that it was revoked; as the profile ``untp/dpp-0.7`` does where a value has no place in the form, such as
    an id that is no URI."""
    refuse_withdrawn(passport.credential, passport.status_lists.values())
    making = _Making(passport, graph_of(passport, lookup).root)
    document = making.document()
    lookup(FORM).check(document)
    return Exported(document, tuple(dict.fromkeys(making.lost)), tuple(dict.fromkeys(making.assumed)))


@dataclass
class _Making:
    """A copy while it is made."""

    passport: Passport
    product: Product
    lost: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The whole."""
        signed = self.product.credential
        facility = self._facility()
        self.lost += [ALWAYS_LOST, *lost_status(signed)]
        return {
            **envelope("DigitalProductPassport", signed, self._issuer_name(), signed.name),
            "credentialSubject": {
                "type": ["Product"],
                "id": signed.subject,
                "name": signed.name,
                "description": description(signed, "product credential"),
                **self._identity(),
                "productCategory": self._categories(),
                "producedAtFacility": {"type": ["Facility"], "id": facility.id, "name": facility.name},
                "countryOfProduction": {"countryCode": facility.country},
                "relatedDocument": list(self._documents()),
                "performanceClaim": list(self._claims()),
            },
        }

    def _facility(self) -> Facility:
        signed = self.product.credential
        wanted = {"facility": signed.facility, "classifications": signed.classifications}
        missing = [name for name, value in wanted.items() if not value]
        if missing or signed.facility is None:
            names = " and ".join(missing)
            raise Refused(codes.EXPORT_NOT_STATED(format="UNTP DPP 0.7.0", names=names, issuer=signed.issuer))
        return signed.facility

    def _issuer_name(self) -> str:
        signed, footprint = self.product.credential, self.product.footprint
        if footprint is not None and footprint.company and signed.issuer in footprint.company_ids:
            return footprint.company
        self.assumed.append("issuer.name: the issuer's id, as the credential states no name")
        return signed.issuer

    def _identity(self) -> dict[str, Any]:
        """What the id identifies: the product, or the lot or piece that is named beside it."""
        signed, batch = self.product.credential, self.product.credential.batch
        scheme, name = _scheme(signed.subject)
        self.assumed.append(f"idScheme: {name}, by the form of the product's id")
        if signed.identifiers:
            self.lost.append(f"other identifiers of the product: {', '.join(signed.identifiers)}")
        made: dict[str, Any] = {"idScheme": {"type": ["IdentifierScheme"], "id": scheme, "name": name}}
        if batch is None:
            return {**made, "idGranularity": "model"}
        self.assumed.append("id: that of the product, which all of its lots have")
        self.lost.append("the quantity of the lot, and the salt under which it is named")
        if _is_one_piece(batch):
            return {**made, "idGranularity": "item", "batchNumber": batch.number, "itemNumber": batch.serials.first}
        if batch.serials:
            self.lost.append(f"the serial numbers of the lot, {batch.serials.count}")
        return {**made, "idGranularity": "batch", "batchNumber": batch.number}

    def _categories(self) -> list[dict[str, str]]:
        self.assumed.append("productCategory: each code as its name")
        return [
            {"code": one.code, "name": one.code, "schemeId": one.scheme, "schemeName": _scheme_name(one)}
            for one in self.product.credential.classifications
        ]

    def _documents(self) -> Iterator[dict[str, Any]]:
        """Links to what is signed: the original, what it supersedes, its components."""
        signed = self.product.credential
        yield link(signed.digest, "the signed original, of which this is a copy: RFC 8785 bytes", "application/vc")
        if signed.supersedes is not None:
            yield link(signed.supersedes, "the credential that it supersedes", "application/vc")
        for one in signed.components:
            carried = self.passport.credentials.get(one.digest)
            name = f": {carried.signed.name}" if carried else ""
            share = f"{one.quantity} {one.unit} per {one.per.amount} {one.per.unit}, {one.basis}"
            yield link(one.digest, f"component, {share}{name}", "application/vc")
        if beyond := sum(record.role == STAGE for record in signed.records):
            self.lost.append(f"figures of stages beyond the factory gate: {beyond} records")

    def _claims(self) -> Iterator[dict[str, Any]]:
        """One claim with all figures; none where the passport discloses none."""
        record, footprint = self.product.footprint_record, self.product.footprint
        if record is None or footprint is None:
            self.lost.append(f"the carbon footprint: {self.product.lacking}")
            return
        self.lost += [*without_place(footprint), *imprecise(footprint)]
        claimed = performances(footprint)
        if not claimed:
            self.lost.append("the carbon footprint: the record states no figures that can be read")
            return
        self.assumed.append(METRICS_ASSUMED)
        yield {
            "type": ["Claim"],
            "id": name_of(record.listed.commitment),
            "name": f"carbon footprint{per(footprint)}",
            "description": _methods(footprint),
            "referenceCriteria": [],
            "claimDate": self._claim_date(footprint).isoformat(),
            **self._period(footprint.period),
            "claimedPerformance": claimed,
            "evidence": [
                link(record.listed.commitment, f"the record's commitment (salted SHA-256), profile {footprint.profile}")
            ],
            "conformityTopic": [TOPIC],
        }

    def _claim_date(self, footprint: Footprint) -> date:
        if footprint.created is not None and (day := _day(footprint.created)) is not None:
            return day
        self.assumed.append("claimDate: the day from which the credential is valid")
        return self.product.credential.valid_from.astimezone(UTC).date()

    def _period(self, period: Period | None) -> dict[str, Any]:
        """The form's periods have two days, of which the last is within; the instants are said in words."""
        if period is None or not (period.start or period.end):
            return {}
        first = _day(period.start) if period.start else None
        last = _day(period.end, timedelta(microseconds=1)) if period.end else None
        if period.start is None or period.end is None or first is None or last is None or first > last:
            self.lost.append("the reference period, which has no two days")
            return {}
        said = f"from {instant_text(period.start)} to before {instant_text(period.end)}"
        days = {"startDate": first.isoformat(), "endDate": last.isoformat()}
        return {"applicablePeriod": {**days, "periodInformation": said}}


def _methods(one: Footprint) -> str:
    """How the figures were made, in words: the form has no members for it."""
    said = [f"figures of a record in the format {one.profile}"]
    said += [f"characterization factors IPCC {word}" for word in one.gwp_sets]
    said += [f"standard {word}" for word in one.standards]
    said += [f"geography {word}" for word in one.geographies]
    return "; ".join(said)


def _scheme(subject: str) -> tuple[str, str]:
    """The scheme of an id, by its form: URI and name."""
    scheme, _, rest = subject.partition(":")
    if scheme.lower() == "urn":
        return "https://www.iana.org/assignments/urn-namespaces", f"URN namespace {rest.partition(':')[0].lower()}"
    if scheme.lower() in ("http", "https") and re.search("/(01|gtin)/[0-9]{8,14}(/|[?]|$)", rest, re.ASCII):
        return "https://id.gs1.org/", "GS1 Digital Link"
    return "https://www.iana.org/assignments/uri-schemes", f"URI scheme {scheme.lower()}"


def _scheme_name(one: Classification) -> str:
    """The nomenclature and edition in words, else the URI."""
    try:
        code = parse_code(one.scheme, one.code)
    except Refused:
        return one.scheme
    return one.scheme if code is None else f"{code.nomenclature.upper()} {code.edition}"


def _is_one_piece(batch: Batch) -> bool:
    """Whether the lot is a single piece, whose serial number is known."""
    return batch.serials.count == 1 and find(batch.unit) == PIECE and Fraction(batch.quantity) == 1


def _day(at: datetime, before: timedelta = timedelta(0)) -> date | None:
    """The day in UTC of an instant, or of one just before; None where UTC has no date for it."""
    try:
        return (at.astimezone(UTC) - before).date()
    except OverflowError:
        return None
