"""Codes of goods in nomenclatures, each with its edition (docs/spec.md, section 25)::

    {"scheme": "urn:carbonseal:hs:2022", "code": "852351"}

- HS (six digits), CN (eight) and TARIC (ten) are each a prefix of the next. An edition is a year; the HS behind a CN or TARIC of a
  year is the last that was in force by then. CPC (five digits) has versions.
- Codes are digits alone: no blanks, no points. Leading zeros count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from carbonseal.values import dataclass

from .identifiers import malformed

HS, CN, TARIC, CPC = "hs", "cn", "taric", "cpc"
DIGITS = {HS: 6, CN: 8, TARIC: 10, CPC: 5}
HS_EDITIONS = (1988, 1992, 1996, 2002, 2007, 2012, 2017, 2022, 2028)  # of the WCO
SCHEME = "urn:carbonseal:"
_URI = re.compile(f"{SCHEME}(hs|cn|taric|cpc):([0-9]{{4}}|[0-9]\\.[0-9])")


@dataclass(frozen=True, slots=True)
class CommodityCode:
    """A code: its nomenclature (HS, CN, TARIC, CPC), edition (`2022`, of CPC `2.1`) and digits."""

    nomenclature: str
    edition: str
    digits: str

    @property
    def scheme(self) -> str:
        """The URI of nomenclature and edition, as credentials carry it."""
        return f"{SCHEME}{self.nomenclature}:{self.edition}"

    @property
    def hs(self) -> CommodityCode | None:
        """Its first six digits as a code of the HS; None of a CPC code."""
        if self.nomenclature == CPC:
            return None
        return CommodityCode(HS, hs_edition(int(self.edition)), self.digits[: DIGITS[HS]])

    def __str__(self) -> str:
        return f"{self.nomenclature.upper()} {self.edition} {self.digits}"


def parse_code(scheme: str, code: str) -> CommodityCode | None:
    """A classification of a credential; None where its scheme is none of these. Raises Refused (`goods.malformed`)."""
    if not scheme.startswith(tuple(f"{SCHEME}{name}:" for name in DIGITS)):
        return None
    found = _URI.fullmatch(scheme)
    if found is None or ("." in found[2]) != (found[1] == CPC):
        raise malformed(
            scheme, "the URI of a nomenclature", f"expected {SCHEME}hs:2022, cn:2026, taric:2026 or cpc:2.1"
        )
    return commodity_code(found[1], found[2], code)


def commodity_code(nomenclature: str, edition: str, digits: str) -> CommodityCode:
    """A code of one of `DIGITS`. Raises Refused (`goods.malformed`) on another number of digits, or an edition that is not."""
    kind = f"a code of {nomenclature.upper()} {edition}"
    if not re.fullmatch(f"[0-9]{{{DIGITS[nomenclature]}}}", digits):
        raise malformed(digits, kind, f"expected {DIGITS[nomenclature]} digits and nothing else")
    if nomenclature == HS and int(edition) not in HS_EDITIONS:
        raise malformed(digits, kind, f"the editions of the HS are {', '.join(map(str, HS_EDITIONS))}")
    if nomenclature in {CN, TARIC} and int(edition) < HS_EDITIONS[0]:
        raise malformed(digits, kind, f"the first edition is that of {HS_EDITIONS[0]}")
    return CommodityCode(nomenclature, edition, digits)


def hs_edition(year: int) -> str:
    """The edition of the HS that a nomenclature of a year, from 1988 on, is made from."""
    return str(max(edition for edition in HS_EDITIONS if edition <= year))


def six_digits(codes: Iterable[CommodityCode]) -> frozenset[CommodityCode]:
    """The codes of the HS that others lead to."""
    return frozenset(found for code in codes if (found := code.hs) is not None)
