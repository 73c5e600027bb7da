"""The layout of io.catenax.pcf from version 9 on: every object stands in a list, of which exactly one item is demanded."""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles.schema import FLAG, Part, Schema, members, number

from . import figures, parts
from .versions import version


def one(required: Part, optional: Part) -> Part:
    """A list of exactly one object."""
    return {"type": "array", "items": members(required, optional), "minItems": 1, "maxItems": 1}


def _stage(prefix: str, required: Part) -> Part:
    return one(required, {name: part for name, part in parts.stage(prefix).items() if name not in required})


_PRODUCTION = {name: parts.stage("")[name] for name in (figures.EXCLUDING, figures.INCLUDING)}
_STAGES = one(
    {
        "productionStage": _stage("", _PRODUCTION),
        "packagingStage": _stage(figures.PACKAGING_STAGE, {"packagingEmissionsIncluded": FLAG}),
        "distributionStage": _stage(figures.DISTRIBUTION_STAGE, {"distributionStageIncluded": FLAG}),
    },
    {},
)
_QUALITY = one({}, {"primaryDataShare": parts.PERCENT, "secondaryEmissionFactorSources": parts.TEXTS, **parts.RATINGS})
_TIME = one(
    {
        "referencePeriodStart": parts.INSTANT,
        "referencePeriodEnd": parts.INSTANT,
        "created": parts.INSTANT,
        "validityPeriodEnd": parts.INSTANT,
    },
    {"validityPeriodStart": parts.INSTANT},
)
_GEOGRAPHY = one(
    {"geographyRegionOrSubregion": parts.REGIONS},
    {"geographyCountry": parts.COUNTRY, "geographyCountrySubdivision": parts.SUBDIVISION},
)


def schema(major: int, *, units: Part, preceding: Part, standards: Part, balancing: Part) -> Schema:
    """The schema of a version: 9 and 10 differ in four places. Each is a part of a schema."""
    root = members(
        {
            "scopeOfPcfForm": one({"specVersion": parts.version_of(major), "partialFullPcf": parts.BOUNDARY}, {}),
            "companyAndProductInformation": _company_and_product(units),
            "pcfAssessmentAndMethodology": one(
                {"dataSourcesAndQuality": _QUALITY},
                {
                    "pcfAssessmentInformation": _assessment(preceding),
                    "pcfMethodology": _methodology(standards, balancing),
                    "verificationAndCertificationShares": one({}, parts.SHARES),
                },
            ),
            "general": one({}, {"comment": parts.TEXT, "pcfLegalStatement": parts.TEXT}),
            "carbonContent": one({}, parts.CONTENT),
            "productLifeCycleStagesAndEmissions": _STAGES,
        },
        {"attestationOfConformance": {"type": "array", "items": parts.ATTESTATION}},
    )
    return Schema(f"Catena-X pcf {major}", root)


def _company_and_product(units: Part) -> Part:
    product = one(
        {
            "productNameCompany": parts.FILLED,
            "productIds": parts.IDS,
            "declaredUnitOfMeasurement": units,
            "declaredUnitAmount": parts.ABOVE_ZERO,
            "productMassPerDeclaredUnit": parts.AT_LEAST_ZERO,
        },
        {"productClassifications": parts.TEXTS, "productDescription": parts.TEXT},
    )
    company = one({"companyName": parts.FILLED, "companyIds": parts.IDS}, {})
    return one({"companyInformation": company, "productInformation": product}, {})


def _assessment(preceding: Part) -> Part:
    identity = one(
        {
            "id": parts.UUID,
            "version": number(minimum=0),
            "status": parts.STATUS,
            "retroOrProspectivePcfType": parts.prospective_types("Retrospective PCF"),
        },
        {"precedingPfIds": {"type": "array", "items": preceding}},
    )
    return one(
        {
            "technology": one(
                {"ccsTechnologicalCO2CaptureIncluded": FLAG}, {"boundaryProcessesDescription": parts.TEXT}
            ),
            "idAndVersion": identity,
            "boundarySpecifications": one(
                {"exemptedEmissionsPercent": parts.EXEMPTED}, {"exemptedEmissionsDescription": parts.TEXT}
            ),
            "geography": _GEOGRAPHY,
            "time": _TIME,
        },
        {},
    )


def _methodology(standards: Part, balancing: Part) -> Part:
    return one(
        {
            "massBalancingInformation": balancing,
            "standards": one({"crossSectoralStandards": standards, "productOrSectorSpecificRules": parts.TEXTS}, {}),
            "gwpCharacterizationFactorDetails": one({"ipccCharacterizationFactors": parts.GWP_SET}, {}),
            "allocationInForeground": one(
                {"allocationWasteIncineration": parts.INCINERATION}, {"allocationRecycledCarbon": parts.RECYCLED}
            ),
        },
        {},
    )


class Nested:
    """A Catena-X footprint of version 9 or later."""

    def __init__(self, major: int, form: Schema) -> None:
        self.id = f"catena-x/pcf-{major}"
        self._major = major
        self._form = form

    def recognises(self, value: Any) -> str:
        """``Catena-X pcf 9.0.0`` for a document that names that aspect model."""
        return version(Node(value)["scopeOfPcfForm"][0]["specVersion"], self._major)

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a footprint."""
        self._form.check(value)

    def footprint(self, value: Any) -> Footprint:
        """The figures, in the first and only items."""
        root = Node(value)
        both = root["companyAndProductInformation"][0]
        stages = root["productLifeCycleStagesAndEmissions"][0]
        described = root["pcfAssessmentAndMethodology"][0]
        assessment, methodology = described["pcfAssessmentInformation"][0], described["pcfMethodology"][0]
        quality = described["dataSourcesAndQuality"][0]
        layout = figures.Layout(
            scope=root["scopeOfPcfForm"][0],
            identity=assessment["idAndVersion"][0],
            company=both["companyInformation"][0],
            product=both["productInformation"][0],
            unit=both["productInformation"][0],
            production=stages["productionStage"][0],
            packaging=stages["packagingStage"][0],
            distribution=stages["distributionStage"][0],
            content=root["carbonContent"][0],
            period=assessment["time"][0],
            validity=assessment["time"][0],
            geography=assessment["geography"][0],
            cut_off=assessment["boundarySpecifications"][0],
            gwp=methodology["gwpCharacterizationFactorDetails"][0],
            standards=methodology["standards"][0],
            balancing=methodology["massBalancingInformation"][0],
            allocation=methodology["allocationInForeground"][0],
            quality=quality,
            ratings=quality,
            attestations=root["attestationOfConformance"],
        )
        return figures.footprint(layout, self.id)
