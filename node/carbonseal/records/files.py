"""Files as records (profile ``file/1``; docs/spec.md, section 3): any bytes as they are, with the media type that says what they
are.

Canonical form: u16 length ‖ media type ‖ bytes. A media type is a type and a subtype in small letters (RFC 6838, section 4.2),
without parameters, so that one file has one form.
"""

from __future__ import annotations

import re

from carbonseal.findings import Refused
from carbonseal.records.places import printable
from carbonseal.values import dataclass

from . import codes

FILE = "file/1"
MAX_FILE = 8 << 20  # bytes
MEDIA_TYPE = "[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"

SUFFIXES = {
    ".pdf": "application/pdf",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".html": "text/html",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".aasx": "application/asset-administration-shell-package",
    ".zip": "application/zip",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file, and its media type."""

    media: str
    data: bytes

    @property
    def canonical(self) -> bytes:
        """Its canonical form, which `of_canonical` reads."""
        media = self.media.encode()
        return len(media).to_bytes(2, "big") + media + self.data

    @staticmethod
    def of_canonical(canonical: bytes) -> File:
        """The file of a canonical form that `admit_file` accepted."""
        end = 2 + int.from_bytes(canonical[:2], "big")
        return File(canonical[2:end].decode(), canonical[end:])

    @property
    def suffix(self) -> str:
        """What the name of such a file ends with: ``.bin`` where nothing is known."""
        return next((suffix for suffix, media in SUFFIXES.items() if media == self.media), ".bin")


def admit_file(data: bytes, media: str) -> File:
    """The file of bytes from outside. Raises Refused: `file.too-large` (undetermined), `file.media-type`."""
    if not re.fullmatch(MEDIA_TYPE, media, re.ASCII):
        raise Refused(codes.FILE_MEDIA_TYPE(found=printable(media) or "nothing"))
    if len(data) > MAX_FILE:
        raise Refused(codes.FILE_TOO_LARGE(limit=MAX_FILE))
    return File(media, data)


def guess(name: str) -> str:
    """The media type of a file with this name, by its suffix; empty where it is not known."""
    return next((media for suffix, media in SUFFIXES.items() if name.lower().endswith(suffix)), "")
