"""Statement files and accreditation files (docs/spec.md, section 14): the bundle about one statement, by which it travels to who
holds a passport, and about one accreditation, by which it travels to its body."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Code, Refused
from carbonseal.passport import codes, file_kind, passports
from carbonseal.passport.bundles import BUNDLE_LIMITS, Bundle, read_bundle
from carbonseal.passport.schemas import ACCREDITATION_FILE_SHAPE, STATEMENT_FILE_SHAPE
from carbonseal.records import strict
from carbonseal.records.canonical import jcs

from .accreditations import Accreditation
from .statements import Statement

VERSION = "statement/1"
ACCREDITATION_VERSION = "accreditation/1"


class StatementFile(Bundle):
    """A bundle whose root is a statement; it has no product credentials."""

    @property
    def statement(self) -> Statement:
        """The root: the statement that the file is about."""
        return self.statements[self.root].signed

    def encode(self) -> bytes:
        """The file's bytes: RFC 8785 and a line feed."""
        return jcs(self.to_json()) + b"\n"

    def to_json(self) -> dict[str, Any]:
        """The file as a JSON value."""
        sections = self.sections()
        del sections["credentials"]
        return {"carbonseal": VERSION, "statement": self.root.hex(), **sections}


class AccreditationFile(Bundle):
    """A bundle whose root is an accreditation; it has neither product credentials nor statements."""

    @property
    def accreditation(self) -> Accreditation:
        """The root: the accreditation that the file is about."""
        return self.accreditations[self.root].signed

    def encode(self) -> bytes:
        """The file's bytes: RFC 8785 and a line feed."""
        return jcs(self.to_json()) + b"\n"

    def to_json(self) -> dict[str, Any]:
        """The file as a JSON value."""
        sections = self.sections()
        del sections["credentials"], sections["statements"]
        return {"carbonseal": ACCREDITATION_VERSION, "accreditation": self.root.hex(), **sections}


AnyFile = passports.Passport | StatementFile | AccreditationFile


def is_statement(value: Any) -> bool:
    """Whether a JSON value says that it is a statement file, of whatever version."""
    return isinstance(value, dict) and str(value.get("carbonseal")).startswith("statement/")


def parse_statement(raw: bytes) -> StatementFile:
    """Read a statement file, strictly. Verifies no signature and no proof. Raises Refused, as `passports.parse`."""
    return read_statement(strict.parse(raw, BUNDLE_LIMITS))


def read_statement(value: Any) -> StatementFile:
    """`parse_statement` for the JSON value of a file."""
    _check_version(value, VERSION, codes.STATEMENT_UNKNOWN_VERSION)
    STATEMENT_FILE_SHAPE.check(value, codes.STATEMENT_FILE_MALFORMED, codes.PASSPORT_UNKNOWN_MEMBER)
    return read_bundle(value, "statement", StatementFile)


def parse_accreditation(raw: bytes) -> AccreditationFile:
    """Read an accreditation file, as `parse_statement`."""
    return read_accreditation(strict.parse(raw, BUNDLE_LIMITS))


def read_accreditation(value: Any) -> AccreditationFile:
    """`parse_accreditation` for the JSON value of a file."""
    _check_version(value, ACCREDITATION_VERSION, codes.ACCREDITATION_UNKNOWN_VERSION)
    ACCREDITATION_FILE_SHAPE.check(value, codes.ACCREDITATION_FILE_MALFORMED, codes.PASSPORT_UNKNOWN_MEMBER)
    return read_bundle(value, "accreditation", AccreditationFile)


def parse_file(raw: bytes) -> AnyFile:
    """Read a passport, a statement file or an accreditation file: what it says that it is. Raises Refused, as `passports.parse`."""
    try:
        value = strict.parse(raw, BUNDLE_LIMITS)
    except Refused as refused:
        raise Refused(file_kind.of_bytes(refused.finding, raw)) from refused
    kind = value.get("carbonseal") if isinstance(value, dict) else None
    match kind.partition("/")[0] if isinstance(kind, str) else "":
        case "statement":
            return read_statement(value)
        case "accreditation":
            return read_accreditation(value)
    return passports.parse_value(value)


def _check_version(value: Any, known: str, unknown: Code) -> None:
    """Raise Refused with `unknown` where the file is of the same kind as `known`, and of another version."""
    version = value.get("carbonseal") if isinstance(value, dict) else None
    kind = known.partition("/")[0]
    if isinstance(version, str) and version.startswith(f"{kind}/") and version != known:
        raise Refused(unknown("carbonseal", version=version[:80]))
