"""Kinds of values that commands take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from carbonseal.cli.errors import Failed

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
NODE = click.Path(exists=True, file_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


class Name(click.ParamType[str]):
    """A name as policies and node.toml have them, which also goes into the names of files and into addresses."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", str(value), re.ASCII):
            self.fail(f"{value!r} cannot be a name: letters, digits, '.', '_' and '-', not more than 64.", param, ctx)
        return str(value)


NAME = Name()
LOG = click.option("--log", default="default", show_default=True, help="Which of the node's logs, by its name.")


def _origin(_ctx: click.Context, _parameter: click.Parameter, origin: str) -> str:
    from carbonseal.log.notes import is_key_name

    if not is_key_name(origin):
        raise click.BadParameter(f"{origin!r} must be a name without spaces and plus signs.")
    if "://" in origin or origin.endswith("/"):
        name = origin.partition("://")[2].rstrip("/") or "log.example.org/2026"
        raise click.BadParameter(f"{origin!r} must be a name, and no address: {name}, say. It stays for ever.")
    return origin


ORIGIN = click.option(
    "--origin", required=True, callback=_origin, help="The log's name for ever, such as log.example.org/2026."
)
PASSPORTS = click.argument("passports", nargs=-1, required=True, type=click.Path(exists=True), metavar="PASSPORT...")


def passport_files(given: Iterable[str], beside: Iterable[Path] = ()) -> list[str]:
    """Files as given, and of folders every .json at any depth but those `beside`. Raises `Failed` where there is none."""
    left_out = {path.resolve() for path in beside}
    files: list[str] = []
    for name in given:
        if Path(name).is_dir():
            found = (path for path in sorted(Path(name).rglob("*.json")) if path.is_file())
            files += (str(path) for path in found if path.resolve() not in left_out)
        else:
            files.append(name)
    if not files:
        raise Failed(f"there is no passport in {', '.join(given)}", "a passport is a file whose name ends in .json")
    return files


class Instant(click.ParamType[datetime]):
    """A date and time of day with its offset from UTC (RFC 3339)."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(f"{value!r} is not an instant with an offset from UTC, such as 2026-11-22T12:00:00Z.", param, ctx)
        return moment


INSTANT = Instant()
