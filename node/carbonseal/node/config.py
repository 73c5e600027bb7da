"""Node settings (`node.toml`), parsed strictly. `carbonseal.node.config_file` writes them.

- Paths and ``file:`` secrets are relative to the directory that holds the file.
- An unknown setting is refused. Every `Refused` names the place: ``node.toml > ledger > 0 > cadence``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import read_regular
from carbonseal.ledger import log_id
from carbonseal.log.notes import VerifierKey, is_key_name

from .access.oidc.config import OidcConfig, read_oidc
from .codes import (
    CONFIG_FOREIGN_OWN_LOG,
    CONFIG_FOREIGN_TWO_LOGS,
    CONFIG_MISSING_FILE,
    CONFIG_MISSING_KEY,
    CONFIG_NOT_TOML,
    CONFIG_REPEATED_NAME,
    CONFIG_UNKNOWN_LEDGER_KEY,
    CONFIG_UNKNOWN_NAME,
    CONFIG_WRONG_VALUE,
)
from .exchange.settings import ExchangeConfig, read_exchange
from .issuance.drafts.setting import ReleaseRule, read_release
from .listen_config import STANDARD, ListenConfig, read_listen
from .soundness.settings import STANDARD as STANDARD_SCRUB
from .soundness.settings import ScrubConfig, read_scrub
from .toml_tables import Table
from .webhooks.settings import PUBLIC_ONLY, WebhookConfig, read_webhooks
from .witnessing.settings import CosignerConfig, read_cosigner
from .working.config import USUAL, WorkersConfig, read_workers

FILE = "node.toml"
STATUS_DAYS, MOST_DAYS = 7.0, 366  # that a status list is valid: where nothing else is set, and at most
STATUS_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*", re.ASCII)
DEFAULT = "default"  # the log and the tenant that are meant where none is named


@dataclass(frozen=True, slots=True)
class LogConfig:
    """A `[[log]]`. `name` is this node's own name for it, `origin` its public name (C2SP checkpoint origin)."""

    name: str
    origin: str
    key: str  # URI of the Ed25519 key that signs its checkpoints
    guard: str  # path of the file that holds the last signed size and root; no backup may hold it
    predecessor: str | None = None  # the text of the last checkpoint of the frozen log that this one succeeds
    ledgers: tuple[str, ...] | None = None  # names of those that its heads go to; None: all
    ml_dsa_44_key: str | None = None  # URI of an ML-DSA-44 key that signs its checkpoints too
    quorum: int = 0  # how many witnesses must cosign a head before it is published


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """A `[[tenant]]`: submits records, to one log. `salt_key` is the URI of the key that its salts are derived from."""

    name: str
    salt_key: str
    log: str = DEFAULT


@dataclass(frozen=True, slots=True)
class SignerConfig:
    """An `[[issuer]]`, `[[body]]` or `[[accreditor]]`: passports, statements or accreditations are signed in its name. `id` is the
    issuer that they name, `key` the URI of its Ed25519 key. What it signs is sealed as records of `tenant`."""

    name: str
    id: str
    key: str
    tenant: str = DEFAULT


@dataclass(frozen=True, slots=True)
class LedgerConfig:
    """A `[[ledger]]`: heads are anchored there, under one publisher. `options`, its `[ledger.options]`, are for its adapter."""

    name: str  # as policies write it: "eip155:1"
    uri: str
    publisher: str  # empty where the log itself is the publisher, as in other operators' logs
    cadence: float  # seconds from one anchor of a log to its next
    options: Mapping[str, str]
    label: str = ""  # what policy templates call it; empty: its kind

    def publisher_of(self, origin: str) -> str:
        """The publisher of the anchors of the log `origin` on this ledger, as policies write it."""
        return self.publisher or log_id(origin).hex()


@dataclass(frozen=True, slots=True)
class ForeignConfig:
    """A `[[foreign]]`: another operator's log, whose heads this node cosigns and enters in its log `log`."""

    key: VerifierKey
    log: str = DEFAULT


@dataclass(frozen=True, slots=True)
class WitnessConfig:
    """A `[[witness]]`: is asked to cosign the heads of this node's logs (C2SP tlog-witness)."""

    key: VerifierKey  # of cosignatures
    url: str  # its submission prefix, below which `add-checkpoint` is


