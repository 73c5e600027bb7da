"""Status lists (W3C Bitstring Status List 1.0; docs/spec.md, section 13): which credentials an issuer has revoked, or which it
has suspended, a bit each.

Bit i is bit 7 - (i mod 8), from the least significant, of byte i / 8; 1 means that the list's purpose applies. The list is
packed with gzip, and is cited by its bytes as signed: it must never be packed again.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from carbonseal.findings import Refused
from carbonseal.passport import credentials
from carbonseal.passport.credentials import REVOCATION, Common, Credential, Subject
from carbonseal.passport.schemas import STATUS_LIST_SHAPE, STATUS_LIST_TYPE, STATUS_SUBJECT_TYPE
from carbonseal.values import dataclass

from . import codes

MAX_VERSIONS = 16  # of one list that a passport may carry
ENTRIES = 131_072  # positions: the least that W3C allows, so that a list says little about who is on it
MAX_BYTES = 1 << 20  # of the bitstring, unpacked: a small file cannot unpack to a large one
GZIP = 31  # zlib's window bits for a gzip stream


@dataclass(frozen=True, slots=True)
class StatusList(Credential):
    """One signed version of a status list."""

    purpose: str  # one of STATUS_PURPOSES
    encoded: str  # packed, as signed: thousands of lists in one passport must not take gigabytes of memory

    @property
    def name(self) -> tuple[str, str]:
        """How credentials cite it: (issuer, list id). All versions of one list have the same name."""
        return self.issuer, self.id

    @property
    def bits(self) -> bytes:
        """The bitstring, unpacked."""
        return _unpack(self.encoded)

    @property
    def positions(self) -> int:
        """How many positions it has."""
        return 8 * len(self.bits)

    def is_set(self, index: int) -> bool:
        """Whether the list's purpose applies to the credential at position `index`. Raises IndexError where there is no such
        position."""
        return bool(self.bits[index // 8] >> (7 - index % 8) & 1)


def draft_status_list(
    *,
    id: str,
    issuer: str,
    positions: Collection[int],
    valid_from: datetime,
    valid_until: datetime,
    purpose: str = REVOCATION,
) -> dict[str, Any]:
    """An unsigned status list whose bits at `positions` are set. The same positions always give the same bytes."""
    bits = bytearray(ENTRIES // 8)
    for index in positions:
        bits[index // 8] |= 1 << (7 - index % 8)
    # not the module gzip, whose header is another from Python 3.13 on
    packed = base64.urlsafe_b64encode(zlib.compress(bytes(bits), 9, wbits=GZIP)).rstrip(b"=").decode()
    body = {
        "id": f"{id}#list",
        "type": STATUS_SUBJECT_TYPE,
        "statusPurpose": purpose,
        "encodedList": "u" + packed,
    }
    return credentials.draft(
        STATUS_LIST_TYPE, body, id=id, issuer=issuer, valid_from=valid_from, valid_until=valid_until
    )


def _read(document: Mapping[str, Any], common: Common) -> StatusList:
    body = document["credentialSubject"]
    _unpack(body["encodedList"])
    return StatusList(*common, purpose=body["statusPurpose"], encoded=body["encodedList"])


STATUS_LIST = Subject(STATUS_LIST_TYPE, "status-list/1", STATUS_LIST_SHAPE, _read)


@lru_cache(maxsize=16)  # passports that are verified in a row often have a list in common
def _unpack(encoded: str) -> bytes:
    """The bits of `u` ‖ base64url(gzip(bits)). Raises Refused where it is packed otherwise, too long or too short, or followed
    by anything. At most one byte more than a list may have is unpacked."""
    where = "/credentialSubject/encodedList"
    try:
        packed = base64.b64decode(encoded[1:] + "=" * (-(len(encoded) - 1) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj(wbits=GZIP)
        bits = unpacking.decompress(packed, MAX_BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise Refused(codes.STATUS_LIST_MALFORMED(where, problem=error)) from error
    if len(bits) > MAX_BYTES:
        raise Refused(codes.STATUS_LIST_TOO_LONG(where, limit=MAX_BYTES))
    if not unpacking.eof:
        raise Refused(codes.STATUS_LIST_MALFORMED(where, problem="the gzip stream ends too early"))
    if unpacking.unused_data:
        raise Refused(codes.STATUS_LIST_TRAILING(where))
    if 8 * len(bits) < ENTRIES:
        raise Refused(codes.STATUS_LIST_TOO_SHORT(where, positions=8 * len(bits), least=ENTRIES))
    return bits
