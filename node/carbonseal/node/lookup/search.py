"""Search of the index: filters over what records say, in pages of constant cost.

- Values of one name are alternatives, names are conditions that all hold.
- A page goes through at most `SCAN` records that the most telling condition gives. Where that fills no page, it ends early and says
  where the next one begins: no request reads a whole index, however little it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from carbonseal.findings import Refused

from . import codes
from .index import Index, Indexed
from .said import DIGEST_MARK, NAMES, PRODUCT, fold

SCAN = 1_000  # records that one page looks at, about
STEP = 250  # that are read at once, at most
PAGE = 1_000  # the most records of one page
MOST_VALUES = 500  # of all names together


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: `names` by `said.NAMES`, times in microseconds since 1970; several of one are alternatives."""

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    profile: str = ""
    is_disputed: bool = False
    is_current: bool = False  # of the records of one footprint id the last one alone
    valid_on: Sequence[int] = ()
    valid_after: Sequence[int] = ()  # the validity begins later
    valid_before: Sequence[int] = ()  # the validity ends earlier
    visible: Sequence[str] | None = None  # with what one of its product ids begins that may be seen; None: all may

    def __post_init__(self) -> None:
        """Raises Refused (`lookup.malformed`) where there are too many values."""
        if sum(map(len, self.names.values())) > MOST_VALUES:
            raise Refused(codes.LOOKUP_MALFORMED(problem=f"it has more than {MOST_VALUES} values"))

    def folded(self) -> Query:
        """The same with names as the index has them."""
        names = {name: tuple(dict.fromkeys(map(fold, values))) for name, values in self.names.items() if values}
        visible = None if self.visible is None else tuple(prefix.lower() for prefix in self.visible)
        return replace(self, names=names, visible=visible)

    def may_see(self, record: Indexed) -> bool:
        """Whether who asks may see the record. A product id that the index has as a digest begins with nothing."""
        if self.visible is None:
            return True
        products = [value for value in record.said.names.get(PRODUCT, ()) if not value.startswith(DIGEST_MARK)]
        return any(product.startswith(prefix.lower()) for product in products for prefix in self.visible)

    def matches(self, record: Indexed) -> bool:
        """Whether all conditions hold of the record. Names are folded."""
        said = record.said
        return (
            all(set(values) & set(said.names.get(name, ())) for name, values in self.names.items())
            and self.profile in ("", record.profile)
            and (record.is_disputed or not self.is_disputed)
            and (record.is_current or not self.is_current)
            and self._in_time(said.start, said.end)
            and self.may_see(record)
        )

    def _in_time(self, start: int | None, end: int | None) -> bool:
        return (
            (not self.valid_on or any(_at_most(start, at) and _at_most(at, end) for at in self.valid_on))
            and (not self.valid_after or (start is not None and start > min(self.valid_after)))
            and (not self.valid_before or (end is not None and end < max(self.valid_before)))
        )


def _at_most(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one <= other


@dataclass(frozen=True, slots=True)
class Page:
    """Records in their order; `next` is the number after which the next page begins, None where there is none."""

    records: Sequence[Indexed]
    next: int | None


def search(index: Index, tenants: Sequence[str], query: Query, after: int, limit: int) -> Page:
    """A page of what matches, of these tenants: at most `limit` records (`PAGE` at most) with numbers above `after`."""
    query = query.folded()
    pages = [_search(index, tenant, query, after, min(limit, PAGE)) for tenant in tenants]
    if len(pages) == 1:
        return pages[0]
    end = min((page.next for page in pages if page.next is not None), default=None)
    found = sorted((one for page in pages for one in page.records), key=lambda one: one.number)
    kept = [one for one in found if end is None or one.number <= end][:limit]
    is_full = len(kept) == limit
    more = end is not None or len(kept) < len(found)
    return Page(kept, kept[-1].number if kept and is_full and more else end)


def _search(index: Index, tenant: str, query: Query, after: int, limit: int) -> Page:
    read = _reader(index, tenant, query)
    found: list[Indexed] = []
    step, scanned = min(limit + 1, STEP), 0
    while scanned < SCAN:
        candidates = read(after=after, limit=step)
        for candidate in candidates:
            if query.matches(candidate):
                if len(found) == limit:
                    return Page(found, found[-1].number if found else after)
                found.append(candidate)
            after = candidate.number
        if len(candidates) < step:
            return Page(found, None)
        step, scanned = STEP, scanned + step
    return Page(found, after)


def _reader(index: Index, tenant: str, query: Query) -> Callable[..., list[Indexed]]:
    """What reads the records of the most telling condition."""
    for name in NAMES[:-1]:  # a status tells nothing: half of all have it
        if name in query.names:
            return partial(index.by_term, tenant, name, query.names[name])
    return partial(index.by_tenant, tenant, profile=query.profile, is_disputed=query.is_disputed)
