"""The shape of a PACT 3.0 product footprint, as a JSON schema (draft 2020-12) of our own.

Facts from WBCSD's OpenAPI description 3.0.4: names, what is required, enumerations, signs. Stricter than that file in
three ways, each because a slip there would hide carbon:

- decimals are checked for form, sign and range; the published patterns are missing or not anchored;
- objects are closed: what PACT does not define belongs in `extensions`, and a misspelt name is an error, not a remark;
- date-times are RFC 3339 with an offset, on days that exist.

Null means that a property is absent, so every optional property may be null and no required one.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# One value has few spellings: no sign but minus, no leading zeros, no exponent, no more digits than anyone can mean.
_ZERO = "-?0([.]0{1,30})?"
_ABOVE = "(0[.][0-9]{0,29}[1-9][0-9]{0,29}|[1-9][0-9]{0,29}([.][0-9]{1,30})?)"
DECIMAL = "^-?(0|[1-9][0-9]{0,29})([.][0-9]{1,30})?$"
AT_LEAST_ZERO = f"^({_ZERO}|{_ABOVE})$"
AT_MOST_ZERO = f"^({_ZERO}|-{_ABOVE})$"
ABOVE_ZERO = f"^{_ABOVE}$"
PERCENT = f"^({_ZERO}|(0|[1-9][0-9]?)[.][0-9]{{1,30}}|[1-9][0-9]?|100([.]0{{1,30}})?)$"
RATING = "^([1-4]([.][0-9]{1,30})?|5([.]0{1,30})?)$"

URN = "^[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:[!-~]+$"
SPEC_VERSION = "^3[.]0[.][0-9]+(-[0-9]{8})?$"
COUNTRY = "^[A-Z]{2}$"
SUBDIVISION = "^[A-Z]{2}-[A-Z0-9]{1,3}$"
ASSESSMENT_REPORT = "^AR[0-9]+$"

UNITS = (
    "liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter", "piece", "hour",
    "megabit second",
)  # fmt: skip
REGIONS = (
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe",
)  # fmt: skip


def _text(pattern: str | None = None, **more: Any) -> Schema:
    return {"type": "string", **({"pattern": pattern} if pattern else {}), **more}


def _named(*values: str) -> Schema:
    return _text(enum=list(values))


def _set_of(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


def _or_null(schema: Schema) -> Schema:
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable


def _closed(required: Schema, optional: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **{name: _or_null(schema) for name, schema in optional.items()}},
        "required": list(required),
        "additionalProperties": False,
    }


_ANY_TEXT = _text()
_FILLED = _text(minLength=1)
_FLAG: Schema = {"type": "boolean"}
_UUID = _text(format="uuid")
_URI = _text(format="uri")
_DATE_TIME = _text(format="date-time")

_RULE = _closed(
    {"operator": _named("PEF", "EPD International", "Other"), "ruleNames": _set_of(_FILLED)},
    {"otherOperatorName": _FILLED},
)
_FACTOR_SOURCE = _closed({"name": _FILLED, "version": _FILLED}, {})
_DATA_QUALITY = _closed(
    {name: _text(RATING) for name in ("technologicalDQR", "geographicalDQR", "temporalDQR")},
    {},
)
_VERIFICATION = _closed(
    {},
    {
        "coverage": _named("PCF calculation model", "PCF program", "product level"),
        "providerName": _ANY_TEXT,
        "completedAt": _DATE_TIME,
        "standardName": _ANY_TEXT,
        "comments": _ANY_TEXT,
    },
)
_EXTENSION = _closed(
    {"specVersion": _ANY_TEXT, "dataSchema": _URI, "data": {"type": "object"}},
    {"documentation": _URI},
)

_CARBON_FOOTPRINT = _closed(
    {
        "declaredUnitOfMeasurement": _named(*UNITS),
        "declaredUnitAmount": _text(ABOVE_ZERO),
        "productMassPerDeclaredUnit": _text(AT_LEAST_ZERO),
        "referencePeriodStart": _DATE_TIME,
        "referencePeriodEnd": _DATE_TIME,
        "pcfExcludingBiogenicUptake": _text(DECIMAL),
        "pcfIncludingBiogenicUptake": _text(DECIMAL),
        "fossilGhgEmissions": _text(AT_LEAST_ZERO),
        "fossilCarbonContent": _text(AT_LEAST_ZERO),
        "ipccCharacterizationFactors": _set_of(_text(ASSESSMENT_REPORT)),
        "crossSectoralStandards": _set_of(_FILLED),
        "exemptedEmissionsPercent": _text(PERCENT),
    },
    {
        "geographyRegionOrSubregion": _named(*REGIONS),
        "geographyCountry": _text(COUNTRY),
        "geographyCountrySubdivision": _text(SUBDIVISION),
        "boundaryProcessesDescription": _ANY_TEXT,
        "biogenicCarbonContent": _text(AT_LEAST_ZERO),
        "recycledCarbonContent": _text(AT_LEAST_ZERO),
        "landUseChangeGhgEmissions": _text(AT_LEAST_ZERO),
        "landCarbonLeakage": _text(AT_LEAST_ZERO),
        "landManagementFossilGhgEmissions": _text(AT_LEAST_ZERO),
        "landManagementBiogenicCO2Emissions": _text(AT_LEAST_ZERO),
        "landManagementBiogenicCO2Removals": _text(AT_MOST_ZERO),
        "biogenicCO2Uptake": _text(AT_MOST_ZERO),
        "biogenicNonCO2Emissions": _text(AT_LEAST_ZERO),
        "landAreaOccupation": _text(AT_LEAST_ZERO),
        "aircraftGhgEmissions": _text(AT_LEAST_ZERO),
        "packagingEmissionsIncluded": _FLAG,
        "packagingGhgEmissions": _text(AT_LEAST_ZERO),
        "packagingBiogenicCarbonContent": _text(AT_LEAST_ZERO),
        "outboundLogisticsGhgEmissions": _text(AT_LEAST_ZERO),
        "ccsTechnologicalCO2CaptureIncluded": _FLAG,
        "ccsTechnologicalCO2Capture": _text(AT_MOST_ZERO),
        "technologicalCO2CaptureOrigin": _ANY_TEXT,
        "technologicalCO2Removals": _text(AT_MOST_ZERO),
        "ccuCarbonContent": _text(AT_LEAST_ZERO),
        "ccuCalculationApproach": _named("Cut-off", "Credit"),
        "ccuCreditCertification": _URI,
        "productOrSectorSpecificRules": _set_of(_RULE),
        "exemptedEmissionsDescription": _ANY_TEXT,
        "allocationRulesDescription": _ANY_TEXT,
        "secondaryEmissionFactorSources": {"type": "array", "items": _FACTOR_SOURCE, "minItems": 1},
        "primaryDataShare": _text(PERCENT),
        "dqi": _DATA_QUALITY,
        "verification": _VERIFICATION,
    },
)

PRODUCT_FOOTPRINT = _closed(
    {
        "id": _UUID,
        "specVersion": _text(SPEC_VERSION),
        "created": _DATE_TIME,
        "status": _named("Active", "Deprecated"),
        "companyName": _FILLED,
        "companyIds": _set_of(_text(URN)),
        "productDescription": _ANY_TEXT,
        "productIds": _set_of(_text(URN)),
        "productNameCompany": _FILLED,
        "pcf": _CARBON_FOOTPRINT,
    },
    {
        "precedingPfIds": _set_of(_UUID),
        "validityPeriodStart": _DATE_TIME,
        "validityPeriodEnd": _DATE_TIME,
        "productClassifications": _set_of(_text(URN)),
        "comment": _ANY_TEXT,
        "extensions": {"type": "array", "items": _EXTENSION},
    },
)
