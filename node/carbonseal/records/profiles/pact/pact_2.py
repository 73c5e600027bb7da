"""Profile ``pact/2.3``: product footprints in the WBCSD's PACT exchange format, versions 2.0 to 2.3: what companies have in stock.

The form is `pact_2_schema`, the figures are read by `pact_2_figures` (docs/spec.md, section 3). PACT 1 is not read.
"""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint

from . import pact_2_figures
from .pact_2_schema import SCHEMA
from .pact_3 import check_geographies


class Pact2:
    """A PACT 2 product footprint."""

    id = "pact/2.3"

    def recognises(self, value: Any) -> str:
        """``PACT 2.2.0`` for a footprint of that version, or with the names that only PACT 2 has."""
        document = Node(value)
        version, pcf = document["specVersion"].text(), document["pcf"]
        if not isinstance(pcf.value, dict) or version.startswith(("1.", "3.")) or pcf["reportingPeriodStart"]:
            return ""
        if version.startswith("2."):
            return f"PACT {version}"
        return "PACT 2" if pcf["pCfExcludingBiogenic"] else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a footprint."""
        SCHEMA.check(value)
        check_geographies(value["pcf"])

    def footprint(self, value: Any) -> Footprint:
        """The figures, where PACT 2 has them."""
        return pact_2_figures.footprint(value, self.id)


PROFILE = Pact2()
