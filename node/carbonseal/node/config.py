"""`node.toml`: what an operator decides about a node, read strictly and written readably.

Paths and ``file:`` secrets are relative to the directory that holds the file. Every refusal names the place of the setting.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from carbonseal.findings import (
    CONFIG_MISSING_FILE,
    CONFIG_MISSING_KEY,
    CONFIG_NOT_TOML,
    CONFIG_REPEATED_NAME,
    CONFIG_UNKNOWN_KEY,
    CONFIG_WRONG_VALUE,
    Refused,
)
from carbonseal.log.notes import VerifierKey

FILE = "node.toml"


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """One who submits records. `salt_key` is the URI of the key that its salts are derived from."""

    name: str
    salt_key: str


@dataclass(frozen=True, slots=True)
class IssuerConfig:
    """One in whose name credentials are signed: `id` is the issuer that they name, `key` the URI of its Ed25519 seed."""

    name: str
    id: str
    key: str


@dataclass(frozen=True, slots=True)
class LedgerConfig:
    """One ledger that heads go to, under one publisher. `options` belong to its adapter."""

    name: str  # as policies write it: "eip155:1"
    uri: str
    publisher: str
    cadence: float  # seconds from one anchor to the next
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """All of `node.toml`."""

    origin: str
    log_key: str
    guard: str  # path of the file that remembers the last signed head, which no backup may hold
    batch_size: int  # entries that wait before a batch is made at once
    batch_age: float  # seconds that an entry waits at most
    heartbeat: float  # seconds between heartbeats in a quiet log, or 0 for none
    predecessor: str | None  # the last signed checkpoint of the frozen log that this one succeeds
    tenants: tuple[TenantConfig, ...]
    issuers: tuple[IssuerConfig, ...]
    ledgers: tuple[LedgerConfig, ...]
    foreign: tuple[VerifierKey, ...]  # logs that may anchor here


# --- reading -------------------------------------------------------------------------------------------------------


def load(directory: Path) -> NodeConfig:
    """The node's settings. Raises `Refused`."""
    path = directory / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise Refused(CONFIG_MISSING_FILE(path=path)) from error
    except UnicodeDecodeError as error:
        raise Refused(CONFIG_NOT_TOML(FILE, reason="not UTF-8")) from error
    return parse(text)


