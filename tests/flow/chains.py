"""Made-up supply chains, written as a few lines of a test: products with PACT footprints, and what went into what.

::

    chain = Chain()
    cell = chain.product("cell", total="74.20", mass="0.82")
    pack = chain.product("pack", total="78250", mass="480", parts=[used(cell, "1000")])
    failures(chain.results(pack))        # ["mass.exceeds"]

The passports are built by the product's own code and signed, and neither sealed nor anchored: the checks look at figures alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from carbonseal.flow.graph import Graph, graph_of
from carbonseal.flow.judging import results
from carbonseal.flow.rules import CheckRequirement, Kind, Result
from carbonseal.goods.serials import Serials
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.credentials import Carried, StatusEntry
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import (
    LISTED,
    PRODUCT,
    USED,
    Amount,
    Batch,
    Classification,
    Component,
    Facility,
    ListedRecord,
    ProductCredential,
    batch_salt,
    draft_product,
)
from tests.flow.made_up import MadeUp, lookup
from tests.world import Issuer, key

ISSUED = datetime(2026, 3, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, tzinfo=UTC)
SALT = bytes(32)

Change = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Made:
    """A product of a chain, with everything below it."""

    credential: Carried[ProductCredential]
    records: Mapping[bytes, Disclosed]
    below: Mapping[bytes, Carried[ProductCredential]]

    @property
    def digest(self) -> bytes:
        return self.credential.signed.digest


@dataclass(frozen=True)
class Part:
    """So much of a product."""

    made: Made
    quantity: str
    unit: str
    per: Amount
    basis: str


def used(made: Made, quantity: str, unit: str = "piece", per: str = "1", per_unit: str = "piece") -> Part:
    """A component whose figure entered its product's."""
    return Part(made, quantity, unit, Amount(per, per_unit), USED)


def listed(made: Made, quantity: str, unit: str = "piece", per: str = "1", per_unit: str = "piece") -> Part:
    """A component that is only listed."""
    return Part(made, quantity, unit, Amount(per, per_unit), LISTED)


def footprint(
    name: str, total: str, *, amount: str = "1", unit: str = "piece", mass: str = "0", **pcf: Any
) -> dict[str, Any]:
    """A PACT 3.0 footprint whose one part is its total; `pcf` adds and replaces, and None takes out."""
    figures = {
        "declaredUnitOfMeasurement": unit,
        "declaredUnitAmount": amount,
        "productMassPerDeclaredUnit": mass,
        "referencePeriodStart": "2025-01-01T00:00:00Z",
        "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": total,
        "pcfIncludingBiogenicUptake": total,
        "fossilGhgEmissions": total,
        "fossilCarbonContent": "0",
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "0",
        **pcf,
    }
    return {
        "id": f"00000000-0000-4000-8000-{name.encode().hex()[:12]:0<12}",
        "specVersion": "3.0.0",
        "created": "2026-02-01T00:00:00Z",
        "status": "Active",
        "companyName": "Example",
        "companyIds": ["urn:company:example:maker"],
        "productDescription": name,
        "productIds": [f"urn:product:example:{name.replace(' ', '-')}"],
        "productNameCompany": name,
        "pcf": {member: value for member, value in figures.items() if value is not None},
    }


