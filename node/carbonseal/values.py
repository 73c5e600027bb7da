"""`dataclass`, as the standard library has it, which compiles less and later, and `cached_property` without a lock.

The standard library writes and compiles three to six functions for each class as soon as the class is there: a third of a
millisecond, and two fifths of all that `carbonseal verify` took to a verdict, although a process constructs few of the classes that
it loads, and compares or prints fewer. Here, a class and its slots are there at once, and each of its members is made when it is
first looked at. A constructor is that of all classes whose fields are of the same kinds, in the same order, under the names of
these fields: 17 are compiled for the 66 classes of one verification. What compares, hashes and prints instances, and refuses to
change them, needs no compiler. Only those who ask for fields (`replace`, `fields`) have the standard library read the class.

>>> @dataclass(frozen=True, slots=True)
... class Amount:
...     number: str
...     unit: str = "kg"
>>> Amount("2.5")
Amount(number='2.5', unit='kg')

Left to the standard library are slotted classes of whose bases one has no slots, classes that are neither slotted nor frozen, and
frozen ones without slots that have bases.

Private.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from threading import RLock
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

__all__ = ["cached_property", "dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - it is one, by that name
        """As `functools.cached_property` from Python 3.12 on: before, each first look took a lock."""

        def __init__(self, function):
            self._function = function
            self.__doc__ = function.__doc__

        def __set_name__(self, owner, name):
            self._name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = vars(instance)[self._name] = self._function(instance)
            return value

    def dataclass(cls=None, /, *, frozen=False, slots=False, **options):
        """As `dataclasses.dataclass`, with its options."""

        def decorated(cls: type) -> type:
            if options.keys() <= {"eq", "kw_only"} and "__init__" not in vars(cls):
                if slots and all("__slots__" in vars(base) for base in cls.__mro__[1:-1]):
                    return _Read(cls, frozen=frozen, **options).slotted()
                if frozen and not slots and cls.__bases__ == (object,):
                    return _Read(cls, frozen=frozen, **options).open()
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, **options)

        return decorated if cls is None else decorated(cls)


_NO_FIELD = ("ClassVar", "typing.ClassVar", "InitVar", "dataclasses.InitVar", "KW_ONLY", "dataclasses.KW_ONLY")
_NOT_TAKEN_OVER = ("__dict__", "__weakref__")  # what a class without slots has
_OF_FIELDS = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
_NONE = dataclasses.MISSING  # no default
_lock = RLock()  # two threads may use a class for the first time


class _Read:
    """A class as it was written, and what is made of it."""

    def __init__(self, written: type, *, frozen: bool, eq: bool = True, kw_only: bool = False) -> None:
        self._written, self._frozen, self._eq, self._kw_only = written, frozen, eq, kw_only
        kinds = vars(written).get("__annotations__", {})
        self._own = {name: kind for name, kind in kinds.items() if not str(kind).startswith(_NO_FIELD)}
        self._given = {
            name: vars(written)[name] for name in self._own if name in vars(written)
        }  # defaults, and `field(...)`
        self._made = written

    def slotted(self) -> type:
        """Another class, with a slot for each of its fields."""
        written, left_out = self._written, {*self._own, *_NOT_TAKEN_OVER}
        members = {name: value for name, value in vars(written).items() if name not in left_out}
        state = {"__getstate__": _state, "__setstate__": _set_state} if self._frozen else {}
        members |= {**self._members(), **state, "__slots__": tuple(self._own)}
        self._made = type(written)(written.__name__, written.__bases__, members)
        self._made.__qualname__ = written.__qualname__
        return self._made

    def open(self) -> type:
        """The same class, whose instances have a `__dict__`."""
        made = self._made
        for name, member in self._members().items():
            setattr(made, name, member)
            if isinstance(member, _Later):
                member.__set_name__(made, name)
        for name, given in self._given.items():
            if isinstance(given, dataclasses.Field):
                if given.default is _NONE:
                    delattr(made, name)
                else:
                    setattr(made, name, given.default)
        return made

    def _members(self) -> dict[str, Any]:
        """What the class gets, but for what it has: most of it when it is looked at."""
        found = vars(self._written)
        later = {"__init__": self._constructor} | {name: self._of_fields(name) for name in _OF_FIELDS}
        members: dict[str, Any] = {name: _Later(make) for name, make in later.items()}
        if "__repr__" not in found:
            members["__repr__"] = _shown
        if self._eq and "__eq__" not in found:
            members["__eq__"] = _Later(self._equal)
        if self._frozen:
            members |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
            if self._eq and found.get("__hash__") is None:
                members["__hash__"] = _Later(self._hash)
        elif self._eq and found.get("__hash__") is None:
            members["__hash__"] = None
        return members

    def _of_fields(self, name: str) -> Callable[[], Any]:
        return lambda: getattr(self._by_standard_library(), name)

    @cache  # noqa: B019 - classes live as long as the process
    def _by_standard_library(self) -> type:
        """The class as it was written, or what the fields of an open one were, read."""
        written: Any = self._written
        if self._made is written:
            written = type(written.__name__, (), {"__annotations__": self._own, **self._given})
        inherits = any(map(dataclasses.is_dataclass, written.__bases__)) and self._frozen  # which it has to be told
        dataclasses.dataclass(written, init=False, repr=False, eq=False, frozen=inherits, kw_only=self._kw_only)
        shown = written.__dataclass_params__
        shown.init, shown.repr, shown.eq, shown.frozen = True, True, self._eq, self._frozen
        left_out = {*vars(written)["__dataclass_fields__"], *_NOT_TAKEN_OVER, *_OF_FIELDS, "__setattr__", "__delattr__"}
        for name in vars(written).keys() - vars(self._made).keys() - left_out:  # by Python's version
            setattr(self._made, name, vars(written)[name])
        read: type = written
        return read

    @property
    def _fields(self) -> Sequence[dataclasses.Field[Any]]:
        """All fields, those of bases first."""
        found: dict[str, dataclasses.Field[Any]] = {}
        for base in reversed(self._written.__mro__[1:]):
            if dataclasses.is_dataclass(base):
                found |= {field.name: field for field in dataclasses.fields(base)}
        for name, kind in self._own.items():
            given = self._given.get(name, _NONE)
            field: Any = given if isinstance(given, dataclasses.Field) else dataclasses.field(default=given)
            if field.default.__class__.__hash__ is None:
                raise ValueError(
                    f"mutable default {type(field.default)} for field {name} is not allowed: use default_factory"
                )
            field.name, field.type = name, kind
            if field.kw_only is _NONE:
                field.kw_only = self._kw_only
            found[name] = field
        return [*found.values()]

    def _constructor(self) -> Any:
        is_slotted = self._made is not self._written
        return _constructor(self._made, self._fields, is_slotted=is_slotted, is_frozen=self._frozen)

    def _equal(self) -> Any:
        values = _values([field.name for field in self._fields if field.compare])

        def equal(self: object, other: object) -> bool:
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        return equal

    def _hash(self) -> Any:
        fields = self._fields
        values = _values([field.name for field in fields if (field.compare if field.hash is None else field.hash)])

        def hash_of(self: object) -> int:
            return hash(values(self))

        return hash_of


class _Later:
    """Stands for a member that is not made yet: looking at it makes it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name

    def __get__(self, instance: object, owner: type) -> Any:
        with _lock:
            if vars(self._owner).get(self._name) is self:
                setattr(self._owner, self._name, self._make())
        return getattr(owner if instance is None else instance, self._name)


