"""Check *batch*: no more was taken of a lot than it yielded (check 11).

What one issuer's lots took alone shows that this issuer contradicts the maker's word, or itself; what several took together shows
that one of them is wrong, and names nobody. A passport shows what is in it; an examination adds up what many show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.lots import Balance, Take, Yield, balances, takes_of, yield_of
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints import units
from carbonseal.footprints.figures import decimal_text, is_less
from carbonseal.passport.products import ProductCredential
from carbonseal.records.places import printable

_BOUNDS = "new batch numbers are bounded only by the balance of what goes in, or by a statement"

HOLDS = holds(
    "batch.holds", "lots of which no more was taken than they yielded, as far as this passport shows: {count}"
)
HELD = Result(HOLDS)
EXCEEDED = fails(
    "batch.exceeded",
    "{issuers} took {taken} {unit} of a lot of {maker} that yielded {stated} {unit}: {difference} more, in {takes} lots seen",
    f"ask {{issuers}} for quantities that the lot allows; {_BOUNDS}",
    Rejects.DEPENDS,
)
EXCEEDED_TOGETHER = fails(
    "batch.exceeded-together",
    "{taken} {unit} were taken of a lot of {maker} that yielded {stated} {unit}: {difference} more, in {takes} lots seen of several"
    " issuers",
    f"ask its maker whom the lot went to; {_BOUNDS}",
    Rejects.NEVER,
)
CLAIMED = fails(
    "batch.claimed",
    "by observations of others, batch {lot} of {product} ({maker}) yielded {stated} {unit}; {taken} are claimed:"
    " {difference} too many",
    "ask for the files that show it, and examine them (--policy, --with): {sources}",
    Rejects.NEVER,
)
YIELDS_DIFFER = remark(
    "batch.yields-differ",
    "{maker} states several yields of one lot, and none replaces the other: {stated} {unit} is the latest",
)
SERIALS = fails(
    "batch.serials",
    "the batch yielded {stated} {unit}, and has {serials} serial numbers: more than it has pieces",
    "ask {maker} which of the two is wrong",
    Rejects.ALWAYS,
)
SERIALS_FEWER = remark(
    "batch.serials-fewer",
    "the batch yielded {stated} {unit}, and has {serials} serial numbers: not all of its pieces are named",
)
NOT_CHECKABLE = not_checkable("batch", "ask the issuer to state its own batch")


class Batch:
    """Takes against yields."""

    name = "batch"

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each lot that is taken of, one for each take that cannot be computed."""
        takes: list[Take] = []
        for product in graph.products.values():
            for take in takes_of(product, graph.edges_of(product)):
                if isinstance(take, Missing):
                    yield Result(NOT_CHECKABLE, (product.label,), {"missing": take})
                else:
                    takes.append(take)
            yield from (result.under((product.label,)) for result in _serials(product.credential))
        stated = [one for product in graph.products.values() if (one := yield_of(product.credential))]
        for balance in balances(stated, takes):
            label = graph.products[balance.yielded.credential].label
            yield from (result.under((label,)) for result in judged(balance, setting))


CHECK = Batch()


def _serials(credential: ProductCredential) -> Iterator[Result]:
    """Serial numbers against the pieces of a batch. Fewer are honest: pieces may be named later, and a list has its limit. A batch
    that is measured otherwise says nothing of its pieces."""
    batch = credential.batch
    stated = yield_of(credential) if batch and batch.serials else None
    if batch is None or stated is None or stated.dimension != units.COUNT:
        return
    facts = {
        "stated": batch.quantity,
        "unit": stated.unit.name,
        "serials": batch.serials.count,
        "maker": credential.issuer,
    }
    if batch.serials.count > stated.most:
        yield Result(SERIALS, facts=facts)
    elif batch.serials.count < stated.quantity.value - stated.quantity.half:
        yield Result(SERIALS_FEWER, facts=facts)


def judged(balance: Balance, setting: Setting) -> Iterator[Result]:
    """How one balance comes out."""
    yielded = balance.yielded
    most = yielded.most if setting.within is None else yielded.quantity.value * setting.within + yielded.most
    if balance.conflicting:
        yield Result(YIELDS_DIFFER, facts=_facts(balance))
    if balance.inconvertible:
        yield Result(NOT_CHECKABLE, facts={"missing": phrases.TAKES(unit=yielded.unit.name)})
    total = balance.total
    fits = not is_less(most, total)
    alone = {issuer: taken for issuer, taken in balance.taken.items() if is_less(most, taken)}
    for issuer, taken in alone.items():
        facts = _facts(balance) | _amounts(taken, yielded) | {"issuers": issuer}
        # a yield that was lowered afterwards makes no liar of who took what it had been
        yield Result(EXCEEDED, facts=facts, is_decisive=taken > balance.largest.most)
    if not (alone or fits):
        yield Result(EXCEEDED_TOGETHER, facts=_facts(balance) | _amounts(total, yielded))
    if fits and not balance.inconvertible:
        yield HELD


def across(balance: Balance, setting: Setting, takers: Collection[str]) -> Iterator[Result]:
    """What the balance of many passports says of one in which these issuers took of the lot: what one issuer took alone is held
    against that issuer, and what several took together against nobody."""
    for result in judged(balance, setting):
        if result.rule is EXCEEDED_TOGETHER or (result.rule is EXCEEDED and result.facts["issuers"] in takers):
            yield result


def claimed(balance: Balance, sources: str = "") -> Iterator[Result]:
    """What a balance says that rests on observations of others, which `sources` show, in words."""
    if balance.is_exceeded:
        yielded, factor = balance.yielded.quantity.value, balance.yielded.unit.factor
        maker, product, hash_ = balance.lot
        facts = {
            "lot": hash_.hex()[:8],
            "product": printable(product, 80),
            "maker": printable(maker, 80),
            "stated": decimal_text(yielded / factor),
            "unit": balance.yielded.unit.name,
            "taken": decimal_text(balance.total / factor),
            "difference": decimal_text((balance.total - yielded) / factor),
            "sources": sources or "their names are in the observations",
        }
        yield Result(CLAIMED, facts=facts)


def _facts(balance: Balance) -> dict[str, object]:
    unit = balance.yielded.unit
    stated = decimal_text(balance.yielded.quantity.value / unit.factor)
    return {"maker": balance.lot[0], "stated": stated, "unit": unit.name, "takes": balance.takers}


def _amounts(taken: Fraction, yielded: Yield) -> dict[str, object]:
    factor = yielded.unit.factor
    more = taken - yielded.quantity.value
    return {"taken": decimal_text(taken / factor), "difference": decimal_text(more / factor)}
