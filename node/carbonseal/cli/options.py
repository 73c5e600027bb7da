"""Types of the values that commands take, and options that several commands have."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from carbonseal.languages.language import LANGUAGES, Language, choose, language

F = TypeVar("F", bound=Callable[..., Any])
STDIN = Path("-")


class InputPath(click.Path):
    """The path of a regular file that is there; where it may be one, of a folder, or ``-`` for standard input."""

    def __init__(self, *, folder: bool = False, dash: bool = False) -> None:
        super().__init__(exists=True, dir_okay=folder, allow_dash=dash, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not (self.allow_dash and path == STDIN) and not (path.is_file() or path.is_dir()):
            remedy = (
                f"{STDIN} reads standard input" if self.allow_dash else "write what it gives to a file, and name that"
            )
            self.fail(f"File {str(path)!r} is not a regular file; {remedy}.", param, ctx)
        return path


READABLE = InputPath()
INPUT = InputPath(dash=True)
NODE = click.Path(exists=True, file_okay=False, path_type=Path)


class Once(click.Option):
    """An option that may be given once at most. click itself would silently keep the last value."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "multiple": True})

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        values = super().process_value(ctx, value)
        if len(values) > 1:
            raise click.BadParameter("given more than once.", ctx, self)
        return values[0] if values else None


class Name(click.ParamType[str]):
    """A name in policies and node.toml, which is also part of file names and URLs."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", str(value), re.ASCII):
            self.fail(f"{value!r} is not a valid name: at most 64 letters, digits, '.', '_' and '-'.", param, ctx)
        return str(value)


NAME = Name()
LOG = click.option("--log", default="default", show_default=True, help="Which of the node's logs, by its name.")


def _origin(_ctx: click.Context, _parameter: click.Parameter, origin: str) -> str:
    from carbonseal.log.notes import is_key_name

    if not is_key_name(origin):
        raise click.BadParameter(f"{origin!r} must be a name without spaces and plus signs.")
    if "://" in origin or origin.endswith("/"):
        name = origin.partition("://")[2].rstrip("/") or "log.example.org/2026"
        raise click.BadParameter(f"{origin!r} is an address; an origin is a name, such as {name}. It can never change.")
    return origin


ORIGIN = click.option(
    "--origin",
    required=True,
    callback=_origin,
    help="The log's name, such as log.example.org/2026. It can never change.",
)
PASSPORTS = click.argument(
    "passports", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True), metavar="PASSPORT..."
)


LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # environment variables, the strongest first


def _language(_ctx: click.Context, _parameter: click.Parameter, tag: str | None) -> Language:
    if tag is None:
        return choose([os.environ[name] for name in LOCALES if os.environ.get(name)][:1])
    if tag not in LANGUAGES:
        raise click.BadParameter(f"{tag!r} is none of {', '.join(LANGUAGES)}.")
    return language(tag)


LANGUAGE = click.option(
    "--lang",
    "language",
    metavar="TAG",
    callback=_language,
    help=f"The language of what a person reads: {', '.join(LANGUAGES)}. Else that of LANG. JSON stays in English.",
)


def _reason(_ctx: click.Context, _parameter: click.Parameter, reason: str) -> str:
    if not reason.strip():
        raise click.BadParameter("a reason has words in it")
    return reason


REASON = click.option("--reason", metavar="TEXT", required=True, callback=_reason, help="Why. The audit keeps it.")


SCOPE = click.Choice(("submit", "read", "issue", "review", "release", "revoke", "exchange", "admin"))
_FOR_WHOM = (
    click.option("--person", metavar="WHO", type=NAME, cls=Once, help="The person that it is for."),
    click.option("--system", metavar="WHO", type=NAME, cls=Once, help="The system that it is for."),
    click.option("--tenant", type=NAME, cls=Once, help="Whose records are theirs. Default: default."),
    click.option("--scope", "scopes", type=SCOPE, multiple=True, help="What they may do; once for each."),
)


def for_whom(function: F) -> F:
    """The options that say for which person or system something is."""
    for option in reversed(_FOR_WHOM):
        function = option(function)
    return function


def wanted(person: str | None, system: str | None, tenant: str | None, scopes: tuple[str, ...]) -> dict[str, Any]:
    """The members of a request that say for whom it is. Raises click.UsageError."""
    if (person is None) == (system is None):
        raise click.UsageError("Name --person WHO or --system WHO.")
    request: dict[str, Any] = {"principal": person or system, "kind": "system" if person is None else "person"}
    if tenant is not None or scopes:
        request["tenant"] = tenant or "default"
    if scopes:
        request["scopes"] = list(dict.fromkeys(scopes))
    return request


class Digest(click.ParamType[bytes]):
    """32 bytes: a commitment, or the digest of a credential."""

    name = "digest"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        text = str(value).lower()
        if not re.fullmatch("[0-9a-f]{64}", text, re.ASCII):
            self.fail(f"{value!r} is not 64 hexadecimal digits.", param, ctx)
        return bytes.fromhex(text)


DIGEST = Digest()


class Instant(click.ParamType[datetime]):
    """A date and time of day with its offset from UTC (RFC 3339)."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(
                f"{value!r} is not a date and time with an offset from UTC, such as 2026-11-22T12:00:00Z.", param, ctx
            )
        return moment


INSTANT = Instant()
