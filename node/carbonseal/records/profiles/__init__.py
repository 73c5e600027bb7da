"""Profiles: what kinds of records there are, and what each demands of a document beyond being JSON.

Built-in ones are found by a table. Any other id is looked up among the installed packages, in the entry-point group
``carbonseal.profiles``: the entry's name is the profile's id, its object a :class:`Profile`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from carbonseal.findings import Refused
from carbonseal.records import codes as records_codes
from carbonseal.records.places import printable

CREDENTIAL = "credential/1"
STATUS_LIST = "status-list/1"
RESERVED = frozenset({CREDENTIAL, STATUS_LIST})  # for documents that carbonseal signs itself

_BUILT_IN = {
    "pact/3.0": ("carbonseal.records.profiles.pact", "PROFILE"),
    "json/1": ("carbonseal.records.profiles.generic", "PROFILE"),
    CREDENTIAL: ("carbonseal.records.profiles.generic", "CREDENTIAL"),
    STATUS_LIST: ("carbonseal.records.profiles.generic", "STATUS_LIST"),
}
_ID = re.compile(r"[a-z0-9][a-z0-9._/-]{0,63}", re.ASCII)


class Profile(Protocol):
    """One kind of record. `id` is a name and a version; what it means never changes."""

    id: str

    def check(self, value: Any) -> None:
        """Raise Refused, with the JSON pointer as place, unless `value` (as strict JSON reads it) is such a record.
        Pure; leaves `value` as it is."""
        ...


@cache
def lookup(profile_id: str) -> Profile:
    """The profile of that id. Raises Refused (undetermined) where none is installed or it cannot be loaded."""
    built_in = _BUILT_IN.get(profile_id)
    if built_in is not None:
        module, name = built_in
        profile: Profile = getattr(import_module(module), name)
        return profile
    return _installed(profile_id)


def _installed(profile_id: str) -> Profile:
    from importlib.metadata import entry_points

    shown = printable(profile_id)
    if not _ID.fullmatch(profile_id):  # a credential could not list its records
        raise Refused(records_codes.PROFILE_UNKNOWN(id=shown))
    found = entry_points(group="carbonseal.profiles", name=profile_id)
    if not found:
        raise Refused(records_codes.PROFILE_UNKNOWN(id=shown))
    try:
        profile: Profile = next(iter(found)).load()
    except (ImportError, AttributeError) as error:
        raise Refused(records_codes.PROFILE_BROKEN(id=shown, reason=error)) from error
    if getattr(profile, "id", None) != profile_id:
        raise Refused(records_codes.PROFILE_BROKEN(id=shown, reason="it calls itself something else"))
    return profile
