"""``--json`` and ``--csv``: the form in which products are printed; text for a person without either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

TEXT, JSON, CSV = "text", "json", "csv"

Command = TypeVar("Command", bound=Callable[..., Any])


def FORM(command: Command) -> Command:  # noqa: N802 - a decorator, like the other options
    """The options; the command gets `form`: TEXT, JSON or CSV. The last one given counts."""
    json = click.option("--json", "form", flag_value=JSON, help="Print JSON.")
    csv = click.option("--csv", "form", flag_value=CSV, help="Print CSV.")
    text = click.option("--text", "form", flag_value=TEXT, default=True, help="Print text for people; the default.")
    return json(csv(text(command)))
