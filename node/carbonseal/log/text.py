"""Base64 and decimals, each value in its one spelling, as C2SP's text formats have them.

Base64 is decoded by pybase64 where that is installed (extra `fast`): ten times as fast as by the standard library from 500 bytes
on. Both take the same texts, but for padding that is too long, which the standard library ignores.
"""

from __future__ import annotations

import base64
import binascii

try:
    from pybase64 import b64decode
except ImportError:  # the extra `fast` is not installed
    HAS_PYBASE64 = False
else:
    HAS_PYBASE64 = True

_LAST = {1: "AQgw", 2: "AEIMQUYcgkosw048"}  # by how many bytes are left for it, the letters whose unused bits are zero
MAX_SIZE = (1 << 63) - 1  # entries of a tree: the largest signed 64-bit number


def encode_base64(data: bytes) -> str:
    """Base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes | None:
    """The bytes of canonical base64; None for another alphabet, missing padding, spaces, or unused bits that are set."""
    try:
        data = b64decode(text, None, True) if HAS_PYBASE64 else binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    rest = len(data) % 3  # groups of four letters have no bits to spare
    is_canonical = len(text) == 4 * ((len(data) + 2) // 3) and (not rest or text[rest - 4] in _LAST[rest])
    return data if is_canonical else None


def decode_hash(text: str) -> bytes | None:
    """32 bytes in canonical base64, or None."""
    data = decode_base64(text) if len(text) == 44 else None
    return data if data is not None and len(data) == 32 else None


def decode_decimal(text: str) -> int | None:
    """The number that 1 to 20 ASCII digits without a leading zero stand for; None for any other text."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or (text[0] == "0" and text != "0"):
        return None
    return int(text)
