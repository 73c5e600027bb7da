"""Parts of the work of one examination: some of the files in, what each came to and what they show together out.

::

    files -> items -> cut -> Part ─┐
                             Part ─┼─ Executor: Work.open()(part), anywhere -> PartResult ... -> Examination
                             Part ─┘

- A `Part` and `Work` are picklable. `Work.open` parses policy and trust, once in each process; what it gives is called with one
  part after another. It is a pure function of the part: the same on any machine, and again after a process died.
- An *executor* calls it: in this process (`in_this_process`), in others (`executing.processes.in_processes`), on other machines
  (`cluster.executor.on_cluster`). It gives the results in the order of the parts, and takes no more parts ahead than it can hold.
- `Observed` is what files show together. Joining is associative, commutative and idempotent, so that findings between files are
  the same however the work is cut, in whatever order parts end, and if one is done twice. `PartResult`s are joined in their order.

Private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from carbonseal.examining.files.codes import UNREAD_LOST
from carbonseal.examining.files.items import Item
from carbonseal.examining.results import FileResult, Presenter
from carbonseal.findings import Finding
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.verification.observing.log_facts import SignedHead
    from carbonseal.verification.one_history import Link

T = TypeVar("T")
MOST_ITEMS = 64  # of one part
FIRST_ITEMS = 8  # of the first; the second has twice as many: few files are spread over several processes too
MOST_BYTES = 1 << 20  # of one part, from which on it takes no further item


@dataclass(frozen=True, slots=True)
class Observed:
    """What files show that weighs on others: observations, signed heads and what leads from one to another, fraud proofs."""

    rows: Mapping[bytes, bytes] = field(default_factory=dict)  # as `observations.rows` gives them
    heads: frozenset[SignedHead] = frozenset()  # where the policy requires a history
    links: frozenset[Link] = frozenset()
    frauds: Mapping[str, Finding] = field(
        default_factory=dict
    )  # by origin: of fraud proofs that hold, the least finding

    @staticmethod
    def joined(several: Iterable[Observed]) -> Observed:
        """What all of them show, in whatever order."""
        rows: dict[bytes, bytes] = {}
        heads: set[SignedHead] = set()
        links: set[Link] = set()
        frauds: dict[str, Finding] = {}
        for one in several:
            for key, rest in one.rows.items():
                if rest <= rows.get(key, rest):
                    rows[key] = rest
            heads |= one.heads
            links |= one.links
            for origin, finding in one.frauds.items():
                frauds[origin] = min(finding, frauds.get(origin, finding), key=str)
        return Observed(rows, frozenset(heads), frozenset(links), frauds)


NOTHING = Observed()


@dataclass(frozen=True, slots=True)
class PartResult:
    """What a part came to: the result of each item, in order, and what they show together."""

    results: tuple[FileResult, ...]
    observed: Observed = NOTHING

    @staticmethod
    def joined(several: Iterable[PartResult]) -> PartResult:
        """The results of one after another as one."""
        parts = [*several]
        results = chain.from_iterable(part.results for part in parts)
        return PartResult((*results,), Observed.joined(part.observed for part in parts))


class Part(Protocol):
    """Some of the items, in order. It is picklable, and need not hold them: an executor on other machines may name them only."""

    def items(self) -> Iterator[Item]:
        """The items, read where they are judged. One that cannot be read is an item with its problem: nothing is left out."""
        ...

    def names(self) -> Sequence[str]:
        """What errors call the items, or the files that they are in, without reading any."""
        ...

    def pieces(self) -> Sequence[Part]:
        """Each item, or file, as a part by itself: to be tried one by one where a process died of the part."""
        ...

    def __len__(self) -> int:
        """The number of items, or of files that they are in."""
        ...


@dataclass(frozen=True, slots=True)
class ItemsPart:
    """A part that holds its items."""

    held: tuple[Item, ...]

    def items(self) -> Iterator[Item]:
        """See `Part`."""
        return iter(self.held)

    def names(self) -> Sequence[str]:
        """See `Part`."""
        return [item.name for item in self.held]

    def pieces(self) -> Sequence[ItemsPart]:
        """See `Part`."""
        return [ItemsPart((item,)) for item in self.held]

    def __len__(self) -> int:
        return len(self.held)


def cut(items: Iterable[Item]) -> Iterator[ItemsPart]:
    """The items as parts, each read when it is asked for."""
    return map(ItemsPart, sliced(items, lambda item: len(item.raw)))


def sliced(values: Iterable[T], size_of: Callable[[T], int]) -> Iterator[tuple[T, ...]]:
    """The values of one part after another, where `size_of` says how many bytes each stands for."""
    held: list[T] = []
    most, size = FIRST_ITEMS, 0
    for value in values:
        held.append(value)
        size += size_of(value)
        if len(held) >= most or size >= MOST_BYTES:
            yield (*held,)
            held, most, size = [], min(2 * most, MOST_ITEMS), 0
    if held:
        yield (*held,)


ItemJudge = Callable[[Item], PartResult]  # the result of one item


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with every item. `prepare` is a function of a module, and gives the judge of items under `argument`."""

    prepare: Callable[[Any], ItemJudge]
    argument: Any
    results: Presenter

    def open(self) -> Callable[[Part], PartResult]:
        """What gives the result of a part, for one process. Raises `Refused` where the policy or the trust cannot be used."""
        judge = self.prepare(self.argument)

        def judged(part: Part) -> PartResult:
            return PartResult.joined(map(judge, part.items()))

        return judged

    def lost(self, part: Part, reason: str) -> PartResult:
        """The result of a part whose process died, each time it was tried, of `reason`: its items are not read, and named."""
        return PartResult(tuple(self.results.not_read(name, UNREAD_LOST(reason=reason)) for name in part.names()))


class Executor(Protocol):
    """Runs the work."""

    def __call__(self, work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        """The result of each part, in the order of the parts. Parts are taken as there is room for them."""
        ...


def in_this_process(work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
    """The executor of a single file: nothing is started for it."""
    return map(work.open(), parts)
