"""The shape of a PACT 3.0 product footprint, as a JSON schema of our own.

Facts from WBCSD's OpenAPI description 3.0.4: names, what is required, enumerations, signs. Objects are open, as they are there.
technologicalCO2Removals has no sign: it was 0 or more in 3.0.0 and 3.0.1, and is 0 or less since 3.0.2.
"""

from __future__ import annotations

from carbonseal.footprints.pact_words import COVERAGES, REGIONS, UNITS
from carbonseal.records.profiles.schema import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    AT_MOST_ZERO,
    DATE_TIME,
    DECIMAL,
    FILLED,
    FLAG,
    PERCENT,
    RATING,
    URI,
    URN,
    UUID,
    Schema,
    list_of,
    members,
    named,
    set_of,
    text,
)  # fmt: skip

_SPEC_VERSION = text("^3[.]0[.][0-9]+(-[0-9]{8})?$", title="a version of PACT 3.0 such as 3.0.0")
COUNTRY = text("^[A-Z]{2}$", title="an ISO 3166-1 code such as DE")
SUBDIVISION = text("^[A-Z]{2}-[A-Z0-9]{1,3}$", title="an ISO 3166-2 code such as DE-BW")
ASSESSMENT_REPORT = text("^AR[0-9]+$", title="an IPCC assessment report such as AR6")

_RULE = members(
    {"operator": named("PEF", "EPD International", "Other"), "ruleNames": set_of(FILLED)},
    {"otherOperatorName": FILLED},
)
_FACTOR_SOURCE = members({"name": FILLED, "version": FILLED}, {})
_DATA_QUALITY = members(
    dict.fromkeys(("technologicalDQR", "geographicalDQR", "temporalDQR"), RATING),
    {},
)
_VERIFICATION = members(
    {},
    {
        "coverage": named(*COVERAGES),
        "providerName": text(),
        "completedAt": DATE_TIME,
        "standardName": text(),
        "comments": text(),
    },
)
_EXTENSION = members(
    {"specVersion": text(), "dataSchema": URI, "data": {"type": "object"}},
    {"documentation": URI},
)

CARBON_FOOTPRINT = members(
    {
        "declaredUnitOfMeasurement": named(*UNITS),
        "declaredUnitAmount": ABOVE_ZERO,
        "productMassPerDeclaredUnit": AT_LEAST_ZERO,
        "referencePeriodStart": DATE_TIME,
        "referencePeriodEnd": DATE_TIME,
        "pcfExcludingBiogenicUptake": DECIMAL,
        "pcfIncludingBiogenicUptake": DECIMAL,
        "fossilGhgEmissions": AT_LEAST_ZERO,
        "fossilCarbonContent": AT_LEAST_ZERO,
        "ipccCharacterizationFactors": set_of(ASSESSMENT_REPORT),
        "crossSectoralStandards": set_of(FILLED),
        "exemptedEmissionsPercent": PERCENT,
    },
    {
        "geographyRegionOrSubregion": named(*REGIONS),
        "geographyCountry": COUNTRY,
        "geographyCountrySubdivision": SUBDIVISION,
        "boundaryProcessesDescription": text(),
        "biogenicCarbonContent": AT_LEAST_ZERO,
        "recycledCarbonContent": AT_LEAST_ZERO,
        "landUseChangeGhgEmissions": AT_LEAST_ZERO,
        "landCarbonLeakage": AT_LEAST_ZERO,
        "landManagementFossilGhgEmissions": AT_LEAST_ZERO,
        "landManagementBiogenicCO2Emissions": AT_LEAST_ZERO,
        "landManagementBiogenicCO2Removals": AT_MOST_ZERO,
        "biogenicCO2Uptake": AT_MOST_ZERO,
        "biogenicNonCO2Emissions": AT_LEAST_ZERO,
        "landAreaOccupation": AT_LEAST_ZERO,
        "aircraftGhgEmissions": AT_LEAST_ZERO,
        "packagingEmissionsIncluded": FLAG,
        "packagingGhgEmissions": AT_LEAST_ZERO,
        "packagingBiogenicCarbonContent": AT_LEAST_ZERO,
        "outboundLogisticsGhgEmissions": AT_LEAST_ZERO,
        "ccsTechnologicalCO2CaptureIncluded": FLAG,
        "ccsTechnologicalCO2Capture": AT_MOST_ZERO,
        "technologicalCO2CaptureOrigin": text(),
        "technologicalCO2Removals": DECIMAL,
        "ccuCarbonContent": AT_LEAST_ZERO,
        "ccuCalculationApproach": named("Cut-off", "Credit"),
        "ccuCreditCertification": URI,
        "productOrSectorSpecificRules": set_of(_RULE),
        "exemptedEmissionsDescription": text(),
        "allocationRulesDescription": text(),
        "secondaryEmissionFactorSources": list_of(_FACTOR_SOURCE),
        "primaryDataShare": PERCENT,
        "dqi": _DATA_QUALITY,
        "verification": _VERIFICATION,
    },
)

PRODUCT_FOOTPRINT = members(
    {
        "id": UUID,
        "specVersion": _SPEC_VERSION,
        "created": DATE_TIME,
        "status": named("Active", "Deprecated"),
        "companyName": FILLED,
        "companyIds": set_of(URN),
        "productDescription": text(),
        "productIds": set_of(URN),
        "productNameCompany": FILLED,
        "pcf": CARBON_FOOTPRINT,
    },
    {
        "precedingPfIds": set_of(UUID),
        "validityPeriodStart": DATE_TIME,
        "validityPeriodEnd": DATE_TIME,
        "productClassifications": set_of(URN),
        "comment": text(),
        "extensions": {"type": "array", "items": _EXTENSION},
    },
)

SCHEMA = Schema("PACT 3.0", PRODUCT_FOOTPRINT)
