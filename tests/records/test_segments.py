"""Long documents, read in segments: the same values, and the same refusals at the same places, as by the exact reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonseal.findings import Code, Refused
from carbonseal.records import codes as records_codes
from carbonseal.records.scanner import decoded, scan
from carbonseal.records.segments import SEGMENT, read_in_segments
from carbonseal.records.strict import Limits, parse
from tests.records.documents import JSON_VALUES
from tests.records.refusals import refused

LIMITS = Limits(max_bytes=1 << 20, max_values=1 << 20)
SPOILING = ['"', ":", ",", "\\", "{", "}", "[", "]", "[]", "{}", ",,", "e1", "0.5", "\\ud800", '"":1,', '"a":1,', " "]


def quick(raw: bytes, max_depth: int) -> Any:
    try:
        return parse(raw, Limits(1 << 20, max_depth))
    except Refused as error:
        raise ValueError from error


def in_segments(raw: bytes, max_depth: int, size: int) -> Any:
    return outcome(lambda: read_in_segments(raw, max_depth, quick, size))


def exactly(raw: bytes, max_depth: int) -> Any:
    return outcome(lambda: scan(decoded(raw), max_depth))


def outcome(read: Any) -> str:
    try:
        return json.dumps(read()).replace("-0.0", "0.0")
    except Refused as error:
        return str(error)


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 1]), st.integers(1, 40))
def test_every_document_is_read_in_segments_of_every_size(value: Any, ascii_only: bool, indent: Any, size: int) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert in_segments(raw, 64, size) == exactly(raw, 64)


@given(JSON_VALUES, st.data(), st.integers(1, 40), st.sampled_from([1, 3, 64]))
def test_spoilt_documents_are_refused_as_by_the_exact_reader(
    value: Any, data: st.DataObject, size: int, max_depth: int
) -> None:
    text = json.dumps(value, ensure_ascii=False)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(SPOILING)) + text[at + data.draw(st.integers(0, 2)) :]
    assert in_segments(text.encode(), max_depth, size) == exactly(text.encode(), max_depth)


@given(st.text(alphabet='{}[]":,\\a0. ', max_size=30), st.integers(1, 8))
@example("[,1]", 1)
@example('{"a":[1,2],"a":3}', 1)
@example('{"a":{"b":1,"b":2}}', 1)
@example("[1],2,3", 1)
@example("[1,2],[3", 1)
@example("[[1,2],]", 1)
@example('{"a":1,}', 1)
@example('[1,{"a":2,"b":[3,4]},"]",5]', 1)
@example('["\\\\",1,"\\",",2]', 1)
def test_anything_is_refused_as_by_the_exact_reader(text: str, size: int) -> None:
    assert in_segments(text.encode(), 64, size) == exactly(text.encode(), 64)


MANY = SEGMENT // 2
FEWER = SEGMENT // 8  # of ten bytes
FAULTS: list[tuple[bytes, Code, str]] = [
    (b'{"a":1,"a":2}', records_codes.JSON_DUPLICATE_KEY, "/a"),
    (b'{"a":[1,}', records_codes.JSON_SYNTAX, "/a/1"),
    (b"9007199254740992", records_codes.JSON_INTEGER_TOO_LARGE, ""),
    (b"0.10000000000000000001", records_codes.JSON_NUMBER_CHANGES, ""),
    (b'["\\ud800"]', records_codes.JSON_LONE_SURROGATE, "/0"),
    (b"NaN", records_codes.JSON_NOT_A_NUMBER, ""),
    (b"[" * 63, records_codes.JSON_TOO_DEEP, "/0" * 62),
    (b'"\n"', records_codes.JSON_CONTROL_CHARACTER, ""),
    (b'{"a":"', records_codes.JSON_TRUNCATED, "/a"),
]


@pytest.mark.parametrize(("fault", "code", "place"), FAULTS)
def test_a_fault_behind_many_items_is_placed(fault: bytes, code: Code, place: str) -> None:
    """The second of two lists, behind a segment of numbers and one of lists. Some only the slower of the quick readers takes."""
    raw = b'{"\xc3\xa4":[0.5' + b",1" * MANY + b'],\n"x":[' + b'[{"b":2}],' * FEWER + fault + b"]}"
    finding = refused(code, parse, raw, LIMITS)
    assert "".join(finding.place) == f"/x/{FEWER}{place}"
    assert str(finding) == exactly(raw, 64)


def test_a_key_is_found_twice_however_far_apart() -> None:
    members = b",".join(b'"%d":[%d,{"":0}]' % (number, number) for number in range(MANY // 4))
    assert len(parse(b"{" + members + b"}")) == MANY // 4
    finding = refused(records_codes.JSON_DUPLICATE_KEY, parse, b'{"inner":{' + members + b',"7":1}}')
    assert finding.place == ("/inner/7",)


def test_strings_longer_than_a_segment_are_read() -> None:
    long = '[{,\\"é' * SEGMENT
    value = {long: [long, 0.5, {"a": long}], "b": [[long]], "c": 1}
    raw = json.dumps(value, ensure_ascii=False).encode()
    assert parse(raw, Limits(1 << 24)) == value
    assert refused(records_codes.JSON_SYNTAX, parse, raw[:-1] + b",}", Limits(1 << 24)).place == ()


def test_what_follows_a_long_document_is_refused() -> None:
    refused(records_codes.JSON_TRAILING, parse, b"[0.5" + b",1" * MANY + b"],1,2")
