"""Columns of the table of footprints: name, meaning, form, example, and the member of the record that each becomes.

- A footprint is a record of ``pact/3.0``: most columns are one of its members, and have that member's own schema.
- A *stage* (transport to the customer, use, end of life) is a record of ``activity/1``; a *component*, and what is left, goes into
  the issue request. Both are groups of columns, numbered from 1: ``stage 2 quantity``.
- A column whose name begins with # is the manufacturer's own, and is not read. `ERRORS` is written by `marking`, and not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from carbonseal.findings import Refused
from carbonseal.footprints import units
from carbonseal.footprints.pact_words import COVERAGES, UNITS
from carbonseal.footprints.stages import MODULES
from carbonseal.tables import codes
from carbonseal.tables.rows import Kind

NOTE, ERRORS = "# note", "errors"
OWN = "#"  # what the names of columns, and the first cells of lines, begin with that are not read
SEPARATOR = ";"  # between the values of a cell that may have several
YES, NO = "yes", "no"
STAGES, COMPONENTS = 8, 32  # groups at most: a table has 256 columns
_BEYOND_THE_GATE = MODULES[MODULES.index("A4") :]
_STAGE_UNITS = tuple(sorted({unit.name for unit in units.UNITS}))


class Form(Enum):
    """What the text in a cell becomes."""

    TEXT = "text"
    DECIMAL = "decimal"
    DAY = "day"  # the beginning of that day
    LAST_DAY = "last day"  # the end of that day
    FLAG = "flag"
    SEVERAL = "several"  # texts
    PRODUCTS = "products"  # URNs; a GTIN becomes one
    PLACE = "place"  # one of PACT's three geographies
    LINE = "line"  # a text that a credential can have: one line that prints
    FILE = "file"  # a file's name, in the folder of the request or below

    @property
    def kind(self) -> Kind:
        """What cells of a workbook it takes."""
        days = self in {Form.DAY, Form.LAST_DAY}
        return Kind.NUMBER if self is Form.DECIMAL else Kind.DATE if days else Kind.TEXT


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `member` is the dotted name of a member of the record; without one, the column is for the request or a stage.
    `expected` completes "expected …"; `values` are all that is valid, where that is a list."""

    name: str
    means: str
    expected: str
    example: str
    member: str = ""
    form: Form = Form.TEXT
    is_needed: bool = False
    values: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that come several times, and the columns of the group that have to be filled in where any is."""

    name: str
    most: int
    columns: Sequence[Column]

    def numbered(self, number: int) -> Iterator[tuple[Column, str]]:
        """Its columns, and the name that each has in the group with this number."""
        for column in self.columns:
            yield column, f"{self.name} {number} {column.name}"


def _of_a_list(
    name: str, means: str, values: Sequence[str], example: str, member: str = "", *, is_needed: bool = False
) -> Column:
    return Column(name, means, f"one of: {', '.join(values)}", example, member, is_needed=is_needed, values=values)


_DECIMAL, _AT_LEAST, _AT_MOST, _PERCENT, _RATING = (
    "a decimal with a point",
    "a decimal with a point, 0 or more",
    "a decimal with a point, 0 or less",
    "a decimal from 0 to 100",
    "a decimal from 1 to 5",
)
_QUANTITY = "a decimal with a point, above 0, of at most 18 digits before and after it"
_DATE = "a day such as 2026-03-02, or an instant such as 2026-03-02T08:00:00Z"
_LINE, _FILE = (
    "a text of one line, of at most 128 characters",
    "the name of a file, or a path below the folder of the table",
)
_ANY, _URNS = "a text", f"URNs such as urn:product:example:cell-2400, with {SEPARATOR} between several"
_UUIDS = f"UUIDs, with {SEPARATOR} between several"


def _figure(
    name: str, member: str, means: str, example: str = "", expected: str = _AT_LEAST, *, is_needed: bool = False
) -> Column:
    return Column(name, means, expected, example, f"pcf.{member}", Form.DECIMAL, is_needed)


IDENTITY = (
    Column("footprint id", "the footprint's id; where it is empty, one is made of the row", "a UUID", "", "id"),
    Column("replaces", "ids of footprints that this one replaces", _UUIDS, "", "precedingPfIds", Form.SEVERAL),
    Column("created", "when the figures were finished", _DATE, "2026-03-02", "created", Form.DAY, True),
    Column("company name", "your company", _ANY, "Example Cells", "companyName", is_needed=True),
    Column("company id", "its ids", _URNS, "urn:company:example:cells", "companyIds", Form.SEVERAL, True),
    Column("product name", "your name of the product", _LINE, "Cell 2400", "productNameCompany", Form.LINE, True),
    Column("product description", "what it is; its name where empty", _ANY, "Lithium cell", "productDescription"),
    Column(
        "product id",
        "its ids, your own and GTINs",
        f"a URN such as urn:product:example:cell-2400, or a GTIN, with {SEPARATOR} between several",
        "urn:product:example:cell-2400; 4012345000016",
        "productIds",
        Form.PRODUCTS,
        True,
    ),
    Column("product class", "codes of classifications", _URNS, "", "productClassifications", Form.SEVERAL),
    Column("valid from", "the first day of its validity", _DATE, "", "validityPeriodStart", Form.DAY),
    Column("valid until", "the last day of its validity", _DATE, "", "validityPeriodEnd", Form.LAST_DAY),
    Column("comment", "what else readers should know", _ANY, "", "comment"),
)
FIGURES = (
    _of_a_list(
        "unit", "what the figures are for", UNITS, "piece", "pcf.declaredUnitOfMeasurement", is_needed=True
    ),
    _figure("amount", "declaredUnitAmount", "how many of the unit", "1", "a decimal above 0", is_needed=True),
    _figure("mass", "productMassPerDeclaredUnit", "kilograms of that amount; 0 of services", "0.046", is_needed=True),
    Column(
        "period start", "the first day of the data", _DATE, "2025-01-01", "pcf.referencePeriodStart", Form.DAY, True
    ),
    Column(
        "period end", "the last day of the data", _DATE, "2025-12-31", "pcf.referencePeriodEnd", Form.LAST_DAY, True
    ),
    Column(
        "place",
        "where it is made",
        "a country such as DE, a subdivision such as DE-BW, or a region of the United Nations such as Western Europe",
        "DE",
        "pcf.geography",
        Form.PLACE,
    ),
    _figure(
        "total", "pcfExcludingBiogenicUptake", "kg CO2e, cradle to gate, without biogenic uptake", "0.812", _DECIMAL,
        is_needed=True,
    ),
    _figure(
        "total with uptake", "pcfIncludingBiogenicUptake", "the same with biogenic uptake", "0.812", _DECIMAL,
        is_needed=True,
    ),
    _figure("fossil", "fossilGhgEmissions", "fossil emissions in the total", "0.809", is_needed=True),
    _figure("land use change", "landUseChangeGhgEmissions", "emissions of land use change in the total", "0.003"),
    _figure("land management fossil", "landManagementFossilGhgEmissions", "fossil emissions of land management"),
    _figure("land management co2", "landManagementBiogenicCO2Emissions", "biogenic CO2 of land management"),
    _figure(
        "land management removals", "landManagementBiogenicCO2Removals", "CO2 that land management removed",
        expected=_AT_MOST,
    ),
    _figure("biogenic uptake", "biogenicCO2Uptake", "CO2 that the product took up", expected=_AT_MOST),
    _figure("biogenic non-co2", "biogenicNonCO2Emissions", "biogenic emissions that are not CO2"),
    _figure("aircraft", "aircraftGhgEmissions", "emissions of aircraft, which the fossil ones include"),
    _figure("packaging", "packagingGhgEmissions", "emissions of the packaging"),
    Column(
        "packaging included", "whether the total has them", "yes or no", "", "pcf.packagingEmissionsIncluded",
        Form.FLAG, values=(YES, NO),
    ),
    _figure("outbound logistics", "outboundLogisticsGhgEmissions", "emissions beyond the gate, to the customer"),
    _figure("fossil carbon", "fossilCarbonContent", "kilograms of fossil carbon in the product", "0", is_needed=True),
    _figure("biogenic carbon", "biogenicCarbonContent", "kilograms of biogenic carbon in the product"),
    _figure("recycled carbon", "recycledCarbonContent", "kilograms of recycled carbon in the product"),
)  # fmt: skip
QUALITY = (
    Column(
        "gwp", "IPCC reports whose factors were used", f"reports such as AR6, with {SEPARATOR} between several", "AR6",
        "pcf.ipccCharacterizationFactors", Form.SEVERAL, True,
    ),
    Column(
        "standards", "by which it was calculated", f"texts, with {SEPARATOR} between several", "ISO14067",
        "pcf.crossSectoralStandards", Form.SEVERAL, True,
    ),
    _figure("exempted", "exemptedEmissionsPercent", "percent that were left out", "0", _PERCENT, is_needed=True),
    Column("exempted why", "what was left out, and why", _ANY, "", "pcf.exemptedEmissionsDescription"),
    Column("boundary", "which processes are inside", _ANY, "", "pcf.boundaryProcessesDescription"),
    Column("allocation", "how emissions were allocated", _ANY, "", "pcf.allocationRulesDescription"),
    _figure("primary data", "primaryDataShare", "percent of primary data", "", _PERCENT),
    _figure("technological quality", "dqi.technologicalDQR", "rating of the data; all three or none", "", _RATING),
    _figure("geographical quality", "dqi.geographicalDQR", "rating of the data; all three or none", "", _RATING),
    _figure("temporal quality", "dqi.temporalDQR", "rating of the data; all three or none", "", _RATING),
    Column("verified by", "who verified it", _ANY, "", "pcf.verification.providerName"),
    Column("verified on", "when", _DATE, "", "pcf.verification.completedAt", Form.DAY),
    Column("verification standard", "by which standard", _ANY, "", "pcf.verification.standardName"),
    _of_a_list("verification coverage", "what was verified", COVERAGES, "", "pcf.verification.coverage"),
)  # fmt: skip
REQUEST = (
    Column("batch", "the lot that the passport is for", _LINE, "2026-11-A", form=Form.LINE),
    Column("batch quantity", "what the lot yielded", _QUANTITY, "10000", form=Form.DECIMAL),
    Column("batch unit", "its unit", "a unit such as piece or kilogram", "piece"),
    Column("passport until", "when the passport ends", _DATE, "", form=Form.LAST_DAY),
    Column("disclose", "no: the passport shows only that the records exist", "yes or no", YES, form=Form.FLAG,
           values=(YES, NO)),
)  # fmt: skip
STAGE = Group(
    "stage",
    STAGES,
    (
        _of_a_list("module", "of EN 15804, beyond the gate", _BEYOND_THE_GATE, "A4", is_needed=True),
        Column("name", "what happens", _ANY, "Road freight to the customer", is_needed=True),
        Column("quantity", "how much, for the amount of the product", _QUANTITY, "0.05", "", Form.DECIMAL, True),
        _of_a_list("unit", "its unit", _STAGE_UNITS, "ton kilometer", is_needed=True),
        Column("factor", "kg CO2e of one such unit", _DECIMAL, "0.062", form=Form.DECIMAL, is_needed=True),
        Column("source", "of the factor", _ANY, "the haulier"),
    ),
)
COMPONENT = Group(
    "component",
    COMPONENTS,
    (
        Column("passport", "the file with the passport of what was bought", _FILE, "cathode.json", "", Form.FILE, True),
        Column("quantity", "how much, for the amount of the product", _QUANTITY, "0.012", "", Form.DECIMAL, True),
        Column("unit", "its unit", "a unit such as piece or kilogram", "kilogram", is_needed=True),
        _of_a_list("basis", "used: the total has its very figure", ("used", "listed"), "used", is_needed=True),
    ),
)
PERIODS = (("period start", "period end"), ("valid from", "valid until"))  # the first day and the last
SINGLE = (*IDENTITY, *FIGURES, *QUALITY, *REQUEST)
GROUPS = (STAGE, COMPONENT)
BY_MEMBER: Mapping[str, Column] = {column.member: column for column in SINGLE if column.member}
_SINGLE = {column.name: column for column in SINGLE}
_NUMBERED = re.compile(r"([a-z]+) ([1-9][0-9]?) (.+)")


def find(name: str) -> Column | None:
    """The column with this name in a header; None where there is none, or it is not read."""
    if name in _SINGLE:
        return _SINGLE[name]
    found = _NUMBERED.fullmatch(name)
    group = next((one for one in GROUPS if found and one.name == found[1] and int(found[2]) <= one.most), None)
    if found is None or group is None:
        return None
    return next((column for column in group.columns if column.name == found[3]), None)


def kind_of(name: str) -> Kind:
    """What cells the column with this name may have."""
    column = find(name)
    return Kind.OWN if column is None else column.form.kind


def names(stages: int, components: int) -> Iterator[tuple[Column, str]]:
    """All columns with so many groups of each sort, and the name of each in the header."""
    yield from ((column, column.name) for column in SINGLE)
    for group, count in zip(GROUPS, (stages, components), strict=True):
        for number in range(1, count + 1):
            yield from group.numbered(number)


def check_header(header: Sequence[str]) -> None:
    """Raises Refused (`table.unknown-column`, `table.missing-column`) unless every column is known, and every needed one there."""
    for name in header:
        if find(name) is None and not name.startswith(OWN) and name != ERRORS:
            near = get_close_matches(name, [one for _, one in names(STAGES, COMPONENTS)], 1)
            meant = f"write {near[0]}, if that is meant; " if near else ""
            raise Refused(codes.TABLE_UNKNOWN_COLUMN(name=name, meant=meant))
    if missing := [column.name for column in SINGLE if column.is_needed and column.name not in header]:
        raise Refused(codes.TABLE_MISSING_COLUMN(names=", ".join(missing)))
