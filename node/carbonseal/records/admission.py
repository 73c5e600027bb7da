"""Admission: bytes from outside to a record that can be sealed. Strict JSON first, then the profile, then RFC 8785 bytes; a file
(profile ``file/1``) as it is."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.records.canonical import canonicalise, jcs
from carbonseal.records.files import FILE, admit_file
from carbonseal.records.profiles import RESERVED, lookup, recognition
from carbonseal.records.strict import RECORD_LIMITS, Limits
from carbonseal.values import dataclass

from . import codes


@dataclass(frozen=True, slots=True)
class Record:
    """A document that its profile accepts, in canonical form: RFC 8785, or that of a file."""

    profile: str
    canonical: bytes


def admit(raw: bytes, profile: str, limits: Limits = RECORD_LIMITS, *, media: str = "") -> Record:
    """The record of one document from outside; `media` is the media type of a file. Raises Refused with the JSON pointer as
    place: ``json.*``, ``profile.*``, ``file.*`` or a code of the profile. The profiles of documents that carbonseal signs itself
    are refused. Where the document plainly is something else than the profile takes, the refusal names that."""
    if profile in RESERVED:
        raise Refused(codes.PROFILE_RESERVED(id=profile))
    if profile == FILE:
        return Record(profile, admit_file(raw, media).canonical)
    found = lookup(profile)
    document = canonicalise(raw, limits)
    try:
        found.check(document.value)
    except Refused as refused:
        other = recognition.refusal(document.value, found)
        raise refused if other is None else Refused(other) from None
    return Record(profile, document.bytes)


def own_record(value: Any, profile: str) -> Record:
    """The record of a document that carbonseal itself made and signed, under any profile. Raises Refused as the profile does."""
    lookup(profile).check(value)
    return Record(profile, jcs(value))
