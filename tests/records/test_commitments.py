"""Commitments: the bytes of the spec, and what they bind."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.records import codes as records_codes
from carbonseal.records.commitments import commit, salt_for
from tests.records.refusals import refused

KEY = bytes(range(32))
SALT = bytes(range(32, 64))


def test_commitment_is_the_hash_that_the_spec_says() -> None:
    message = b"carbonseal/record/v1\0" + SALT + b"\x00\x06json/1" + b'{"a":1}'
    assert commit("json/1", SALT, b'{"a":1}') == hashlib.sha256(message).digest()


def test_salt_is_the_hmac_that_the_spec_says() -> None:
    assert salt_for(KEY, "json/1", b"{}") == hmac.new(KEY, b"\x00\x06json/1{}", hashlib.sha256).digest()


def test_vectors() -> None:
    salt = salt_for(KEY, "pact/3.0", b"{}")
    assert salt.hex() == "70a5dedcf36e535356bd421495bede82cb505f540833c17659c201d5908c87ae"
    assert commit("pact/3.0", salt, b"{}").hex() == "098854ff293cad24c575f8331a4eb8658ce9d4a6b3f3ade9b501cf428e4f01a1"


PROFILES = st.sampled_from(["json/1", "json/10", "pact/3.0", "p", "é/1"])
PARTS = st.tuples(PROFILES, st.binary(min_size=32, max_size=32), st.binary(max_size=40))


@given(PARTS, PARTS)
def test_different_parts_give_different_commitments(
    one: tuple[str, bytes, bytes], other: tuple[str, bytes, bytes]
) -> None:
    assert (commit(*one) == commit(*other)) == (one == other)


def test_length_keeps_profile_and_record_apart() -> None:
    assert commit("json/1", SALT, b"0{}") != commit("json/10", SALT, b"{}")


def test_salts_differ_between_tenants_profiles_and_records() -> None:
    salts = {
        salt_for(KEY, "json/1", b"{}"),
        salt_for(KEY[::-1], "json/1", b"{}"),
        salt_for(KEY, "json/2", b"{}"),
        salt_for(KEY, "json/1", b"[]"),
    }
    assert len(salts) == 4


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_salts_of_another_length_are_refused(length: int) -> None:
    refused(records_codes.SALT_LENGTH, commit, "json/1", bytes(length), b"{}")


@pytest.mark.parametrize("profile", ["", "p" * 129, "p" * 70_000, "é" * 65])
def test_profile_ids_have_bounds(profile: str) -> None:
    refused(records_codes.PROFILE_ID, commit, profile, SALT, b"{}")
    refused(records_codes.PROFILE_ID, salt_for, KEY, profile, b"{}")


def test_short_salt_keys_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        salt_for(KEY[:31], "json/1", b"{}")
