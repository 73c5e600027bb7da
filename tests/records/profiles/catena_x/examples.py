"""A made-up Catena-X footprint in three versions. Its figures add up."""

from __future__ import annotations

import copy
from typing import Any

_IDENTITY = {
    "id": "0b1c6e6e-5f3a-4f0a-9d3c-1f4c2f6f7a01",
    "version": 2,
    "status": "Active",
}
_TIME = {
    "created": "2026-02-01T08:00:00Z",
    "validityPeriodStart": "2026-02-01T00:00:00Z",
    "validityPeriodEnd": "2027-02-01T00:00:00Z",
}
_PERIOD = {"referencePeriodStart": "2025-01-01T00:00:00Z", "referencePeriodEnd": "2026-01-01T00:00:00Z"}
_COMPANY = {"companyName": "Example Resins (invented)", "companyIds": ["urn:bpn:id:BPNL000000000EXA"]}
_PRODUCT = {
    "productNameCompany": "Resin 7",
    "productIds": ["urn:product:example:resin-7"],
    "productDescription": "Epoxy resin; invented for a test",
}
_UNIT = {"declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": 10, "productMassPerDeclaredUnit": 10}
_PRODUCTION = {
    "pcfExcludingBiogenicUptake": 45.2,
    "pcfIncludingBiogenicUptake": 42.2,
    "fossilGhgEmissions": 41.5,
    "biogenicNonCO2Emissions": 0.4,
    "biogenicCO2Uptake": -3,
    "landUseChangeGhgEmissions": 1.6,
    "landManagementBiogenicCO2Emissions": 2.1,
    "landManagementBiogenicCO2Removals": -0.5,
    "aircraftGhgEmissions": 0.1,
}
_PACKAGING = {
    "packagingEmissionsIncluded": True,
    "packagingPcfExcludingBiogenicUptake": 0.8,
    "packagingPcfIncludingBiogenicUptake": 0.8,
    "packagingFossilGhgEmissions": 0.8,
}
_DISTRIBUTION = {
    "distributionStageIncluded": True,
    "distributionStagePcfExcludingBiogenicUptake": 1.25,
    "distributionStagePcfIncludingBiogenicUptake": 1.25,
    "distributionStageFossilGhgEmissions": 1.25,
}
_CONTENT = {"biogenicCarbonContent": 0.8, "fossilCarbonContent": 6.1, "carbonContentTotal": 6.9}
_GEOGRAPHY = {"geographyRegionOrSubregion": "Western Europe", "geographyCountry": "DE"}
_RATINGS = {"technologicalDQR": 1.5, "temporalDQR": 2, "geographicalDQR": 1}
_ATTESTATION = {
    "attestationType": "PCF Program Certification",
    "standardName": "Catena-X Product Carbon Footprint Rulebook",
    "attestationStandard": "PCF Verification Framework",
    "attestationOfConformanceId": "b9a4cc1e-0d55-4c0e-8f0b-3a50d6a2f8f1",
    "providerName": "Example Certification (invented)",
    "completedAt": "2026-01-20T00:00:00Z",
}
_PRECEDING = "1d0dbb3d-3d53-43c9-a1b5-8d54b1b5a3cd"

FLAT: dict[str, Any] = {
    **_IDENTITY,
    **_TIME,
    **_COMPANY,
    **_PRODUCT,
    "specVersion": ["urn:io.catenax.pcf:datamodel:version:8.0.0"],
    "partialFullPcf": "Cradle-to-gate",
    "retroOrProspectivePcfType": "Retrospective PCF, Prospective PCF without forerunner",
    "ccsTechnologicalCO2CaptureIncluded": False,
    "precedingPfIds": [{"id": _PRECEDING}],
    "attestationOfConformance": [_ATTESTATION],
    "pcf": {
        **_UNIT,
        **_PERIOD,
        **_GEOGRAPHY,
        **_PRODUCTION,
        **_PACKAGING,
        **_DISTRIBUTION,
        **_CONTENT,
        "dataQualityRating": _RATINGS,
        "primaryDataShare": 61.5,
        "exemptedEmissionsPercent": 1.5,
        "crossSectoralStandards": ["ISO 14067"],
        "productOrSectorSpecificRules": ["urn:tfs-initiative.com:PCR:chemicals:version:v3.0"],
        "ipccCharacterizationFactors": "AR6",
        "allocationWasteIncineration": "cut-off",
        "secondaryEmissionFactorSources": ["ecoinvent 3.10"],
        "massBalancingUsed": False,
        "freeAttributionInMassBalancing": "not applicable",
    },
}


def _nested(version: int, *, preceding: Any, standards: Any, free: Any) -> dict[str, Any]:
    """The same in lists of one."""
    assessment = {
        "technology": [{"ccsTechnologicalCO2CaptureIncluded": False}],
        "idAndVersion": [
            {**_IDENTITY, "retroOrProspectivePcfType": "Retrospective PCF", "precedingPfIds": [preceding]}
        ],
        "boundarySpecifications": [{"exemptedEmissionsPercent": 1.5}],
        "geography": [_GEOGRAPHY],
        "time": [{**_TIME, **_PERIOD}],
    }
    balancing = {
        "massBalancingUsed": False,
        "freeAttributionInMassBalancing": free,
        "massBalancingCertificateScheme": "-",
    }
    methodology = {
        "massBalancingInformation": [balancing],
        "standards": [{"crossSectoralStandards": standards, "productOrSectorSpecificRules": ["urn:pcr:chemicals"]}],
        "gwpCharacterizationFactorDetails": [{"ipccCharacterizationFactors": "AR6"}],
        "allocationInForeground": [{"allocationWasteIncineration": "cut-off"}],
    }
    stages = {"productionStage": [_PRODUCTION], "packagingStage": [_PACKAGING], "distributionStage": [_DISTRIBUTION]}
    made = {
        "scopeOfPcfForm": [
            {
                "specVersion": f"urn:io.catenax.pcf:datamodel:version:{version}.0.0",
                "partialFullPcf": "Cradle-to-gate",
            }
        ],
        "companyAndProductInformation": [
            {"companyInformation": [_COMPANY], "productInformation": [{**_PRODUCT, **_UNIT}]}
        ],
        "pcfAssessmentAndMethodology": [
            {
                "dataSourcesAndQuality": [{"primaryDataShare": 61.5, **_RATINGS}],
                "pcfAssessmentInformation": [assessment],
                "pcfMethodology": [methodology],
            }
        ],
        "general": [{"comment": "invented for a test"}],
        "carbonContent": [_CONTENT],
        "productLifeCycleStagesAndEmissions": [stages],
        "attestationOfConformance": [_ATTESTATION],
    }
    return copy.deepcopy(made)


NESTED_9 = _nested(9, preceding={"id": _PRECEDING}, standards=["ISO 14067"], free="not applicable")
NESTED_10 = _nested(10, preceding=_PRECEDING, standards="ISO 14067", free=False)
VERSIONS = {"catena-x/pcf-8": FLAT, "catena-x/pcf-9": NESTED_9, "catena-x/pcf-10": NESTED_10}
PRODUCTION = {
    "catena-x/pcf-8": "/pcf",
    "catena-x/pcf-9": "/productLifeCycleStagesAndEmissions/0/productionStage/0",
    "catena-x/pcf-10": "/productLifeCycleStagesAndEmissions/0/productionStage/0",
}
