"""Salted commitments (docs/spec.md, section 4): 32 bytes that bind a record and hide it."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from carbonseal.findings import Refused
from carbonseal.records.places import printable

from . import codes

COMMITMENT_DOMAIN = b"carbonseal/record/v1\0"


def salt_for(salt_key: bytes, profile: str, canonical: bytes) -> bytes:
    """The salt of a record (32 bytes): HMAC-SHA-256 under the tenant's salt key (32 bytes or more), so that the same record
    gets the same commitment again. Opaque to verifiers. Raises ValueError on a shorter key, Refused on the profile id."""
    if len(salt_key) < 32:
        raise ValueError("a salt key has 32 bytes or more")
    return hmac.digest(salt_key, _named(profile) + canonical, "sha256")


def commit(profile: str, salt: bytes, canonical: bytes) -> bytes:
    """SHA-256(domain ‖ salt ‖ u16 length ‖ profile id ‖ canonical bytes): 32 bytes. Raises Refused unless the salt has 32
    bytes and the profile id 1 to 128."""
    if len(salt) != 32:
        raise Refused(codes.SALT_LENGTH(found=len(salt)))
    return hashlib.sha256(COMMITMENT_DOMAIN + salt + _named(profile) + canonical).digest()


@lru_cache(maxsize=64)  # one verifier meets few profiles
def _named(profile: str) -> bytes:
    name = profile.encode()
    if not 0 < len(name) <= 128:
        raise Refused(codes.PROFILE_ID(id=printable(profile)))
    return len(name).to_bytes(2, "big") + name
