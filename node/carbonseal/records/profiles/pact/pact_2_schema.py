"""The shape of a PACT 2 product footprint (2.0 to 2.3), as a JSON schema of our own.

Facts from WBCSD's OpenAPI description 2.3.3. Required is what all four versions require and the figures need. Figures are
decimals in strings; exemptedEmissionsPercent, primaryDataShare and data quality are JSON numbers. Objects are open, as there.
"""

from __future__ import annotations

from carbonseal.footprints.pact_words import REGIONS, UNITS
from carbonseal.records.profiles.schema import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    AT_MOST_ZERO,
    DATE_TIME,
    DECIMAL,
    FILLED,
    FLAG,
    URI,
    URN,
    UUID,
    Schema,
    members,
    named,
    number,
    set_of,
    text,
)  # fmt: skip

from .pact_3_schema import ASSESSMENT_REPORT, COUNTRY, SUBDIVISION

_SPEC_VERSION = text("^2[.][0-3][.][0-9]+(-[0-9]{8})?$", title="a version of PACT 2.0 to 2.3 such as 2.3.0")
_PERCENT = number(minimum=0, maximum=100)
_RATINGS = ("technologicalDQR", "temporalDQR", "geographicalDQR", "completenessDQR", "reliabilityDQR")

_RULE = members(
    {"operator": named("PEF", "EPD International", "Other"), "ruleNames": set_of(FILLED)},
    {"otherOperatorName": FILLED},
)
_ASSURANCE = members(
    {},
    {"assurance": FLAG, "coverage": text(), "providerName": text(), "completedAt": DATE_TIME, "standardName": text()},
)

CARBON_FOOTPRINT = members(
    {
        "declaredUnit": named(*UNITS),
        "unitaryProductAmount": ABOVE_ZERO,
        "pCfExcludingBiogenic": AT_LEAST_ZERO,
        "fossilGhgEmissions": AT_LEAST_ZERO,
        "fossilCarbonContent": AT_LEAST_ZERO,
        "referencePeriodStart": DATE_TIME,
        "referencePeriodEnd": DATE_TIME,
        "exemptedEmissionsPercent": _PERCENT,
        "packagingEmissionsIncluded": FLAG,
    },
    {
        "productMassPerDeclaredUnit": AT_LEAST_ZERO,
        "pCfIncludingBiogenic": DECIMAL,
        "biogenicCarbonContent": AT_LEAST_ZERO,
        "dLucGhgEmissions": AT_LEAST_ZERO,
        "landManagementGhgEmissions": DECIMAL,
        "otherBiogenicGhgEmissions": AT_LEAST_ZERO,
        "iLucGhgEmissions": AT_LEAST_ZERO,
        "biogenicCarbonWithdrawal": AT_MOST_ZERO,
        "aircraftGhgEmissions": AT_LEAST_ZERO,
        "packagingGhgEmissions": AT_LEAST_ZERO,
        "characterizationFactors": ASSESSMENT_REPORT,
        "ipccCharacterizationFactorsSources": set_of(ASSESSMENT_REPORT),
        "crossSectoralStandardsUsed": set_of(FILLED),
        "crossSectoralStandards": set_of(FILLED),
        "productOrSectorSpecificRules": {"type": "array", "items": _RULE},
        "boundaryProcessesDescription": text(),
        "geographyRegionOrSubregion": named(*REGIONS),
        "geographyCountry": COUNTRY,
        "geographyCountrySubdivision": SUBDIVISION,
        "exemptedEmissionsDescription": text(),
        "primaryDataShare": _PERCENT,
        "dqi": members({}, {"coveragePercent": _PERCENT, **{name: number() for name in _RATINGS}}),
        "assurance": _ASSURANCE,
    },
)
PRODUCT_FOOTPRINT = members(
    {
        "id": UUID,
        "specVersion": _SPEC_VERSION,
        "version": {"type": "integer", "minimum": 0},
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
        "updated": DATE_TIME,
        "validityPeriodStart": DATE_TIME,
        "validityPeriodEnd": DATE_TIME,
        "productCategoryCpc": text(),
        "productClassifications": set_of(URN),
        "comment": text(),
        "extensions": {
            "type": "array",
            "items": members({"specVersion": text(), "dataSchema": URI, "data": {"type": "object"}}, {}),
        },
    },
)
SCHEMA = Schema("PACT 2", PRODUCT_FOOTPRINT)
