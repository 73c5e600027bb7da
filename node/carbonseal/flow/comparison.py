"""Comparing two figures: by the rounding of what was printed, then by a band of 1 %.

- |difference| within the rounding: holds, with a remark where the figures are so coarse that this is more than the band.
- Else within the band of the stated figure: holds, with a remark. Published figures with twelve digits miss by 0.5 %.
- Else they differ. A stated figure below 1e-6 is compared by rounding alone.

The printed digits of a JSON number are not the author's, so for such figures rounding allows no more than the band.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction

from carbonseal.footprints.figures import Figure, decimal_text, exact_sum, is_less
from carbonseal.values import cached_property, dataclass

BAND = Fraction(1, 100)
_SMALL = Fraction(1, 10**6)


class Grade(Enum):
    """How near two figures are."""

    EQUAL = "equal"  # within rounding
    COARSE = "coarse"  # within rounding, which is more than the band
    NEAR = "near"  # within the band
    APART = "apart"


@dataclass(frozen=True)
class Comparison:
    """A stated figure beside a computed one."""

    stated: Figure
    computed: Fraction
    halves: Sequence[Fraction]  # the rounding of each figure that it was computed from
    band: Fraction = BAND

    @cached_property
    def difference(self) -> Fraction:
        """Stated minus computed."""
        return self.stated.value - self.computed

    @property
    def is_below(self) -> bool:
        """Whether less is stated than computed."""
        return is_less(self.stated.value, self.computed)

    @property
    def is_exact(self) -> bool:
        """Whether they are the same number."""
        return self.stated.value == self.computed

    @property
    def allowed(self) -> Fraction:
        """By how much they may differ."""
        return max(self.rounding, self._banded)

    @cached_property
    def grade(self) -> Grade:
        """How near they are."""
        if self.is_exact:
            return Grade.EQUAL
        off = abs(self.difference)
        if off <= self.rounding:
            return Grade.COARSE if off > self.band * abs(self.stated.value) >= self.band * _SMALL else Grade.EQUAL
        return Grade.NEAR if off <= self._banded else Grade.APART

    @cached_property
    def _banded(self) -> Fraction:
        size = abs(self.stated.value)
        return self.band * size if size >= _SMALL else Fraction(0)

    @cached_property
    def rounding(self) -> Fraction:
        """By how much they may differ as both were rounded."""
        tolerance = exact_sum((self.stated.half, *self.halves))
        return min(tolerance, self._banded) if self.stated.is_number else tolerance

    def facts(self) -> dict[str, object]:
        """The facts that a finding about it carries."""
        return {
            "stated": decimal_text(self.stated.value),
            "computed": decimal_text(self.computed),
            "difference": decimal_text(self.difference),
            "allowed": decimal_text(self.allowed),
            "pointer": self.stated.pointer,
        }
