"""What statements are about: two of one body about the same object and period are not current together.

- Of products: the same footprint, by commitment. A footprint has one period.
- Of programmes and models: the same organisation, model and period, and a site in common; no sites are all.

Only statements of one engagement are compared: a critical review does not exclude a verification. Pure.
"""

from __future__ import annotations

from carbonseal.passport.conformity.statements import Opinion
from carbonseal.passport.conformity.words import PRODUCT


def same_object(one: Opinion, other: Opinion) -> bool:
    """Whether two opinions are about the same object and period."""
    if (one.covers, one.engagement) != (other.covers, other.engagement):
        return False
    if one.covers == PRODUCT:
        return not set(one.footprints).isdisjoint(other.footprints)
    alike = _programme(one) == _programme(other)
    return alike and _share_a_site(one, other)


def _programme(opinion: Opinion) -> tuple[object, ...]:
    return opinion.organisation, opinion.model, opinion.since, opinion.until


def _share_a_site(one: Opinion, other: Opinion) -> bool:
    here, there = ({site.id for site in opinion.sites} for opinion in (one, other))
    return not here or not there or not here.isdisjoint(there)
