"""Profile ``file/1``: any bytes. It has no figures, and no JSON value is one of its records (`carbonseal.records.files`)."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.records import codes
from carbonseal.records.files import FILE
from carbonseal.records.places import kind_of


class AnyFile:
    """The profile."""

    id = FILE

    def recognises(self, _: Any, /) -> str:
        """Empty: a JSON value is not a file."""
        return ""

    def check(self, value: Any, /) -> None:
        """Raise Refused: a file is admitted as bytes, with its media type."""
        raise Refused(codes.FILE_NOT_BYTES(found=kind_of(value)))

    def footprint(self, _: Any, /) -> None:
        """None: nothing is read from files."""


PROFILE = AnyFile()
