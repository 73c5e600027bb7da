"""Profiles: the formats that a record can be in, and what each requires of a document beyond being strict JSON.

A profile is found by its id, a name and a version: ``pact/3.0``. Built-in ones are one module each in this package; installed
packages bring others through the entry-point group ``carbonseal.profiles`` (see `carbonseal.plugins`).

Private but for `Profile`, which `carbonseal.api` gives.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

from carbonseal.findings import Refused
from carbonseal.footprints.model import Footprint
from carbonseal.plugins import PROFILES
from carbonseal.records import codes as records_codes
from carbonseal.records.places import printable

CREDENTIAL = "credential/1"
STATUS_LIST = "status-list/1"
STATEMENT = "statement/1"
ACCREDITATION = "accreditation/1"
RESERVED = frozenset({CREDENTIAL, STATUS_LIST, STATEMENT, ACCREDITATION})  # for documents that carbonseal signs itself

_ID = re.compile(r"[a-z0-9][a-z0-9._/-]{0,63}", re.ASCII)


class Profile(Protocol):
    """One format of records. What an id means never changes: another version is another profile.

    `value` is what strict JSON reads: dict, list, str, int, float, bool or None. All methods are pure: they do no I/O, read no
    clock and leave `value` as it is.
    """

    id: str  # a name and a version: "pact/3.0"; lower case, at most 64 characters

    def recognises(self, value: Any, /) -> str:
        """What `value` is, in words with its version ("PACT 3.0.1"), where it looks like a record of this format; else empty.

        It looks at the few members that tell formats apart, not at whether they are right: a document that another profile
        refuses is answered with the profile that recognises it."""
        ...

    def check(self, value: Any, /) -> None:
        """Check that `value` is a record of this format.

        Raises `Refused`, whose finding has the JSON pointer of what is wrong as its place.
        """
        ...

    def footprint(self, value: Any, /) -> Footprint | None:
        """The figures of a record that `check` accepts; None where the format has none."""
        ...


def lookup(profile_id: str) -> Profile:
    """The profile with this id. Raises `Refused`: `profile.unknown` where none is installed, and as `PluginGroup.find` does.

    >>> lookup("pact/3.0").id
    'pact/3.0'
    """
    printed = printable(profile_id)
    if not _ID.fullmatch(profile_id):  # a credential could not list its records
        raise Refused(records_codes.PROFILE_UNKNOWN(id=printed))
    profile: Profile | None = PROFILES.find(profile_id, Profile)
    if profile is None:
        raise Refused(records_codes.PROFILE_UNKNOWN(id=printed))
    return profile


def built_in(profile_id: str) -> Profile:
    """`lookup` among the profiles that carbonseal itself brings: what a verdict rests on is in no other package."""
    if not PROFILES.is_built_in(profile_id):
        raise Refused(records_codes.PROFILE_UNKNOWN(id=printable(profile_id)))
    return lookup(profile_id)
