"""The words of statements and accreditations. Each table is closed: another word is *undetermined*."""

from __future__ import annotations

from collections.abc import Mapping

PRODUCT, PROGRAM, MODEL = COVERS = ("product", "program", "model")
VERIFICATION, VALIDATION, CRITICAL_REVIEW, AGREED_UPON_PROCEDURES = ENGAGEMENTS = (
    "verification",  # of figures of the past (ISO 14064-3)
    "validation",  # of assumptions (ISO 14064-3)
    "critical-review",  # ISO/TS 14071
    "agreed-upon-procedures",  # facts that were found, and no opinion
)
REASONABLE, LIMITED = ASSURANCES = ("reasonable", "limited")  # the higher first
UNMODIFIED, MODIFIED, ADVERSE, DISCLAIMED = OPINIONS = ("unmodified", "modified", "adverse", "disclaimed")
BOUNDARIES = ("cradle-to-gate", "gate-to-gate", "cradle-to-grave", "transport")
VISITS = ("physical", "virtual")

# Standards by which bodies work, and criteria by which they judge.
STANDARDS: Mapping[str, str] = {
    "iso-14064-3:2019": "ISO 14064-3:2019, verification and validation of greenhouse gas statements",
    "iso-14065:2020": "ISO 14065:2020, bodies that validate and verify environmental information",
    "iso-17029:2019": "ISO/IEC 17029:2019, validation and verification bodies",
    "iso-14071:2014": "ISO/TS 14071:2014, critical review of life cycle assessments",
    "iso-14071:2024": "ISO 14071:2024, critical review of life cycle assessments",
    "isae-3000:2013": "ISAE 3000 (Revised), assurance other than audits",
    "isae-3410:2012": "ISAE 3410, assurance on greenhouse gas statements",
    "issa-5000:2024": "ISSA 5000, assurance on sustainability information",
    "isrs-4400:2020": "ISRS 4400 (Revised), agreed-upon procedures",
    "iso-14025:2006": "ISO 14025:2006, environmental declarations of type III",
    "iso-14040:2006": "ISO 14040:2006, life cycle assessment, principles",
    "iso-14044:2006": "ISO 14044:2006, life cycle assessment, requirements",
    "iso-14067:2018": "ISO 14067:2018, carbon footprint of products",
    "iso-14083:2023": "ISO 14083:2023, greenhouse gas emissions of transport chains",
    "iso-21930:2017": "ISO 21930:2017, environmental declarations of construction products",
    "en-15804:2012+a2:2019": "EN 15804:2012+A2:2019, environmental declarations of construction products",
    "en-50693:2019": "EN 50693:2019, life cycle assessments of electronic and electrical products",
    "ghg-protocol-product:2011": "GHG Protocol, Product Life Cycle Accounting and Reporting Standard",
    "pas-2050:2011": "PAS 2050:2011, life cycle greenhouse gas emissions of goods and services",
    "pef:2021": "Product Environmental Footprint, Recommendation (EU) 2021/2279",
    "pact-methodology:2": "PACT Methodology, version 2",
    "pact-methodology:3": "PACT Methodology, version 3",
    "catena-x-pcf-rulebook:3": "Catena-X Product Carbon Footprint Rulebook, version 3",
    "catena-x-pcf-rulebook:4": "Catena-X Product Carbon Footprint Rulebook, version 4",
    "catena-x-pcf-verification:2": "Catena-X PCF Verification and PCF Program Certification Framework, version 2",
    "tfs-pcf-guideline:2": "Together for Sustainability, PCF Guideline, version 2",
    "tfs-pcf-guideline:3": "Together for Sustainability, PCF Guideline, version 3",
    "glec-framework:3": "GLEC Framework, version 3",
    "cbam:2023/956": "Regulation (EU) 2023/956, carbon border adjustment mechanism, and its implementing acts",
    "battery:2023/1542": "Regulation (EU) 2023/1542, batteries, and its delegated acts",
}
