"""RFC 8785: exact bytes, whichever way they come about."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import jcs as independent
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.records import codes as records_codes
from carbonseal.records.canonical import canonicalise, jcs
from tests.records.documents import FLOATLESS_VALUES, FOOTPRINT, JSON_VALUES, encoded
from tests.records.refusals import refused

PUBLISHED = Path(__file__).parents[2].parent / "shared/data/vectors/rfc8785"

VECTORS = [
    (b"{}", b"{}"),
    (b" [ ] ", b"[]"),
    (b'{"b":2,"a":1}', b'{"a":1,"b":2}'),
    (b'{"a":{"z":[{"y":1,"x":null}],"B":true}}', b'{"a":{"B":true,"z":[{"x":null,"y":1}]}}'),
    (b'"\\u20ac\\/\\u000f\\n\\"\\\\\\u007f\\u0080"', '"€/\\u000f\\n\\"\\\\\x7f\x80"'.encode()),
    (b'["\\b\\t\\n\\f\\r\\u0000\\u001F"]', b'["\\b\\t\\n\\f\\r\\u0000\\u001f"]'),
    (b"[1.0,-0,-0.0,0e5,1E2,100.50]", b"[1,0,0,0,100,100.5]"),
    (b"[1e21,1E30,1e-6,1e-7,0.000001]", b"[1e+21,1e+30,0.000001,1e-7,0.000001]"),
    (b"[4.50,2e-3,123456789012345.6]", b"[4.5,0.002,123456789012345.6]"),
    (b"[9007199254740991,-9007199254740991]", b"[9007199254740991,-9007199254740991]"),
    (b"[5e-324,1.7976931348623157e308]", b"[5e-324,1.7976931348623157e+308]"),
    # RFC 8785 sorts by UTF-16: the surrogates of U+1F602 come before U+FB33
    (b'{"\\ufb33":1,"\\ud83d\\ude02":2,"a":3}', '{"a":3,"😂":2,"\ufb33":1}'.encode()),
    ('{"😂":[{"\ufb33":1,"😂":"é"}]}'.encode(), '{"😂":[{"😂":"é","\ufb33":1}]}'.encode()),
    (b'{"A\\u030a":1,"\\u00c5":2}', '{"A\u030a":1,"\u00c5":2}'.encode()),
    (b"1.50", b"1.5"),
    (b'"1.5"', b'"1.5"'),
    (b" true ", b"true"),
]


@pytest.mark.parametrize(("raw", "expected"), VECTORS)
def test_vectors(raw: bytes, expected: bytes) -> None:
    document = canonicalise(raw)
    assert document.bytes == jcs(document.value) == expected
    assert canonicalise(expected).bytes == expected


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published vectors are not here")
@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_published_vectors(name: str) -> None:
    raw = (PUBLISHED / f"input/{name}.json").read_bytes()
    expected = (PUBLISHED / f"output/{name}.json").read_bytes()
    assert jcs(json.loads(raw)) == expected
    if name == "values":  # holds 333333333.33333329, which has more digits than a double keeps
        refused(records_codes.JSON_NUMBER_CHANGES, canonicalise, raw)
    else:
        assert canonicalise(raw).bytes == expected


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_agrees_with_an_independent_implementation(value: Any, ascii_only: bool, indent: int | None) -> None:
    expected = independent.canonicalize(value)
    assert jcs(value) == rfc8785.dumps(value) == expected
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    if not has_large_whole_number(value):
        assert canonicalise(raw).bytes == expected


@given(FLOATLESS_VALUES)
def test_canonical_bytes_are_their_own_canonical_form(value: Any) -> None:
    once = canonicalise(json.dumps(value).encode())
    assert canonicalise(once.bytes) == once
    assert jcs(once.value) == once.bytes


@given(JSON_VALUES)
def test_key_order_and_white_space_do_not_matter(value: Any) -> None:
    if not has_large_whole_number(value):
        turned = json.dumps(turned_round(value), indent="\t", separators=(" ,", " : ")).encode()
        assert canonicalise(turned).bytes == canonicalise(json.dumps(value).encode()).bytes


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(0, 2**64 - 1).map(lambda b: struct.unpack("d", struct.pack("Q", b))[0])
)
def test_numbers(number: float) -> None:
    if math.isfinite(number):
        assert jcs([number]) == independent.canonicalize([number])
        assert float(jcs(number)) == number


@pytest.mark.parametrize("code_point", [*range(0x180), 0x2028, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])
def test_escapes(code_point: int) -> None:
    value = {chr(code_point): chr(code_point)}
    assert canonicalise(json.dumps(value).encode()).bytes == jcs(value) == independent.canonicalize(value)


@pytest.mark.parametrize(
    "value",
    [math.nan, [math.nan], {"a": math.inf}, [2**53], [2**70], ["\ud800"], {1: 2}, [b"x"], [{1, 2}], [object()]],
)
def test_jcs_refuses_what_has_no_canonical_form(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        jcs(value)


def test_a_float_in_place_of_each_string_is_seen() -> None:
    """The guard of the fast path looks at bytes; put a float wherever one can stand."""
    spots = ['{"a":%s}', "[%s]", "[1,%s]", "[[%s]]", '{"a":[%s]}', '{"a":{"b":%s,"c":1}}']
    spots += ['["x",%s]', "[[],%s]", "[{},%s]", '{"e":"e","a":%s}']
    for spot in spots:
        for number in ("0.5", "-0.5", "1e22", "-1e22", "1e-7", "-1e-7", "12.5e25", "1.0", "-0.0"):
            raw = (spot % number).encode()
            assert canonicalise(raw).bytes == rfc8785.dumps(json.loads(raw))


def test_a_footprint_is_sorted_and_compact() -> None:
    expected = json.dumps(FOOTPRINT, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonicalise(encoded(FOOTPRINT)).bytes == expected


def has_large_whole_number(value: Any) -> bool:
    """Whether some number's canonical form is an integer that strict JSON refuses."""
    if isinstance(value, float):
        return 2**53 <= abs(value) < 1e21
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(has_large_whole_number, children))


def turned_round(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(value)}
    return [turned_round(item) for item in value] if isinstance(value, list) else value
