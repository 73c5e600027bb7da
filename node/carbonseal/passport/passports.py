"""Passports (docs/spec.md, section 14): the bundle about a product, in one file."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.passport import file_kind
from carbonseal.passport.bundles import BUNDLE_LIMITS, MAX_COMPONENTS, Bundle, Earlier, read_bundle
from carbonseal.passport.products import ProductCredential
from carbonseal.passport.schemas import PASSPORT_SHAPE
from carbonseal.records import strict
from carbonseal.records.canonical import jcs

from . import codes

PASSPORT_LIMITS = BUNDLE_LIMITS
VERSION = "passport/1"


class Passport(Bundle):
    """A bundle whose root is a product credential."""

    @property
    def credential(self) -> ProductCredential:
        """The root: the credential that the passport is about."""
        return self.credentials[self.root].signed

    def encode(self) -> bytes:
        """The file's bytes: RFC 8785 and a line feed."""
        return jcs(self.to_json()) + b"\n"

    def to_json(self) -> dict[str, Any]:
        """The file as a JSON value."""
        return {"carbonseal": VERSION, "credential": self.root.hex(), **self.sections()}


def parse(raw: bytes, earlier: Earlier | None = None) -> Passport:
    """Read a passport file, strictly. Verifies no signature and no proof. `earlier` has what other files had in common with it.

    Raises Refused: *rejected* where the bytes are malformed, a key is not the digest of what it names, something cited is
    missing, or something is carried that nothing cites; *undetermined* where it is over a limit, or of another version;
    `passport.other-file` where it is not a passport, which is no verdict on anybody.
    """
    try:
        value = strict.parse(raw, PASSPORT_LIMITS)
    except Refused as refused:
        raise Refused(file_kind.of_bytes(refused.finding, raw)) from refused
    return parse_value(value, earlier)


def parse_value(value: Any, earlier: Earlier | None = None) -> Passport:
    """`parse` for the JSON value of a file, as `records.strict` reads it."""
    _check_version(value)
    _check_limits(value)
    PASSPORT_SHAPE.check(value, codes.PASSPORT_MALFORMED, codes.PASSPORT_UNKNOWN_MEMBER)
    return read_bundle(value, "credential", Passport, earlier)


def _check_version(value: Any) -> None:
    version = value.get("carbonseal") if isinstance(value, dict) else None
    if isinstance(version, str) and version.startswith("passport/") and version != VERSION:
        raise Refused(codes.PASSPORT_UNKNOWN_VERSION("carbonseal", version=version[:80]))
    if (other := file_kind.of_value(value)) is not None:
        raise Refused(other)


def _check_limits(value: Any) -> None:
    credentials = value.get("credentials") if isinstance(value, dict) else None
    if isinstance(credentials, dict) and len(credentials) > MAX_COMPONENTS + 1:
        raise Refused(codes.PASSPORT_OVER_LIMIT("credentials", what="components", limit=MAX_COMPONENTS))
