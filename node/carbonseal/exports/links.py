"""Links to what a copy is of: by its SHA-256, as a name without an address (RFC 6920) and as a multihash in multibase.

::

    {"linkURL": "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk", "linkName": "the signed original",
     "digestMultibase": "zQm…"}
"""

from __future__ import annotations

import base64
from typing import Any

from carbonseal.passport.multibase import encode_multibase

_SHA_256 = b"\x12\x20"  # multihash: SHA2-256, of 32 bytes


def name_of(digest: bytes) -> str:
    """The named information URI (RFC 6920, section 3) of what has this SHA-256 (32 bytes)."""
    return f"ni:///sha-256;{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def digest_multibase(digest: bytes) -> str:
    """A SHA-256 (32 bytes) as W3C VC 2.0, section 5.3, has `digestMultibase`: base58btc of a multihash."""
    return encode_multibase(_SHA_256 + digest)


def link(digest: bytes, name: str, media_type: str = "") -> dict[str, Any]:
    """A UNTP Link to what has this SHA-256 (32 bytes)."""
    made = {"linkURL": name_of(digest), "linkName": name, "digestMultibase": digest_multibase(digest)}
    return {**made, "mediaType": media_type} if media_type else made