@dataclass(frozen=True, slots=True)
class StatusConfig:
    """`[status]`: of the issuers' status lists."""

    days: float = STATUS_DAYS  # that a version is valid
    url: str = ""  # https address under which everybody reaches the node's service; lists have their ids there


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """All of `node.toml`."""

    batch_size: int  # entries that wait before a batch is made at once
    batch_age: float  # seconds that an entry waits at most,
    foreign_age: float  # and so many where nothing waits but other logs' heads and evidence digests
    heartbeat: float  # seconds between heartbeats in a quiet log, or 0 for none
    logs: tuple[LogConfig, ...]
    tenants: tuple[TenantConfig, ...]
    issuers: tuple[SignerConfig, ...]
    ledgers: tuple[LedgerConfig, ...]
    foreign: tuple[ForeignConfig, ...]
    cosigner: CosignerConfig
    witnesses: tuple[WitnessConfig, ...] = ()
    status: StatusConfig = StatusConfig()
    scrub: ScrubConfig = STANDARD_SCRUB
    listen: ListenConfig = STANDARD
    workers: WorkersConfig = USUAL
    bodies: tuple[SignerConfig, ...] = ()
    accreditors: tuple[SignerConfig, ...] = ()
    pact: ExchangeConfig | None = None
    release: ReleaseRule = ReleaseRule.DIRECT
    webhooks: WebhookConfig = PUBLIC_ONLY
    oidc: OidcConfig | None = None

    @property
    def signers(self) -> tuple[SignerConfig, ...]:
        """Issuers, bodies and accreditors. No two have one name."""
        return (*self.issuers, *self.bodies, *self.accreditors)

    def ledgers_of(self, log: LogConfig) -> tuple[LedgerConfig, ...]:
        """The ledgers that a log's heads go to."""
        return tuple(ledger for ledger in self.ledgers if log.ledgers is None or ledger.name in log.ledgers)


# --- reading -------------------------------------------------------------------------------------------------------


def load(directory: Path) -> NodeConfig:
    """The node's settings. Raises `Refused`."""
    path = directory / FILE
    try:
        text = read_regular(path).decode()
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
    top = Table(values, (FILE,))
    batch = top.table("batch")
    logs = _each(top.tables("log"), _log, "name", "origin", "key", "guard")
    config = NodeConfig(
        batch_size=batch.count("size", 4096),
        batch_age=batch.number("age", 1.0, least=0),
        foreign_age=batch.number("foreign-age", 300.0, least=0),
        heartbeat=batch.number("heartbeat", 0, least=0),
        logs=logs,
        tenants=_each(top.tables("tenant"), _tenant, "name", "salt_key"),
        issuers=_each(top.tables("issuer"), _signer, "name"),
        ledgers=_each(top.tables("ledger"), _ledger, "name"),
        foreign=tuple(_foreign(table) for table in top.tables("foreign")),
        cosigner=read_cosigner(top.table("cosigner"), CosignerConfig.beside(logs[0].origin if logs else "")),
        witnesses=tuple(map(_witness, top.tables("witness"))),
        status=_status(top.table("status")),
        scrub=read_scrub(top.table("scrub")),
        listen=read_listen(top.table("listen")),
        workers=read_workers(top.table("workers")),
        bodies=_each(top.tables("body"), _signer, "name"),
        accreditors=_each(top.tables("accreditor"), _signer, "name"),
        pact=read_exchange(top.table("pact")),
        release=read_release(top),
        webhooks=read_webhooks(top.table("webhooks")),
        oidc=read_oidc(top.table_if_any("oidc")),
    )
    batch.end()
    top.end()
    check_names(config)
    return config


def _log(table: Table) -> LogConfig:
    name = table.name("name")
    log = LogConfig(
        name,
        origin=table.text("origin"),
        key=table.text("key"),
        guard=table.text("guard", f"guard/{name}"),
        predecessor=table.text("predecessor", "") or None,
        ledgers=table.texts("ledgers"),
        ml_dsa_44_key=table.text("ml-dsa-44-key", "") or None,
        quorum=table.count("quorum", 0, least=0),
    )
    table.end()
    if not is_key_name(log.origin):
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="origin", expected="a name without spaces and plus signs"))
    return log


def _tenant(table: Table) -> TenantConfig:
    tenant = TenantConfig(table.text("name"), table.text("salt-key"), table.text("log", DEFAULT))
    table.end()
    return tenant


def _signer(table: Table) -> SignerConfig:
    name, id_, key = table.text("name"), table.text("id"), table.text("key")
    signer = SignerConfig(name, id_, key, table.text("tenant", DEFAULT))
    table.end()
    return signer


def _ledger(table: Table) -> LedgerConfig:
    name, uri, publisher = table.text("name"), table.text("uri"), table.text("publisher", "")
    cadence, options = table.number("cadence", 3600, least=1), table.options("options")
    ledger = LedgerConfig(name, uri, publisher, cadence, options, table.text("label", ""))
    table.end(CONFIG_UNKNOWN_LEDGER_KEY)
    return ledger


def _foreign(table: Table) -> ForeignConfig:
    key, log = table.text("key"), table.text("log", DEFAULT)
    table.end()
    try:
        foreign = ForeignConfig(VerifierKey.parse(key), log)
    except Refused as refused:
        raise refused.under(*table.place, "key") from refused
    if not foreign.key.algorithm.signs_logs:
        raise Refused(
            CONFIG_WRONG_VALUE(*table.place, "key", key="key", expected="a log's verifier key (type 01 or 06)")
        )
    return foreign


