"""EPCIS events: which of them count, and what transformations took in and gave out (GS1 EPCIS 2.0, sections 7.4.6 and 7.4.1.4).

- An event with an errorDeclaration is void, and so is every event with its id.
- An event that stands there twice, with the same quantities, counts once.
- An instance in a list of EPCs counts 1 piece. A class of goods (a GTIN, with or without a lot) has no quantity there.
- A quantity without `uom` is a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Flow
from carbonseal.values import dataclass

# GS1 Digital Link without a serial number (21), and the class-level schemes of EPC URIs.
_CLASS = re.compile(r"urn:epc:(class|idpat):.*|(?!.*/21/).*/01/[0-9]{8,14}(/(22|10)/[^/]+)*/?", re.ASCII)
_LOT = re.compile(r".*/10/([^/?#]+).*|urn:epc:class:lgtin:[^.]+[.][^.]+[.](.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """The events that count."""

    events: tuple[Node, ...]
    flows: tuple[Flow, ...]
    remarks: tuple[str, ...]


def read(listed: Sequence[Node]) -> Read:
    """What a list of events tells."""
    declared = [one for one in listed if one["errorDeclaration"]]
    void = {one["eventID"].text() for one in declared} - {""}
    counting = [one for one in listed if not one["errorDeclaration"] and one["eventID"].text() not in void]
    remarks = [f"{one.pointer or '/'}: the event is void, by its error declaration" for one in declared]
    known: dict[str, list[tuple[Flow, ...]]] = {}
    for event in counting:
        if event["type"].text() != "TransformationEvent":
            continue
        key = event_key(event)
        flows = (*_flows(event, key, is_output=False), *_flows(event, key, is_output=True))
        told = known.setdefault(key, [])
        if any(_alike(flows, other) for other in told):
            remarks.append(f"{event.pointer}: the event {key[:80]} stands here twice, and counts once")
            continue
        if told:
            remarks.append(f"{event.pointer}: the event {key[:80]} stands here twice, with other quantities")
        told.append(flows)
    flows = tuple(flow for told in known.values() for one in told for flow in one)
    return Read(tuple(counting), flows, tuple(remarks))


def event_key(event: Node) -> str:
    """The event's id; without one, its time and place."""
    return event["eventID"].text() or f"{event['eventTime'].text()} {event['readPoint']['id'].text()}".strip()


def is_class(uri: str) -> bool:
    """Whether an EPC names a class of goods rather than an instance.

    >>> is_class("https://id.gs1.org/01/09521234000136/10/LOT-7"), is_class("https://id.gs1.org/01/09521234000136/21/1")
    (True, False)
    """
    return _CLASS.fullmatch(uri) is not None


def lot(uri: str) -> str:
    """The lot in a URI of a class; empty where it has none."""
    found = _LOT.fullmatch(uri)
    return (found[1] or found[2]) if found else ""


def _flows(event: Node, key: str, *, is_output: bool) -> Iterator[Flow]:
    side = "output" if is_output else "input"
    for item in event[f"{side}EPCList"]:
        uri = item.text()
        quantity = None if is_class(uri) else Figure(Fraction(1), Fraction(0), item.pointer)
        unit = units.PIECE if quantity else None
        yield Flow(uri, quantity, unit, unit.name if unit else "", is_output, lot(uri), event=key)
    for item in event[f"{side}QuantityList"]:
        uri, word = item["epcClass"].text(), item["uom"].text()
        quantity = item["quantity"].figure()
        unit = units.find(word) if word else units.PIECE if quantity else None
        yield Flow(uri, quantity, unit, word or (unit.name if unit else ""), is_output, lot(uri), event=key)


def _alike(one: Sequence[Flow], other: Sequence[Flow]) -> bool:
    """Whether two tellings of an event have the same goods and quantities."""
    return sorted(map(_facts, one)) == sorted(map(_facts, other))


def _facts(flow: Flow) -> tuple[str, str, str, bool]:
    return flow.id, str(flow.quantity and flow.quantity.value), flow.unit_word, flow.is_output
