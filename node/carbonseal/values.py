"""`dataclass`, as the standard library has it, which compiles less and later.

The standard library writes and compiles six functions for each immutable class as soon as the class is there: a third of a
millisecond, and two fifths of all that `carbonseal verify` took to a verdict, although a process constructs few of the classes
that it loads, and compares or prints fewer. Here, a class and its slots are there at once. When it is first looked at, the standard
library reads its fields, and one function is compiled, the constructor, which fills the slots directly. What compares, hashes and
prints instances, and refuses to change them, needs no compiler.

>>> @dataclass(frozen=True, slots=True)
... class Amount:
...     number: str
...     unit: str = "kg"
>>> Amount("2.5")
Amount(number='2.5', unit='kg')

Classes that are not both frozen and slotted, and those of whose bases one has no slots, are left to the standard library.

Private.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, **options):
        """As `dataclasses.dataclass`, with its options."""

        def decorated(cls: type) -> type:
            is_slotted = all("__slots__" in vars(base) for base in cls.__mro__[1:-1])
            if frozen and slots and is_slotted and options.keys() <= {"eq", "kw_only"} and "__init__" not in vars(cls):
                return _slotted(cls, **options)
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, **options)

        return decorated if cls is None else decorated(cls)


_NO_FIELD = ("ClassVar", "typing.ClassVar", "InitVar", "dataclasses.InitVar", "KW_ONLY", "dataclasses.KW_ONLY")
_NOT_TAKEN_OVER = ("__dict__", "__weakref__")  # what a class without slots has
_lock = RLock()  # two threads may use a class for the first time


def _slotted(plain: type, *, eq: bool = True, kw_only: bool = False) -> type:
    """`plain` with a slot for each of its fields. What is made later it gets from `plain`, when that has it."""
    annotations = vars(plain).get("__annotations__", {})
    fields = [name for name, kind in annotations.items() if not str(kind).startswith(_NO_FIELD)]
    members = {name: value for name, value in vars(plain).items() if name not in (*fields, *_NOT_TAKEN_OVER)}

    def complete() -> None:
        inherits = any(
            map(dataclasses.is_dataclass, plain.__bases__)
        )  # from one that is frozen, which it has to be told
        dataclasses.dataclass(plain, init=False, repr=False, eq=False, frozen=inherits, kw_only=kw_only)
        _complete(plain, made, eq=eq)
        left_out = {*vars(plain)["__dataclass_fields__"], *_NOT_TAKEN_OVER}
        for name, value in vars(plain).items():
            if name not in left_out and vars(made).get(name) is not value:
                setattr(made, name, value)

    # An instance comes from `__init__` or from `__setstate__`, which asks for the fields: before there is one, all is made.
    later = {name: _Later(complete) for name in ("__init__", *_LOOKED_AT_WITHOUT_INSTANCE)}
    state = {"__getstate__": _state, "__setstate__": _set_state}
    made = type(plain)(plain.__name__, plain.__bases__, {**members, **later, **state, "__slots__": tuple(fields)})
    made.__qualname__ = plain.__qualname__
    return made


_LOOKED_AT_WITHOUT_INSTANCE = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")


class _Later:
    """Stands for a member that is not made yet: looking at it makes it, and the others."""

    def __init__(self, complete: Callable[[], None]) -> None:
        self._complete = complete

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name

    def __get__(self, instance: object, owner: type) -> Any:
        with _lock:
            if vars(self._owner).get(self._name) is self:
                self._complete()
        return getattr(owner if instance is None else instance, self._name)


def _complete(plain: Any, made: type, *, eq: bool) -> None:
    """Add what constructs, compares, hashes and prints instances, where the class does not have it, as the standard library's."""
    fields = dataclasses.fields(plain)
    shown = plain.__dataclass_params__
    shown.init, shown.repr, shown.eq, shown.frozen = True, True, eq, True
    plain.__init__ = _constructor(made, fields)
    plain.__setattr__, plain.__delattr__ = _refuse_to_set, _refuse_to_delete
    if "__repr__" not in vars(plain):
        plain.__repr__ = _shown
    if not eq:
        return
    values = _values([field.name for field in fields if field.compare])
    hashed = _values([field.name for field in fields if (field.compare if field.hash is None else field.hash)])

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: object) -> int:
        return hash(hashed(self))

    if "__eq__" not in vars(plain):
        plain.__eq__ = equal
    if vars(plain).get("__hash__") is None:
        plain.__hash__ = hash_of


class _Factory:
    """What a constructor's parameter is by default where a function gives the value."""

    def __repr__(self) -> str:
        return "<factory>"


def _constructor(made: type, fields: tuple[dataclasses.Field[Any], ...]) -> Any:
    """`__init__`, which fills the slots of `made`. Its names are those of fields with an underscore behind, and its own."""
    names: dict[str, Any] = {"factory_": _Factory()}
    parameters, keywords, lines = ["self"], ["*"], []
    for field in fields:
        name, value = field.name, field.name
        names[f"set_{name}_"] = getattr(made, name).__set__
        parameter = name
        if field.default is not dataclasses.MISSING:
            names[f"default_{name}_"] = field.default
            parameter = f"{name}=default_{name}_"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"default_{name}_"] = field.default_factory
            parameter, value = f"{name}=factory_", f"default_{name}_() if {name} is factory_ else {name}"
        if field.init:
            (keywords if field.kw_only else parameters).append(parameter)
        elif parameter != name:
            value = f"default_{name}_" if value == name else f"default_{name}_()"
        else:
            continue  # it is set later, if at all
        lines.append(f"set_{name}_(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    given = ", ".join([*parameters, *(keywords if len(keywords) > 1 else [])])
    exec(f"def __init__({given}):\n " + "\n ".join(lines or ["pass"]), names)  # noqa: S102 - of our own fields' names
    function = names["__init__"]
    function.__qualname__ = f"{made.__qualname__}.__init__"
    function.__module__ = made.__module__
    function.__annotations__ = {**{field.name: field.type for field in fields if field.init}, "return": None}
    return function


def _refuse_to_set(self: object, name: str, value: object) -> None:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _values(names: list[str]) -> Callable[[object], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: tuple(getattr(instance, name) for name in names)


def _shown(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
