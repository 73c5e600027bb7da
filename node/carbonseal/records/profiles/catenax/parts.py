"""What the schemas of Catena-X's versions share. Names, types, ranges and enumerations are those of the published schemas."""

from __future__ import annotations

from carbonseal.records.profiles.schema import Part, list_of, members, named, number, text

from . import figures

UNITS = (
    "liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter", "piece", "hour",
)  # fmt: skip
REGIONS = named(
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe", "Global", "Several",
)  # fmt: skip
COUNTRY = text("^[A-Z]{2}$", title="an ISO 3166-1 code such as DE")
SUBDIVISION = text("^([A-Z]{2}-[A-Z0-9]{1,3})?$", title="an ISO 3166-2 code such as DE-BW")
BOUNDARY = named("Cradle-to-gate", "Cradle-to-grave")
STATUS = named("Active", "Deprecated")
GWP_SET = named("AR4", "AR5", "AR6", "unspecified")
INCINERATION = named("cut-off", "reverse cut-off", "system expansion", "polluter pays principle")
RECYCLED = named("upstream system expansion", "cut-off")
UUID = text(
    "^(urn:uuid:)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", title="a UUID, perhaps with urn:uuid: before it"
)
# xsd:dateTime, whose offset may be missing.
INSTANT = text(
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T[0-9]{2}:[0-5][0-9]:[0-5][0-9]([.][0-9]+)?"
    "(Z|[+-][0-9]{2}:[0-5][0-9])?$",
    title="a date and time such as 2026-11-22T08:30:00Z",
)
TEXT, FILLED = text(), text(minLength=1)
TEXTS: Part = {"type": "array", "items": TEXT}
AT_LEAST_ZERO, AT_MOST_ZERO, ANY_NUMBER = number(minimum=0), number(maximum=0), number()
ABOVE_ZERO = number(exclusiveMinimum=0)
PERCENT, EXEMPTED, RATING = number(minimum=0, maximum=100), number(minimum=0, maximum=10), number(minimum=1, maximum=5)


def version_of(number_: int) -> Part:
    """The URN of the aspect model in that version: a text, or a list with it."""
    pattern = f"^urn:io[.]catenax[.]pcf:datamodel:version:{number_}[.][0-9]+[.][0-9]+$"
    return {
        "type": ["string", "array"],
        "pattern": pattern,
        "contains": {"type": "string", "pattern": pattern},
        "title": f"urn:io.catenax.pcf:datamodel:version:{number_}.0.0",
    }


def prospective_types(retrospective: str) -> Part:
    """The kinds of footprint. Version 8 calls the first one by another name."""
    return named(
        retrospective,
        "Prospective PCF without forerunner",
        "Prospective PCF of further developed product with forerunner",
        "Prospective PCF for current product for future production date",
        "Progressive PCF",
    )


def stage(prefix: str) -> Part:
    """The figures of one stage, all optional."""
    uptake = ANY_NUMBER if prefix == figures.DISTRIBUTION_STAGE else AT_MOST_ZERO
    including = AT_LEAST_ZERO if prefix == figures.PACKAGING_STAGE else ANY_NUMBER
    return {
        figures.named(prefix, name): part
        for name, part in {
            **dict.fromkeys(figures.EMISSIONS, AT_LEAST_ZERO),
            figures.REMOVALS: AT_MOST_ZERO,
            figures.UPTAKE: uptake,
            figures.EXCLUDING: AT_LEAST_ZERO,
            figures.INCLUDING: including,
        }.items()
    }


CONTENT = dict.fromkeys(
    (
        "carbonContentTotal",
        "fossilCarbonContent",
        "biogenicCarbonContent",
        "packagingBiogenicCarbonContent",
        "recycledCarbonContent",
    ),
    AT_LEAST_ZERO,
)
SHARES = dict.fromkeys(
    (
        "programCertificationShare",
        "productVerificationShare3rdParty",
        "productVerificationShare2ndParty",
        "productVerificationShare1stParty",
    ),
    PERCENT,
)
RATINGS = dict.fromkeys(("technologicalDQR", "temporalDQR", "geographicalDQR"), RATING)
IDS = list_of(text(format="uri"), uniqueItems=True)
ATTESTATION = members(
    {
        "attestationType": TEXT,
        "standardName": TEXT,
        "attestationStandard": TEXT,
        "attestationOfConformanceId": TEXT,
        "providerName": TEXT,
    },
    {"attestationOfConformanceLink": TEXT, "providerId": TEXT, "completedAt": INSTANT},
)