@dataclass
class Chain:
    """Products as they are made; `maker` signs where no other issuer is named."""

    maker: Issuer = field(default_factory=lambda: Issuer("did:web:maker.example", key("maker")))
    count: int = 0

    def product(
        self,
        name: str,
        total: str = "1",
        parts: Sequence[Part] = (),
        *,
        issuer: str = "",
        withheld: bool = False,
        edit: Change = lambda document: None,
        document: Mapping[str, Any] | None = None,
        profile: str = "pact/3.0",
        issued: datetime = ISSUED,
        valid_until: datetime | None = None,
        stages: Mapping[str, Mapping[str, Any]] | None = None,
        batch: tuple[str, str, str] | None = None,
        supersedes: Made | None = None,
        subject: str = "",
        identifiers: Sequence[str] = (),
        facility: Facility | None = None,
        classifications: Sequence[Classification] = (),
        serials: Sequence[str] = (),
        status: Sequence[StatusEntry] = (),
        **pcf: Any,
    ) -> Made:
        """A signed product: `document` in full, or a PACT footprint with this total that `edit` changes. `stages` are PACT
        footprints of stages beyond the gate; `batch` is (number, quantity, unit)."""
        signer = self.maker if not issuer else Issuer(f"did:web:{issuer}.example", key(issuer))
        own = dict(document) if document is not None else footprint(name, total, **pcf)
        edit(own)
        record = Disclosed(profile, SALT, own)
        beyond = {stage: Disclosed("pact/3.0", SALT, one) for stage, one in (stages or {}).items()}
        subject = subject or f"urn:product:example:{name.replace(' ', '-')}"
        self.count += 1
        draft = draft_product(
            id=f"urn:example:credential:{self.count}",
            issuer=signer.id,
            subject=subject,
            name=name,
            records=[
                ListedRecord("footprint", profile, record.commitment()),
                *(ListedRecord("stage", "pact/3.0", one.commitment(), s, "1", "piece") for s, one in beyond.items()),
            ],
            components=[Component(one.made.digest, one.quantity, one.unit, one.per, one.basis) for one in parts],
            identifiers=identifiers,
            facility=facility,
            classifications=classifications,
            status=status,
            supersedes=supersedes.digest if supersedes else None,
            batch=Batch(batch[0], batch_salt(bytes(32), subject, batch[0]), *batch[1:], Serials(tuple(serials)))
            if batch
            else None,
            valid_from=issued,
            valid_until=valid_until,
        )
        credential = PRODUCT.carry(signer.sign(draft), SALT)
        records = {one.commitment(): one for one in ([] if withheld else [record]) + [*beyond.values()]}
        below: dict[bytes, Carried[ProductCredential]] = {}
        for part in parts:
            records |= part.made.records
            below |= {**part.made.below, part.made.digest: part.made.credential}
        return Made(credential, records, below)

    def made_up(self, name: str, parts: Sequence[Part] = (), *, issued: datetime = ISSUED, **document: Any) -> Made:
        """A product with a footprint in the tests' own format, which can say everything."""
        own = {"total": "1.0", "amount": "1", **document}
        return self.product(name, parts=parts, document=own, profile=MadeUp.id, issued=issued)

    def passport(self, root: Made, *, without: Iterable[Made] = ()) -> Passport:
        """The passport of a product, without those credentials."""
        gone = {one.digest for one in without}
        carried = {key: one for key, one in {root.digest: root.credential, **root.below}.items() if key not in gone}
        return Passport(root.digest, carried, root.records, {}, {})

    def graph(self, root: Made, *, without: Iterable[Made] = ()) -> Graph:
        """Its graph."""
        return graph_of(self.passport(root, without=without), lookup)

    def results(self, root: Made, at: datetime = AT, **within: Any) -> list[tuple[str, Result]]:
        """How every check comes out; `within` by check's name."""
        required = {name: CheckRequirement(within=bound) for name, bound in within.items()}
        return list(results(self.graph(root), at, required))


def failures(found: Iterable[tuple[str, Result]]) -> list[str]:
    """The names of the rules that fail, sorted."""
    return sorted(result.rule.name for _, result in found if result.rule.kind is Kind.FAILS)


def remarks(found: Iterable[tuple[str, Result]]) -> list[str]:
    """The names of the remarks, sorted."""
    return sorted(result.rule.name for _, result in found if result.rule.kind is Kind.REMARK)


def outcome(found: Iterable[tuple[str, Result]], check: str) -> list[tuple[str, str]]:
    """Of one check: the kind and the rule of every result."""
    return [(result.rule.kind.value, result.rule.name) for name, result in found if name == check]
