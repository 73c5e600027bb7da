"""A record in another format: its figures, exported (`carbonseal.footprints.export`), and checked by the profile of that format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.export import json_ld, pact_3
from carbonseal.footprints.export.exported import Exported
from carbonseal.records import codes
from carbonseal.records.profiles import lookup

PACT_3, JSON_LD = "pact/3.0", "json-ld"
FORMS = (PACT_3, JSON_LD)


def export(value: Any, profile_id: str, form: str, given: Mapping[str, str], now: datetime) -> Exported:
    """The record `value` of a profile in another form of `FORMS`. `given` and `now` are as `pact_3.export` has them.

    Raises Refused: as the profile does on what is no record of it; `profile.without-figures`; as the export does; and as
    ``pact/3.0`` does where a member that was given is not as PACT has it."""
    profile = lookup(profile_id)
    profile.check(value)
    if form == profile_id and not given:
        return Exported(value)
    footprint = profile.footprint(value)
    if footprint is None:
        raise Refused(codes.PROFILE_WITHOUT_FIGURES(profile=profile_id))
    if form == JSON_LD:
        return json_ld.export(footprint)
    found = pact_3.export(footprint, given, now)
    lookup(PACT_3).check(found.document)
    return found
