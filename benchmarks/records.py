"""Admission of a PACT record compared with reading and canonicalising it with no check at all, and refusal against admission."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import rfc8785

from carbonseal.findings import Refused
from carbonseal.records.admission import admit
from carbonseal.records.scanner import decoded, scan
from carbonseal.records.strict import Limits, parse

from .measure import Row, Rows, Times, side_by_side

COUNT = 400
VALUES = 8 << 20  # more than a document of numbers has here: faults are to be found, not limits met
SHORT = Limits(max_bytes=1 << 20, max_values=VALUES)
# What is refused. A passport may have eight times as many bytes, and the ratio is the same.
LONG = Limits(max_bytes=8 << 20, max_values=VALUES)


def footprint(company: str, number: int) -> dict[str, Any]:
    """An invented PACT 3.0 footprint of about 2 kB, filled in as a careful supplier would."""
    return {
        "id": f"5a0a1b34-6b1d-4a5a-9d7a-{number:012x}",
        "specVersion": "3.0.0",
        "precedingPfIds": ["7be0a0a4-8c1e-4e0e-a0a5-7d9c51e5f001"],
        "created": "2026-03-02T09:00:00Z",
        "status": "Active",
        "validityPeriodStart": "2026-03-02T09:00:00Z",
        "validityPeriodEnd": "2029-03-02T09:00:00Z",
        "companyName": company,
        "companyIds": ["urn:pact:nordkupfer.example:company:1"],
        "productDescription": f"Copper cathode of {company}, at least 99.99 % Cu; invented for a benchmark",
        "productIds": ["urn:gtin:4712345060507", f"urn:pact:nordkupfer.example:product:{number}"],
        "productClassifications": ["urn:pact:productclassification:un-cpc:41413"],
        "productNameCompany": f"Cathode {company} {number}",
        "comment": "All figures are invented.",
        "pcf": {
            "declaredUnitOfMeasurement": "kilogram",
            "declaredUnitAmount": "1",
            "productMassPerDeclaredUnit": "1",
            "referencePeriodStart": "2025-01-01T00:00:00Z",
            "referencePeriodEnd": "2026-01-01T00:00:00Z",
            "geographyCountry": "DE",
            "boundaryProcessesDescription": "Mining, concentrating, smelting and refining, with transport between them",
            "pcfExcludingBiogenicUptake": f"3.{number}",
            "pcfIncludingBiogenicUptake": "3.80",
            "fossilGhgEmissions": "3.5",
            "fossilCarbonContent": "0",
            "biogenicCarbonContent": "0",
            "recycledCarbonContent": "0",
            "landUseChangeGhgEmissions": "0.02",
            "landManagementFossilGhgEmissions": "0",
            "landManagementBiogenicCO2Emissions": "0",
            "biogenicCO2Uptake": "-0.06",
            "biogenicNonCO2Emissions": "0.001",
            "aircraftGhgEmissions": "0",
            "packagingEmissionsIncluded": True,
            "packagingGhgEmissions": "0.01",
            "outboundLogisticsGhgEmissions": "0.12",
            "ipccCharacterizationFactors": ["AR6"],
            "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
            "productOrSectorSpecificRules": [{"operator": "PEF", "ruleNames": ["Metal sheets (invented)"]}],
            "exemptedEmissionsPercent": "1.2",
            "exemptedEmissionsDescription": "Capital goods",
            "allocationRulesDescription": "By mass",
            "secondaryEmissionFactorSources": [{"name": "Factors (invented)", "version": "3.10"}],
            "primaryDataShare": "72.5",
            "dqi": {"technologicalDQR": "1.5", "geographicalDQR": "2", "temporalDQR": "1"},
        },
    }


def rows() -> Rows:
    plain = [orjson.dumps(footprint("Nordkupfer", number)) for number in range(COUNT)]
    words = [json.dumps(footprint("Nordkupfer Århus Łódź 銅", number)).encode() for number in range(COUNT)]
    utf8 = [orjson.dumps(footprint("Nordkupfer Århus Łódź 銅", number)) for number in range(COUNT)]
    for what, documents, target in (
        ("ASCII", plain, 0.3),
        ("non-ASCII as UTF-8", utf8, 0.3),
        ("non-ASCII as \\u escapes", words, 0.8),
    ):
        times = against_nothing(documents)
        size = sum(map(len, documents)) // COUNT
        note = f"{times.each('admit', COUNT)} for {size:,} bytes"
        yield Row(
            "records", f"PACT, {what}: admit / (orjson + rfc8785)", times.ratio("admit", "bare"), "<=", target, note
        )
    for what, item in {**ITEMS, "footprints": plain[0]}.items():
        good = long_list(item)
        times, slowest = refusals(good)
        note = f"the slowest: {slowest}; reads in {times.each('read', 1)}, for {len(good):,} bytes"
        yield Row("records", f"{what}: refuse / read a document as long", times.ratio(slowest, "read"), "<=", 3.0, note)
        times, size = segments_alone(item)
        note = f"{times.each('exact', 1)} for {size:,} bytes without"
        yield Row(
            "records", f"{what}: refuse with / without segments", times.ratio("segments", "exact"), "<=", 0.4, note
        )


ITEMS = {"numbers": b"1", "lists": b"[1]"}


def long_list(item: bytes) -> bytes:
    """A list of these that is nearly as long as is read."""
    return b"[" + b",".join([item] * ((LONG.max_bytes - 100) // (len(item) + 1))) + b"]"


FAULTS = {  # at the very end of a document
    "a key twice": b',{"a":1,"a":2}]',
    "broken syntax": b",,]",
    "a number out of range": b",9007199254740992]",
    "no end": b"",
}


def refusals(good: bytes) -> tuple[Times, str]:
    """The times for reading a list, and for refusing it for each of the faults; and the fault that takes longest."""

    def refused(bad: bytes) -> None:
        try:
            parse(bad, LONG)
        except Refused:
            return
        raise AssertionError("a fault was not found")

    spoilt = {what: good[:-1] + fault for what, fault in FAULTS.items()}
    work = {what: partial(refused, bad) for what, bad in spoilt.items()}
    times = side_by_side(3, read=lambda: parse(good, LONG), **work)
    return times, max(spoilt, key=lambda what: times.ratio(what, "read"))


def segments_alone(item: bytes) -> tuple[Times, int]:
    """The times for refusing a list with a comma too many in its middle: in segments, and by the exact reader alone."""
    count = SHORT.max_bytes // (len(item) + 1) - 1
    half = b",".join([item] * (count // 2))
    bad = b"[" + half + b",," + half + b"]"

    def refused(read: Callable[[], object]) -> None:
        try:
            read()
        except Refused:
            return
        raise AssertionError("the fault was not found")

    times = side_by_side(
        3,
        segments=partial(refused, partial(parse, bad, SHORT)),
        exact=partial(refused, lambda: scan(decoded(bad), SHORT.max_depth)),
    )
    return times, len(bad)


def against_nothing(documents: list[bytes]) -> Times:
    def ours() -> None:
        for document in documents:
            admit(document, "pact/3.0")

    def bare() -> None:
        for document in documents:
            rfc8785.dumps(orjson.loads(document))

    return side_by_side(7, admit=ours, bare=bare)
