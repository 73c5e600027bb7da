"""Observations of lots (docs/spec.md, section 22): what verified passports show that lots yielded and took, as lines.

::

    {"place":["take","did:web:mine.example","urn:example:ore","77c0…","did:web:mill.example","urn:example:metal","1b2c…","9a29…"],
     "shows":"600 mass 2026-03-01T00:00:00Z -","source":{"file":"1f0a…","name":"a.json"}}

- *yield* (lot, credential) shows what that credential says that the lot yielded; *take* (lot, taking lot, credential) what it says
  that the other lot took of it. A lot is issuer, product and the hash of its batch; a credential is its digest.
- Of one place there is one value: a credential says one thing. So merging is that of all observations, and sums come last.
- Takes of a lot stand together, and so do yields: lots are balanced one after the other, in the memory of one (`lot_balances`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, TypeVar

from carbonseal.findings import Refused
from carbonseal.flow.graph import Lot, graph_of
from carbonseal.flow.lots import Balance, Stated, Take, Yield, balances, takes_of, yield_of
from carbonseal.flow.phrases import Missing
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.instants import format_instant, parse_instant
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import ProductCredential
from carbonseal.records.canonical import jcs
from carbonseal.records.codes import PROFILE_UNKNOWN
from carbonseal.records.profiles import Profile
from carbonseal.records.strict import parse
from carbonseal.verification import codes

KINDS = {"take": 7, "yield": 4}  # and how many texts follow
_DIMENSIONS = frozenset(unit.dimension for unit in units.UNITS)
_BEGIN = b'{"place":'
_HASH = re.compile("[0-9a-f]{64}")
_EXACT = re.compile(r"[1-9][0-9]{0,59}(?:/[1-9][0-9]{0,59})?|0")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:[.][0-9]{1,18})?")

S = TypeVar("S", bound=Stated)


def lot_rows(passport: Passport, counts: Callable[[ProductCredential], bool] = lambda _: True) -> dict[bytes, str]:
    """What the products of a passport, those that count, show of lots: places, as they stand in a line, and what they show. No
    record is read."""
    if not any(one.signed.batch for one in passport.credentials.values()):
        return {}
    found = {}
    graph = graph_of(passport, _unread)
    for product in graph.products.values():
        if product.credential.batch is None or not counts(product.credential):
            continue
        stated = yield_of(product.credential)
        if stated is not None:
            quantity = f"{product.credential.batch.quantity} {stated.unit.name.replace(' ', '-')}"
            found[_place("yield", stated.lot, stated.credential)] = _shows(quantity, stated)
        for take in takes_of(product, graph.edges_of(product)):
            if not isinstance(take, Missing):
                place = _place("take", take.lot, take.credential, take.taker)
                found[place] = _shows(f"{take.quantity.value} {take.dimension.replace(' ', '-')}", take)
    return found


def takers(passport: Passport) -> dict[Lot, set[str]]:
    """The lots that products of a passport took of, each with the issuers of those products."""
    found: dict[Lot, set[str]] = {}
    graph = graph_of(passport, _unread)
    for product in graph.products.values():
        for take in takes_of(product, graph.edges_of(product)):
            if not isinstance(take, Missing):
                found.setdefault(take.lot, set()).add(take.taker[0])
    return found


def _unread(profile: str) -> Profile:
    raise Refused(PROFILE_UNKNOWN(id=profile))


def lot_sources(lines: Iterable[bytes], wanted: Iterable[Stated]) -> dict[bytes, tuple[str, str]]:
    """Of checked lines, the sources that show these takes and yields: the SHA-256 and the name of a file, by the digest of the
    credential."""
    places = {_place_of(one): one.credential for one in wanted}
    found = {}
    for line in lines:
        place = line[len(_BEGIN) : line.find(b'],"shows":"') + 1]
        if place in places:
            source: Mapping[str, str] = parse(line)["source"]
            found[places[place]] = source["file"], source["name"]
    return found


def _place_of(stated: Stated) -> bytes:
    if isinstance(stated, Take):
        return _place("take", stated.lot, stated.credential, stated.taker)
    return _place("yield", stated.lot, stated.credential)


def _place(kind: str, lot: Lot, credential: bytes, *others: Lot) -> bytes:
    texts = [text for issuer, product, hash_ in (lot, *others) for text in (issuer, product, hash_.hex())]
    return jcs([kind, *texts, credential.hex()])


def _shows(quantity: str, stated: Stated) -> str:
    return f"{quantity} {format_instant(stated.since)} {stated.supersedes.hex() if stated.supersedes else '-'}"


# --- reading -------------------------------------------------------------------------------------------------------


def read_lot(kind: str, texts: list[Any], shows: str) -> Take | Yield:
    """What a line of one of `KINDS` says. Raises Refused (`observations.malformed`) on what is not its one spelling."""
    try:
        return _read(kind, texts, shows.split(" "))
    except (ValueError, TypeError, ArithmeticError):
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem=f"not a place and a value of a {kind}")) from None


def _read(kind: str, texts: list[Any], shows: list[str]) -> Take | Yield:
    if len(texts) != KINDS[kind] or not all(isinstance(text, str) and text for text in texts):
        raise ValueError
    quantity, measure, since, supersedes = shows
    *lots, credential = texts
    common: dict[str, Any] = {
        "lot": _lot(*lots[:3]),
        "credential": _hash(credential),
        "supersedes": None if supersedes == "-" else _hash(supersedes),
        "since": parse_instant(since),
    }
    if kind == "take":
        exact = Fraction(quantity) if _EXACT.fullmatch(quantity) else None
        if exact is None or str(exact) != quantity or measure.replace("-", " ") not in _DIMENSIONS:
            raise ValueError
        figure = Figure(exact, Fraction(0))
        return Take(taker=_lot(*lots[3:]), dimension=measure.replace("-", " "), quantity=figure, **common)
    unit, printed = units.find(measure.replace("-", " ")), read_decimal(quantity)
    if unit is None or printed is None or not _DECIMAL.fullmatch(quantity) or unit.name.replace(" ", "-") != measure:
        raise ValueError
    return Yield(unit=unit, dimension=unit.dimension, quantity=printed.times(unit.factor), **common)


def _lot(issuer: str, product: str, hash_: str) -> Lot:
    return issuer, product, _hash(hash_)


def _hash(text: str) -> bytes:
    if not _HASH.fullmatch(text):
        raise ValueError
    return bytes.fromhex(text)


def lot_balances(lines: Callable[[], Iterable[bytes]]) -> Iterator[Balance]:
    """The balance of every lot of which something was taken and whose yield is known. `lines` gives the sorted lines of a set of
    observations, checked, as often as it is called."""
    takes = groupby(_of_kind(lines(), "take", Take), key=_key)
    yields = groupby(_of_kind(lines(), "yield", Yield), key=_key)
    taken = next(takes, None)
    for key, stated in yields:
        while taken is not None and taken[0] < key:
            taken = next(takes, None)
        if taken is not None and taken[0] == key:
            yield from balances(stated, taken[1])


def exceeded_lots(lines: Callable[[], Iterable[bytes]]) -> dict[Lot, Balance]:
    """The lots of which more was taken than they yielded, by sorted lines of observations."""
    return {one.lot: one for one in lot_balances(lines) if one.is_exceeded}


def _of_kind(lines: Iterable[bytes], kind: str, of: type[S]) -> Iterator[S]:
    start = b'{"place":["%s",' % kind.encode()
    for line in lines:
        if line.startswith(start):
            value: Mapping[str, Any] = parse(line)
            found = read_lot(kind, value["place"][1:], value["shows"])
            assert isinstance(found, of)
            yield found


def _key(stated: Stated) -> bytes:
    """Sorts lots as lines are sorted."""
    issuer, product, hash_ = stated.lot
    return jcs([issuer, product, hash_.hex()])
