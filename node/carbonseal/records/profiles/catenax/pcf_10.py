"""Profile ``catena-x/pcf-10``: footprints of the aspect model io.catenax.pcf 10 (docs/spec.md, section 3).

Version 10 was not released when this was written: the members are those of the preview of 2026-07-24.
"""

from __future__ import annotations

from carbonseal.records.profiles.schema import FLAG, named

from . import parts
from .nested import Nested, one, schema

SCHEMA = schema(
    10,
    units=named(*parts.UNITS, "megabit second"),
    preceding=parts.TEXT,
    standards=named(
        "ISO 14067",
        "Pathfinder v1",
        "PACT-1.0",
        "Pathfinder v2",
        "PACT-2.0",
        "Pathfinder v3",
        "PACT-3.0",
        "GHG Protocol Product",
        "PAS 2050",
        "ISO 14040-44",
        "PEF",
        "Other",
    ),
    balancing=one(
        {"massBalancingUsed": FLAG},
        {"freeAttributionInMassBalancing": FLAG, "massBalancingCertificateScheme": parts.TEXT},
    ),
)
PROFILE = Nested(10, SCHEMA)
