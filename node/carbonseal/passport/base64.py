"""Canonical base64 (RFC 4648, section 4): with padding, unused bits zero. Each byte string has one spelling."""

from __future__ import annotations

import struct

from carbonseal.findings import Refused
from carbonseal.log import text as texts
from carbonseal.log.text import encode_base64

from . import codes

__all__ = ["decode_base64", "decode_hashes", "encode_base64"]

MAX_HASHES = 64  # no proof in a tree of fewer than 2^64 entries has more on one side


def decode_base64(text: str, *place: str) -> bytes:
    """The bytes of canonical base64. Raises Refused (passport.malformed) at `place` on any other text."""
    data = texts.decode_base64(text)
    if data is None:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem="this is not base64 in its one spelling"))
    return data


def decode_hashes(text: str, *place: str) -> tuple[bytes, ...]:
    """The hashes of a proof: up to 128, of 32 bytes each, one after the other in base64. Raises Refused at `place`."""
    data = decode_base64(text, *place)
    if len(data) % 32 or len(data) > 2 * MAX_HASHES * 32:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem="expected up to 128 whole 32-byte hashes"))
    return struct.unpack("32s" * (len(data) // 32), data)
