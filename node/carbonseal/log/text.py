"""The pieces that C2SP's text formats share: base64 and decimals, in the one spelling that each value has."""

from __future__ import annotations

import base64
import binascii

MAX_SIZE = (1 << 63) - 1  # of a tree: what every implementation's signed 64 bits can hold


def encode_base64(data: bytes) -> str:
    """RFC 4648, section 4, with padding."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes | None:
    """The bytes that `text` is the canonical base64 of, or None (other alphabets, padding, spaces, stray bits)."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    return data if encode_base64(data) == text else None


def decode_hash(text: str) -> bytes | None:
    """32 bytes in canonical base64, or None."""
    data = decode_base64(text) if len(text) == 44 else None
    return data if data is not None and len(data) == 32 else None


def decode_decimal(text: str) -> int | None:
    """ASCII digits without a leading zero, at most 20 of them, or None."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or (text[0] == "0" and text != "0"):
        return None
    return int(text)
