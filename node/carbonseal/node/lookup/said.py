"""What a record says of itself, as the index holds it: the names that it is found by, its footprint and figure, its validity.

- Read from the canonical bytes and nothing else: the same record says the same in every index.
- Names match whatever their case (PACT 3, ListFootprints), and are kept in small letters; one that is longer than `LONGEST` is kept
  as the SHA-256 of those.
- A figure is per base unit and exact, so that 2 kg CO2e for 1 kg and 2,000 for a tonne are one figure.

Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from carbonseal.findings import Refused
from carbonseal.flow.checks.record.validity import in_force
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import decimal_text
from carbonseal.footprints.model import Footprint
from carbonseal.records.files import FILE, File
from carbonseal.records.profiles import CREDENTIAL, RESERVED, lookup
from carbonseal.values import dataclass

LONGEST = 200  # characters of a name
DIGEST_MARK = "sha256:"  # before the digest of a longer one
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DIGITS = 12  # of a figure in words

# The names that a record is found by, the most telling first.
FOOTPRINT, DIGEST, BATCH, PRODUCT, COMPANY, CLASSIFICATION, GEOGRAPHY, STATUS = NAMES = (
    "footprint", "digest", "batch", "product", "company", "classification", "geography", "status",
)  # fmt: skip

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Said:
    """What one record says. Empty where it says nothing; `start` and `end` of its validity are microseconds since 1970."""

    names: Names  # by `NAMES`, without doublets
    title: str = ""  # of the product
    version: int = 0  # of the footprint, in formats whose versions keep one id
    figure: str = ""  # exact: what all records of one footprint id and version have to agree on
    shown: str = ""  # the figure in words
    start: int | None = None
    end: int | None = None

    @property
    def footprint(self) -> str:
        """The footprint's id."""
        return next(iter(self.names.get(FOOTPRINT, ())), "")

    def agrees(self, other: Said) -> bool:
        """Whether two records of one footprint id can both be right: another version, another basis, or the same figure."""
        alike = self.version == other.version and self.figure.partition(":")[0] == other.figure.partition(":")[0]
        return not (alike and self.figure and other.figure) or self.figure == other.figure

    def encode(self) -> bytes:
        """As JSON, which `decode` reads."""
        return orjson.dumps(
            [self.names, self.title, self.version, self.figure, self.shown, self.start, self.end],
        )

    @staticmethod
    def decode(raw: bytes) -> Said:
        """The inverse of `encode`."""
        names, *rest = orjson.loads(raw)
        return Said({name: tuple(values) for name, values in names.items()}, *rest)


NOTHING = Said({})


def read(profile: str, canonical: bytes) -> Said:
    """What the record with these canonical bytes says. Raises Refused where its profile is not installed any more."""
    if profile == FILE:
        return Said(_names({DIGEST: [hashlib.sha256(File.of_canonical(canonical).data).hexdigest()]}))
    digest = {DIGEST: [hashlib.sha256(canonical).hexdigest()]}
    if profile in RESERVED:
        return _credential(orjson.loads(canonical), digest) if profile == CREDENTIAL else Said(_names(digest))
    value = orjson.loads(canonical)
    footprint = lookup(profile).footprint(value)
    return Said(_names(digest)) if footprint is None else _footprint(footprint, digest)


def read_all(records: Iterable[tuple[str, bytes]]) -> list[tuple[Said, str]]:
    """What each of these (profile, canonical bytes) says; and why one could not be read, which then says nothing."""
    found: list[tuple[Said, str]] = []
    for profile, canonical in records:
        try:
            found.append((read(profile, canonical), ""))
        except (Refused, ValueError) as error:
            found.append((NOTHING, error.finding.message if isinstance(error, Refused) else str(error)))
    return found


def fold(value: str) -> str:
    """A name as the index has it."""
    value = value.lower()
    return value if len(value) <= LONGEST else f"{DIGEST_MARK}{hashlib.sha256(value.encode()).hexdigest()}"


def microseconds(instant: datetime) -> int:
    """Since 1970."""
    return (instant - EPOCH) // MICROSECOND


def _names(found: Mapping[str, Iterable[str]]) -> Names:
    return {
        name: tuple(dict.fromkeys(fold(value) for value in values if value))
        for name, values in found.items()
        if any(values)
    }


def _credential(value: Any, digest: Mapping[str, list[str]]) -> Said:
    """A product credential that was signed here."""
    subject = Node(value)["credentialSubject"]
    products = [subject["id"].text(), *subject["identifiers"].texts()]
    names = _names({**digest, PRODUCT: products, BATCH: [subject["batch"]["number"].text()]})
    return Said(names, subject["name"].text())


def _footprint(footprint: Footprint, digest: Mapping[str, list[str]]) -> Said:
    force = in_force(footprint)
    figure, shown = _figure(footprint)
    return Said(
        _names(
            {
                **digest,
                FOOTPRINT: [footprint.id],
                PRODUCT: [*footprint.product_ids, *(flow.id for flow in footprint.flows)],
                COMPANY: footprint.company_ids,
                BATCH: [flow.batch for flow in footprint.flows],
                CLASSIFICATION: footprint.classifications,
                GEOGRAPHY: footprint.geographies,
                STATUS: ["deprecated" if footprint.is_deprecated else "active"] if footprint.id else [],
            }
        ),
        footprint.product,
        footprint.version,
        figure,
        shown,
        microseconds(force.start) if force and force.start else None,
        microseconds(force.end) if force and force.end else None,
    )


def _figure(footprint: Footprint) -> tuple[str, str]:
    """The total for one base unit, exactly and in words; with the one that includes uptake, where it is stated too."""
    total, amount, unit = footprint.total, footprint.amount, footprint.unit
    if total is None or amount is None or not amount.value:
        return "", ""
    size = amount.value * (unit.factor if unit else 1)
    what = unit.dimension if unit else footprint.unit_word
    exact = [str(figure.value / size) if figure else "" for figure in (total, footprint.including)]
    declared = f"{decimal_text(amount.value, DIGITS)} {footprint.unit_word}".strip()
    shown = f"{decimal_text(total.value, DIGITS)} kg CO2e for {declared}, {footprint.basis.value}"
    return f"{footprint.basis.value}:{':'.join(exact)}:{what}", shown
