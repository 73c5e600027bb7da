"""Vectors of product credentials: stages, shares, batches, and the requests that ask for them. Salts come from `hmac`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from tests.vectors.cases import Case, case, refused
from tests.vectors.scene import Value
from tests.world import SALT_KEY

Change = Callable[[Value], Any]
SHARE = {"quantity": "2", "unit": "piece", "per": {"amount": "1", "unit": "piece"}, "basis": "used"}
COMPONENT = {"digest": "21" * 32, **SHARE}
LOT = {"number": "L-2026/11 ä", "quantity": "1000", "unit": "piece"}
BATCH = {**LOT, "salt": "22" * 32}
FREIGHT = {"role": "stage", "commitment": "23" * 32, "stage": "A4", "quantity": "2.50", "unit": "ton kilometer"}
FACILITY = {"id": "urn:example:works:1", "name": "Works 1", "country": "DE"}
CLASSIFICATION = {"scheme": "urn:example:nomenclature", "code": "8507 60"}
STAGES = ["A4", "A5", "B", *(f"B{n}" for n in range(1, 8)), "C", *(f"C{n}" for n in range(1, 5)), "D"]


def listed(subject: Value) -> dict[str, Any]:
    """What is expected of a credential's subject."""
    shares = ((one["quantity"], one["unit"], one["per"], one["basis"]) for one in subject["components"])
    batch = subject.get("batch")
    named = None if batch is None else bytes.fromhex(batch["salt"]) + batch["number"].encode()
    return {
        "records": [one["commitment"] for one in subject["records"]],
        "stages": [[one["stage"], one["quantity"], one["unit"]] for one in subject["records"] if "stage" in one],
        "components": [one["digest"] for one in subject["components"]],
        "shares": [[quantity, unit, per["amount"], per["unit"], basis] for quantity, unit, per, basis in shares],
        "identifiers": sorted([subject["id"], *subject["identifiers"]]),
        "batch": None if named is None else hashlib.sha256(named).hexdigest(),
    }


def _subject(**members: Any) -> Change:
    return lambda document: document["credentialSubject"].update(members)


def _record(**members: Any) -> Change:
    return lambda document: document["credentialSubject"]["records"].append({**FREIGHT, "profile": "json/1", **members})


def _components(*changes: Value) -> Change:
    return _subject(components=[{**COMPONENT, **change} for change in changes])


def _all(draft: Value) -> None:
    _record()(draft)
    _components({"quantity": "2.50", "unit": "kilogram", "per": {"amount": "1000", "unit": "piece"}})(draft)
    _subject(
        identifiers=["urn:epc:id:sgtin:4012345.011111.1", "https://id.example/01/4012345011111"],
        classifications=[CLASSIFICATION],
        facility=FACILITY,
        supersedes="24" * 32,
        batch={**BATCH, "serials": ["0001", "0002", {"first": "R-001", "last": "R-500"}]},
    )(draft)


def _all_stages(draft: Value) -> None:
    for number, stage in enumerate(STAGES):
        _record(stage=stage, commitment=f"{number:064x}")(draft)


def _many(count: int, **more: Any) -> Change:
    return _subject(**more, identifiers=[f"urn:example:{number}" for number in range(count)])


GOOD: dict[str, Change] = {
    "everything of a product": _all,
    "a batch without serial numbers": _subject(batch=BATCH),
    "every stage": _all_stages,
    "two records of one stage": lambda d: [_record()(d), _record(commitment="25" * 32)(d)],
    "a quantity of zero": _components({"quantity": "0.00"}),
    "a unit that nobody knows": _components({"unit": "banana"}),
    "one component in two units": _components({}, {"unit": "kilogram"}),
    "one component per two amounts": _components({}, {"per": {"amount": "1.0", "unit": "piece"}}),
    "one component on two bases": _components({}, {"basis": "listed"}),
    "64 identifiers": _many(64),
}
_MALFORMED, _TWICE, _LIMIT = "credential.malformed", "credential.listed-twice", "credential.over-limit"
BAD: dict[str, tuple[str, Change]] = {
    "no identifiers": (_MALFORMED, lambda d: d["credentialSubject"].pop("identifiers")),
    "no classifications": (_MALFORMED, lambda d: d["credentialSubject"].pop("classifications")),
    "a stage without a quantity": (
        _MALFORMED,
        lambda d: [_record()(d), d["credentialSubject"]["records"][-1].pop("quantity")],
    ),
    "a stage of another role": (_MALFORMED, _record(role="use")),
    "per nothing": (_MALFORMED, _components({"per": {"amount": "0.0", "unit": "piece"}})),
    "a component without per": (
        _MALFORMED,
        lambda d: [_components({})(d), d["credentialSubject"]["components"][0].pop("per")],
    ),
    "a quantity that is a number": (_MALFORMED, _components({"quantity": 2})),
    "a batch without a quantity": (_MALFORMED, _subject(batch={"number": "L", "salt": "22" * 32})),
    "a batch without a salt": (_MALFORMED, _subject(batch=LOT)),
    "no serial numbers in a list": (_MALFORMED, _subject(batch={**BATCH, "serials": []})),
    "a batch number of 129 characters": (_MALFORMED, _subject(batch={**BATCH, "number": "x" * 129})),
    "a country in small letters": (_MALFORMED, _subject(facility={**FACILITY, "country": "de"})),
    "an identifier that is not a URI": (_MALFORMED, _subject(identifiers=["4012345011111"])),
    "one component twice": (_TWICE, _components({}, {"quantity": "3"})),
    "an identifier twice": (_TWICE, _subject(identifiers=["urn:a:b", "urn:a:b"])),
    "the id among the identifiers": (_TWICE, _subject(identifiers=["urn:example:product:door-reader"])),
    "a classification twice": (_TWICE, _subject(classifications=[CLASSIFICATION, CLASSIFICATION])),
    "a range the other way round": (
        _MALFORMED,
        _subject(batch={**BATCH, "serials": [{"first": "R-9", "last": "R-1"}]}),
    ),
    "a range of two spellings": (_MALFORMED, _subject(batch={**BATCH, "serials": [{"first": "R-1", "last": "R-10"}]})),
    "a serial number in a range, too": (
        _TWICE,
        _subject(batch={**BATCH, "serials": ["R-5", {"first": "R-1", "last": "R-9"}]}),
    ),
    "two ranges with a number in common": (
        _TWICE,
        _subject(batch={**BATCH, "serials": [{"first": "1", "last": "5"}, {"first": "5", "last": "9"}]}),
    ),
    "a serial number twice": (_TWICE, _subject(batch={**BATCH, "serials": ["1", "1"]})),
}
_MEMBER, _VALUE = "credential.unknown-member", "credential.unknown-value"
UNKNOWN: dict[str, tuple[str, Change]] = {
    "another stage": (_VALUE, _record(stage="E1")),
    "a stage before the gate": (_VALUE, _record(stage="A1")),
    "another basis": (_VALUE, _components({"basis": "estimated"})),
    "an unknown member of a batch": (_MEMBER, _subject(batch={**BATCH, "made": "2026-11-20"})),
    "an unknown member of a component": (_MEMBER, _components({"origin": "mine"})),
    "65 identifiers": (_LIMIT, _many(65)),
    "65 classifications": (
        _LIMIT,
        _subject(classifications=[{**CLASSIFICATION, "code": str(n)} for n in range(65)]),
    ),
}


