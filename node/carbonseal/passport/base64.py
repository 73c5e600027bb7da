"""Canonical base64 (RFC 4648, section 4): with padding, unused bits zero. Each byte string has one spelling."""

from __future__ import annotations

import base64
import binascii
import struct

from carbonseal.findings import Refused

from . import codes

_LAST = {1: "AQgw", 2: "AEIMQUYcgkosw048"}  # by how many bytes are left for it, the letters whose unused bits are zero
MAX_HASHES = 64  # no proof in a tree of fewer than 2^64 entries has more on one side


def encode_base64(data: bytes) -> str:
    """The canonical base64 of `data`."""
    return base64.b64encode(data).decode()


def decode_base64(text: str, *place: str) -> bytes:
    """The bytes of canonical base64. Raises Refused (passport.malformed) at `place` on any other text."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True) if text else b""
    except (binascii.Error, ValueError) as error:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem=error)) from error
    whole, rest = divmod(len(data), 3)  # groups of four letters have no bits to spare
    if len(text) != 4 * (whole + bool(rest)) or (rest and text[4 * whole + rest] not in _LAST[rest]):
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem="base64 with unused bits that are set"))
    return data


def decode_hashes(text: str, *place: str) -> tuple[bytes, ...]:
    """The hashes of a proof: up to 128, of 32 bytes each, one after the other in base64. Raises Refused at `place`."""
    data = decode_base64(text, *place)
    if len(data) % 32 or len(data) > 2 * MAX_HASHES * 32:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem="expected up to 128 whole 32-byte hashes"))
    return struct.unpack("32s" * (len(data) // 32), data)