class _Factory:
    """What a constructor's parameter is by default where a function gives the value."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY = _Factory()
_CLASS: Any = vars(object)["__class__"]


def _constructor(made: type, fields: Sequence[dataclasses.Field[Any]], *, is_slotted: bool, is_frozen: bool) -> Any:
    """`__init__`, which fills the fields of `made`.

    What is frozen and has slots is filled while it is of a class that is not frozen: to become one and to go back costs as much as
    filling three slots in another way. Not so an instance of another's subclass, whose slots may be others."""
    filled = [
        field for field in fields if field.init or _default(field) is not _NONE
    ]  # others are set later, if at all
    names: dict[str, Any] = {"factory": _FACTORY, "put": object.__setattr__}
    for number, field in enumerate(filled):
        names[f"name{number}"], names[f"fixed{number}"] = field.name, field.default
        names[f"make{number}"] = field.default_factory
    if is_slotted and is_frozen:
        writable = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
        open_form = type(made.__name__, (made,), {"__slots__": (), "__module__": made.__module__, **writable})
        names |= {"become": _CLASS.__set__, "open_form": open_form, "frozen_form": made, "class_of": type}
    positional = [field for field in filled if field.init and not field.kw_only]
    keywords = [field for field in filled if field.init and field.kw_only]
    defaults = [_default(field) for field in positional]
    first = next((at for at, one in enumerate(defaults) if one is not _NONE), len(defaults))
    if any(one is _NONE for one in defaults[first:]):
        raise TypeError(f"a field of {made.__name__} without default follows one that has a default")
    kinds = tuple((field.init, field.kw_only is True, field.default_factory is not _NONE) for field in filled)
    code = _compiled(kinds, is_slotted, is_frozen, hasattr(made, "__post_init__"))
    attributes = {f"field{number}": field.name for number, field in enumerate(filled)}
    code = code.replace(
        co_varnames=("self", *(field.name for field in (*positional, *keywords))),
        co_names=tuple(attributes.get(name, name) for name in code.co_names),
    )
    function = FunctionType(code, names, "__init__", tuple(defaults[first:]))
    function.__kwdefaults__ = {field.name: _default(field) for field in keywords if _default(field) is not _NONE}
    function.__qualname__ = f"{made.__qualname__}.__init__"
    function.__module__ = made.__module__
    function.__annotations__ = {**{field.name: field.type for field in fields if field.init}, "return": None}
    return function


