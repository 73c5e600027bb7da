"""Which figures compare: files whose figures have the same amount, stages and period are one group, named by a letter."""

from __future__ import annotations

from string import ascii_uppercase


class Groups:
    """The groups of one page, in the order in which they come."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str, str], str] = {}

    def of(self, basis: tuple[str, str, str] | None) -> str:
        """The name of this basis; empty where there is no figure.

        >>> groups = Groups()
        >>> groups.of(("1 kg", "A1", "")), groups.of(("1 piece", "A1", "")), groups.of(("1 kg", "A1", "")), groups.of(None)
        ('A', 'B', 'A', '')
        """
        if basis is None:
            return ""
        return self._names.setdefault(basis, _letters(len(self._names)))


def _letters(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    above, letter = divmod(number, len(ascii_uppercase))
    return (_letters(above - 1) if above else "") + ascii_uppercase[letter]
