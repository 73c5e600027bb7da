"""TOML tables whose settings are taken out one by one, so that what is left over is unknown and refused with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from carbonseal.findings import Code, Refused

from .codes import CONFIG_MISSING_KEY, CONFIG_UNKNOWN_KEY, CONFIG_WRONG_VALUE

NAME = re.compile(
    r"(?!.*\.db)[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII
)  # NAME.db is a log's database, beside its folder


class Table:
    """A TOML table whose settings are taken out one by one, so that what is left over is unknown."""

    def __init__(self, values: Mapping[str, Any], place: tuple[str, ...]) -> None:
        self._left = dict(values)
        self.place = place

    def __bool__(self) -> bool:
        """Whether there are settings that were not taken out."""
        return bool(self._left)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; refused where it is missing and there is no default."""
        value = self._left.pop(key, default)
        if value is None:
            raise Refused(CONFIG_MISSING_KEY(*self.place, key=key))
        if not isinstance(value, str):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected="a text in quotes"))
        return value

    def name(self, key: str) -> str:
        """A name that can be a part of a file's name and of an address."""
        value = self.text(key)
        if not NAME.fullmatch(value):
            expected = "letters, digits, '.', '_' and '-', not more than 64, without '.db'"
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=expected))
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts, or None where there is none."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected="a list of texts in quotes"))
        return tuple(value)

    def flag(self, key: str) -> bool:
        """True or false; false where it is missing."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected="true or false"))
        return value

    def number(self, key: str, default: float, *, least: float) -> float:
        """A finite number, whole or not, of at least `least`."""
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"a number of at least {least:g}"))
        return value

    def count(self, key: str, default: int, *, least: int = 1) -> int:
        """A whole number of at least `least`."""
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"a whole number of at least {least}"))
        return value

    def table(self, key: str) -> Table:
        """The section of that name; an empty one where there is none."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"a section [{key}]"))
        return Table(value, (*self.place, key))

    def table_if_any(self, key: str) -> Table | None:
        """The section of that name; None where there is none."""
        return self.table(key) if key in self._left else None

    def tables(self, key: str) -> list[Table]:
        """The repeated sections of that name, in their order."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"sections [[{key}]]"))
        return [Table(item, (*self.place, key, str(number))) for number, item in enumerate(value)]

    def options(self, key: str) -> dict[str, str]:
        """A table of an adapter's options, each a text or a number, as texts."""
        table = self.table(key)
        for option, value in table._left.items():
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise Refused(CONFIG_WRONG_VALUE(*table.place, key=option, expected="a text or a number"))
        return {option: str(value) for option, value in table._left.items()}

    def end(self, unknown: Code = CONFIG_UNKNOWN_KEY) -> None:
        """Refuse what is left, as `unknown`."""
        for key in self._left:
            raise Refused(unknown(*self.place, key=key))
