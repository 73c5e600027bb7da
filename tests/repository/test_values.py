"""`carbonseal.values.dataclass` against the standard library's: the same class, seen from outside."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from functools import cached_property, partial
from threading import Barrier, Thread
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from carbonseal import values

T = TypeVar("T")
Decorate = Callable[..., Any]


def classes(dataclass: Decorate) -> dict[str, Any]:
    """Classes of every form that the code has, by either decorator."""

    @dataclass(frozen=True, slots=True)
    class Whole(Generic[T]):
        """A class with everything."""

        kind: ClassVar[str] = "whole"
        number: T
        words: tuple[str, ...] = ("a",)
        listed: list[int] = dataclasses.field(default_factory=list, compare=False)
        hidden: int = dataclasses.field(default=0, repr=False, hash=False)

        def __post_init__(self) -> None:
            if self.number == "no":
                raise ValueError(self.number)

        @property
        def doubled(self) -> Any:
            return self.number * 2  # type: ignore[operator]

    @dataclass(frozen=True, slots=True)
    class More(Whole[int]):
        """With a base."""

        more: str = "m"

    @dataclasses.dataclass(frozen=True)
    class Opened(More):
        """By the standard library, of one that may be ours."""

        opened: int = 1

    @dataclass(frozen=True, slots=True)
    class Closed(Opened):
        """And the other way round."""

        closed: int = 2

    @dataclass(frozen=True, slots=True)
    class Single:
        """With one field."""

        only: Any

    @dataclass(frozen=True, slots=True)
    class Kept:
        """With fields that no caller gives."""

        given: int
        made: dict[str, int] = dataclasses.field(default_factory=dict, init=False, repr=False, compare=False)
        fixed: int = dataclasses.field(default=5, init=False)

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """Without fields."""

    @dataclass(frozen=True, slots=True, eq=False)
    class Identical:
        """Equal to itself alone."""

        only: int

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        """With keywords alone."""

        one: int
        two: int = 2

    @dataclass(frozen=True, slots=True)
    class Own:
        """With its own idea of what is equal and how it is shown."""

        one: int
        two: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and self.one == other.one

        def __hash__(self) -> int:
            return self.one

        def __repr__(self) -> str:
            return "own"

    @dataclass(frozen=True)
    class Cached:
        """With a `__dict__`, and what is computed once."""

        kind: ClassVar[str] = "cached"
        one: int
        two: int = dataclasses.field(default=2, compare=False)
        listed: list[int] = dataclasses.field(default_factory=list)

        @cached_property
        def doubled(self) -> int:
            return self.one * 2

    @dataclass(slots=True)
    class Counted:
        """With fields that change."""

        one: int = 0
        listed: list[int] = dataclasses.field(default_factory=list)

        def __post_init__(self) -> None:
            self.one += 1

    return {name: one for name, one in locals().items() if isinstance(one, type)}


OURS, THEIRS = classes(values.dataclass), classes(dataclasses.dataclass)
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Whole", (1,), {}),
    ("Whole", (1,), {"hidden": 5, "words": ("b", "c")}),
    ("Whole", (2, ("x",), [3]), {}),
    ("Whole", (1, ("a",), [4]), {}),
    ("Whole", ("no",), {}),
    ("Whole", (), {}),
    ("Whole", (1,), {"kind": "other"}),
    ("More", (1,), {"more": "n"}),
    ("More", (1,), {}),
    ("Opened", (1,), {"opened": 3}),
    ("Closed", (1,), {"opened": 3, "closed": 4}),
    ("Single", (float("nan"),), {}),
    ("Single", ([1],), {}),
    ("Single", (1, 2), {}),
    ("Kept", (1,), {}),
    ("Kept", (1, 2), {}),
    ("Nothing", (), {}),
    ("Identical", (1,), {}),
    ("Named", (), {"one": 1}),
    ("Named", (1,), {}),
    ("Cached", (1,), {}),
    ("Cached", (1, 3), {"listed": []}),
    ("Cached", (1,), {"three": 3}),
    ("Counted", (1,), {}),
    ("Counted", (), {"listed": [1]}),
    ("Own", (1, 2), {}),
    ("Own", (1, 3), {}),
]


def attempted(act: Callable[[], Any]) -> Any:
    """What comes of it: a value, or the type and text of what is raised."""
    try:
        return act()
    except (TypeError, ValueError) as error:
        return type(error), str(error).replace("classes.<locals>.", "")


def made(source: dict[str, Any]) -> list[Any]:
    return [attempted(partial(source[name], *a, **k)) for name, a, k in CALLS]


def test_instances_are_shown_compared_and_hashed_alike() -> None:
    ours, theirs = made(OURS), made(THEIRS)
    assert [repr(one) for one in ours] == [repr(one) for one in theirs]
    assert [[one == other for other in ours] for one in ours] == [[one == other for other in theirs] for one in theirs]
    for one, other in zip(ours, theirs, strict=True):
        if not isinstance(one, tuple) and not isinstance(one, OURS["Identical"]):
            assert attempted(partial(hash, one)) == attempted(partial(hash, other))
    assert OURS["Identical"](1) != OURS["Identical"](1)
    assert hash(OURS["Identical"](1)) is not None
    assert OURS["Single"](1) != OURS["Whole"](1)


def test_they_cannot_be_changed() -> None:
    for one in (OURS["Whole"](1), OURS["More"](1), OURS["Single"](1)):
        for name in dataclasses.asdict(one):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(one, name, 2)
            with pytest.raises(dataclasses.FrozenInstanceError):
                delattr(one, name)
        with pytest.raises((AttributeError, TypeError)):
            one.unknown = 1
        assert not hasattr(one, "__dict__")


def test_what_is_computed_once_is_kept_and_what_may_change_does() -> None:
    cached, counted = OURS["Cached"](4), OURS["Counted"](1)
    assert (cached.doubled, vars(cached)) == (8, {"one": 4, "two": 2, "listed": [], "doubled": 8})
    for name in ("one", "unknown"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(cached, name, 2)
    counted.one = 7
    assert counted == OURS["Counted"](6)
    assert counted.listed is not OURS["Counted"]().listed
    assert not hasattr(counted, "__dict__")
    assert dataclasses.replace(cached, one=5) == OURS["Cached"](5, 7)
    assert dataclasses.replace(counted, one=8) == OURS["Counted"](8)


def test_a_class_that_cannot_be_is_refused() -> None:
    """At its first instance; by the standard library before that."""

    @values.dataclass(frozen=True, slots=True)
    class Shared:
        one: list[int] = []  # noqa: RUF012

    with pytest.raises(ValueError, match="mutable default"):
        Shared()

    class Turned:
        one: int = 1
        two: int

    turned: Any = values.dataclass(Turned, frozen=True, slots=True)
    with pytest.raises(TypeError, match="default"):
        turned(1, 2)


@pytest.mark.parametrize("name", OURS)
def test_classes_look_alike(name: str) -> None:
    """Looked at before the first instance: each by a class of its own."""
    for look in (
        lambda one: str(inspect.signature(one)),
        lambda one: one.__match_args__,
        lambda one: str(one.__dataclass_params__),
        lambda one: [
            (field.name, field.type, field.repr, field.compare, field.kw_only) for field in dataclasses.fields(one)
        ],
        lambda one: (one.__name__, one.__qualname__, one.__doc__, one.__module__, getattr(one, "__slots__", None)),
        dataclasses.is_dataclass,
        lambda one: sorted(set(dir(one)) - {"__weakref__"}),
    ):
        assert look(classes(values.dataclass)[name]) == look(classes(dataclasses.dataclass)[name])


@values.dataclass(frozen=True, slots=True)
class Sent:
    """What goes to another process."""

    one: int
    two: tuple[str, ...] = ()


def test_they_are_copied_replaced_matched_and_sent() -> None:
    raw = pickle.dumps(Sent(1, ("a",)))
    assert pickle.loads(raw) == copy.copy(Sent(1, ("a",))) == copy.deepcopy(Sent(1, ("a",))) == Sent(1, ("a",))
    assert dataclasses.replace(Sent(1), two=("b",)) == Sent(1, ("b",))
    match Sent(1, ("a",)):
        case Sent(1, (two,)):
            assert two == "a"
        case _:
            raise AssertionError


def test_what_comes_from_another_process_first_is_whole() -> None:
    """Nothing was constructed here: the instance comes from its state."""
    fresh = classes(values.dataclass)["Whole"]
    one = fresh.__new__(fresh)
    one.__setstate__([1, ("a",), [], 0])
    assert (repr(one), one == fresh(1)) == ("classes.<locals>.Whole(number=1, words=('a',), listed=[])", True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.number = 2


def test_two_threads_may_be_the_first() -> None:
    for _ in range(20):
        fresh = classes(values.dataclass)["More"]
        barrier = Barrier(4)
        found: list[Any] = []

        def construct(fresh: Any = fresh, barrier: Barrier = barrier, found: list[Any] = found) -> None:
            barrier.wait()
            found.append(fresh(1))

        threads = [Thread(target=construct) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [fresh(1)] * 4


def test_a_cached_property_is_worked_out_once() -> None:
    """By an instance that refuses to be changed, and in a class that inherits it."""
    asked: list[int] = []

    @dataclasses.dataclass(frozen=True)
    class Half:
        number: int

        @values.cached_property
        def half(self) -> int:
            """Half of it."""
            asked.append(self.number)
            return self.number // 2

    class Other(Half):
        pass

    one, other = Half(8), Other(6)
    assert [one.half, one.half, other.half, other.half] == [4, 4, 3, 3]
    assert asked == [8, 6]
    assert one == Half(8)
    assert Half.half.__doc__ == "Half of it."


@values.dataclass(frozen=True, slots=True)
class Sealed:
    number: int
    words: list[str] = dataclasses.field(default_factory=list)


class Open(Sealed):
    """A subclass of a program's own, with a `__dict__`."""


class Longer(Sealed):
    """With a slot more."""

    __slots__ = ("more",)


class Same(Sealed):
    """With the same slots."""

    __slots__ = ()


@pytest.mark.parametrize("kind", [Sealed, Open, Longer, Same])
def test_instances_of_a_programs_own_subclasses_are_theirs_and_frozen(kind: type[Sealed]) -> None:
    one = kind(1, ["a"])
    assert type(one) is kind
    assert (one.number, one.words) == (1, ["a"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.number = 2  # type: ignore[misc]


def test_what_raises_while_fields_are_filled_leaves_nothing_that_can_be_changed() -> None:
    def refuse() -> list[str]:
        raise RuntimeError

    @values.dataclass(frozen=True, slots=True)
    class Refusing:
        number: int
        words: list[str] = dataclasses.field(default_factory=refuse)

    half = Refusing.__new__(Refusing)
    with pytest.raises(RuntimeError):
        half.__init__(1)  # type: ignore[misc]
    assert type(half) is Refusing
    with pytest.raises(dataclasses.FrozenInstanceError):
        half.number = 2  # type: ignore[misc]
