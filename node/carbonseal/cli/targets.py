"""The node that a command works on: in a directory, or at an address that --node names; and on whose behalf.

| the command says | the node | on behalf of |
|---|---|---|
| DIRECTORY | in that directory, opened or served | its operator |
| DIRECTORY --token URI | the same | whom the token belongs to |
| --node URL --token URI | at that address | whom the token belongs to |
| --node URL | at that address | nobody: what everybody may have |

- `CARBONSEAL_NODE` is used where the command names neither, and then the command's words begin behind DIRECTORY. A directory
  that is named, and has a node in it, goes before it.
- `CARBONSEAL_TOKEN` belongs to an address: a command on a directory does not look at it.
- A token is named by its URI (``file:``, ``env:``), so that no list of processes shows it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.options import NODE, READABLE, Once
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from carbonseal.service.client.nodes import AnyNode

CONFIG = "node.toml"
NODE_VARIABLE, TOKEN_VARIABLE, CA_VARIABLE = "CARBONSEAL_NODE", "CARBONSEAL_TOKEN", "CARBONSEAL_CA"


@dataclass(frozen=True, slots=True)
class Target:
    """A node in a directory, or at an address. `token` is the URI of a token, or empty; `authorities` a file of certificates that
    are trusted at the address, beside this machine's."""

    where: Path | str
    token: str = ""
    authorities: Path | None = None

    def __str__(self) -> str:
        """As a command names it."""
        return str(self.where) if isinstance(self.where, Path) else f"--node {self.where}"

    def open(self, *, read_only: bool) -> AbstractAsyncContextManager[AnyNode]:
        """The node, until the context ends. Raises Refused; BrokenOff where it does not answer."""
        from carbonseal.node.secrets import open_secret

        secret = open_secret(self.token, Path()).decode("utf-8", "replace") if self.token else ""
        if isinstance(self.where, Path):
            _require_posix()
            from carbonseal.service.client.nodes import open_node

            return open_node(self.where, read_only=read_only, token=secret)
        from carbonseal.client import Client

        return Client(self.where, token=secret, authorities=self.authorities)


class NodeCommand(click.Command):
    """A command whose first argument is DIRECTORY, in whose place --node can be given. Its function takes the `target`."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params = [click.Argument(["directory"], type=_Directory()), *self.params, *_options()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click has it, with the address in the place of DIRECTORY."""
        url = _instead(self.make_parser(ctx).parse_args(args=list(args))[0])
        rest = super().parse_args(ctx, [url, *args] if url else args)
        ctx.params["target"] = _target(ctx.params.pop("directory"), _taken(ctx.params))
        return rest


class NodeWordsCommand(click.Command):
    """A command whose words may begin with DIRECTORY, which its function has to find out. It takes `remote`, the target that
    --node or its variable names, or None; and `token`, for a directory."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params = [*self.params, *_options()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click has it; the options of a node become `remote` and `token`."""
        rest = super().parse_args(ctx, args)
        taken = _taken(ctx.params)
        url = taken["node"] or os.environ.get(NODE_VARIABLE)
        ctx.params |= {"remote": _target(_address(url), taken) if url else None, "token": taken["token"] or ""}
        return rest


class DirectoryCommand(click.Command):
    """A command on a node's directory alone: with --node it says so."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        refusing = click.Option(["--node"], hidden=True, expose_value=False, callback=_refuse_node, help="Refused.")
        self.params = [*self.params, refusing]

    def invoke(self, ctx: click.Context) -> Any:
        """As click has it, where directories can be locked."""
        _require_posix()
        return super().invoke(ctx)


class _Directory(click.ParamType[Path | str]):
    """A node's directory, or the address in its place."""

    name = "directory"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        if isinstance(value, str) and _is_address(value):
            return value
        return Path(os.fsdecode(NODE.convert(str(value), param, ctx)))


def _require_posix() -> None:
    """Raises ModuleNotFoundError on Windows, before anything is looked for or written: what locks a node's directory is POSIX's."""
    import fcntl  # noqa: F401


def _options() -> list[click.Parameter]:
    """The options of every command that works on a node."""
    return [
        Once(
            ["--node"],
            metavar="URL",
            help=f"The node at this address, in place of DIRECTORY. Default: {NODE_VARIABLE} in the environment.",
        ),
        Once(
            ["--token"],
            metavar="URI",
            help="Where the token is, on whose owner's behalf this is done: file:PATH or env:NAME. Default with --node: "
            f"{TOKEN_VARIABLE}; with DIRECTORY none, for its operator.",
        ),
        Once(
            ["--ca"],
            type=READABLE,
            metavar="FILE",
            help="Certificates (PEM) to trust with --node: the node's own, or its authority's. "
            f"Default: {CA_VARIABLE}, or this machine's.",
        ),
    ]


def _instead(given: Mapping[str, Any]) -> str | None:
    """The address that stands in the place of DIRECTORY; None where there is none. `given` is what the command's parser found."""
    named, word = given.get("node"), given.get("directory")
    has_directory = isinstance(word, str) and (_is_address(word) or (Path(word) / CONFIG).is_file())
    if isinstance(named, list) and named:
        if has_directory:
            raise click.UsageError(f"{word} is a node too: name one, as DIRECTORY or as --node.")
        return _address(named[0])
    variable = os.environ.get(NODE_VARIABLE)
    return _address(variable) if variable and not has_directory else None


def _taken(params: dict[str, Any]) -> dict[str, Any]:
    """The values of `_options`, taken out of a command's parameters."""
    return {name: params.pop(name) for name in ("node", "token", "ca")}


def _target(where: Path | str, options: Mapping[str, Any]) -> Target:
    token, authorities = options["token"] or "", options["ca"]
    if isinstance(where, Path):
        return Target(where, token)
    variable = os.environ.get(CA_VARIABLE)
    if authorities is None and variable:
        authorities = Path(variable)
    return Target(where, token or os.environ.get(TOKEN_VARIABLE, ""), authorities)


def _address(text: str) -> str:
    if not _is_address(text):
        raise click.UsageError(
            f"{text!r}, named by --node or {NODE_VARIABLE}, is not an address such as https://node.example.org."
        )
    return text


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _refuse_node(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        raise click.UsageError(
            f"{ctx.command_path} works on a node's directory: run it on the machine of the node, with DIRECTORY in place of --node."
        )
