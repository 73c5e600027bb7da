"""Profile ``catena-x/pcf-9``: footprints of the aspect model io.catenax.pcf 9 (docs/spec.md, section 3)."""

from __future__ import annotations

from carbonseal.records.profiles.schema import FLAG, members, named

from . import parts
from .nested import Nested, one, schema

SCHEMA = schema(
    9,
    units=named(*parts.UNITS, "megabit", "second", "megabit second"),  # the published list has the last one in two
    preceding=members({}, {"id": parts.TEXT}),
    standards=parts.TEXTS,
    balancing=one(
        {
            "massBalancingUsed": FLAG,
            "freeAttributionInMassBalancing": named("true", "false", "not applicable"),
            "massBalancingCertificateScheme": parts.TEXT,
        },
        {},
    ),
)
PROFILE = Nested(9, SCHEMA)
