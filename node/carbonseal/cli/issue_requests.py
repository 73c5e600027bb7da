"""Issue requests as files: JSON, or TOML for who types them; and what options add for one lot. What is refused in them has the
file's name before its place.

- Nothing but the syntax is checked here: the node checks the request.
- In TOML, numbers and instants are read as the texts that a request has, digit by digit as they are written.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.options import Once
from carbonseal.examining.files.items import read_passport
from carbonseal.examining.files.names import STDIN
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.findings import Refused
from carbonseal.instants import format_instant

_SHARE = re.compile(r"(.+?)=(\S+) (.+?) per (\S+) (.+) (used|listed)")
_LOT = re.compile(r"(.+)=(\S+) (.+)")


def read_request(file: Path, components: Sequence[dict[str, Any]] = (), batch: dict[str, Any] | None = None) -> Any:
    """The issue request in a file, with these `components` beside its own and `batch` in the place of its own, and with passports
    in the place of their paths. Raises `Failed` where something cannot be read, `Refused` where it is not strict JSON."""
    from carbonseal.passport.passports import PASSPORT_LIMITS
    from carbonseal.records.strict import parse

    raw = sys.stdin.buffer.read(PASSPORT_LIMITS.max_bytes + 1) if str(file) == STDIN else file.read_bytes()
    if file.suffix == ".toml":
        request = _parse_toml(str(file), raw)
    else:
        request = NamedBytes(str(file), raw).parse(lambda text: parse(text, PASSPORT_LIMITS))
    if not isinstance(request, dict):
        return request
    own = request.get("components", [])
    for number, component in enumerate(own if isinstance(own, list) else []):
        if isinstance(component, dict) and isinstance(component.get("passport"), str):
            path = file.parent / component["passport"]
            component["passport"] = read_component(path, (str(file), "components", str(number), str(path)))
    added = [{**one, "passport": read_component(one["passport"], (str(one["passport"]),))} for one in components]
    if added and isinstance(own, list):
        request["components"] = [*own, *added]
    if batch is not None:
        request["batch"] = batch
    return request


def read_component(path: Path, place: tuple[str, ...]) -> Any:
    """The JSON value of the passport of a component."""
    from carbonseal.passport.passports import PASSPORT_LIMITS
    from carbonseal.records.strict import parse

    try:
        return parse(read_passport(str(path)), PASSPORT_LIMITS)
    except OSError as error:
        raise Failed(
            f"{' > '.join(place)}: {error.strerror}", "check the path; those in a request are relative to its folder"
        ) from error
    except Refused as refused:
        raise refused.under(*place) from refused


def _parse_toml(name: str, raw: bytes) -> Any:
    try:
        return _texts(tomllib.loads(raw.decode(), parse_float=str))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Failed(f"{name}: not valid TOML: {error}", "see carbonseal passport issue --help") from error


def _texts(value: Any) -> Any:
    """A TOML value with texts in the place of numbers and instants."""
    match value:
        case dict():
            return {name: _texts(member) for name, member in value.items()}
        case list():
            return [_texts(member) for member in value]
        case datetime() if value.tzinfo is not None:
            return format_instant(value.astimezone(UTC))
        case bool() | str():
            return value
    return str(value)


class ComponentType(click.ParamType[dict[str, Any]]):
    """A component of a request, in one line."""

    name = "component"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        found = _SHARE.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} must be 'FILE=QUANTITY UNIT per AMOUNT UNIT used' (or listed).", param, ctx)
        file, quantity, unit, amount, per, basis = found.groups()
        share = {"quantity": quantity, "unit": unit, "per": {"amount": amount, "unit": per}, "basis": basis}
        return {"passport": Path(file), **share}


class BatchType(click.ParamType[dict[str, Any]]):
    """The batch of a request, in one line."""

    name = "batch"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        found = _LOT.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} must be 'NUMBER=QUANTITY UNIT'.", param, ctx)
        return dict(zip(("number", "quantity", "unit"), found.groups(), strict=True))


COMPONENTS = click.option(
    "--component",
    "components",
    multiple=True,
    type=ComponentType(),
    metavar="'FILE=QUANTITY UNIT per AMOUNT UNIT used|listed'",
    help="One more component: its passport, how much of it went into how much of the product, and whether its very figure "
    "was used. Repeatable.",
)
BATCH = click.option(
    "--batch",
    cls=Once,
    type=BatchType(),
    metavar="'NUMBER=QUANTITY UNIT'",
    help="The lot that the passport is about, and what it yielded, in the place of the request's.",
)