def batches() -> list[Case]:
    """The salt of a lot, and what names it."""
    found = []
    for name, issuer, product, number in (
        ("a lot", "did:web:maker.example", "urn:example:product:cell", "L-1"),
        ("another lot", "did:web:maker.example", "urn:example:product:cell", "L-2"),
        ("of another issuer", "did:web:other.example", "urn:example:product:cell", "L-1"),
        ("an end that could be a beginning", "did:web:maker.example", "urn:example:product:cellL", "-1"),
        ("letters beyond ASCII", "did:web:maker.example", "urn:example:product:cell", "Los № 7 ä"),
    ):
        key = hmac.digest(SALT_KEY, b"\0\0carbonseal/batch-key/v1\0" + issuer.encode(), "sha256")
        framed = b"".join(len(text.encode()).to_bytes(2, "big") + text.encode() for text in (product, number))
        salt = hmac.digest(key, b"carbonseal/batch/v1\0" + framed, "sha256")
        expect = {"salt": salt.hex(), "hash": hashlib.sha256(salt + number.encode()).hexdigest()}
        given = {"saltKey": SALT_KEY.hex(), "issuer": issuer, "product": product, "number": number}
        found.append(case(name, "batch", expect, **given))
    return found


def issue_requests() -> list[Case]:
    """What a node is asked to issue."""
    record = {"role": "footprint", "commitment": "14" * 32}
    part = {"passport": {}, **SHARE}
    least: dict[str, Any] = {"issuer": "maker", "subject": "urn:example:product:4711", "records": [record]}
    all_of_them = {
        **least,
        "name": "Valve",
        "identifiers": ["urn:epc:id:sgtin:4012345.011111.1"],
        "classifications": [CLASSIFICATION],
        "facility": FACILITY,
        "supersedes": "24" * 32,
        "batch": {**LOT, "serials": ["1", "2"]},
        "validUntil": "2027-11-20T09:00:00Z",
        "records": [record, {"role": "test", "commitment": "15" * 32, "disclose": False}, FREIGHT],
        "components": [part],
    }
    whole = (
        ("the least", least),
        ("all members", all_of_them),
        ("one part twice", {**least, "components": [part] * 2}),
    )
    found = [case(name, "issue", {"holds": True}, request=request) for name, request in whole]
    for name, code, change in (
        ("no records", "issue.malformed", {"records": []}),
        ("a subject that is not a URI", "issue.malformed", {"subject": "a valve"}),
        ("a member more", "issue.malformed", {"more": 1}),
        ("a commitment of 31 bytes", "issue.malformed", {"records": [{**record, "commitment": "14" * 31}]}),
        ("a part by its digest", "issue.malformed", {"components": [COMPONENT]}),
        ("a part without a basis", "issue.malformed", {"components": [{**part, "basis": None}]}),
        ("a batch without a quantity", "issue.malformed", {"batch": {"number": "L-1", "unit": "piece"}}),
        ("a batch with a salt", "issue.malformed", {"batch": BATCH}),
        ("a stage of another role", "issue.malformed", {"records": [{**FREIGHT, "role": "use"}]}),
        ("two footprints", "credential.listed-twice", {"records": [record, {**record, "commitment": "15" * 32}]}),
        ("the subject among the identifiers", "credential.listed-twice", {"identifiers": [least["subject"]]}),
        ("a unit outside the table", "issue.unknown-unit", {"components": [{**part, "unit": "Piece"}]}),
        ("a unit of a batch", "issue.unknown-unit", {"batch": {**LOT, "unit": "Stück"}}),
        ("a unit of a stage", "issue.unknown-unit", {"records": [{**FREIGHT, "unit": "tonkilometer"}]}),
        ("a quantity of zero", "issue.zero", {"components": [{**part, "quantity": "0.000"}]}),
        ("a batch of nothing", "issue.zero", {"batch": {**LOT, "quantity": "0"}}),
    ):
        found.append(case(name, "issue", refused(code), request={**least, **change}))
    return found
