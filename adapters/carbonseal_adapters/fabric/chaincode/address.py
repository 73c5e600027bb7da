"""HOST:PORT, as peers reach a chaincode service and as it listens. gRPC takes almost anything, and a port of 99999 for 34463."""

from __future__ import annotations

import re

import click

HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?"
FORM = re.compile(rf"({HOST}):(0|[1-9][0-9]{{0,4}})", re.ASCII)
LARGEST_PORT = 65_535


class Address(click.ParamType[str]):
    """A host and a port from `least` on; 0 takes a free one."""

    name = "host:port"

    def __init__(self, least: int) -> None:
        self._least = least

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = FORM.fullmatch(str(value))
        if found is None or not self._least <= int(str(value).rpartition(":")[2]) <= LARGEST_PORT:
            form = f"HOST:PORT with a port from {self._least} to {LARGEST_PORT}, such as chaincode.org1.example:9999"
            self.fail(f"{value!r} is not {form}.", param, ctx)
        return str(value)
