"""Statements and accreditations in the small world of `tests.world`: a body, its accreditor, and what they sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from carbonseal.passport.assembly import assemble_statement, attach
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.conformity.accreditations import ACCREDITATION, Accreditation, draft_accreditation
from carbonseal.passport.conformity.files import StatementFile
from carbonseal.passport.conformity.scopes import Scope
from carbonseal.passport.conformity.statements import STATEMENT, Opinion, draft_statement
from carbonseal.passport.credentials import REVOCATION, Carried, StatusEntry
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import FOOTPRINT
from carbonseal.passport.seals import Seal
from tests.world import LISTS, ORIGIN, SIGNED, Issuer, Version, World, key

BODY = Issuer("did:web:body.example", key("body"))
ACCREDITOR = Issuer("did:web:accreditor.example", key("accreditor"))
SCOPE = Scope("iso-14067:2018", "verification")
SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
POLICY = {
    "body": f"signer tuev body {BODY.id} {encode_key(BODY.public)}",
    "statement": "require statement by=tuev",
}
ACCREDITED = {
    "body": f"signer dakks accreditor {ACCREDITOR.id} {encode_key(ACCREDITOR.public)}",
    "statement": "require statement by=dakks",
}


def opinion(footprints: Iterable[bytes] = (), organisation: str = "did:web:maker.example", **changes: Any) -> Opinion:
    """An unmodified opinion with reasonable assurance; on these footprints, by commitment."""
    given = Opinion(
        organisation=organisation,
        name=organisation,
        covers="product",
        engagement="verification",
        standards=("iso-14064-3:2019",),
        criteria=("iso-14067:2018", "pact-methodology:3"),
        scope=SCOPE,
        boundary="cradle-to-gate",
        since=SINCE,
        until=UNTIL,
        addressee="importers and customs",
        opinion_date=date(2026, 11, 19),
        footprints=tuple(footprints),
        assurance="reasonable",
        materiality="5",
        opinion="unmodified",
        no_visit="the data are metered and were read from a distance",
    )
    return replace(given, **changes)


def program(organisation: str = "did:web:maker.example", **changes: Any) -> Opinion:
    """An opinion on the programme of an organisation."""
    rules = {"covers": "program", "rulebook": "https://rules.example/pcf/4", **changes}
    return opinion(organisation=organisation, **rules)


def footprints(passport: Bundle) -> list[bytes]:
    """The commitments of all footprints that credentials in a passport list, the root's first."""
    products = (one.signed for one in passport.citations.credentials.values())
    return [record.commitment for one in products for record in one.records if record.role == FOOTPRINT]


@dataclass
class Stated:
    """Makes statements in a world."""

    world: World
    number: int = field(default=0)

    def accreditation(
        self,
        body: Issuer = BODY,
        accreditor: Issuer = ACCREDITOR,
        *,
        scope: Sequence[Scope] = (SCOPE,),
        since: datetime = SIGNED - timedelta(days=365),
        until: datetime = SIGNED + timedelta(days=365),
        keys: Sequence[bytes] = (),
        change: Callable[[dict[str, Any]], None] = lambda draft: None,
        versions: Sequence[Version] = (((), SIGNED, REVOCATION),),
    ) -> Bundle:
        """A bundle with an accreditation, its status lists and seals."""
        self.number += 1
        draft = draft_accreditation(
            id=f"urn:example:accreditation:{self.number}",
            issuer=accreditor.id,
            body=body.id,
            name=body.id,
            number=f"D-VS-{self.number}",
            keys=keys or [body.public],
            scope=scope,
            valid_from=since,
            valid_until=until,
            status=[StatusEntry(REVOCATION, LISTS[REVOCATION] + accreditor.id, self.number)],
        )
        change(draft)
        document = accreditor.sign(draft)
        salt, _ = self.world.put(ACCREDITATION.profile, document)
        carried: Carried[Accreditation] = ACCREDITATION.carry(document, salt)
        lists = [self.world.status_list(accreditor, *version) for version in versions]
        sealed = [carried.commitment, *(one.commitment for one in lists)]
        digest = carried.signed.digest
        by_digest = {one.signed.digest: one for one in lists}
        return Bundle(digest, {}, {}, self.world.seals(sealed), by_digest, {}, {digest: carried})

    def statement(
        self,
        given: Opinion,
        body: Issuer = BODY,
        *,
        accreditations: Iterable[Bundle] = (),
        change: Callable[[dict[str, Any]], None] = lambda draft: None,
        signed: Callable[[dict[str, Any]], None] = lambda document: None,
        versions: Sequence[Version] = (((), SIGNED, REVOCATION),),
        seals: Mapping[bytes, Seal] | None = None,
    ) -> StatementFile:
        """A statement file. `change` edits the draft, `signed` the signed document; `versions` are of its body's status list."""
        self.number += 1
        draft = draft_statement(
            given,
            id=f"urn:example:statement:{self.number}",
            issuer=body.id,
            valid_from=SIGNED,
            status=[StatusEntry(REVOCATION, LISTS[REVOCATION] + body.id, self.number)],
        )
        change(draft)
        document = body.sign(draft)
        signed(document)
        salt, commitment = self.world.put(STATEMENT.profile, document)
        lists = [self.world.status_list(body, *version) for version in versions]
        return assemble_statement(
            STATEMENT.carry(document, salt),
            accreditations=accreditations,
            records={},
            seals=self.world.seals([commitment, *(one.commitment for one in lists)]) if seals is None else seals,
            status_lists=lists,
            link=self.link,
        )

    def attached(self, passport: Passport, *files: StatementFile) -> Passport:
        """The passport with these statements."""
        return attach(passport, files, self.link)

    def link(self, origin: str, old: int, new: int) -> tuple[bytes, ...] | None:
        return self.world.log.consistency(old, new) if origin == ORIGIN else None