def _witness(table: Table) -> WitnessConfig:
    text, url = table.text("key"), table.text("url")
    table.end()
    try:
        key = VerifierKey.parse(text)
    except Refused as refused:
        raise refused.under(*table.place, "key") from refused
    if not key.algorithm.cosigns:
        raise Refused(
            CONFIG_WRONG_VALUE(*table.place, "key", key="key", expected="a witness's verifier key (type 04 or 06)")
        )
    if not url.startswith(("http://", "https://")):
        raise Refused(CONFIG_WRONG_VALUE(*table.place, "url", key="url", expected="an address, https://..."))
    return WitnessConfig(key, url)


def _status(table: Table) -> StatusConfig:
    status = StatusConfig(table.number("days", STATUS_DAYS, least=1 / 24), table.text("url", "").rstrip("/"))
    table.end()
    if status.days > MOST_DAYS:
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="days", expected=f"a number up to {MOST_DAYS}"))
    if status.url and not STATUS_URL.fullmatch(status.url):
        expected = "an https URL without a query, such as https://passports.example.org"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="url", expected=expected))
    return status


Item = TypeVar("Item", LogConfig, TenantConfig, SignerConfig, LedgerConfig)


def _each(tables: Iterable[Table], read: Callable[[Table], Item], *own: str) -> tuple[Item, ...]:
    """The items of a section, of which no two have the same value of what each has for its `own`."""
    found: list[Item] = []
    for table in tables:
        item = read(table)
        for member in own:
            value = getattr(item, member)
            if any(getattr(other, member) == value for other in found):
                raise Refused(CONFIG_REPEATED_NAME(*table.place, key=member, name=value))
        found.append(item)
    return tuple(found)


def check_names(config: NodeConfig) -> None:
    """See that what is named is there. Raises `Refused`, with the place of the name."""
    logs = {log.name for log in config.logs}
    if not logs:
        raise Refused(CONFIG_MISSING_KEY(FILE, key="[[log]]"))
    tenants, ledgers = {tenant.name for tenant in config.tenants}, {ledger.name for ledger in config.ledgers}
    named = [
        *(("tenant", number, "log", one.log, logs) for number, one in enumerate(config.tenants)),
        *(("foreign", number, "log", one.log, logs) for number, one in enumerate(config.foreign)),
        *(
            (section, number, "tenant", one.tenant, tenants)
            for section, signers in _signers(config)
            for number, one in enumerate(signers)
        ),
        *(
            ("log", number, "ledgers", name, ledgers)
            for number, one in enumerate(config.logs)
            for name in one.ledgers or ()
        ),
    ]
    for section, number, key, name, known in named:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise Refused(CONFIG_UNKNOWN_NAME(FILE, section, str(number), key=key, name=name, known=there))
    for check in (_check_signers, _check_foreign, _check_witnesses):
        check(config)


def _signers(config: NodeConfig) -> tuple[tuple[str, tuple[SignerConfig, ...]], ...]:
    return ("issuer", config.issuers), ("body", config.bodies), ("accreditor", config.accreditors)


def _check_signers(config: NodeConfig) -> None:
    """Issuers, bodies and accreditors have names of their own: status lists go by them. Raises `Refused`."""
    names: set[str] = set()
    for section, signers in _signers(config):
        for number, one in enumerate(signers):
            if one.name in names:
                raise Refused(CONFIG_REPEATED_NAME(FILE, section, str(number), key="name", name=one.name))
            names.add(one.name)


def _check_witnesses(config: NodeConfig) -> None:
    """A witness counts once, and no log waits for more than there are. Raises `Refused`."""
    names: set[str] = set()
    for number, witness in enumerate(config.witnesses):
        if witness.key.name in names:
            raise Refused(CONFIG_REPEATED_NAME(FILE, "witness", str(number), key="witness", name=witness.key.name))
        names.add(witness.key.name)
    for number, log in enumerate(config.logs):
        if log.quorum > len(config.witnesses):
            expected = f"at most {len(config.witnesses)}, the number of sections [[witness]]"
            raise Refused(CONFIG_WRONG_VALUE(FILE, "log", str(number), key="quorum", expected=expected))


def _check_foreign(config: NodeConfig) -> None:
    """Heads of one log are taken in one log: two would be cosigned apart. No log of this node is foreign here. Raises `Refused`."""
    own, taken_in = {log.origin for log in config.logs}, dict[str, str]()
    for number, foreign in enumerate(config.foreign):
        origin, place = foreign.key.name, (FILE, "foreign", str(number))
        if origin in own:
            raise Refused(CONFIG_FOREIGN_OWN_LOG(*place, origin=origin))
        if taken_in.setdefault(origin, foreign.log) != foreign.log:
            raise Refused(CONFIG_FOREIGN_TWO_LOGS(*place, origin=origin, one=taken_in[origin], other=foreign.log))
