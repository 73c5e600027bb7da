"""Status lists: which credentials an issuer has revoked, one bit each (W3C Bitstring Status List 1.0)."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import format_instant
from carbonseal.passport.credentials import SignedDocument, parse_signed
from carbonseal.passport.schemas import CONTEXT, STATUS_LIST_SHAPE, STATUS_LIST_TYPE

from . import codes

STATUS_LIST_PROFILE = "status-list/1"
ENTRIES = 131_072  # the least that the specification allows, so that a list tells little about who is on it
MAX_BYTES = 1 << 20  # of the bitstring, unpacked: a small file cannot unpack to a large one


@dataclass(frozen=True)
class StatusList(SignedDocument):
    id: str
    encoded: str  # packed, as it came: thousands of lists in one passport must not unpack to gigabytes of memory

    @property
    def name(self) -> tuple[str, str]:
        """How credentials cite it: (issuer, list id). All versions of one list have the same name."""
        return self.issuer, self.id

    @property
    def bits(self) -> bytes:
        return _unpack(self.encoded)

    def revoked(self, index: int) -> bool:
        """Raises IndexError where the list has no such position."""
        bits = self.bits
        if index >= 8 * len(bits):
            raise IndexError(f"the list has {8 * len(bits)} positions")
        return bool(bits[index // 8] >> (7 - index % 8) & 1)


def draft_status_list(
    *, id: str, issuer: str, revoked: Collection[int], valid_from: datetime, valid_until: datetime
) -> dict[str, Any]:
    """A status list that has no proof yet. The same positions always give the same bytes."""
    bits = bytearray(ENTRIES // 8)
    for index in revoked:
        bits[index // 8] |= 1 << (7 - index % 8)
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()
    return {
        "@context": CONTEXT,
        "id": id,
        "type": STATUS_LIST_TYPE,
        "issuer": issuer,
        "validFrom": format_instant(valid_from),
        "validUntil": format_instant(valid_until),
        "credentialSubject": {
            "id": f"{id}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + packed,
        },
    }


def parse_status_list(document: Mapping[str, Any]) -> StatusList:
    """Read a signed status list. Raises `Refused`; the signature is not checked here."""
    signed = parse_signed(document, STATUS_LIST_SHAPE, codes.STATUS_LIST_MALFORMED)
    encoded = document["credentialSubject"]["encodedList"]
    _unpack(encoded)
    return StatusList(**signed, id=document["id"], encoded=encoded)


@lru_cache(maxsize=16)  # passports that are verified one after the other often have a list in common
def _unpack(encoded: str) -> bytes:
    """base64url(gzip(bits)), with `u` before it; refused where it is packed otherwise, too long or short, or followed by
    anything. No more is unpacked than may be there."""
    where = "/credentialSubject/encodedList"
    try:
        packed = base64.b64decode(encoded[1:] + "=" * (-(len(encoded) - 1) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj(wbits=31)
        bits = unpacking.decompress(packed, MAX_BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise Refused(codes.STATUS_LIST_MALFORMED(where, problem=error)) from error
    if len(bits) > MAX_BYTES:
        raise Refused(codes.STATUS_LIST_TOO_LONG(where, limit=MAX_BYTES))
    if not unpacking.eof:
        raise Refused(codes.STATUS_LIST_MALFORMED(where, problem="its gzip stream is cut short"))
    if unpacking.unused_data:
        raise Refused(codes.STATUS_LIST_TRAILING(where))
    if 8 * len(bits) < ENTRIES:
        raise Refused(codes.STATUS_LIST_TOO_SHORT(where, positions=8 * len(bits), least=ENTRIES))
    return bits
