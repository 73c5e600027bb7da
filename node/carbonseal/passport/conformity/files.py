"""Statement files (docs/spec.md, section 14): the bundle about a statement, by which it travels to whoever holds a passport."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.passport import codes
from carbonseal.passport.bundles import BUNDLE_LIMITS, Bundle, read_bundle
from carbonseal.passport.schemas import STATEMENT_FILE_SHAPE
from carbonseal.records import strict
from carbonseal.records.canonical import jcs

from .statements import Statement

VERSION = "statement/1"


class StatementFile(Bundle):
    """A bundle whose root is a statement; it has no product credentials."""

    __slots__ = ()

    @property
    def statement(self) -> Statement:
        """The root: the statement that the file is about."""
        return self.statements[self.root].signed

    def encode(self) -> bytes:
        """The file's bytes: RFC 8785 and a line feed."""
        sections = self.sections()
        del sections["credentials"]
        return jcs({"carbonseal": VERSION, "statement": self.root.hex(), **sections}) + b"\n"


def parse_statement(raw: bytes) -> StatementFile:
    """Read a statement file, strictly. Verifies no signature and no proof. Raises Refused, as `passports.parse`."""
    return read_statement(strict.parse(raw, BUNDLE_LIMITS))


def read_statement(value: Any) -> StatementFile:
    """`parse_statement` for the JSON value of a file."""
    version = value.get("carbonseal") if isinstance(value, dict) else None
    if isinstance(version, str) and version.startswith("statement/") and version != VERSION:
        raise Refused(codes.STATEMENT_UNKNOWN_VERSION("carbonseal", version=version[:80]))
    STATEMENT_FILE_SHAPE.check(value, codes.STATEMENT_FILE_MALFORMED, codes.PASSPORT_UNKNOWN_MEMBER)
    return read_bundle(value, "statement", StatementFile)
