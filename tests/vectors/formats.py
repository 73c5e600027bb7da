"""Vectors of the profiles beside PACT: an example of each is admitted, and spoiled in one place it is refused there."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.records.documents import ABSENT
from tests.records.profiles.aas.examples import EXAMPLE as AAS
from tests.records.profiles.aas.examples import environment
from tests.records.profiles.activity.examples import EXAMPLE as ACTIVITY
from tests.records.profiles.battery.examples import FORMS
from tests.records.profiles.catena_x.examples import FLAT, NESTED_9, NESTED_10
from tests.records.profiles.changes import changed
from tests.records.profiles.epcis.examples import EXAMPLE as EPCIS
from tests.records.profiles.ilcd_epd.examples import EXAMPLE as EPD
from tests.records.profiles.untp.examples import NEW, OLD
from tests.vectors.cases import Case, case, refused

EXAMPLES: dict[str, tuple[str, Any]] = {
    "Catena-X 8": ("catena-x/pcf-8", FLAT),
    "Catena-X 9": ("catena-x/pcf-9", NESTED_9),
    "Catena-X 10": ("catena-x/pcf-10", NESTED_10),
    "BatteryPass": ("battery/1", FORMS["batterypass"]),
    "a battery component": ("battery/1", FORMS["component"]),
    "a battery's submodel": ("battery/1", FORMS["submodel"]),
    "an AAS submodel": ("aas/pcf-1.0", AAS),
    "an AAS environment": ("aas/pcf-1.0", environment(AAS)),
    "UNTP 0.6": ("untp/dpp-0.6", OLD),
    "UNTP 0.7": ("untp/dpp-0.7", NEW),
    "EPCIS": ("epcis/2.0", EPCIS),
    "an EPD": ("ilcd-epd/1", EPD),
    "activity data": ("activity/1", ACTIVITY),
}
_TIME = "/pcfAssessmentAndMethodology/0/pcfAssessmentInformation/0/time"
_ENTRY = "/submodelElements/0/value/0/value"
SPOILED: list[tuple[str, str, Any, str]] = [
    ("Catena-X 8", "/pcf/declaredUnitAmount", 0, "record.range"),
    ("Catena-X 8", "/pcf/fossilGhgEmissions", "41.5", "record.type"),
    ("Catena-X 9", "/general", [], "record.empty"),
    ("Catena-X 9", "/general", [{}, {}], "record.items"),
    ("Catena-X 9", f"{_TIME}/0/created", ABSENT, "record.missing"),
    ("Catena-X 10", f"{_TIME}/0/referencePeriodEnd", "2026", "record.form"),
    ("BatteryPass", "/carbonFootprintPerLifecycleStage/0/lifecycleStage", "Use", "record.unknown-value"),
    ("a battery component", "/pcfValues/sharesPerStage/absPcfValue", ABSENT, "record.missing"),
    ("an AAS submodel", f"{_ENTRY}/0/value", "12,40", "record.decimal"),
    ("an AAS submodel", f"{_ENTRY}/2/value", "0", "record.range"),
    ("an AAS environment", "/submodels", [AAS, AAS], "record.items"),
    ("UNTP 0.6", "/credentialSubject/emissionsScorecard/operationalScope", "Gate", "record.unknown-value"),
    ("UNTP 0.7", "/credentialSubject/producedAtFacility", ABSENT, "record.missing"),
    ("EPCIS", "/epcisBody/eventList/0/eventTime", "2026-03-02", "record.date-time"),
    ("EPCIS", "/epcisBody/eventList/0/inputQuantityList/0/quantity", -1, "record.range"),
    ("an EPD", "/LCIAResults/LCIAResult/0/other/anies/1/value", "182,31", "record.decimal"),
    ("activity data", "/energy/0/kilograms", "1", "record.unknown-member"),
    ("activity data", "/period/end", "2026-03-01T00:00:00Z", "record.range"),
    ("activity data", "/format", "activity/2", "record.unknown-value"),
]


def admission() -> list[Case]:
    """What each profile takes, and what it does not."""
    found = [_admitted(name, profile, document) for name, (profile, document) in EXAMPLES.items()]
    for name, place, value, code in SPOILED:
        profile, document = EXAMPLES[name]
        action = "without" if value is ABSENT else "with another"
        found.append(
            case(
                f"{name} {action} {place}: {code}",
                "admit",
                refused(code, place=[place]),
                profile=profile,
                input=json.dumps(changed(document, place, value)),
            )
        )
    nine = json.dumps(NESTED_9)
    found.append(case("Catena-X 9 as 8", "admit", refused("profile.other"), profile="catena-x/pcf-8", input=nine))
    return found


def _admitted(name: str, profile: str, document: Any) -> Case:
    """RFC 8785 by the standard library: keys are ASCII, and no number has an exponent or a zero after its point."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return case(name, "admit", {"canonicalSha256": digest}, profile=profile, input=json.dumps(document))
