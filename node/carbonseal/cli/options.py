"""Kinds of values that commands take."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
NODE = click.Path(exists=True, file_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


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
