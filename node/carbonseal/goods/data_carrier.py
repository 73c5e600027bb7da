"""Data carriers: the address on a product that leads to its passport (docs/spec.md, section 27). Two forms, both with the digest of
the passport's root credential in hexadecimal::

    https://id.example/01/09506000134352/10/L%2F7/21/0001?digest=5f0c…
    https://id.example/p/5f0c…

- The first, a GS1 Digital Link, is that of a product with a GTIN; the second that of any other.
- The digest decides. An address is a place to ask, and who answers there vouches for nothing: what comes is the passport only if
  its root has this digest. So it does not matter whose host a label names, and no host can give another passport in its place.
- What else an address says of the goods, GTIN, lot and serial number, is compared with what the passport says of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator

from carbonseal.findings import Finding, wordings
from carbonseal.values import dataclass

from . import codes
from .digital_link import build_link, looks_like_link, parse_link
from .identifiers import malformed
from .serials import NO_SERIALS, Serials
from .spelling import gtin_of

CARRIER = "an address with a passport's digest"
PARAMETER = "digest"
_DIGEST = re.compile("[0-9a-f]{64}", re.ASCII)
_BELOW = re.compile(r"/p/([0-9a-f]{64})(?:\.json)?\Z", re.ASCII)
_ADDRESS = re.compile(r"(?i:https?)://[A-Za-z0-9.:\[\]-]+(?:[/?][!-\"$-~]*)?", re.ASCII)
_LONGEST = 2048  # characters


@dataclass(frozen=True, slots=True)
class DataCarrier:
    """What a data carrier says: the digest (32 bytes) of the root of the passport that it means; and in a GS1 Digital Link, the
    GTIN (14 digits), lot and serial number, empty where they are not there."""

    text: str  # as it was scanned
    digest: bytes
    gtin: str = ""
    lot: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a passport states of its product: identifiers, lot, and serial numbers; empty where it states none."""

    identifiers: Collection[str]
    lot: str = ""
    serials: Serials = NO_SERIALS


def carrier_address(base: str, digest: bytes, gtin: str = "", lot: str = "", serial: str = "") -> str:
    """The address for the passport whose root has this digest (32 bytes), below `base`: https://, a host and optional segments.
    Without a GTIN, lot and serial number are left out. Raises Refused (`goods.*`)."""
    if gtin:
        address = str(build_link(base, gtin, lot=lot, serial=serial, query=((PARAMETER, digest.hex()),)))
    else:
        checked = build_link(base, "0" * 14)  # for the rules of host and segments alone
        address = f"{checked.base}/p/{digest.hex()}"
    if len(address) > _LONGEST:
        raise malformed(f"{address[:80]}…", CARRIER, f"expected {_LONGEST:,} characters at most")
    return address


def parse_carrier(text: str) -> DataCarrier:
    """What the address `text` says, with http or https. Raises Refused (`goods.*`)."""
    if len(text) > _LONGEST or not _ADDRESS.fullmatch(text):
        raise malformed(text[:80], CARRIER, "expected https://, a host, and no user, blank or fragment")
    address, _, query = text.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    named = [value for name, _, value in pairs if name == PARAMETER] + _BELOW.findall(address)
    if len(named) != 1 or not _DIGEST.fullmatch(named[0]):
        problem = f"expected 64 lower-case hexadecimal digits, once: ?{PARAMETER}=… or /p/…"
        raise malformed(text, CARRIER, problem)
    digest = bytes.fromhex(named[0])
    if not looks_like_link(text):
        return DataCarrier(text, digest)
    link = parse_link(text)
    return DataCarrier(text, digest, link.gtin, link.lot, link.serial)


WORDS = wordings(["GTIN", "lot", "serial number"])


def check_carrier(carrier: DataCarrier, root: bytes, stated: Stated) -> Iterator[Finding]:
    """The findings on a passport with this root (32 bytes) that came as the one which `carrier` means. Where it is another one
    there is that finding alone, `carrier.other-passport`: nothing more of it concerns who holds the carrier."""
    if root != carrier.digest:
        yield codes.CARRIER_OTHER_PASSPORT(found=root.hex(), expected=carrier.digest.hex())
        return
    yield codes.CARRIER_DIGEST(digest=root.hex())
    gtins = {found for found in map(gtin_of, stated.identifiers) if found}
    known: tuple[tuple[str, str, Container[str], str], ...] = (
        ("GTIN", carrier.gtin, gtins, _some(gtins)),
        ("lot", carrier.lot, {stated.lot} - {""}, stated.lot),
        ("serial number", carrier.serial, stated.serials, f"{stated.serials.count:,} others"),
    )
    for what, found, those, words in known:
        if found and not those:
            yield codes.CARRIER_NOT_STATED(what=WORDS[what](), found=found)
        elif found and found not in those:
            yield codes.CARRIER_OTHER_GOODS(what=WORDS[what](), found=found, stated=words)


def _some(known: Collection[str]) -> str:
    first = sorted(known)[:3]
    return ", ".join(first) + (f" and {len(known) - 3:,} more" if len(known) > 3 else "")
