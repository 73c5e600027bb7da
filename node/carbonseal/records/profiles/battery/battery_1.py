"""Profile ``battery/1``: footprints of batteries and their components (docs/spec.md, section 3), in one of three forms:

- BatteryPass's aspect model CarbonFootprint 1.2.0;
- Catena-X's aspect model pcf_for_battery_component_supplier 1.0.0;
- the AAS submodel IDTA 02035-3-1.0, or an environment with exactly one.
"""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles.aas import pcf_1

from . import batterypass, component

SUBMODEL = "IDTA 02035-3-1.0"


class Battery:
    """A battery's footprint."""

    id = "battery/1"

    def recognises(self, value: Any) -> str:
        """The name of the form."""
        root = Node(value)
        if batterypass.is_one(root):
            return batterypass.SCHEMA.format_name
        if component.is_one(root):
            return component.SCHEMA.format_name
        return SUBMODEL if any(pcf_1.is_of_battery(one) for one in pcf_1.carbon_footprints(value)) else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` has one of the forms."""
        if pcf_1.carbon_footprints(value):
            pcf_1.check_submodel(value, SUBMODEL)
        elif Node(value)["pcfValues"]:
            component.SCHEMA.check(value)
        else:
            batterypass.SCHEMA.check(value)

    def footprint(self, value: Any) -> Footprint:
        """The figures of whichever form it is."""
        root = Node(value)
        if pcf_1.carbon_footprints(value):
            return pcf_1.footprint(value, self.id, of_battery=True)
        if root["pcfValues"]:
            return component.footprint(root, self.id)
        return batterypass.footprint(root, self.id)


PROFILE = Battery()
