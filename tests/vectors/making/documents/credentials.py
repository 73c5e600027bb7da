"""Vectors of signed documents: credentials and status lists. Digests and commitments come from `hashlib`."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

from carbonseal.instants import format_instant
from carbonseal.records.canonical import jcs
from tests.vectors.cases import Case, case, refused, undetermined
from tests.vectors.making.documents import products
from tests.vectors.scene import Scene, Value
from tests.world import AT, key, suspendable

Change = Callable[[Value], Any]


def _credential(change: Callable[[Value], Any] = lambda draft: None) -> Value:
    """A signed credential; `change` is made before it is signed."""
    passport = Scene().passport(change=change)
    return dict(passport.credential.document)


def _unsigned(change: Change) -> Value:
    """A credential that was changed after it was signed."""
    document = copy.deepcopy(_credential())
    change(document)
    return document


def credentials() -> list[Case]:
    salt = bytes(range(32))
    found = []
    scene = Scene()
    whole = scene.passport(name="gate", components=[scene.passport(scene.supplier, "cell")])
    for name, document in (
        ("a credential", _credential()),
        ("with a component", dict(whole.credential.document)),
        ("with an end", _credential(lambda draft: draft.update(validUntil=format_instant(AT)))),
        ("without status and name", _credential(_plain)),
        ("with two status lists", _credential(suspendable)),
        ("with its status in a list of one", _credential(_in_a_list)),
        ("several records of one role", _credential(_activities)),
        *((name, _credential(change)) for name, change in products.GOOD.items()),
    ):
        canonical = jcs(document)
        committed = b"carbonseal/record/v1\0" + salt + b"\0\x0ccredential/1" + canonical
        subject = document["credentialSubject"]
        expect = {
            "digest": hashlib.sha256(canonical).hexdigest(),
            "commitment": hashlib.sha256(committed).hexdigest(),
            "issuer": "did:web:maker.example",
            "key": key("maker").public_key().public_bytes_raw().hex(),
            **products.listed(subject),
        }
        found.append(case(name, "credential", expect, document=document, salt=salt.hex()))
    for name, (code, change) in {**_BAD_CREDENTIALS, **products.BAD}.items():
        found.append(case(name, "credential", refused(code), document=_unsigned(change), salt=salt.hex()))
    for name, (code, change) in {**_UNKNOWN, **products.UNKNOWN}.items():
        found.append(case(name, "credential", undetermined(code), document=_unsigned(change), salt=salt.hex()))
    return found


def _plain(draft: Value) -> None:
    del draft["credentialStatus"], draft["credentialSubject"]["name"]


def _in_a_list(draft: Value) -> None:
    draft["credentialStatus"] = [draft["credentialStatus"]]


def _activities(draft: Value) -> None:
    for byte in ("01", "02"):
        draft["credentialSubject"]["records"].append({"role": "activity", "profile": "json/1", "commitment": byte * 32})


def _twice(document: Value) -> None:
    document["credentialSubject"]["records"] *= 2


def _moved(document: Value) -> None:
    value = document["proof"]["proofValue"]
    document["proof"]["proofValue"] = value[:-1] + ("2" if value[-1] != "2" else "3")


_MALFORMED = "credential.malformed"
_BAD_CREDENTIALS: dict[str, tuple[str, Change]] = {
    "a changed subject": ("credential.bad-signature", lambda d: d["credentialSubject"].update(name="gate")),
    "a changed proof option": ("credential.bad-signature", lambda d: d["proof"].update(created="2026-11-20T09:00:01Z")),
    "a changed signature": ("credential.bad-signature", _moved),
    "another key": (
        "credential.bad-signature",
        lambda d: d["proof"].update(
            verificationMethod="did:web:maker.example#" + Scene().lines()["supplier"].split()[4]
        ),
    ),
    "a key of another issuer": (
        _MALFORMED,
        lambda d: d["proof"].update(verificationMethod="did:web:x.example#" + Scene().lines()["maker"].split()[4]),
    ),
    "a method without a key": (
        _MALFORMED,
        lambda d: d["proof"].update(verificationMethod="did:web:maker.example#key-1"),
    ),
    "a key under which anybody signs, the point of order 4": (
        _MALFORMED,
        lambda d: d["proof"].update(
            verificationMethod="did:web:maker.example#z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"
        ),
    ),
    "two footprints": (
        "credential.listed-twice",
        lambda d: d["credentialSubject"]["records"].append(
            {"role": "footprint", "profile": "json/1", "commitment": "01" * 32}
        ),
    ),
    "two revocation lists": (
        "credential.listed-twice",
        lambda d: d.update(credentialStatus=[d["credentialStatus"], d["credentialStatus"]]),
    ),
    "no status in a list": (_MALFORMED, lambda d: d.update(credentialStatus=[])),
    "an unknown member and a malformed one": (_MALFORMED, lambda d: d.update(more=1, validFrom="2026-11-20")),
    "no proof": (_MALFORMED, lambda d: d.pop("proof")),
    "two proofs": (_MALFORMED, lambda d: d.update(proof=[d["proof"], d["proof"]])),
    "another purpose": (_MALFORMED, lambda d: d["proof"].update(proofPurpose="authentication")),
    "a proof without @context": (_MALFORMED, lambda d: d["proof"].pop("@context")),
    "no records": (_MALFORMED, lambda d: d["credentialSubject"].update(records=[])),
    "a record listed twice": ("credential.listed-twice", _twice),
    "an instant with an offset": (_MALFORMED, lambda d: d.update(validFrom="2026-11-20T09:00:00+00:00")),
    "a day that does not exist": (_MALFORMED, lambda d: d.update(validFrom="2026-02-30T09:00:00Z")),
    "a commitment in capitals": (
        _MALFORMED,
        lambda d: d["credentialSubject"]["records"][0].update(commitment="AB" * 32),
    ),
    "a status index with a leading zero": (_MALFORMED, lambda d: d["credentialStatus"].update(statusListIndex="07")),
}
_MEMBER, _VALUE = "credential.unknown-member", "credential.unknown-value"
_UNKNOWN: dict[str, tuple[str, Change]] = {
    "another cryptosuite": (_VALUE, lambda d: d["proof"].update(cryptosuite="eddsa-rdfc-2022")),
    "another kind of proof": (_VALUE, lambda d: d.update(proof={"type": "Ledger2030", "more": 1})),
    "another @context": (_VALUE, lambda d: d.update({"@context": ["https://www.w3.org/ns/credentials/v2"]})),
    "another type": (_VALUE, lambda d: d.update(type=["VerifiableCredential", "Ledger2030"], credentialSubject={})),
    "another purpose of status": (_VALUE, lambda d: d["credentialStatus"].update(statusPurpose="message")),
    "another type of status": (_VALUE, lambda d: d.update(credentialStatus={"type": "StatusList2021Entry"})),
    "an unknown member": (_MEMBER, lambda d: d.update(more=1)),
    "an unknown member of the proof": (_MEMBER, lambda d: d["proof"].update(domain="example.com")),
    "an unknown member of a record": (_MEMBER, lambda d: d["credentialSubject"]["records"][0].update(more=1)),
}


def status_lists() -> list[Case]:
    scene = Scene()
    found = [
        case(
            f"{purpose}: {', '.join(map(str, positions)) or 'none'}",
            "status",
            {"purpose": purpose, "positions": 131_072, "set": list(positions)},
            document=scene.status_document(scene.maker, positions, purpose=purpose),
        )
        for purpose, positions in (
            ("revocation", ()),
            ("revocation", (7,)),
            ("revocation", (0, 131_071)),
            ("suspension", (9,)),
        )
    ]
    malformed = "status-list.malformed"
    bad: dict[str, tuple[str, Change]] = {
        "no end": (_MALFORMED, lambda d: d.pop("validUntil")),
        "with a status of its own": (_MALFORMED, lambda d: d.update(credentialStatus=[], id="no uri")),
        "not base64url": (_MALFORMED, lambda d: d["credentialSubject"].update(encodedList="z123")),
        "no gzip": (malformed, lambda d: d["credentialSubject"].update(encodedList="uAAAA")),
        "cut off": (malformed, _cut),
        "16,383 bytes": ("status-list.too-short", _packed(16_383)),
        "a byte after the gzip stream": ("status-list.trailing", _packed("a byte more")),
        "changed after signing": ("credential.bad-signature", lambda d: d.update(validUntil="2030-01-01T00:00:00Z")),
    }
    for name, (code, change) in bad.items():
        document = scene.status_document(scene.maker)
        change(document)
        found.append(case(name, "status", refused(code), document=document))
    unsure: dict[str, tuple[str, Change]] = {
        "1 MiB and a byte": ("status-list.too-long", _packed((1 << 20) + 1)),
        "another purpose": (_VALUE, lambda d: d["credentialSubject"].update(statusPurpose="message")),
        "another kind of list": (_VALUE, lambda d: d["credentialSubject"].update(type="TokenStatusList")),
        "two bits a position": (_MEMBER, lambda d: d["credentialSubject"].update(statusSize=2)),
    }
    for name, (code, change) in unsure.items():
        document = scene.status_document(scene.maker)
        change(document)
        found.append(case(name, "status", undetermined(code), document=document))
    return found


def _cut(document: Value) -> None:
    subject = document["credentialSubject"]
    subject["encodedList"] = subject["encodedList"][:-12]


def _packed(bits: int | str) -> Change:
    return lambda document: document["credentialSubject"].update(encodedList=_GZIP[bits])


_GZIP = {
    16_383: "uH4sIAAAAAAACA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAICzAQmvhYr_PwAA",
    (1 << 20) + 1: "uH4sIAAAAAAACA-3BMQEAAADCoPVPbQhfo" + 1355 * "A" + "TgMoi6TGAQAQAA",
    "a byte more": "uH4sIAAAAAAACA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAAAA",
}
