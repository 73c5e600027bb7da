"""JSON schemas (draft 2020-12) without a library: whether a value is valid, by the keywords that carbonseal's own schemas use.

Loading the library, and compiling what one passport needs, takes a process 18 ms; here, its documents take half a millisecond. In
the long run the library is 25 times faster, and what is wrong with a document, and all that is unknown here, it alone says.

Private.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

ENOUGH = 4_000  # values of documents: 8 ms; the demo's passport with all its credentials has 3,300
_TYPES: Mapping[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
# No backslash but in front of a code point, and no $ but at the end: else Python reads a pattern in another way.
_READ_ALIKE = re.compile(r"(?:[^\\$]|\\u[0-9a-f]{4})*\$?")


class Unknown(Exception):
    """The library has to decide."""


class Plain:
    """Looks at so many values (`left`), and then no more."""

    def __init__(self, most: int = ENOUGH) -> None:
        self.left = most

    def holds(self, schema: Any, value: Any) -> bool:
        """Whether a value is valid. Raises `Unknown`."""
        if isinstance(schema, bool):
            return schema
        self.left -= 1
        if self.left < 0 or not schema.keys() <= _KEYWORDS.keys():
            raise Unknown
        return all(_KEYWORDS[name](self, rule, value, schema) for name, rule in schema.items())


Keyword = Callable[[Plain, Any, Any, Any], bool]  # what checks, the keyword's value, the document's, the schema


def _type(_: Plain, rule: Any, value: Any, __: Any) -> bool:
    names = [rule] if isinstance(rule, str) else rule
    if isinstance(value, float) or not _TYPES.keys() >= set(names):  # 1.0 is an integer
        raise Unknown
    return any(type(value) is _TYPES[name] for name in names)


def _bound(holds: Callable[[Any, Any], bool]) -> Keyword:
    def within(_: Plain, rule: Any, value: Any, __: Any) -> bool:
        if isinstance(value, float):
            raise Unknown
        return type(value) is not int or holds(value, rule)

    return within


def _is_one(rule: Any, value: Any) -> bool:
    if not isinstance(rule, str) and not (isinstance(rule, list) and all(isinstance(one, str) for one in rule)):
        raise Unknown  # for Python, 1 is True
    return bool(value == rule)


def _pattern(_: Plain, rule: Any, value: Any, __: Any) -> bool:
    return not isinstance(value, str) or _compiled(rule).search(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if not _READ_ALIKE.fullmatch(pattern):
        raise Unknown
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)


def _properties(plain: Plain, rule: Any, value: Any, _: Any) -> bool:
    return not isinstance(value, dict) or all(
        plain.holds(one, value[name]) for name, one in rule.items() if name in value
    )


def _additional(plain: Plain, rule: Any, value: Any, schema: Any) -> bool:
    named = schema.get("properties", {})
    return not isinstance(value, dict) or all(
        plain.holds(rule, one) for name, one in value.items() if name not in named
    )


def _if(plain: Plain, rule: Any, value: Any, schema: Any) -> bool:
    return plain.holds(schema.get("then" if plain.holds(rule, value) else "else", True), value)


def _of(kind: type, holds: Callable[[Plain, Any, Any], bool]) -> Keyword:
    """A keyword that says something about values of one type alone."""
    return lambda plain, rule, value, _: not isinstance(value, kind) or holds(plain, rule, value)


_KEYWORDS: Mapping[str, Keyword] = {
    "type": _type,
    "const": lambda _, rule, value, __: _is_one(rule, value),
    "enum": lambda _, rule, value, __: any(_is_one(one, value) for one in rule),
    "pattern": _pattern,
    "maxLength": _of(str, lambda _, rule, value: len(value) <= rule),
    "minimum": _bound(lambda value, rule: value >= rule),
    "maximum": _bound(lambda value, rule: value <= rule),
    "properties": _properties,
    "required": _of(dict, lambda _, rule, value: all(name in value for name in rule)),
    "additionalProperties": _additional,
    "propertyNames": _of(dict, lambda plain, rule, value: all(plain.holds(rule, name) for name in value)),
    "items": _of(list, lambda plain, rule, value: all(plain.holds(rule, one) for one in value)),
    "minItems": _of(list, lambda _, rule, value: len(value) >= rule),
    "maxItems": _of(list, lambda _, rule, value: len(value) <= rule),
    "allOf": lambda plain, rule, value, _: all(plain.holds(one, value) for one in rule),
    "not": lambda plain, rule, value, _: not plain.holds(rule, value),
    "if": _if,
    "then": lambda *_: True,  # said by `if`
    "else": lambda *_: True,
}