def _default(field: dataclasses.Field[Any]) -> Any:
    """What the field's parameter is where the caller gives nothing; `_NONE` where he has to."""
    return field.default if field.default_factory is _NONE else _FACTORY


@cache
def _compiled(kinds: tuple[tuple[bool, bool, bool], ...], is_slotted: bool, is_frozen: bool, goes_on: bool) -> CodeType:
    """The code of the constructors of all classes with such fields: each whether callers give it, whether by keyword alone, and
    whether a function makes it."""
    positional, keywords, filling, put = ["self"], ["*"], [], []
    for number, (is_given, is_keyword, is_made) in enumerate(kinds):
        value = f"make{number}()" if is_made else f"fixed{number}"
        if is_given:
            (keywords if is_keyword else positional).append(f"given{number}")
            value = f"{value} if given{number} is factory else given{number}" if is_made else f"given{number}"
        filling.append(f"self.field{number} = {value}")
        put.append(f"put(self, name{number}, {value})")
    lines = filling if is_slotted else put
    if is_slotted and is_frozen:
        filling = ["become(self, open_form)", *filling]
        opened = ["try:", *_indented(filling), "finally:", " self.__class__ = frozen_form"]
        lines = ["if class_of(self) is frozen_form:", *_indented(opened), "else:", *_indented(put or ["pass"])]
    if goes_on:
        lines.append("self.__post_init__()")
    given = ", ".join([*positional, *(keywords if len(keywords) > 1 else [])])
    found: dict[str, Any] = {}
    exec(f"def __init__({given}):\n " + "\n ".join(lines or ["pass"]), found)  # noqa: S102 - of names that are all here
    code: CodeType = found["__init__"].__code__
    return code


def _indented(lines: list[str]) -> list[str]:
    return [f" {line}" for line in lines]


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


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in _names(self.__class__)]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(_names(self.__class__), state, strict=True):
        object.__setattr__(self, name, value)
