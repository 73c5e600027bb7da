"""Base64 and decimals of C2SP's text formats, each value in its one spelling."""

from __future__ import annotations

import base64
import binascii

MAX_SIZE = (1 << 63) - 1  # entries of a tree: the largest signed 64-bit number


def encode_base64(data: bytes) -> str:
    """Base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes | None:
    """The bytes of canonical base64; None for another alphabet, missing padding, spaces, or unused bits that are set."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    return data if binascii.b2a_base64(data, newline=False) == text.encode() else None


def decode_hash(text: str) -> bytes | None:
    """32 bytes in canonical base64, or None."""
    data = decode_base64(text) if len(text) == 44 else None
    return data if data is not None and len(data) == 32 else None


def decode_decimal(text: str) -> int | None:
    """The number that 1 to 20 ASCII digits without a leading zero stand for; None for any other text."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or (text[0] == "0" and text != "0"):
        return None
    return int(text)
