"""The objects of an open node know what is below them, and nothing of what made them: no chain of references comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FunctionType, MethodType

from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node
from tests.node.conftest import Begin, ledger_in


def parts(value: object) -> Iterator[object]:
    """What an object holds directly: attributes, items, what a bound method, a partial or a closure is bound to."""
    match value:
        case str() | bytes():
            return
        case MethodType():
            yield value.__self__
        case FunctionType():
            yield from (cell.cell_contents for cell in value.__closure__ or ())
        case partial():
            yield from (value.func, *value.args, *value.keywords.values())
        case Mapping():
            yield from value.values()
            yield from vars(value).values() if hasattr(value, "__dict__") else ()
        case list() | tuple() | set() | frozenset():
            yield from value
        case _ if type(value).__module__.startswith("carbonseal"):
            yield from attributes(value)


def attributes(value: object) -> Iterable[object]:
    if hasattr(value, "__dict__"):
        return list(vars(value).values())
    return [getattr(value, name) for name in getattr(type(value), "__slots__", ()) if hasattr(value, name)]


def cycle(value: object, way: tuple[object, ...], done: set[int]) -> list[str]:
    """The types of the objects along a chain of references that comes back to its beginning; empty where there is none."""
    if any(value is earlier for earlier in way):
        start = next(place for place, earlier in enumerate(way) if earlier is value)
        return [type(one).__name__ for one in (*way[start:], value) if not isinstance(one, list | tuple | dict)]
    if id(value) in done:
        return []
    for part in parts(value):
        if found := cycle(part, (*way, value), done):
            return found
    done.add(id(value))
    return []


def test_no_chain_of_references_comes_back(begin: Begin, tmp_path: Path) -> None:
    issuer = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
    directory = begin(issuers=(issuer,), ledgers=(ledger_in(tmp_path / "ledger"),))

    async def look() -> None:
        async with Node.open(directory) as node:
            assert cycle(node, (), set()) == []

    asyncio.run(look())


def test_a_chain_that_comes_back_is_found() -> None:
    class Below:
        __module__ = "carbonseal.invented"

        def __init__(self, tell: object) -> None:
            self.tell = tell

    class Above:
        __module__ = "carbonseal.invented"

        def __init__(self) -> None:
            self.below = [Below(partial(self.called, 1)), Below(lambda: self)]

        def called(self, _number: int) -> None: ...

    assert cycle(Above(), (), set()) == ["Above", "Below", "partial", "method", "Above"]
