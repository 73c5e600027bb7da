"""JSON schemas (draft 2020-12) of profiles: parts to build one from, and what to say to the author of a document that breaks it.

A profile writes its format's schema in Python, open where the format's own is open, and checks with it::

    FORMAT = Schema("PACT 3.0", members({"id": text(format="uuid")}, {"comment": text()}))
    FORMAT.check(value)  # raises Refused: record.missing, record.type, ... with the JSON pointer as place

- A sub-schema's `title` says in words what its `pattern` or `format` expects.
- Decimals in strings (`DECIMAL`, `AT_LEAST_ZERO`, ...) have a pattern of what is plainly in their range, which the library
  looks for itself, and for the rest a format that compares exactly, in Python: with its call it takes ten times as long.
- A schema has no `$ref`: Python shares its parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Finding, Refused
from carbonseal.records.places import kind_of, pointer, printable

from . import codes

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

Part = dict[str, Any]

_FRACTION = "(?:[.][0-9]{1,40})?"
_UNSIGNED = f"[0-9]{{1,40}}{_FRACTION}(?:[eE][+-]?[0-9]{{1,2}})?"
# What PACT's own pattern admits, and the exponents that its text shows. At most 40 digits before and after the point.
_DECIMAL = re.compile(f"[+-]?{_UNSIGNED}", re.ASCII)

# Of a range, in words that also name its format: a pattern of decimals that are plainly inside, and whether one is inside.
_RANGES: Mapping[str, tuple[str, Callable[[Decimal], bool]]] = {
    "any decimal": (_DECIMAL.pattern, lambda _: True),
    "0 or more": (f"[+]?{_UNSIGNED}", lambda value: value >= 0),
    "0 or less": (f"0|-{_UNSIGNED}", lambda value: value <= 0),
    "above 0": (f"[1-9][0-9]{{0,39}}{_FRACTION}", lambda value: value > 0),
    "0 to 100": (f"[0-9]{{1,2}}{_FRACTION}|100", lambda value: 0 <= value <= 100),
    "1 to 5": (f"[1-4]{_FRACTION}|5", lambda value: 1 <= value <= 5),
    "1 to 3": (f"[12]{_FRACTION}|3", lambda value: 1 <= value <= 3),
}
DECIMAL, AT_LEAST_ZERO, AT_MOST_ZERO, ABOVE_ZERO, PERCENT, RATING, RATING_OF_3 = (
    {"type": "string", "title": words, "anyOf": [{"pattern": f"^(?:{plainly})$"}, {"format": words}]}
    for words, (plainly, _) in _RANGES.items()
)

_KINDS = {
    "object": "an object", "array": "a list", "string": "a string", "boolean": "a truth value", "number": "a number",
    "integer": "a whole number", "null": "null",
}  # fmt: skip
_FORMATS = {"uuid": "a UUID", "uri": "a URI", "date": "a date such as 2026-11-22"}


def text(pattern: str | None = None, **more: Any) -> Part:
    """A string: of a `pattern` (anchored by its author), and with any other keywords, such as `title`, `format`."""
    return {"type": "string", **({"pattern": pattern} if pattern else {}), **more}


def named(*values: str) -> Part:
    """One of these strings."""
    return text(enum=list(values))


def list_of(items: Part, **more: Any) -> Part:
    """A list of at least one."""
    return {"type": "array", "items": items, "minItems": 1, **more}


def set_of(items: Part) -> Part:
    """A list of at least one, none twice."""
    return list_of(items, uniqueItems=True)


def number(**more: Any) -> Part:
    """A JSON number, with keywords such as `minimum`."""
    return {"type": "number", **more}


def members(required: Part, optional: Part, **more: Any) -> Part:
    """An object with these members and any others. Null means that a member is absent: an optional one may be null."""
    return {
        "type": "object",
        "properties": {**required, **{name: or_null(part) for name, part in optional.items()}},
        "required": list(required),
        **more,
    }


def or_null(part: Part) -> Part:
    """The same, or null. `part` has a `type`, or is empty: anything."""
    if "type" not in part:
        return part
    types = part["type"] if isinstance(part["type"], list) else [part["type"]]
    nullable = {**part, "type": [*types, "null"]}
    return {**nullable, "enum": [*part["enum"], None]} if "enum" in part else nullable


FILLED = text(minLength=1)
FLAG: Part = {"type": "boolean"}
ANYTHING: Part = {}
UUID, URI, DATE_TIME = text(format="uuid"), text(format="uri"), text(format="date-time")
URN = text(
    "^[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:[!-~]+$",
    title="a URN (RFC 8141) such as urn:gtin:4712345060507",
)


class Schema:
    """The JSON schema of a format, and how a violation is told."""

    def __init__(self, format_name: str, root: Part) -> None:
        self.format_name = format_name  # as people write it: "PACT 3.0"
        self.root = root

    def check(self, value: Any) -> None:
        """Raises `Refused` with a ``record.*`` code, placed at the first member that breaks the schema."""
        from jsonschema_rs import ValidationError

        try:
            self._validator.validate(value)
        except ValidationError as error:
            raise Refused(self._explain(next(iter(self._validator.iter_errors(_shortened(value))), error))) from None

    @cached_property
    def _validator(self) -> Draft202012Validator:
        from jsonschema_rs import Draft202012Validator

        formats = {name: _is_decimal(inside) for name, (_, inside) in _RANGES.items()}
        return Draft202012Validator(self.root, validate_formats=True, ignore_unknown_formats=False, formats=formats)

    def _explain(self, error: ValidationError) -> Finding:
        """The finding for a violation, in words for the author of the document."""
        details = error.kind.as_dict()
        path = [str(part) for part in error.instance_path]
        place = pointer(path)
        found = printable(error.instance) if isinstance(error.instance, str) else _shown(error.instance)
        match error.kind.name:
            case "required":
                name = details["property"]
                return codes.RECORD_MISSING(*pointer([*path, name]), name=name, format=self.format_name)
            case "additionalProperties":
                name = sorted(details["unexpected"])[0]
                facts = {"name": printable(name), "format": self.format_name}
                return codes.RECORD_UNKNOWN_MEMBER(*pointer([*path, name]), **facts)
            case "type":
                facts = {"expected": self._expected_type(error, details["types"]), "found": kind_of(error.instance)}
                return codes.RECORD_TYPE(*place, **facts, format=self.format_name)
            case "enum":
                options = ", ".join(str(option) for option in details["options"] if option)
                return codes.RECORD_UNKNOWN_VALUE(*place, found=found, options=options)
            case "const":
                return codes.RECORD_UNKNOWN_VALUE(*place, found=found, options=str(details["expected_value"]))
            case "anyOf" if not _DECIMAL.fullmatch(str(error.instance)):
                return codes.RECORD_DECIMAL(*place, found=found)
            case "anyOf":  # of decimals alone
                return codes.RECORD_RANGE(*place, found=found, expected=self._title(error))
            case "format" if details["format"] == "date-time":
                return codes.RECORD_DATE_TIME(*place, found=found)
            case "format":
                expected = self._title(error) or _FORMATS[details["format"]]
                return codes.RECORD_FORM(*place, found=found, expected=expected)
            case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" as bound:
                return codes.RECORD_RANGE(*place, found=found, expected=_BOUNDS[bound].format(details["limit"]))
            case "uniqueItems":
                return codes.RECORD_REPEATED(*place)
            case "minItems" | "minLength" | "minProperties":
                return codes.RECORD_EMPTY(*place)
            case "maxItems":
                return codes.RECORD_ITEMS(*place, limit=details["limit"], found=_length(error.instance))
            case _:
                return codes.RECORD_FORM(*place, found=found, expected=self._title(error) or "another form")

    def _expected_type(self, error: ValidationError, types: list[str]) -> str:
        if "anyOf" in self._part(error):
            return "a string: a decimal in quotes"
        return " or ".join(_KINDS[name] for name in types if name != "null")

    def _title(self, error: ValidationError) -> str:
        return str(self._part(error).get("title", ""))

    def _part(self, error: ValidationError) -> Part:
        """The sub-schema that was broken: `schema_path` leads to its keyword."""
        found: Any = self.root
        for step in error.schema_path[:-1]:
            found = found[step]
        return found if isinstance(found, dict) else {}


_BOUNDS = {
    "minimum": "{} or more",
    "maximum": "{} or less",
    "exclusiveMinimum": "above {}",
    "exclusiveMaximum": "below {}",
}


def _is_decimal(inside: Callable[[Decimal], bool]) -> Callable[[str], bool]:
    return lambda value: _DECIMAL.fullmatch(value) is not None and inside(Decimal(value))


def _shown(value: Any) -> str:
    """A number as it stands; of anything else, its kind."""
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else kind_of(value)


def _length(value: Any) -> int:
    return len(value)


def _shortened(value: Any) -> Any:
    """The value with the first hundred items of every list: all errors of a long list would fill the memory."""
    if isinstance(value, dict):
        return {name: _shortened(member) for name, member in value.items()}
    return [_shortened(item) for item in value[:100]] if isinstance(value, list) else value
