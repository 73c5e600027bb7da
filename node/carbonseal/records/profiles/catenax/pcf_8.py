"""Profile ``catena-x/pcf-8``: footprints of the aspect model io.catenax.pcf 8 (docs/spec.md, section 3). The model is flat."""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles.schema import FLAG, Schema, members, named, number

from . import figures, parts
from .versions import version

_STAGES = {**parts.stage(""), **parts.stage(figures.PACKAGING_STAGE), **parts.stage(figures.DISTRIBUTION_STAGE)}
_REQUIRED_FIGURES = (figures.EXCLUDING, figures.INCLUDING, figures.named(figures.PACKAGING_STAGE, figures.INCLUDING))
_PCF = members(
    {
        "declaredUnitOfMeasurement": named(*parts.UNITS, "megabit", "second", "megabit second"),
        "declaredUnitAmount": parts.ABOVE_ZERO,
        "productMassPerDeclaredUnit": parts.AT_LEAST_ZERO,
        "exemptedEmissionsPercent": parts.EXEMPTED,
        "geographyRegionOrSubregion": parts.REGIONS,
        "referencePeriodStart": parts.INSTANT,
        "referencePeriodEnd": parts.INSTANT,
        "crossSectoralStandards": parts.TEXTS,
        "productOrSectorSpecificRules": parts.TEXTS,
        "ipccCharacterizationFactors": parts.GWP_SET,
        "allocationWasteIncineration": parts.INCINERATION,
        "secondaryEmissionFactorSources": parts.TEXTS,
        "packagingEmissionsIncluded": FLAG,
        "massBalancingUsed": FLAG,
        "distributionStageIncluded": FLAG,
        **{name: _STAGES[name] for name in _REQUIRED_FIGURES},
    },
    {
        "geographyCountry": parts.COUNTRY,
        "geographyCountrySubdivision": parts.SUBDIVISION,
        "primaryDataShare": parts.PERCENT,
        "dataQualityRating": members({}, parts.RATINGS),
        "allocationRecycledCarbon": parts.RECYCLED,
        "freeAttributionInMassBalancing": named("true", "false", "not applicable"),
        **{name: part for name, part in _STAGES.items() if name not in _REQUIRED_FIGURES},
        **parts.CONTENT,
        **parts.SHARES,
    },
)
SCHEMA = Schema(
    "Catena-X pcf 8",
    members(
        {
            "specVersion": parts.version_of(8),
            "id": parts.UUID,
            "partialFullPcf": parts.BOUNDARY,
            "version": number(minimum=0),
            "created": parts.INSTANT,
            "status": parts.STATUS,
            "validityPeriodEnd": parts.INSTANT,
            "companyName": parts.FILLED,
            "companyIds": parts.IDS,
            "productIds": parts.IDS,
            "productNameCompany": parts.FILLED,
            "pcf": _PCF,
            "retroOrProspectivePcfType": parts.prospective_types(
                "Retrospective PCF, Prospective PCF without forerunner"
            ),
            "ccsTechnologicalCO2CaptureIncluded": FLAG,
        },
        {
            "validityPeriodStart": parts.INSTANT,
            "productDescription": parts.TEXT,
            "productClassifications": parts.TEXTS,
            "precedingPfIds": {"type": "array", "items": members({"id": parts.TEXT}, {})},
            "attestationOfConformance": {"type": "array", "items": parts.ATTESTATION},
            "comment": parts.TEXT,
            "pcfLegalStatement": parts.TEXT,
        },
    ),
)


class Pcf8:
    """A Catena-X footprint, version 8."""

    id = "catena-x/pcf-8"

    def recognises(self, value: Any) -> str:
        """``Catena-X pcf 8.0.0`` for a document that names that aspect model."""
        return version(Node(value)["specVersion"], 8)

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a footprint."""
        SCHEMA.check(value)

    def footprint(self, value: Any) -> Footprint:
        """The figures, where version 8 has them."""
        root = Node(value)
        pcf = root["pcf"]
        layout = figures.Layout(
            scope=root,
            identity=root,
            company=root,
            product=root,
            unit=pcf,
            production=pcf,
            packaging=pcf,
            distribution=pcf,
            content=pcf,
            period=pcf,
            validity=root,
            geography=pcf,
            cut_off=pcf,
            gwp=pcf,
            standards=pcf,
            balancing=pcf,
            allocation=pcf,
            quality=pcf,
            ratings=pcf["dataQualityRating"],
            attestations=root["attestationOfConformance"],
        )
        return figures.footprint(layout, self.id)


PROFILE = Pcf8()
