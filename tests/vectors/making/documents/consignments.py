"""Vectors of consignments (section 28): outcomes and codes are written by hand, HMACs are made with `hmac`."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from tests.vectors.cases import Case, case, refused

MRN, HEADER = "26DE27364916384835", '{"carbonseal":"observations/1"}\n'
MAKER, READER, REGISTRATION = "did:web:maker.example", "urn:example:reader", "https://registry.example/p/1"
KEY = bytes(range(32))
_LINE = {
    "mrn": MRN,
    "11 03": "1",
    "11 09": "4000",
    "18 09": "85235200",
    "18 02": "40",
    "unit": "NAR",
    "12 03": REGISTRATION,
}
_LOT: dict[str, Any] = {"number": "L1", "hash": "11" * 32, "quantity": "100", "unit": "piece"}
_READER: dict[str, Any] = {
    "issuer": MAKER,
    "id": READER,
    "digest": "a1" * 32,
    "identifiers": [REGISTRATION],
    "classifications": [["urn:carbonseal:hs:2022", "852352"]],
    "batch": _LOT,
}
_AGREES = ["consignment.code", "consignment.passport", "consignment.quantity"]
_PACKED = {"mrn": MRN, "item": "1"}


def presented(item: int, version: int, quantity: str, lot: str = "11" * 32, key: bytes = b"", **more: str) -> str:
    """A line of observations; of nothing where the quantity is empty."""
    texts = [f"{MRN} {item}", f"{MAKER} {READER} {lot}"]
    if key:
        texts = [_mac(key, text)[:16].hex() for text in texts]
    place = [
        "presented",
        _mac(key, "")[:8].hex() if key else "-",
        texts[0],
        str(version),
        texts[1] if quantity else "-",
    ]
    shows = f"{quantity} {more.get('yielded', '100 piece')}" if quantity else "-"
    value = {"place": place, "shows": shows, "source": {"file": "00" * 32, "name": "declaration"}}
    return json.dumps(value, separators=(",", ":")) + "\n"


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, b"carbonseal/presented/v1\0" + text.encode(), hashlib.sha256).digest()


def _one(changes: dict[str, str], outcome: str, codes: list[str], observed: str = "", **given: Any) -> dict[str, Any]:
    """One line, one passport."""
    return {
        "lines": [{**_LINE, **changes}],
        "passports": [{**_READER, **given.pop("passport", {})}],
        **given,
        "expect": {"lines": [[outcome, sorted(codes)]], "observations": HEADER + observed},
    }


def _without_batch(**more: Any) -> dict[str, Any]:
    return {name: value for name, value in {**_READER, **more}.items() if name != "batch"}


_FORTY = presented(1, 1, "40")
_P, _C, _Q = "consignment.passport", "consignment.code", "consignment.quantity"

ONE: dict[str, dict[str, Any]] = {
    "forty of a lot of a hundred": _one({}, "match", _AGREES, _FORTY),
    "by the digest of the credential": _one({"12 03": "A1" * 32}, "match", _AGREES, _FORTY),
    "by the address of its label": _one({"12 03": f"https://id.example/p/{'a1' * 32}"}, "match", _AGREES, _FORTY),
    "by the product's id": _one({"12 03": READER}, "match", _AGREES, _FORTY),
    "an invoice beside it": _one({"12 03": f"N380-1; {REGISTRATION},"}, "match", _AGREES, _FORTY),
    "an invoice alone": _one({"12 03": "N380-1"}, "not checkable", ["consignment.no-reference"]),
    "another passport": _one({"12 03": "b2" * 32}, "not checkable", ["consignment.not-brought"]),
    "another passport beside it": _one(
        {"12 03": f"{REGISTRATION} {'b2' * 32}"}, "not checkable", [*_AGREES, "consignment.not-brought"], _FORTY
    ),
    "a passport that is rejected": _one(
        {}, "not checkable", ["consignment.not-verified"], passport={"verdict": "rejected"}
    ),
    "six other digits": _one({"18 09": "847190"}, "mismatch", [_P, _Q, "consignment.code-differs"], _FORTY),
    "another edition": _one({"nomenclature": "2028"}, "not checkable", [_P, _Q, "consignment.other-edition"], _FORTY),
    "a passport without a code": _one(
        {}, "not checkable", [_P, _Q, "consignment.no-code"], _FORTY, passport={"classifications": []}
    ),
    "another eighth digit": _one(
        {},
        "match",
        [*_AGREES, "consignment.finer-differs"],
        _FORTY,
        passport={"classifications": [["urn:carbonseal:cn:2026", "85235290"]]},
    ),
    "as many as the lot yielded": _one({"18 02": "100"}, "match", _AGREES, presented(1, 1, "100")),
    "one more than the lot yielded": _one(
        {"18 02": "101"},
        "mismatch",
        [_P, _C, "consignment.quantity-exceeds", "consignment.over-presented"],
        presented(1, 1, "101"),
    ),
    "pairs": _one({"unit": "NPR"}, "match", _AGREES, presented(1, 1, "80")),
    "kilograms of a lot of pieces": _one({"18 02": "", "18 01": "12"}, "not checkable", [_P, _C, "consignment.unit"]),
    "tonnes of a lot": _one(
        {"18 02": "", "18 01": "1200.5"},
        "match",
        _AGREES,
        presented(1, 1, "2401/2", yielded="2.5 tonne"),
        passport={"batch": {**_LOT, "quantity": "2.5", "unit": "t"}},
    ),
    "transit": _one({"11 09": "T1"}, "match", [*_AGREES, "consignment.not-counted"], presented(1, 1, "")),
    "warehousing": _one({"11 09": "7100"}, "match", [*_AGREES, "consignment.not-counted"], presented(1, 1, "")),
    "returned goods": _one({"11 09": "6110"}, "match", [*_AGREES, "consignment.not-counted"], presented(1, 1, "")),
    "relief for returned goods": _one(
        {"11 10": "C07 F01"}, "match", [*_AGREES, "consignment.not-counted"], presented(1, 1, "")
    ),
    "a procedure that is not known": _one(
        {"11 09": "9900"}, "not checkable", [*_AGREES, "consignment.procedure-unknown"]
    ),
    "an MRN with another check digit": _one(
        {"mrn": MRN[:-1] + "6"},
        "match",
        [*_AGREES, "consignment.check-digit"],
        _FORTY.replace(MRN, MRN[:-1] + "6"),
    ),
    "under a key that offices share": _one({}, "match", _AGREES, presented(1, 1, "40", key=KEY), key=KEY.hex()),
    "with what was observed earlier": _one(
        {"11 03": "2"},
        "mismatch",
        [*_AGREES, "consignment.over-presented"],
        presented(2, 1, "40"),
        earlier=HEADER + presented(1, 1, "61"),
    ),
    "with an earlier item that was amended": _one(
        {"11 03": "2"},
        "match",
        _AGREES,
        presented(2, 1, "40"),
        earlier=HEADER + presented(1, 10, "60") + presented(1, 9, "100"),
    ),
    "with an earlier item that was removed": _one(
        {"11 03": "2"},
        "match",
        _AGREES,
        presented(2, 1, "40"),
        earlier=HEADER + presented(1, 1, "100") + presented(1, 2, ""),
    ),
    "a serial number that the passport lists": _one(
        {"18 02": "1"},
        "match",
        [*_AGREES, "consignment.serials"],
        presented(1, 1, "1"),
        passport={"batch": {**_LOT, "serials": ["A"]}},
        packing=[{**_PACKED, "serial": "A"}],
    ),
    "a serial number that it does not list": _one(
        {"18 02": "1"},
        "mismatch",
        [*_AGREES, "consignment.serial-unknown"],
        presented(1, 1, "1"),
        passport={"batch": {**_LOT, "serials": ["A"]}},
        packing=[{**_PACKED, "serial": "B"}],
    ),
    "a range of serial numbers, and a part of it in the packing list": _one(
        {"18 02": "3"},
        "match",
        [*_AGREES, "consignment.serials"],
        presented(1, 1, "3"),
        passport={"batch": {**_LOT, "serials": [{"first": "SN-001", "last": "SN-100"}]}},
        packing=[{**_PACKED, "serial": "SN-041", "last serial": "SN-043"}],
    ),
    "a serial number where it lists none": _one(
        {"18 02": "1"},
        "match",
        [*_AGREES, "consignment.serials-not-listed"],
        presented(1, 1, "1"),
        packing=[{**_PACKED, "serial": "B"}],
    ),
    "a serial number twice": _one(
        {"18 02": "2"},
        "mismatch",
        [*_AGREES, "consignment.serials-not-listed", "consignment.serial-twice"],
        presented(1, 1, "2"),
        packing=[{**_PACKED, "serial": "B"}] * 2,
    ),
    "another lot in the packing list": _one(
        {},
        "mismatch",
        [_P, _C, "consignment.lot-unknown"],
        packing=[{**_PACKED, "lot": "L2", "quantity": "40", "unit": "NAR"}],
    ),
    "less in the packing list": _one(
        {},
        "mismatch",
        [*_AGREES, "consignment.packing-differs"],
        presented(1, 1, "39"),
        packing=[{**_PACKED, "lot": "L1", "quantity": "39", "unit": "piece"}],
    ),
}


def consignments() -> list[Case]:
    found = [case(name, "consignment", **one) for name, one in ONE.items()]
    every, piece = _without_batch(), ["match", [_P, _C, "consignment.every-piece"]]
    found.append(_several("a passport about every piece", [_LINE], [every], [piece], presented(1, 1, "")))
    other = {**_READER, "digest": "b2" * 32, "batch": {**_LOT, "number": "L2", "hash": "22" * 32}}
    which = ["not checkable", sorted([_P, _C, "consignment.which-lot"])]
    found.append(_several("two lots, and no packing list", [_LINE], [_READER, other], [which]))
    listed = [{**_PACKED, "lot": lot, "quantity": "20", "unit": "NAR"} for lot in ("L1", "L2")]
    both = presented(1, 1, "20") + presented(1, 1, "20", "22" * 32)
    found.append(
        _several(
            "two lots by the packing list",
            [_LINE],
            [_READER, other],
            [["match", sorted(_AGREES)]],
            both,
            packing=listed,
        )
    )
    later = {**_READER, "digest": "b2" * 32, "supersedes": "a1" * 32, "batch": {**_LOT, "quantity": "30"}}
    exceeds = ["mismatch", sorted([_P, _C, "consignment.quantity-exceeds", "consignment.over-presented"])]
    replaced = presented(1, 1, "40", yielded="30 piece")
    found.append(_several("a passport that supersedes another", [_LINE], [_READER, later], [exceeds], replaced))
    versions = [{**_LINE, "version": "2", "18 02": "50"}, {**_LINE, "version": "1", "18 02": "101"}]
    agrees = ["match", sorted(_AGREES)]
    found.append(_several("an amendment", versions, [_READER], [agrees], presented(1, 2, "50")))
    gone = [{**_LINE, "version": "1"}, {"mrn": MRN, "11 03": "1", "version": "2", "status": "invalidated"}]
    removed = ["removed", ["consignment.invalidated"]]
    found.append(_several("an invalidation", gone, [_READER], [removed], presented(1, 2, "")))
    parts = [{**_LINE, "11 03": str(number), "18 02": "4"} for number in range(1, 26)]
    observed = "".join(sorted(presented(number, 1, "4") for number in range(1, 26)))
    found.append(_several("a lot in twenty-five parts", parts, [_READER], [agrees] * 25, observed))
    found += _refusals()
    return found


def _several(
    name: str, lines: list[dict[str, str]], passports: list[Any], outcomes: list[Any], observed: str = "", **given: Any
) -> Case:
    outcomes = [[outcome, sorted(codes)] for outcome, codes in outcomes]
    expect = {"lines": outcomes, "observations": HEADER + observed}
    return case(name, "consignment", expect, lines=lines, passports=passports, **given)


def _refusals() -> list[Case]:
    def bad(name: str, code: str, *lines: dict[str, str], **given: Any) -> Case:
        return case(name, "consignment", refused(code), lines=[*lines], passports=[], **given)

    form = "consignment.malformed"
    without = {name: value for name, value in _LINE.items() if name != "12 03"}
    return [
        bad("no column of documents", "consignment.column-missing", without),
        bad("two columns of codes", "consignment.column-twice", {**_LINE, "commodity code": "852352"}),
        bad("an item twice", "consignment.line-twice", _LINE, _LINE),
        *(
            bad(f"{column} {text or 'empty'}", form, {**_LINE, column: text})
            for column, text in (
                ("mrn", "26DE"),
                ("11 03", "0"),
                ("11 03", ""),
                ("11 09", "import"),
                ("18 09", "8523520"),
                ("18 09", "8523.52"),
                ("18 02", "4,5"),
                ("18 02", "-1"),
                ("unit", "readers"),
                ("version", "0"),
                ("status", "gone"),
                ("nomenclature", "26"),
            )
        ),
        bad("a packing list without a unit", form, _LINE, packing=[{**_PACKED, "lot": "L1", "quantity": "1"}]),
        bad("under another key", "observations.other-key", _LINE, earlier=HEADER + presented(1, 1, "1", key=KEY))
        | {"passports": [_READER]},
    ]
