"""A node with a maker, a certification body and an accreditor, and what it is asked to state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node
from carbonseal.node.secrets import open_signer
from carbonseal.passport.conformity.files import (
    AccreditationFile,
    StatementFile,
    parse_accreditation,
    parse_statement,
)
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from tests.node.issuance.issuing import MAKER, RECORD

BODY = SignerConfig("tuev", "did:web:body.example", "file:keys/body.key")
ACCREDITOR = SignerConfig("dakks", "did:web:accreditor.example", "file:keys/accreditor.key")
SCOPE = {"standard": "iso-14067:2018", "activity": "verification"}
PERIOD = {"from": "2025-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}


def subject(footprints: Iterable[bytes] = (), **changes: Any) -> dict[str, Any]:
    """An unmodified opinion on these footprints, by commitment."""
    return {
        "id": MAKER.id,
        "name": "Maker",
        "covers": "product",
        "footprints": [one.hex() for one in footprints],
        "sites": [],
        "engagement": "verification",
        "standards": ["iso-14064-3:2019"],
        "criteria": ["iso-14067:2018"],
        "scope": SCOPE,
        "boundary": "cradle-to-gate",
        "period": PERIOD,
        "addressee": "importers and customs",
        "assurance": "reasonable",
        "materiality": "5",
        "opinion": "unmodified",
        "qualifications": [],
        "siteVisits": [],
        "noSiteVisit": "the data are metered",
        "opinionDate": "2026-11-20",
        **changes,
    }


def programme(**changes: Any) -> dict[str, Any]:
    """An opinion on the maker's programme."""
    return subject(covers="program", rulebook="https://rules.example/pcf/4", **changes)


def statement_request(of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"body": BODY.name, "credentialSubject": of, "attach": True, **changes}


def accreditation_request(key: str, **changes: Any) -> dict[str, Any]:
    """A request to accredit the body, whose key is a Multikey."""
    accredited = {"id": BODY.id, "name": "Body", "number": "D-VS-1", "keys": [key], "scope": [SCOPE]}
    return {
        "accreditor": ACCREDITOR.name,
        "credentialSubject": accredited,
        "validUntil": "2028-01-01T00:00:00Z",
        **changes,
    }


def multikey(directory: Path, signer: SignerConfig = BODY) -> str:
    return encode_key(open_signer(signer.key, directory).public_key().public_bytes_raw())


async def state(node: Node, of: dict[str, Any], **changes: Any) -> StatementFile:
    return parse_statement(await node.statements.issue(statement_request(of, **changes), OPERATOR))


async def accredit(node: Node, **changes: Any) -> AccreditationFile:
    request = accreditation_request(multikey(node.directory), **changes)
    return parse_accreditation(await node.accreditations.issue(request, OPERATOR))


OTHER_BODY = replace(BODY, name="dnv", id="did:web:other.body.example", key="file:keys/other.key")


@contextmanager
def refuses(code: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """What is done here is refused with this code."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.finding.code.name == code


async def asked(node: Node, request: dict[str, Any]) -> bytes:
    return await node.accreditations.issue(request, OPERATOR)


async def again(node: Node, raw: bytes) -> bytes:
    return await node.refresh(raw)


async def footprint(node: Node, raw: bytes = RECORD) -> bytes:
    return (await node.submit(raw, "json/1")).commitment


def is_set(file: Passport | StatementFile | AccreditationFile, digest: bytes, purpose: str) -> bool:
    """Whether the newest list of that purpose sets the bit of a statement or accreditation that the file carries."""
    one = (file.statements.get(digest) or file.accreditations[digest]).signed
    (entry,) = (entry for entry in one.status if entry.purpose == purpose)
    versions = [
        listed.signed for listed in file.status_lists.values() if listed.signed.name == (one.issuer, entry.list_id)
    ]
    return max(versions, key=lambda version: version.valid_from).is_set(entry.index)
