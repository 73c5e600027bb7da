"""Vectors of records: canonical JSON, admission, salts and commitments. Expected bytes come from `jcs` and `hashlib`."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from typing import Any

from tests.vectors import formats
from tests.vectors.cases import Case, case, octets, refused, repeated, undetermined

FOOTPRINT: dict[str, Any] = {
    "id": "0d5a9b8e-52a4-4a5c-8a0b-3f0c8b6a1e11",
    "specVersion": "3.0.0",
    "created": "2026-03-02T09:00:00Z",
    "status": "Active",
    "companyName": "Invented Copper",
    "companyIds": ["urn:example:company:1"],
    "productDescription": "Copper cathode, invented",
    "productIds": ["urn:gtin:4712345060507"],
    "productNameCompany": "Cathode",
    "pcf": {
        "declaredUnitOfMeasurement": "kilogram",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": "2025-01-01T00:00:00Z",
        "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": "3.86",
        "pcfIncludingBiogenicUptake": "3.80",
        "fossilGhgEmissions": "3.86",
        "fossilCarbonContent": "0",
        "biogenicCO2Uptake": "-0.06",
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "1.2",
    },
}

# input -> RFC 8785 bytes, written by hand
CANONICAL = {
    "white space and order": ('{ "b" : 1 ,\n\t"a" : [ ] }', '{"a":[],"b":1}'),
    "nested": ('{"z":{"y":2,"x":[{"b":null,"a":true}]}}', '{"z":{"x":[{"a":true,"b":null}],"y":2}}'),
    "an empty key": ('{"a":1,"":2}', '{"":2,"a":1}'),
    "escapes are undone": ('{"a":"\\u0041\\/\\u00e9"}', '{"a":"A/é"}'),
    "escapes that stay": (
        '{"a":"\\u0000\\u001F\\b\\f\\n\\r\\t\\"\\\\"}',
        '{"a":"\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\"}',
    ),
    "delete is not a control character": ('"\\u007f"', '"\x7f"'),
    "no normalisation": ('{"e\\u0301":1,"\\u00e9":2}', '{"e\u0301":1,"é":2}'),
    "keys sort by UTF-16": ('{"\\ufb33":1,"\\ud83d\\ude00":2,"\\u20ac":3}', '{"€":3,"😀":2,"\ufb33":1}'),
    "a colon behind an escape": ('{"a\\u003a":1,"a":2}', '{"a":2,"a:":1}'),
    "largest integer": ("[9007199254740991,-9007199254740991]", "[9007199254740991,-9007199254740991]"),
    "minus zero": ("[-0,-0.0,0.0]", "[0,0,0]"),
    "whole numbers": ("[1.0,1e2,10E-1,1.50]", "[1,100,1,1.5]"),
    "exponents": ("[1e21,1e-7,0.000001,123e-20]", "[1e+21,1e-7,0.000001,1.23e-18]"),
    "shortest digits": ("[0.1,5e-324,1.7976931348623157e308]", "[0.1,5e-324,1.7976931348623157e+308]"),
    "scalars": (" null ", "null"),
}

# input -> code, place
REFUSED: dict[str, tuple[Any, str, str]] = {
    "nothing": ("", "json.truncated", ""),
    "an object cut off": ('{"a":1', "json.truncated", ""),
    "a string cut off": ('{"a":"b', "json.truncated", "/a"),
    "two documents": ("{}{}", "json.trailing", ""),
    "a comma too many": ('{"a":1,}', "json.syntax", ""),
    "single quotes": ("{'a':1}", "json.syntax", ""),
    "a leading zero": ('{"a":01}', "json.syntax", ""),
    "a plus sign": ('{"a":+1}', "json.syntax", "/a"),
    "a comment": ('{"a":1} // so', "json.trailing", ""),
    "a repeated key": ('{"a":1,"a":1}', "json.duplicate-key", "/a"),
    "a repeated key behind an escape": ('{"a":1,"b":{"a":1,"\\u0061":2}}', "json.duplicate-key", "/b/a"),
    "NaN": ('{"a":NaN}', "json.not-a-number", "/a"),
    "infinity": ('{"a":[-Infinity]}', "json.not-a-number", "/a/0"),
    "2^53": ('{"a":9007199254740992}', "json.integer-too-large", "/a"),
    "2^53 + 1": ('{"a":9007199254740993}', "json.integer-too-large", "/a"),
    "2^53 with an exponent": ('{"a":9.007199254740992e15}', "json.integer-too-large", "/a"),
    "more digits than a double keeps": ('{"a":0.10000000000000000001}', "json.number-changes", "/a"),
    "more digits than a double keeps, whole": ('{"a":1e400}', "json.number-changes", "/a"),
    "a number that underflows": ('{"a":1e-400}', "json.number-changes", "/a"),
    "half a surrogate pair": ('{"a":"\\ud800"}', "json.lone-surrogate", "/a"),
    "halves the wrong way round": ('{"a":"\\ude00\\ud83d"}', "json.lone-surrogate", "/a"),
    "half a pair as a key": ('{"\\udc00":1}', "json.lone-surrogate", ""),
    "an unknown escape": ('{"a":"\\x41"}', "json.bad-escape", "/a"),
    "a line feed in a string": ('{"a":"\n"}', "json.control-character", "/a"),
    "a byte order mark": (octets(b"\xef\xbb\xbf{}"), "json.byte-order-mark", ""),
    "Latin-1": (octets(b'{"a":"\xe9"}'), "json.not-utf8", ""),
    "a surrogate in UTF-8": (octets(b'{"a":"\xed\xa0\x80"}'), "json.not-utf8", ""),
    "an overlong form": (octets(b'{"a":"\xc0\xaf"}'), "json.not-utf8", ""),
    "UTF-16": (octets("{}".encode("utf-16-le")), "json.utf-16", ""),
    "UTF-16, the high byte first": (octets("{}".encode("utf-16-be")), "json.utf-16", ""),
    "UTF-16 with a byte order mark": (octets(b"\xff\xfe" + "{}".encode("utf-16-le")), "json.utf-16", ""),
    "XML": ('\n<?xml version="1.0"?><a/>', "json.xml", ""),
}


def canonical() -> list[Case]:
    good = [case(name, "canonicalise", {"canonical": wanted}, input=text) for name, (text, wanted) in CANONICAL.items()]
    deep = "[" * 64 + "]" * 64
    good.append(case("64 deep", "canonicalise", {"canonical": deep}, input=deep))
    bad = [
        case(name, "canonicalise", refused(code, place=[place] if place else []), input=text)
        for name, (text, code, place) in REFUSED.items()
    ]
    bad.append(case("65 deep", "canonicalise", undetermined("json.too-deep"), input=repeated(("[", 65), ("]", 65))))
    bad.append(case("10,000 deep", "canonicalise", undetermined("json.too-deep"), input=repeated(("[", 10_000))))
    large = repeated(('{"a":"', 1), ("x", (1 << 20) - 7), ('"}', 1))
    bad.append(case("a byte over 1 MiB", "canonicalise", undetermined("json.too-large"), input=large))
    many = repeated(("[", 1), ("0,", 65_535), ("0]", 1))
    bad.append(case("65,537 values", "canonicalise", undetermined("json.too-many-values"), input=many))
    return good + bad + formats.admission()


ABSENT = object()

# pointer in the footprint, new value, code
PACT: dict[str, tuple[str, Any, str]] = {
    "a property is missing": ("/companyName", ABSENT, "record.missing"),
    "a required property is null": ("/pcf/fossilGhgEmissions", None, "record.type"),
    "a number without quotes": ("/pcf/fossilGhgEmissions", 3.5, "record.type"),
    "a decimal with a comma": ("/pcf/fossilGhgEmissions", "3,5", "record.decimal"),
    "a decimal that ends in its point": ("/pcf/pcfExcludingBiogenicUptake", "3.", "record.decimal"),
    "a decimal and a line feed": ("/pcf/pcfExcludingBiogenicUptake", "3.5\n", "record.decimal"),
    "other digits": ("/pcf/pcfExcludingBiogenicUptake", "٣", "record.decimal"),
    "41 digits": ("/pcf/pcfExcludingBiogenicUptake", "9" * 41, "record.decimal"),
    "a negative emission": ("/pcf/fossilGhgEmissions", "-1", "record.range"),
    "a positive uptake": ("/pcf/biogenicCO2Uptake", "0.06", "record.range"),
    "an amount of zero": ("/pcf/declaredUnitAmount", "0.0", "record.range"),
    "over a hundred percent": ("/pcf/exemptedEmissionsPercent", "100.1", "record.range"),
    "an unknown unit": ("/pcf/declaredUnitOfMeasurement", "pound", "record.unknown-value"),
    "an unknown status": ("/status", "active", "record.unknown-value"),
    "an id that is not a UUID": ("/id", "4711", "record.form"),
    "a company id that is not a URN": ("/companyIds", ["company 1"], "record.form"),
    "a country in lower case": ("/pcf/geographyCountry", "de", "record.form"),
    "a day that does not exist": ("/created", "2026-02-30T00:00:00Z", "record.date-time"),
    "a time without an offset": ("/created", "2026-02-28T00:00:00", "record.date-time"),
    "an empty list": ("/productIds", [], "record.empty"),
    "a list with something twice": ("/productIds", ["urn:gtin:1", "urn:gtin:1"], "record.repeated"),
}


def footprint(**changes: Any) -> str:
    """The footprint as JSON, with members replaced or (ABSENT) taken away by JSON pointer."""
    document = copy.deepcopy(FOOTPRINT)
    for pointer, value in changes.items():
        *parents, name = pointer.split("/")[1:]
        target = document
        for parent in parents:
            target = target[parent]
        if value is ABSENT:
            del target[name]
        else:
            target[name] = value
    return json.dumps(document)


def _admitted(name: str, profile: str, text: str, canonical_form: str) -> Case:
    digest = hashlib.sha256(canonical_form.encode()).hexdigest()
    return case(name, "admit", {"canonicalSha256": digest}, profile=profile, input=text)


def _sorted(text: str) -> str:
    """RFC 8785 of a text without floats and characters beyond ASCII, by the standard library."""
    return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


# Integers for PACT 2's numbers: _sorted knows no floats.
PACT_2 = json.dumps(
    {
        **{name: value for name, value in FOOTPRINT.items() if name != "pcf"},
        "specVersion": "2.3.0",
        "version": 0,
        "pcf": {
            "declaredUnit": "kilogram",
            "unitaryProductAmount": "1",
            "pCfExcludingBiogenic": "3.86",
            "fossilGhgEmissions": "3.86",
            "fossilCarbonContent": "0",
            "characterizationFactors": "AR6",
            "referencePeriodStart": "2025-01-01T00:00:00Z",
            "referencePeriodEnd": "2026-01-01T00:00:00Z",
            "exemptedEmissionsPercent": 1,
            "packagingEmissionsIncluded": True,
            "primaryDataShare": 72,
        },
    }
)


def admission() -> list[Case]:
    good = [
        _admitted("any object", "json/1", '{ "b": 1, "a": {} }', '{"a":{},"b":1}'),
        _admitted("an empty object", "json/1", "{}", "{}"),
        _admitted("a footprint", "pact/3.0", footprint(), _sorted(footprint())),
    ]
    for name, pointer, value in (
        ("an optional property is null", "/comment", None),
        ("a negative footprint", "/pcf/pcfIncludingBiogenicUptake", "-3.80"),
        ("an uptake of minus zero", "/pcf/biogenicCO2Uptake", "-0.0"),
        ("a hundred percent", "/pcf/exemptedEmissionsPercent", "100.000"),
        ("forty digits before and after the point", "/pcf/fossilGhgEmissions", "9" * 40 + "." + "9" * 40),
        ("a plus sign", "/pcf/fossilGhgEmissions", "+2.5"),
        ("leading zeros", "/pcf/fossilGhgEmissions", "002.50"),
        ("an exponent", "/pcf/fossilGhgEmissions", "2.5e+0"),
        ("a property that PACT does not define", "/pcf/otherOperatorName", "an operator"),
        ("a validity before the reference period ends", "/validityPeriodStart", "2025-02-01T00:00:00Z"),
        ("a period that ends as it begins", "/pcf/referencePeriodEnd", "2025-01-01T00:00:00Z"),
        ("removals with the sign of 3.0.1", "/pcf/technologicalCO2Removals", "0.08"),
        ("a time with an offset", "/created", "2026-03-02T10:00:00.5+01:00"),
        ("a leap day", "/created", "2028-02-29T00:00:00Z"),
    ):
        text = footprint(**{pointer: value})
        good.append(_admitted(name, "pact/3.0", text, _sorted(text)))
    bad = [
        case("a list as a record", "admit", refused("profile.not-an-object"), profile="json/1", input="[]"),
        case("a text as a record", "admit", refused("profile.not-an-object"), profile="json/1", input='"a"'),
        case("an unknown profile", "admit", undetermined("profile.unknown"), profile="pact/9.9", input="{}"),
        case("a reserved profile", "admit", refused("profile.reserved"), profile="credential/1", input="{}"),
        case(
            "strict JSON comes first", "admit", refused("json.duplicate-key"), profile="json/1", input='{"a":1,"a":2}'
        ),
    ]
    for name, (pointer, value, code) in PACT.items():
        text = footprint(**{pointer: value})
        place = [f"{pointer}/0"] if name == "a company id that is not a URN" else [pointer]
        bad.append(case(name, "admit", refused(code, place=place), profile="pact/3.0", input=text))
    both = footprint(**{"/pcf/geographyCountry": "DE", "/pcf/geographyRegionOrSubregion": "Europe"})
    bad.append(case("two geographies", "admit", refused("record.exclusive"), profile="pact/3.0", input=both))
    for name, text, code in (
        ("PACT 2 as PACT 3", PACT_2, "profile.other"),
        ("an API answer", f'{{"data":[{footprint()}]}}', "profile.envelope"),
        ("a bill of material", '{"globalAssetId":"urn:uuid:1","childItems":[]}', "profile.not-read"),
    ):
        bad.append(case(name, "admit", refused(code), profile="pact/3.0", input=text))
    good.append(_admitted("PACT 2", "pact/2.3", PACT_2, _sorted(PACT_2)))
    return good + bad


def commitments() -> list[Case]:
    documents = {
        "an empty object": ("json/1", "{}"),
        "another profile, another commitment": ("pact/3.0", "{}"),
        "characters beyond ASCII": ("json/1", '{"é":"😀"}'),
        "a profile id of 128 bytes": ("p" * 128, "{}"),
    }
    keys = {"a salt key of 32 bytes": bytes(range(32)), "a salt key of 40 bytes": b"carbonseal " * 3 + b"vectors"}
    found = []
    for name, (profile, text) in documents.items():
        for key_name, key in keys.items():
            named = len(profile).to_bytes(2, "big") + profile.encode()
            salt = hmac.new(key, named + text.encode(), hashlib.sha256).digest()
            whole = b"carbonseal/record/v1\0" + salt + named + text.encode()
            found.append(
                case(
                    f"{name}, {key_name}",
                    "commit",
                    {"salt": salt.hex(), "commitment": hashlib.sha256(whole).hexdigest()},
                    saltKey=key.hex(),
                    profile=profile,
                    canonical=octets(text.encode()),
                )
            )
    short = {"profile": "json/1", "canonical": "{}"}
    found.append(case("a salt of 31 bytes", "commit", refused("commitment.salt-length"), salt="00" * 31, **short))
    found.append(case("a salt of 33 bytes", "commit", refused("commitment.salt-length"), salt="00" * 33, **short))
    for name, profile in (("no profile id", ""), ("a profile id of 129 bytes", "p" * 129)):
        found.append(case(name, "commit", refused("profile.id"), salt="00" * 32, profile=profile, canonical="{}"))
    return found
