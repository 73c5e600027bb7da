"""Vectors of statements and accreditations, and of the files in which statements travel. Digests come from `hashlib`."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

from carbonseal.passport.assembly import assemble_accreditation
from carbonseal.passport.conformity.statements import opinion_to_json
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from tests.passport.stated import BODY, Stated, opinion, program
from tests.vectors.cases import Case, case, refused, undetermined
from tests.world import SIGNED, World

Change = Callable[[dict[str, Any]], Any]
RECORD = bytes.fromhex("14ddd5a8ff41ed18303330063332afcca941ebb5cfe18103184ddda2c79c2e31")
SALT = bytes(range(32)).hex()
_MALFORMED, _UNKNOWN = "credential.malformed", "credential.unknown-value"


def conformity() -> list[Case]:
    return [*_statements(), *_accreditations(), *_files()]


def _statements() -> list[Case]:
    good = {
        "on a product": opinion([RECORD]),
        "on a programme": program(),
        "on a model": program(covers="model", model="cells 3.1"),
        "in the place of another": opinion([RECORD], supersedes=RECORD),
    }
    found = []
    for name, given in good.items():
        document = dict(Stated(World()).statement(given).statement.document)
        expect = {
            "digest": hashlib.sha256(jcs(document)).hexdigest(),
            "commitment": _commitment(b"statement/1", document),
            "organisation": "did:web:maker.example",
            "covers": document["credentialSubject"]["covers"],
            "footprints": document["credentialSubject"]["footprints"],
            "replaces": document["credentialSubject"].get("supersedes"),
        }
        found.append(case(name, "statement", expect, document=document, salt=SALT))
    document = dict(Stated(World()).statement(opinion([RECORD])).statement.document)
    for name, (code, change) in _BAD_STATEMENTS.items():
        expect = undetermined(code) if code == _UNKNOWN else refused(code)
        found.append(case(name, "statement", expect, document=_changed(document, change), salt=SALT))
    return found


def _accreditations() -> list[Case]:
    (carried,) = Stated(World()).accreditation().accreditations.values()
    document = dict(carried.signed.document)
    expect = {
        "digest": hashlib.sha256(jcs(document)).hexdigest(),
        "commitment": _commitment(b"accreditation/1", document),
        "body": BODY.id,
        "number": "D-VS-1",
        "keys": [BODY.public.hex()],
    }
    found = [case("an accreditation", "accreditation", expect, document=document, salt=SALT)]
    for name, (code, change) in _BAD_ACCREDITATIONS.items():
        expect = undetermined(code) if code == _UNKNOWN else refused(code)
        found.append(case(name, "accreditation", expect, document=_changed(document, change), salt=SALT))
    return found


def _files() -> list[Case]:
    stated = Stated(World())
    file = strict.parse(stated.statement(opinion([RECORD]), accreditations=[stated.accreditation()]).encode())
    expect = {
        "statement": file["statement"],
        "accreditations": sorted(file["accreditations"]),
        "statusLists": sorted(file["statusLists"]),
    }
    found = [case("a statement file", "statement-file", expect, file=file)]
    for name, (expected, change) in _BAD_FILES.items():
        found.append(case(name, "statement-file", expected, file=_changed(file, change)))
    (carried,) = stated.accreditation().accreditations.values()
    file = strict.parse(assemble_accreditation(carried, seals={}, status_lists=[]).encode())
    expect = {"accreditation": file["accreditation"], "statusLists": []}
    found.append(case("an accreditation file", "accreditation-file", expect, file=file))
    for name, (expected, change) in _BAD_ACCREDITATION_FILES.items():
        found.append(case(name, "accreditation-file", expected, file=_changed(file, change)))
    return found


def requests() -> list[Case]:
    """What a node is asked to state and to accredit, on 20 November 2026."""
    about = opinion_to_json(opinion([RECORD]))
    statement = {"body": "body", "credentialSubject": about}
    (carried,) = Stated(World()).accreditation().accreditations.values()
    accredited = carried.signed.document["credentialSubject"]
    accreditation = {"accreditor": "accreditor", "credentialSubject": accredited, "validUntil": "2028-01-01T00:00:00Z"}
    now = int(SIGNED.timestamp())
    found = []
    for name, (code, change) in _STATEMENT_REQUESTS.items():
        expect = refused(code) if code else {"holds": True}
        found.append(case(name, "statement-request", expect, request=_changed(statement, change), now=now))
    for name, (code, change) in _ACCREDITATION_REQUESTS.items():
        expect = refused(code) if code else {"holds": True}
        found.append(case(name, "accreditation-request", expect, request=_changed(accreditation, change), now=now))
    return found


def _changed(document: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(document)
    change(made)
    return made


def _commitment(profile: bytes, document: dict[str, Any]) -> str:
    head = b"carbonseal/record/v1\0" + bytes.fromhex(SALT) + len(profile).to_bytes(2, "big") + profile
    return hashlib.sha256(head + jcs(document)).hexdigest()


def _subject(**members: Any) -> Change:
    """Set members of the subject, or take out those that are None."""

    def change(document: dict[str, Any]) -> None:
        subject = document["credentialSubject"]
        subject.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del subject[name]

    return change


_BAD_STATEMENTS: dict[str, tuple[str, Change]] = {
    "a changed opinion": ("credential.bad-signature", _subject(addressee="everybody")),
    "a verification without assurance": (_MALFORMED, _subject(assurance=None)),
    "a validation with assurance": (_MALFORMED, _subject(engagement="validation")),
    "no opinion": (_MALFORMED, _subject(opinion=None)),
    "a modified opinion without a reason": (_MALFORMED, _subject(opinion="modified")),
    "a product without footprints": (_MALFORMED, _subject(footprints=[])),
    "a programme with footprints": (_MALFORMED, _subject(covers="program", rulebook="https://rules.example/4")),
    "a visit, and a reason for none": (_MALFORMED, _subject(siteVisits=[{"date": "2026-10-01", "kind": "virtual"}])),
    "a scope of another activity": (
        _MALFORMED,
        _subject(scope={"standard": "iso-14067:2018", "activity": "validation"}),
    ),
    "a footprint twice": ("credential.listed-twice", _subject(footprints=["01" * 32] * 2)),
    "a coverage that is not known": (_UNKNOWN, _subject(covers="batch")),
    "a standard that is not known": (_UNKNOWN, _subject(standards=["iso-9001:2015"])),
    "an opinion that is not known": (_UNKNOWN, _subject(opinion="clean")),
}
_BAD_ACCREDITATIONS: dict[str, tuple[str, Change]] = {
    "without an end": (_MALFORMED, lambda document: document.pop("validUntil")),
    "without keys": (_MALFORMED, _subject(keys=[])),
    "a key that is none": (_MALFORMED, _subject(keys=["z6Mk" + "1" * 44])),
    "a scope twice": (
        "credential.listed-twice",
        _subject(scope=[{"standard": "iso-14067:2018", "activity": "verification"}] * 2),
    ),
    "a scope that is not known": (_UNKNOWN, _subject(scope=[{"standard": "x", "activity": "verification"}])),
}
_BAD_FILES: dict[str, tuple[Any, Change]] = {
    "another version": (
        undetermined("statement-file.unknown-version"),
        lambda file: file.update(carbonseal="statement/2"),
    ),
    "with credentials": (undetermined("passport.unknown-member"), lambda file: file.update(credentials={})),
    "without a root": (refused("statement-file.malformed"), lambda file: file.pop("statement")),
    "another root": (refused("passport.not-carried"), lambda file: file.update(statement="01" * 32)),
    "a list without what cites it": (refused("passport.uncited"), lambda file: file.update(accreditations={})),
}
_BAD_ACCREDITATION_FILES: dict[str, tuple[Any, Change]] = {
    "another version of it": (
        undetermined("accreditation-file.unknown-version"),
        lambda file: file.update(carbonseal="accreditation/2"),
    ),
    "with statements": (undetermined("passport.unknown-member"), lambda file: file.update(statements={})),
    "without its root": (refused("accreditation-file.malformed"), lambda file: file.pop("accreditation")),
    "another root of it": (refused("passport.not-carried"), lambda file: file.update(accreditation="01" * 32)),
}
_REQUEST = "issue.malformed"
_STATEMENT_REQUESTS: dict[str, tuple[str, Change]] = {
    "the least statement": ("", lambda request: None),
    "with all members": (
        "",
        lambda request: request.update(
            attach=True,
            original={"media": "application/pdf", "data": "JVBERg==", "disclose": True},
            accreditations=[{}],
            validUntil="2028-01-01T00:00:00Z",
        ),
    ),
    "without a body": (_REQUEST, lambda request: request.pop("body")),
    "a member more": (_REQUEST, lambda request: request.update(more=1)),
    "17 accreditations": (_REQUEST, lambda request: request.update(accreditations=[{}] * 17)),
    "an original by name and in full": (
        _REQUEST,
        lambda request: (
            request.update(original={"media": "text/plain", "data": ""}),
            request["credentialSubject"].update(original="01" * 32),
        ),
    ),
    "an opinion of tomorrow, which has begun elsewhere": ("", _subject(opinionDate="2026-11-20")),
    "an opinion of the day after": ("issue.future", _subject(opinionDate="2026-11-22")),
    "a visit that is to come": (
        "issue.future",
        _subject(siteVisits=[{"date": "2026-12-01", "kind": "physical"}], noSiteVisit=None),
    ),
    "a verification of what is to come": (
        "issue.future",
        _subject(period={"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}),
    ),
    "an end that has passed": ("issue.ended", lambda request: request.update(validUntil="2026-11-20T00:00:00Z")),
}
_ACCREDITATION_REQUESTS: dict[str, tuple[str, Change]] = {
    "the least accreditation": ("", lambda request: None),
    "endless": (_REQUEST, lambda request: request.pop("validUntil")),
    "ended": ("issue.ended", lambda request: request.update(validUntil="2026-11-20T00:00:00Z")),
    "ends first": (_REQUEST, lambda request: request.update(validFrom="2029-01-01T00:00:00Z")),
    "a key that is no key": (_REQUEST, _subject(keys=["z6Mk" + "1" * 44])),
    "a scope twice in a request": (
        "credential.listed-twice",
        _subject(scope=[{"standard": "iso-14067:2018", "activity": "verification"}] * 2),
    ),
}
