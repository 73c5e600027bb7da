"""Base64 in its one canonical form (RFC 4648, section 4, with padding, unused bits zero)."""

from __future__ import annotations

import base64
import binascii

from carbonseal.findings import Refused

from . import codes

MAX_HASHES = 64  # no proof in a tree of fewer than 2^64 entries has more on one side


def encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode_base64(text: str, *place: str) -> bytes:
    """Raises `Refused` at `place` on any other spelling of the same bytes."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True) if text else b""
    except (binascii.Error, ValueError) as error:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem=error)) from error
    whole = len(data) // 3  # groups of four letters, which have no bits to spare
    if encode_base64(data[3 * whole :]) != text[4 * whole :]:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem="base64 with unused bits set"))
    return data


def decode_hashes(text: str, *place: str) -> tuple[bytes, ...]:
    """A proof: up to 128 hashes of 32 bytes, one after the other in base64."""
    data = decode_base64(text, *place)
    if len(data) % 32 or len(data) > 2 * MAX_HASHES * 32:
        raise Refused(codes.PASSPORT_MALFORMED(*place, problem="not a whole number of 32-byte hashes, 128 at the most"))
    return tuple(data[start : start + 32] for start in range(0, len(data), 32))
