"""A file's bytes with its name: what a policy and trust are until they are parsed.

Private.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import read_regular
from carbonseal.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NamedBytes:
    """A file's bytes, and the name that errors give it."""

    name: str
    raw: bytes

    @staticmethod
    def read(path: Path) -> NamedBytes:
        """The file at `path`. Raises OSError."""
        return NamedBytes(str(path), read_regular(path))

    def parse(self, parser: Callable[[bytes], T]) -> T:
        """What `parser` makes of the bytes. Raises the parser's `Refused` with the name before its place."""
        try:
            return parser(self.raw)
        except Refused as refused:
            raise refused.under(self.name) from refused
