"""Classes of ledger lines (docs/spec.md, section 17, "Classes of ledgers"): one ledger counts once, whatever a policy calls it.

- Lines whose proofs share an identity (`carbonseal.ledger.Proved`), transitively, are one class.
- Of each class one line counts. A quorum is satisfied if it is for some choice of one line a class.

The search for that choice is exact. Only lines that are in the quorum matter, and only classes with several of them: it tries
each line of such a class in turn, and gives a branch up as soon as the lines that are left, all counted, would not do. That is
right because a quorum is monotone: what fewer lines satisfy, more do. There are at most as many branches as choices, 3^(n/3)
for n lines: about 10^5 for the 32 that a policy may have (`policy.language.MAX_LEDGERS`), and then these are all of one of
eleven ledgers. (A choice that is always fast is not to be had: three-dimensional matching can be written as such a quorum.)
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import lru_cache

from carbonseal.log.quorums import Quorum, names_in, satisfied

Class = frozenset[str]


def classes(identities: Mapping[str, Set[str]]) -> tuple[Class, ...]:
    """The classes of lines, by what their proofs show: line -> identities. Sorted."""
    return _classes(tuple((line, frozenset(own)) for line, own in identities.items()))


@lru_cache(maxsize=1024)  # as those of `choice`
def _classes(identities: tuple[tuple[str, frozenset[str]], ...]) -> tuple[Class, ...]:
    found: list[tuple[set[str], set[str]]] = []  # lines, and all their identities
    for line, own in identities:
        same = [one for one in found if not one[1].isdisjoint(own)]
        joined = (set[str]().union({line}, *(one[0] for one in same)), set(own).union(*(one[1] for one in same)))
        found = [one for one in found if one not in same] + [joined]
    return tuple(sorted((frozenset(lines) for lines, _ in found), key=min))


@lru_cache(maxsize=1024)  # the seals of one passport, and many passports, have the same lines
def choice(quorum: Quorum, lines: frozenset[str], among: tuple[Class, ...]) -> frozenset[str] | None:
    """The lines of a choice of one line a class under which `lines` satisfy the quorum; None where no choice does."""
    asked = lines & names_in(quorum)
    several = [mine for one in among if len(mine := sorted(one & asked)) > 1]
    return _search(quorum, asked, several)


def _search(quorum: Quorum, left: Set[str], several: Sequence[Sequence[str]]) -> Class | None:
    if not satisfied(quorum, left):
        return None
    if not several:
        return frozenset(left)
    mine, *rest = several
    for line in mine:
        found = _search(quorum, left - (set(mine) - {line}), rest)
        if found is not None:
            return found
    return None


def earliest(quorum: Quorum, times: Mapping[str, datetime], among: tuple[Class, ...]) -> datetime | None:
    """The earliest time such that the lines dated by then satisfy the quorum, under a choice of one line a class."""
    dated = sorted((time, line) for line, time in times.items())

    def met(count: int) -> bool:
        return choice(quorum, frozenset(line for _, line in dated[:count]), among) is not None

    enough = bisect_left(range(1, len(dated) + 1), True, key=met)  # what satisfies it still does with more
    return dated[enough][0] if enough < len(dated) else None


def one_each(lines: Set[str], among: Iterable[Class]) -> frozenset[str]:
    """The first line of each class, of those in `lines`: for reports where no choice satisfies a quorum."""
    return frozenset(min(one & lines) for one in among if one & lines)
