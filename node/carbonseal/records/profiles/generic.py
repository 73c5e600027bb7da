"""Generic profiles: any JSON object (``json/1``), and the documents that carbonseal signs itself."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.records import codes as records_codes
from carbonseal.records.places import kind_of
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class AnyObject:
    """A JSON object that has at least the members `required`."""

    id: str
    required: tuple[str, ...] = ()

    def recognises(self, _: Any) -> str:
        """Empty: an object may be anything."""
        return ""

    def footprint(self, _: Any) -> None:
        """None: nothing is known of its members."""

    def check(self, value: Any) -> None:
        """Raise Refused unless `value` is an object with the required members."""
        if not isinstance(value, dict):
            raise Refused(records_codes.PROFILE_NOT_AN_OBJECT(found=kind_of(value)))
        for name in self.required:
            if name not in value:
                raise Refused(records_codes.PROFILE_MEMBER_MISSING("/" + name, profile=self.id, name=name))


PROFILE = AnyObject("json/1")

# Their full form is checked where the documents are parsed.
_SIGNED = ("@context", "type", "issuer", "credentialSubject", "proof")
CREDENTIAL = AnyObject("credential/1", _SIGNED)
STATUS_LIST = AnyObject("status-list/1", _SIGNED)
STATEMENT = AnyObject("statement/1", _SIGNED)
ACCREDITATION = AnyObject("accreditation/1", _SIGNED)
