"""Strict JSON: what is read, what is refused, and that the two readers agree."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonseal.findings import Code, Refused
from carbonseal.records import codes as records_codes
from carbonseal.records.scanner import decoded
from carbonseal.records.scanner import scan as scan_text
from carbonseal.records.strict import Limits, compact, parse, read
from tests.records.documents import FOOTPRINT, JSON_VALUES, MAX_INTEGER, encoded
from tests.records.refusals import refused

LIMITS = Limits(max_bytes=1 << 20)


def scan(raw: bytes, max_depth: int) -> Any:
    return scan_text(decoded(raw), max_depth)


REFUSALS: list[tuple[bytes, Code, str]] = [
    (b'{"a":1,"a":2}', records_codes.JSON_DUPLICATE_KEY, "/a"),
    (b'{"x":[{"a":1,"b":2,"\\u0061":3}]}', records_codes.JSON_DUPLICATE_KEY, "/x/0/a"),
    (b'{"a:":1,"\\u0061\\u003a":2}', records_codes.JSON_DUPLICATE_KEY, "/a:"),
    (b'{"a:":1,"a\\u003A":"\\u003a"}', records_codes.JSON_DUPLICATE_KEY, "/a:"),
    (b'{"a":1,"a":"\\u003a"}', records_codes.JSON_DUPLICATE_KEY, "/a"),
    (b'{"~/":1,"~/":1}', records_codes.JSON_DUPLICATE_KEY, "/~0~1"),
    (b'{"\\ud83d\\ude02":1,"\xf0\x9f\x98\x82":1}', records_codes.JSON_DUPLICATE_KEY, "/😂"),
    (b'{"\\u001b[2J":1,"\\u001b[2J":1}', records_codes.JSON_DUPLICATE_KEY, "/\\x1b[2J"),
    (b'{"":1,"":1}', records_codes.JSON_DUPLICATE_KEY, "/"),
    (b"\xef\xbb\xbf{}", records_codes.JSON_BYTE_ORDER_MARK, ""),
    ("{}".encode("utf-16"), records_codes.JSON_UTF_16, ""),
    (b'{"a":"\xff"}', records_codes.JSON_NOT_UTF8, ""),
    (b'["\xc0\xaf"]', records_codes.JSON_NOT_UTF8, ""),
    (b'["\xed\xa0\x80"]', records_codes.JSON_NOT_UTF8, ""),
    (b'["\xf4\x90\x80\x80"]', records_codes.JSON_NOT_UTF8, ""),
    (b'["\xe2\x82"]', records_codes.JSON_NOT_UTF8, ""),
    (b'{"a":["\\ud800"]}', records_codes.JSON_LONE_SURROGATE, "/a/0"),
    (b'["\\udc00\\ud800"]', records_codes.JSON_LONE_SURROGATE, "/0"),
    (b'{"\\ud800":1}', records_codes.JSON_LONE_SURROGATE, ""),
    (b'{"a":NaN}', records_codes.JSON_NOT_A_NUMBER, "/a"),
    (b"[Infinity]", records_codes.JSON_NOT_A_NUMBER, "/0"),
    (b"[-Infinity]", records_codes.JSON_NOT_A_NUMBER, "/0"),
    (b"[nan]", records_codes.JSON_NOT_A_NUMBER, "/0"),
    (b'{"a":9007199254740992}', records_codes.JSON_INTEGER_TOO_LARGE, "/a"),
    (b"[9007199254740993]", records_codes.JSON_INTEGER_TOO_LARGE, "/0"),
    (b"[-9007199254740992]", records_codes.JSON_INTEGER_TOO_LARGE, "/0"),
    (b"[18446744073709551616]", records_codes.JSON_INTEGER_TOO_LARGE, "/0"),
    (b"[" + b"9" * 5000 + b"]", records_codes.JSON_INTEGER_TOO_LARGE, "/0"),
    (b"[1e20]", records_codes.JSON_INTEGER_TOO_LARGE, "/0"),
    (b"[9007199254740992.0]", records_codes.JSON_INTEGER_TOO_LARGE, "/0"),
    (b'{"a":0.10000000000000000001}', records_codes.JSON_NUMBER_CHANGES, "/a"),
    (b"[333333333.33333329]", records_codes.JSON_NUMBER_CHANGES, "/0"),
    (b"[9007199254740993.0]", records_codes.JSON_NUMBER_CHANGES, "/0"),
    (b"[1e400]", records_codes.JSON_NUMBER_CHANGES, "/0"),
    (b"[-1e400]", records_codes.JSON_NUMBER_CHANGES, "/0"),
    (b"[1e-400]", records_codes.JSON_NUMBER_CHANGES, "/0"),
    (b"[1e" + b"9" * 50 + b"]", records_codes.JSON_NUMBER_CHANGES, "/0"),
    (b'["a\nb"]', records_codes.JSON_CONTROL_CHARACTER, "/0"),
    (b'["\x00"]', records_codes.JSON_CONTROL_CHARACTER, "/0"),
    (b'["\\x41"]', records_codes.JSON_BAD_ESCAPE, "/0"),
    (b'["\\u12"]', records_codes.JSON_BAD_ESCAPE, "/0"),
    (b"{}{}", records_codes.JSON_TRAILING, ""),
    (b"{}\x00", records_codes.JSON_TRAILING, ""),
    (b"{a:1}", records_codes.JSON_SYNTAX, ""),
    (b"{'a':1}", records_codes.JSON_SYNTAX, ""),
    (b'{"a" 1}', records_codes.JSON_SYNTAX, "/a"),
    (b'{"a":1,}', records_codes.JSON_SYNTAX, ""),
    (b"[1,]", records_codes.JSON_SYNTAX, "/1"),
    (b"[1 2]", records_codes.JSON_SYNTAX, ""),
    (b"[01]", records_codes.JSON_SYNTAX, ""),
    (b"[+1]", records_codes.JSON_SYNTAX, "/0"),
    (b"[.5]", records_codes.JSON_SYNTAX, "/0"),
    (b"[1.]", records_codes.JSON_SYNTAX, ""),
    (b"[0x10]", records_codes.JSON_SYNTAX, ""),
    (b"[True]", records_codes.JSON_SYNTAX, "/0"),
    (b"[undefined]", records_codes.JSON_SYNTAX, "/0"),
    (b"// no\n{}", records_codes.JSON_SYNTAX, ""),
    ("[\uff11]".encode(), records_codes.JSON_SYNTAX, "/0"),
    (b"\x0c{}", records_codes.JSON_SYNTAX, ""),
    (b"", records_codes.JSON_TRUNCATED, ""),
    (b" \n", records_codes.JSON_TRUNCATED, ""),
    (b'["\\', records_codes.JSON_TRUNCATED, "/0"),
    (b'["\\ud8', records_codes.JSON_TRUNCATED, "/0"),
    (b"[1.5e", records_codes.JSON_TRUNCATED, "/0"),
]


@pytest.mark.parametrize(("raw", "code", "place"), REFUSALS)
def test_bad_input_is_refused_with_its_code_and_place(raw: bytes, code: Code, place: str) -> None:
    assert "".join(refused(code, parse, raw).place) == place
    assert "".join(refused(code, scan, raw, 64).place) == place


@pytest.mark.parametrize("length", range(len(encoded(FOOTPRINT))))
def test_every_truncation_is_called_one(length: int) -> None:
    finding = refused(records_codes.JSON_TRUNCATED, parse, encoded(FOOTPRINT)[:length])
    assert finding.facts["column"] == str(length + 1)


def test_line_and_column_count_characters_from_one() -> None:
    finding = refused(
        records_codes.JSON_NUMBER_CHANGES, parse, '{\n  "ü": "€",\n  "é": 0.10000000000000000001}'.encode()
    )
    assert (finding.facts["line"], finding.facts["column"]) == ("3", "8")
    assert "0.10000000000000000001" in finding.message


def test_overlong_names_are_cut_in_messages() -> None:
    key = b'"' + b"k" * 100_000 + b'":1'
    assert len(str(refused(records_codes.JSON_DUPLICATE_KEY, parse, b"{" + key + b"," + key + b"}"))) < 1000


def test_size_limit() -> None:
    limits = Limits(max_bytes=10)
    assert parse(b'"12345678"', limits) == "12345678"
    refused(records_codes.JSON_TOO_LARGE, parse, b'"123456789"', limits)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
def test_depth_limit(opening: bytes, closing: bytes) -> None:
    def nested(depth: int) -> bytes:
        rounds, each = divmod(depth, opening.count(b"[") + opening.count(b"{"))
        assert each == 0
        return opening * rounds + b"1" + closing * rounds

    parse(nested(64))
    refused(records_codes.JSON_TOO_DEEP, parse, nested(66))
    refused(records_codes.JSON_TOO_DEEP, parse, nested(10_000))
    refused(records_codes.JSON_TOO_DEEP, parse, opening * 60_000, Limits(1 << 20, max_values=1 << 17))
    assert parse(nested(6), Limits(1 << 20, max_depth=6))
    refused(records_codes.JSON_TOO_DEEP, parse, nested(8), Limits(1 << 20, max_depth=6))


def test_exactly_one_too_deep() -> None:
    refused(records_codes.JSON_TOO_DEEP, parse, b"[" * 65 + b"]" * 65)
    refused(records_codes.JSON_TOO_DEEP, parse, b'["' + b"]" * 64 + b'",' + b"[" * 64 + b"]" * 65)


def test_many_brackets_are_not_deep() -> None:
    assert len(parse(b"[" + b",".join([b"[]"] * 1000) + b"]")) == 1000
    assert parse(encoded(["[" * 1000])) == ["[" * 1000]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"1.50", 1.5),
        (b"[1E30,1e21,-0,-0.0,2e-3,0.1]", [1e30, 1e21, 0, 0.0, 0.002, 0.1]),
        (b"[9007199254740991,-9007199254740991]", [9007199254740991, -9007199254740991]),
        (b'"\\ud83d\\ude02"', "😂"),
        (b'"\\u0000\\/"', "\0/"),
        (b'["12345678901234567890","\\u003a"]', ["12345678901234567890", ":"]),
        (b" \t\r\nnull\n", None),
        (b'{"a":1,"A":2,"\xc3\xa4":3,"a\xcc\x88":4}', {"a": 1, "A": 2, "ä": 3, "a\u0308": 4}),
    ],
)
def test_good_input_is_read(raw: bytes, value: Any) -> None:
    assert parse(raw) == scan(raw, 64) == value


def outcome(read: Any, *arguments: Any) -> Any:
    """What a reader makes of its input; types and signs of zero included, where JSON can tell them apart."""
    try:
        return json.dumps(read(*arguments), sort_keys=True).replace("-0.0", "0.0")
    except Refused as error:
        return str(error)


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_parse_returns_what_was_written(value: Any, ascii_only: bool, indent: int | None) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert outcome(parse, raw) == outcome(scan, raw, 64)


@given(JSON_VALUES, st.data())
def test_readers_agree_on_spoilt_documents(value: Any, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(value).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        piece = data.draw(
            st.sampled_from([b"", b'"', b":", b",", b"\\", b"{", b"]", b"e1", b".", b"0", b"\xf0", b"\\u003a", b"-"])
        )
        raw[at : at + data.draw(st.integers(0, 2))] = piece
    assert outcome(parse, bytes(raw)) == outcome(scan, bytes(raw), 64)


@given(st.text(alphabet='{}[]":,\\u003aA019.eE-+ tfn', max_size=30))
@example('{"":0,"":"\\u003a"}')
@example("[1e5]")
@example('{"":-1.5}')
@example("[[0.1]]")
def test_readers_agree_on_anything(text: str) -> None:
    raw = text.encode()
    assert outcome(parse, raw) == outcome(scan, raw, 64)


@given(st.binary(max_size=20))
def test_no_bytes_crash(raw: bytes) -> None:
    assert outcome(parse, raw) == outcome(scan, raw, 64)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", ":", "\\u0061", "\\u003a", "b"]), st.sampled_from(["1", '":"', '"\\u003A"'])),
        max_size=4,
    )
)
def test_duplicates_never_slip_through(members: list[tuple[str, str]]) -> None:
    raw = ("{" + ",".join(f'"{key}":{value}' for key, value in members) + "}").encode()
    names = [json.loads(f'"{key}"') for key, _ in members]
    if len(set(names)) == len(names):
        assert list(parse(raw)) == names
    else:
        refused(records_codes.JSON_DUPLICATE_KEY, parse, raw)


def test_nothing_is_written_longer_than_it_was() -> None:
    """Where less goes missing than a member takes, nothing did."""
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    for raw in (json.dumps(every, ensure_ascii=False).encode(), b"-0", str(-MAX_INTEGER).encode()):
        out = compact(orjson.loads(raw))
        assert out is not None
        assert len(out) <= len(raw)


def test_common_records_take_the_fast_path() -> None:
    ordinary = {
        **FOOTPRINT,
        "comment": "Größe: [1, 2.5], see urn:e, 10:15:30.5 and 1234567890123456",
        "n": [1, -2, 10**15],
    }
    for raw in (encoded(ordinary), json.dumps(ordinary, ensure_ascii=False, indent=2).encode()):
        assert read(raw, LIMITS)[1] is not None


@pytest.mark.parametrize(
    "raw",
    [b'["' + b"a" * 10**6, b'["' + b"\\n" * 5 * 10**5, b"[0." + b"1" * 10**6 + b"]", b" " * 10**6, b"[1e-" + b"9" * 10**6 + b"]"],
)  # fmt: skip
def test_refusing_takes_no_longer_than_reading(raw: bytes) -> None:
    """A pattern that backtracks would not come back from these."""
    with pytest.raises(Refused):
        scan(raw, 64)
