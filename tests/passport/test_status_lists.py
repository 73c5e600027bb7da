"""Status lists: one bit a credential, packed small, unpacked within bounds."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.passport.status_lists import ENTRIES, MAX_BYTES, STATUS_LIST, draft_status_list
from tests.world import SIGNED, Issuer, key

MAKER = Issuer("did:web:maker.example", key("maker"))


def signed(*revoked: int, packed: bytes | str | None = None) -> dict[str, Any]:
    draft = draft_status_list(
        id="urn:example:status",
        issuer=MAKER.id,
        positions=revoked,
        valid_from=SIGNED,
        valid_until=SIGNED + timedelta(days=7),
    )
    if isinstance(packed, bytes):
        packed = "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    if packed is not None:
        draft["credentialSubject"]["encodedList"] = packed
    return MAKER.sign(draft)


@given(st.sets(st.integers(0, ENTRIES - 1), max_size=20))
def test_round_trip(revoked: set[int]) -> None:
    read = STATUS_LIST.parse(signed(*revoked))
    near = {index + step for index in revoked for step in (-8, -1, 0, 1, 8) if 0 <= index + step < ENTRIES}
    for index in near | {0, 1, ENTRIES - 1}:
        assert read.is_set(index) is (index in revoked)


def test_the_first_position_is_the_leftmost_bit() -> None:
    """Bitstring Status List 1.0, section 3.2."""
    assert STATUS_LIST.parse(signed(0)).bits[0] == 0b1000_0000
    assert STATUS_LIST.parse(signed(15)).bits[1] == 0b0000_0001


def test_the_same_positions_give_the_same_bytes() -> None:
    assert signed(7, 9) == signed(9, 7)


def test_beyond_the_end() -> None:
    with pytest.raises(IndexError):
        STATUS_LIST.parse(signed()).is_set(ENTRIES)


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (gzip.compress(bytes(MAX_BYTES + 1), mtime=0), "status-list.too-long"),
        (gzip.compress(bytes(ENTRIES // 8 - 1), mtime=0), "status-list.too-short"),
        (gzip.compress(b"", mtime=0), "status-list.too-short"),
        (gzip.compress(bytes(ENTRIES // 8), mtime=0) + b"x", "status-list.trailing"),
        (gzip.compress(bytes(ENTRIES // 8), mtime=0)[:-4], "status-list.malformed"),
        (gzip.compress(bytes(ENTRIES // 8), mtime=0)[:-8] + bytes(8), "status-list.malformed"),
        (b"", "credential.malformed"),
        (b"nonsense", "status-list.malformed"),
        ("u====", "credential.malformed"),
        ("uAAAAA", "status-list.malformed"),
        ("zAAAA", "credential.malformed"),
        ("uAA+/", "credential.malformed"),
    ],
)
def test_refused(packed: bytes | str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        STATUS_LIST.parse(signed(packed=packed))
    assert caught.value.finding.code.name == code


def test_a_list_that_unpacks_to_far_more_is_refused() -> None:
    test_refused(gzip.compress(bytes(1 << 28), mtime=0), "status-list.too-long")


@given(st.binary(max_size=64))
def test_any_bytes(packed: bytes) -> None:
    with pytest.raises(Refused):
        STATUS_LIST.parse(signed(packed=packed))


@pytest.mark.parametrize("member", ["validUntil", "validFrom", "id", "issuer", "proof", "credentialSubject"])
def test_nothing_may_be_left_out(member: str) -> None:
    document = signed()
    del document[member]
    with pytest.raises(Refused, match=r"credential\.malformed"):
        STATUS_LIST.parse(document)


def test_what_is_unpacked_is_not_kept() -> None:
    """A passport may carry thousands of lists, each of a kilobyte, each unpacking to a megabyte."""
    longest = [gzip.compress(bytes(MAX_BYTES - 1) + bytes([n])) for n in range(48)]
    documents = [signed(packed=packed) for packed in longest]
    tracemalloc.start()
    lists = [STATUS_LIST.parse(document) for document in documents]
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 24 << 20
    assert [one.is_set(8 * MAX_BYTES - 1) for one in lists] == [bool(n & 1) for n in range(48)]
