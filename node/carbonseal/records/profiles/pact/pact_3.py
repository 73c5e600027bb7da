"""Profile ``pact/3.0``: product footprints in the WBCSD's PACT exchange format, version 3.0 (docs/spec.md, section 3).

The form of a document is a JSON schema, `pact_3_schema`, open as PACT's own is. What published footprints break (periods, flags
beside figures, totals that are not their parts) is for the carbon-flow checks, which read the figures: `pact_3_figures`.
"""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.places import pointer
from carbonseal.records.profiles import codes

from . import pact_3_figures
from .pact_3_schema import SCHEMA

_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")


class Pact3:
    """A PACT 3.0 product footprint."""

    id = "pact/3.0"

    def recognises(self, value: Any) -> str:
        """``PACT 3.0.1`` for a footprint that states that version."""
        document = Node(value)
        version = document["specVersion"].text()
        return f"PACT {version}" if version.startswith("3.0") and isinstance(document["pcf"].value, dict) else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a footprint."""
        SCHEMA.check(value)
        check_geographies(value["pcf"])

    def footprint(self, value: Any) -> Footprint:
        """The figures, where PACT has them."""
        return pact_3_figures.footprint(value, self.id)


def check_geographies(pcf: dict[str, Any]) -> None:
    """Raises Refused (``record.exclusive``) where more than one of the three geographies is given, in any version of PACT."""
    given = [name for name in _GEOGRAPHIES if pcf.get(name) is not None]
    if len(given) > 1:
        raise Refused(codes.RECORD_EXCLUSIVE(*pointer(["pcf", given[1]]), first=given[0], second=given[1]))


PROFILE = Pact3()