def parse(text: str) -> NodeConfig:
    """The settings in the text of a `node.toml`. Raises `Refused`, with the place of what is wrong."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(CONFIG_NOT_TOML(FILE, reason=error)) from error
    top = _Table(values, (FILE,))
    batch = top.table("batch")
    config = NodeConfig(
        origin=top.text("origin"),
        log_key=top.text("log-key"),
        guard=top.text("guard", "guard/last-signed"),
        predecessor=top.text("predecessor", "") or None,
        batch_size=int(batch.number("size", 4096, least=1)),
        batch_age=batch.number("age", 1.0, least=0),
        heartbeat=batch.number("heartbeat", 0, least=0),
        tenants=_named(top.tables("tenant"), _tenant),
        issuers=_named(top.tables("issuer"), _issuer),
        ledgers=_named(top.tables("ledger"), _ledger),
        foreign=tuple(_foreign(table) for table in top.tables("foreign")),
    )
    batch.end()
    top.end()
    return config


def _tenant(table: _Table) -> TenantConfig:
    tenant = TenantConfig(table.text("name"), table.text("salt-key"))
    table.end()
    return tenant


def _issuer(table: _Table) -> IssuerConfig:
    issuer = IssuerConfig(table.text("name"), table.text("id"), table.text("key"))
    table.end()
    return issuer


def _ledger(table: _Table) -> LedgerConfig:
    name, uri, publisher = table.text("name"), table.text("uri"), table.text("publisher")
    return LedgerConfig(name, uri, publisher, table.number("cadence", 3600, least=1), table.rest())


def _foreign(table: _Table) -> VerifierKey:
    key = table.text("key")
    table.end()
    try:
        return VerifierKey.parse(key)
    except Refused as refused:
        raise refused.under(*table.place, "key") from refused


Named = TypeVar("Named", TenantConfig, IssuerConfig, LedgerConfig)


def _named(tables: Iterable[_Table], read: Callable[[_Table], Named]) -> tuple[Named, ...]:
    found: dict[str, Named] = {}
    for table in tables:
        item = read(table)
        if item.name in found:
            raise Refused(CONFIG_REPEATED_NAME(*table.place, name=item.name))
        found[item.name] = item
    return tuple(found.values())


class _Table:
    """A TOML table whose settings are taken out one by one, so that what is left over is unknown."""

    def __init__(self, values: Mapping[str, Any], place: tuple[str, ...]) -> None:
        self._left = dict(values)
        self.place = place

    def text(self, key: str, default: str | None = None) -> str:
        value = self._left.pop(key, default)
        if value is None:
            raise Refused(CONFIG_MISSING_KEY(*self.place, key=key))
        if not isinstance(value, str):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected="a text in quotes"))
        return value

    def number(self, key: str, default: float, *, least: float) -> float:
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"a number of at least {least:g}"))
        return value

    def table(self, key: str) -> _Table:
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"a section [{key}]"))
        return _Table(value, (*self.place, key))

    def tables(self, key: str) -> list[_Table]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected=f"sections [[{key}]]"))
        return [_Table(item, (*self.place, key, str(number))) for number, item in enumerate(value)]

    def rest(self) -> dict[str, str]:
        """What is left, as an adapter's options."""
        for key, value in self._left.items():
            if not isinstance(value, str | int | float):
                raise Refused(CONFIG_WRONG_VALUE(*self.place, key=key, expected="a text or a number"))
        return {key: str(value) for key, value in self._left.items()}

    def end(self) -> None:
        for key in self._left:
            raise Refused(CONFIG_UNKNOWN_KEY(*self.place, key=key))


# --- writing -------------------------------------------------------------------------------------------------------


def render(config: NodeConfig) -> str:
    """A commented `node.toml` that `parse` reads back as `config`."""
    parts = [
        f"""\
# A carbonseal node. Paths, and secrets that begin with file:, are relative to this file's directory.

origin = {_quoted(config.origin)}  # the log's name for ever: every checkpoint and every anchor carries it
log-key = {_quoted(config.log_key)}  # the Ed25519 key that signs checkpoints

# The size and root last signed. KEEP THIS FILE OUT OF BACKUPS: it is how a node that was restored from an old copy notices,
# and stops before it signs a second head of one size. Another disk is a good place for it.
guard = {_quoted(config.guard)}
""",
        f"predecessor = {_quoted(config.predecessor)}\n" if config.predecessor else "",
        f"""
[batch]
size = {config.batch_size}  # so many waiting entries join the log at once,
age = {config.batch_age:g}  # or those that have waited so many seconds
heartbeat = {config.heartbeat:g}  # an entry every so many seconds, so that even a quiet log is anchored; 0 for none
""",
    ]
    for tenant in config.tenants:
        parts.append(_section("tenant", {"name": tenant.name, "salt-key": tenant.salt_key}))
    for issuer in config.issuers:
        parts.append(_section("issuer", {"name": issuer.name, "id": issuer.id, "key": issuer.key}))
    parts.append(
        "\n# Ledgers that heads are anchored on. Genesis names them, so they are fixed with the log's first entry.\n"
    )
    for ledger in config.ledgers:
        fixed = {"name": ledger.name, "uri": ledger.uri, "publisher": ledger.publisher}
        parts.append(_section("ledger", {**fixed, "cadence": ledger.cadence, **ledger.options}))
    parts.append("\n# Verifier keys of other logs that may anchor here.\n")
    for key in config.foreign:
        parts.append(_section("foreign", {"key": key.encode()}))
    return "".join(parts)


def _section(name: str, values: Mapping[str, str | float]) -> str:
    lines = [f"{key} = {_quoted(value) if isinstance(value, str) else f'{value:g}'}\n" for key, value in values.items()]
    return f"\n[[{name}]]\n" + "".join(lines)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
