"""A wrong profile is answered with the right one, an envelope with what to take out of it, and what nobody reads by its name."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given

from carbonseal.findings import Refused
from carbonseal.records import codes
from carbonseal.records.admission import admit
from carbonseal.records.profiles import codes as profiles_codes
from carbonseal.records.profiles.recognition import recognise
from tests.records.documents import JSON_VALUES, encoded, footprint
from tests.records.refusals import refused

PACT_3 = {"specVersion": "3.0.2", "pcf": {}}

ENVELOPES: list[tuple[Any, str]] = [
    ({"data": footprint()}, "what is at /data"),
    ({"data": [footprint(), footprint()]}, "each item of /data"),
    ([PACT_3], "each item of the list"),
    ({"specversion": "1.0", "type": "org.wbcsd.x", "data": {"pfs": [PACT_3]}}, "each item of /data/pfs"),
]
NOT_READ: list[tuple[Any, str]] = [
    ({"specVersion": "1.0.1", "pcf": {"reportingPeriodStart": "2020-01-01T00:00:00Z"}}, "PACT 1.0.1"),
    ({"specVersion": "3.1.0", "pcf": {}}, "PACT 3.1.0"),
    ({"specVersion": ["urn:io.catenax.pcf:datamodel:version:6.0.0"], "pcf": {}}, "Catena-X pcf 6.0.0"),
    ({"globalAssetId": "urn:uuid:1", "childItems": []}, "bill of material"),
    ({"catenaXId": "urn:uuid:1", "childItems": []}, "bill of material"),
    ({"doctype": "openEPD", "openepd_version": "8.0.0"}, "openEPD 8.0.0"),
    ({"type": ["VerifiableCredential", "DigitalIdentityAnchor"]}, "Digital Identity Anchor"),
    (
        {"specversion": "1.0", "type": "org.wbcsd.pact.ProductFootprint.PublishedEvent.3", "data": {"pfIds": []}},
        "event",
    ),
]


@pytest.mark.parametrize(("document", "where"), ENVELOPES)
def test_an_envelope_is_answered_with_what_to_take_out(document: Any, where: str) -> None:
    finding = refused(codes.PROFILE_ENVELOPE, admit, encoded(document), "pact/3.0")
    assert f"seal {where}, with the profile pact/3.0" in str(finding)


@pytest.mark.parametrize(("document", "name"), NOT_READ)
def test_what_no_profile_reads_is_named(document: Any, name: str) -> None:
    assert name in str(refused(codes.PROFILE_NOT_READ, admit, encoded(document), "pact/3.0"))


def test_a_record_of_the_asked_format_is_told_what_is_wrong_with_it() -> None:
    refused(profiles_codes.RECORD_MISSING, admit, encoded(PACT_3), "pact/3.0")
    refused(profiles_codes.RECORD_MISSING, admit, b"{}", "pact/3.0")


def test_any_object_is_sealed_as_what_it_is_said_to_be() -> None:
    admit(encoded(footprint()), "json/1")
    admit(encoded({"data": []}), "json/1")


@given(JSON_VALUES)
def test_any_document_can_be_looked_at(value: Any) -> None:
    for document in (
        value,
        {"data": value},
        {"pcf": value, "specVersion": value},
        {"type": value, "childItems": value},
    ):
        recognise(document)


@given(JSON_VALUES)
def test_admission_raises_nothing_else(value: Any) -> None:
    with contextlib.suppress(Refused):
        admit(encoded(value), "pact/3.0")


def test_a_wrong_profile_is_answered_with_the_right_one() -> None:
    finding = refused(codes.PROFILE_OTHER, admit, encoded(footprint()), "pact/2.3")
    assert "PACT 3.0.0" in str(finding)
    assert "use the profile pact/3.0" in str(finding)
    older = encoded({"specVersion": "2.3.0", "pcf": {}})
    assert "use the profile pact/2.3" in str(refused(codes.PROFILE_OTHER, admit, older, "pact/3.0"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_answered_with_how_to_convert_it(encoding: str) -> None:
    raw = encoded(footprint()).decode().encode(encoding)
    assert "iconv -f UTF-16 -t UTF-8" in str(refused(codes.JSON_UTF_16, admit, raw, "pact/3.0"))


def test_xml_is_answered_with_the_profile_for_any_file() -> None:
    raw = b'<?xml version="1.0" encoding="UTF-8"?>\n<CBAM xmlns="https://example.org/v2"/>'
    assert "file/1" in str(refused(codes.JSON_XML, admit, raw, "pact/3.0"))
