"""Recognition: what a document is that its profile refused, so that the refusal can name the profile that takes it.

- Profiles know their own format (`Profile.recognises`); they are asked in the order of the table of built-in ones, where a format
  that extends another comes before it, and then installed ones.
- This module knows what is no record: envelopes around records, and formats that no profile reads.
- A document that nothing recognises is nothing: its profile's own refusal stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.footprints.documents import Node
from carbonseal.plugins import PROFILES
from carbonseal.records import codes
from carbonseal.records.places import pointer
from carbonseal.records.profiles import Profile, lookup
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a document is, in words, and what to do with it.

    `profile` reads it; or, where there is `inside`, what it is an envelope around, at `where`. Without a profile, `advice` says
    what helps.
    """

    what: str
    profile: str = ""
    inside: str = ""
    where: str = ""
    advice: str = ""


def recognise(value: Any) -> Recognised | None:
    """What a document looks like; None for what nothing recognises. It need not be valid in its format.

    >>> recognise({"specVersion": "3.0.1", "pcf": {}})
    Recognised(what='PACT 3.0.1', profile='pact/3.0', inside='', where='', advice='')
    """
    return _record(value) or _envelope(value) or _not_read(value)


def refusal(value: Any, profile: Profile) -> Finding | None:
    """What to say instead of the refusal by `profile`, where the document is plainly something else: ``profile.other``,
    ``profile.envelope`` or ``profile.not-read``. None where nothing recognises it, or the profile itself does: unless the format
    extends the profile's, and takes the document."""
    found = recognise(value)
    if profile.recognises(value) and not (
        found and found.profile and not found.inside and _takes(found.profile, value)
    ):
        return None
    if found is None or (found.profile == profile.id and not found.inside):
        return None
    if found.inside:
        return codes.PROFILE_ENVELOPE(what=found.what, inside=found.inside, where=found.where, use=found.profile)
    if found.profile:
        return codes.PROFILE_OTHER(what=found.what, profile=profile.id, use=found.profile)
    return codes.PROFILE_NOT_READ(what=found.what, advice=found.advice)


def _takes(profile_id: str, value: Any) -> bool:
    try:
        lookup(profile_id).check(value)
    except Refused:
        return False
    return True


def _record(value: Any) -> Recognised | None:
    return next((Recognised(what, one.id) for one in _profiles() if (what := one.recognises(value))), None)


def _profiles() -> Iterator[Profile]:
    """All that can be loaded: a plug-in that is broken is told where it is asked for, not in a remark on another format."""
    for name in PROFILES.names():
        try:
            found = PROFILES.find(name, Profile)
        except Refused:
            continue
        if found is not None:
            yield found


# What answers, events and environments hold their records in, as paths of members; "*" is each item of a list.
_HOLDERS: Sequence[tuple[tuple[str, ...], str]] = (
    (("*",), "a list"),
    (("data", "pfs", "*"), "an event"),
    (("data", "*"), "an API answer"),
    (("data",), "an API answer"),
    (("submodels", "*"), "an AAS environment"),
    (("result", "*"), "an API answer"),
    (("content",), "a message"),
    (("items", "*"), "a list"),
)


def _envelope(value: Any) -> Recognised | None:
    """A document with records inside: the place of the first that is recognised."""
    for path, what in _HOLDERS:
        for place, inner in _at(value, path):
            found = _record(inner)
            if found is not None:
                each = "each item of " + (pointer(place[:-1]) or ("the list",))[0] if path[-1] == "*" else ""
                return Recognised(what, found.profile, found.what, each or f"what is at {pointer(place)[0]}")
            if path == ("submodels", "*"):
                continue  # a footprint among other submodels
            break
    return None


def _at(value: Any, path: tuple[str, ...], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not path:
        yield place, value
    elif path[0] == "*":
        for index, item in enumerate(value[:100] if isinstance(value, list) else ()):
            yield from _at(item, path[1:], (*place, str(index)))
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:], (*place, path[0]))


_FOOTPRINT_OF_IT = "seal the footprint that it belongs to; json/1 or file/1 seals it as it is, without figures"
_NEWER = "have it in a version that is read (docs/formats.md), or seal it as json/1, without figures"


def _not_read(value: Any) -> Recognised | None:
    root = Node(value)
    if not isinstance(value, dict):
        return None
    return next((found for look in _LOOKS if (found := look(root))), None)


def _pact(root: Node) -> Recognised | None:
    version = root["specVersion"].text()
    is_first = bool(root["reportingPeriodStart"] or root["pcf"]["reportingPeriodStart"])
    if isinstance(root["pcf"].value, dict) and (is_first or re.match("[0-9]+[.][0-9]", version)):
        return Recognised(f"PACT {version or '1'}", advice=_NEWER)
    return None


def _catena_x(root: Node) -> Recognised | None:
    for word in (*root["specVersion"].texts(), *root["scopeOfPcfForm"][0]["specVersion"].texts()):
        if found := re.fullmatch("urn:io[.]catenax[.]([a-z_.]+):datamodel:version:([0-9.]+)", word):
            return Recognised(f"Catena-X {found[1]} {found[2]}", advice=_NEWER)
    if isinstance(root["childItems"].value, list) and (root["globalAssetId"] or root["catenaXId"]):
        return Recognised("a Catena-X bill of material (SingleLevelBom): no footprint", advice=_FOOTPRINT_OF_IT)
    return None


def _event(root: Node) -> Recognised | None:
    if root["specversion"].text() and root["type"].text().startswith("org.wbcsd."):
        return Recognised(
            f"a PACT event ({root['type'].text()}): no footprint", advice="seal each footprint in data.pfs"
        )
    return None


_UNTP = {
    "DigitalProductPassport": "UNTP Digital Product Passport",
    "DigitalConformityCredential": "UNTP Digital Conformity Credential",
    "DigitalTraceabilityEvent": "UNTP Digital Traceability Event",
    "DigitalIdentityAnchor": "UNTP Digital Identity Anchor: no footprint",
}


def _untp(root: Node) -> Recognised | None:
    return next((Recognised(_UNTP[one], advice=_FOOTPRINT_OF_IT) for one in root["type"].texts() if one in _UNTP), None)


def _others(root: Node) -> Recognised | None:
    if root["doctype"].text() == "openEPD":
        return Recognised(f"openEPD {root['openepd_version'].text()}".strip(), advice=_NEWER)
    if root["type"].text() == "EPCISDocument" or (root["type"].text().endswith("Event") and root["eventTime"]):
        return Recognised("EPCIS events: no footprint", advice=_FOOTPRINT_OF_IT)
    if root["pcfValues"]["sharesPerStage"]:
        return Recognised("a Catena-X footprint of a battery component", advice=_NEWER)
    if root["submodels"] or root["modelType"].text() == "Submodel":
        return Recognised("an Asset Administration Shell without a carbon footprint of IDTA 02023 1.0", advice=_NEWER)
    return None


_LOOKS: Sequence[Callable[[Node], Recognised | None]] = (_pact, _catena_x, _event, _untp, _others)
