"""The W3C verifiable credential around a UNTP passport: what version it is of, what it says, and what was not verified of it."""

from __future__ import annotations

import re
from fractions import Fraction

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Period
from carbonseal.records.profiles.schema import Part, list_of, members, text

PASSPORT = "DigitalProductPassport"
_CONTEXT = re.compile(
    r"https://(?:test|vocabulary)[.]uncefact[.]org/(?:vocabulary/)?untp/(?:dpp/)?([0-9.]+|working)/.*", re.ASCII
)


def version(root: Node) -> str:
    """The version that the contexts of a passport name ("0.6.1", "working"); empty where it is none."""
    if PASSPORT not in root["type"].texts():
        return ""
    return next((found[1] for text in root["@context"].texts() if (found := _CONTEXT.fullmatch(text))), "")


def credential(contexts: str, title: str, required: Part, optional: Part) -> Part:
    """The schema of the credential. `contexts` is a pattern: one of them must match it."""
    return members(
        {
            "type": {"type": "array", "contains": {"const": PASSPORT}, "title": PASSPORT},
            "@context": {"type": "array", "contains": {"type": "string", "pattern": contexts}, "title": title},
            "id": text(format="uri"),
            "issuer": members({"id": text(format="uri"), "name": text(minLength=1)}, {}),
            **required,
        },
        {"validUntil": text(format="date-time"), "proof": {"type": ["object", "array"]}, **optional},
    )


def validity(root: Node) -> Period:
    """The credential's: the passport has none of its own."""
    return Period(root["validFrom"].instant(), root["validUntil"].instant(), root["validUntil"].pointer)


def remarks(root: Node) -> tuple[str, ...]:
    """What a reader of the figures must know: nothing of the envelope was verified."""
    proofs = [*root["proof"]] or ([root["proof"]] if root["proof"] else [])
    kinds = [" ".join(filter(None, (one["type"].text(), one["cryptosuite"].text())))[:80] for one in proofs]
    found = [f"the envelope's proof ({kind or 'of no type'}) was not verified" for kind in kinds]
    if not proofs:
        found.append("the envelope has no proof")
    if root["credentialStatus"]:
        found.append("the envelope's status was not looked up")
    return tuple(found)


def materials(listed: Node) -> tuple[str, ...]:
    """A remark where the mass fractions of a product's materials add up to more than 1."""
    fractions = [figure for one in listed if (figure := one["massFraction"].figure())]
    total = sum((one.value for one in fractions), Fraction(0))
    tolerance = sum((one.half for one in fractions), Fraction(0))
    return (f"{listed.pointer}: the mass fractions add up to {float(total):g}",) if total > 1 + tolerance else ()


MATERIALS = list_of(members({}, {"massFraction": {"type": "number", "minimum": 0, "maximum": 1}}), minItems=0)
