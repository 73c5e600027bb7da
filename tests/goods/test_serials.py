"""Serial numbers of a lot: lists and ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.goods.serials import MOST_DIGITS, SerialRange, Serials


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("SN-0001", "SN-500"),  # another number of digits
        ("SN-1", "PN-2"),
        ("SN-2", "SN-1"),
        ("SN", "SO"),
        ("1A", "9A"),  # the digits do not stand at the end
        ("", "1"),
        ("0" * (MOST_DIGITS + 1), "1" * (MOST_DIGITS + 1)),
        ("\u0661", "\u0662"),  # digits of another script
    ],
)
def test_what_is_no_range(first: str, last: str) -> None:
    with pytest.raises(Refused) as refused:
        SerialRange(first, last)
    assert refused.value.finding.code.name == "goods.malformed"


def test_a_range_has_what_is_written_as_its_ends() -> None:
    found = Serials((), (SerialRange("SN-0009", "SN-0011"),))
    assert list(found.ranges[0]) == ["SN-0009", "SN-0010", "SN-0011"]
    assert [one in found for one in ("SN-0010", "SN-10", "SN-00010", "XSN-0010", "SN-0012", "SN-")] == [
        True,
        False,
        False,
        False,
        False,
        False,
    ]


def test_one_number_is_a_range() -> None:
    assert Serials((), (SerialRange("7", "7"),)).count == 1


def test_the_largest_ranges_are_counted() -> None:
    huge = tuple(SerialRange(f"{front}-" + "0" * 18, f"{front}-" + "9" * 18) for front in "abcdefghijklmnop")
    assert Serials((), huge).count == 16 * 10**18


_number = st.builds(lambda front, value: f"{front}{value:03}", st.sampled_from(["", "A", "B-"]), st.integers(0, 60))
_range = st.tuples(st.sampled_from(["", "A", "B-"]), st.integers(0, 60), st.integers(0, 20)).map(
    lambda drawn: SerialRange(f"{drawn[0]}{drawn[1]:03}", f"{drawn[0]}{drawn[1] + drawn[2]:03}")
)


@given(st.lists(_number, max_size=6), st.lists(_range, max_size=5), _number)
def test_they_are_what_is_written_out(listed: list[str], ranges: list[SerialRange], asked: str) -> None:
    found = Serials(tuple(listed), tuple(ranges))
    written = [*listed, *(serial for one in ranges for serial in one)]
    assert found.count == len(written)
    assert (found.twice is not None) == (len(set(written)) < len(written))
    if found.twice is None:  # what is there twice is refused before anybody asks
        assert (asked in found) == (asked in written)
