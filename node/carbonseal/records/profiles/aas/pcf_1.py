"""Profile ``aas/pcf-1.0``: the AAS submodel for carbon footprints, IDTA 02023-1.0 (docs/spec.md, section 3).

A record is the submodel, or an environment that holds exactly one of them. A battery's submodel (IDTA 02035-3) has the same
semantic id and is the profile ``battery/1``'s: its supplemental ids, and the elements that it adds, tell them apart.
"""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import means_nothing
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles import codes
from carbonseal.records.profiles.schema import Schema, members

from . import entries
from .elements import children, submodels, supplemental

FORMAT = "IDTA 02023-1.0"
_BATTERY = "urn:samm:io.admin-shell.idta.batterypass.carbon_footprint:"


class AasPcf:
    """A carbon footprint submodel."""

    id = "aas/pcf-1.0"

    def recognises(self, value: Any) -> str:
        """The template's number for a document with such a submodel that is not a battery's."""
        found = carbon_footprints(value)
        return FORMAT if found and not is_of_battery(found[0]) else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code unless `value` has exactly one such submodel, with readable figures."""
        check_submodel(value, FORMAT)

    def footprint(self, value: Any) -> Footprint:
        """The figures, by entries."""
        return footprint(value, self.id, of_battery=False)


PROFILE = AasPcf()


def carbon_footprints(value: Any) -> tuple[Node, ...]:
    """The carbon footprint submodels of a document."""
    return submodels(Node(value), entries.CARBON_FOOTPRINT)


def is_of_battery(submodel: Node) -> bool:
    """Whether a submodel is made after IDTA 02035-3: it says so, or an entry has what only a battery's has."""
    ids = [*supplemental(submodel), *(one for element in children(submodel) for one in supplemental(element))]
    return any(one.startswith(_BATTERY) for one in ids) or any(
        one.performance_class for one in entries.entries(submodel)
    )


def check_submodel(value: Any, format_name: str) -> None:
    """Raise Refused unless there is exactly one submodel, it has an entry, and its figures are decimals."""
    Schema(format_name, members({}, {})).check(value)
    found = carbon_footprints(value)
    if len(found) > 1:
        raise Refused(codes.RECORD_ITEMS("/submodels", limit=1, found=len(found)))
    if not found:
        place = "/semanticId" if value.get("modelType") == "Submodel" else "/submodels"
        raise Refused(codes.RECORD_MISSING(place, name=entries.CARBON_FOOTPRINT, format=format_name))
    read = entries.entries(found[0])
    if not read:
        place = f"{found[0].pointer}/submodelElements"
        raise Refused(codes.RECORD_MISSING(place, name="ProductCarbonFootprints", format=format_name))
    for one in read:
        for node in (one.figure_at, one.amount_at):
            if node.figure() is None and not means_nothing(node.value):
                raise Refused(codes.RECORD_DECIMAL(node.pointer, found=repr(node.value)[:40]))
        amount = one.amount_at.figure()
        if amount and amount.value <= 0:
            raise Refused(codes.RECORD_RANGE(one.amount_at.pointer, found=str(one.amount_at.value), expected="above 0"))


def footprint(value: Any, profile: str, *, of_battery: bool) -> Footprint:
    """The footprint of a document that `check_submodel` accepts."""
    assets = Node(value)["assetAdministrationShells"]
    ids = tuple(text for one in assets if (text := one["assetInformation"]["globalAssetId"].text()))
    submodel = next(iter(carbon_footprints(value)), Node(None))
    return entries.footprint(submodel, profile, asset_ids=ids, of_battery=of_battery)
