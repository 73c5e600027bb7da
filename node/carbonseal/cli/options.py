"""Kinds of values that commands take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from carbonseal.cli.errors import Failed

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
NODE = click.Path(exists=True, file_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


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
