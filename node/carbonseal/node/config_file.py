"""Writes `node.toml`, with comments; `carbonseal.node.config` reads it. TOML is written by this module alone, with tomlkit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import tomlkit
import tomlkit.items

from carbonseal.log.notes import VerifierKey

from .access.oidc.config import OidcConfig
from .config import (
    ForeignConfig,
    LedgerConfig,
    LogConfig,
    NodeConfig,
    SignerConfig,
    StatusConfig,
    TenantConfig,
    WitnessConfig,
)
from .exchange.settings import ExchangeConfig
from .listen_config import STANDARD, ListenConfig
from .soundness.settings import ScrubConfig
from .webhooks.settings import PUBLIC_ONLY, WebhookConfig
from .witnessing.settings import CosignerConfig
from .working.config import USUAL, WorkersConfig

Value: TypeAlias = str | float | Sequence[str] | Mapping[str, str] | None  # None, and an empty mapping, are left out

_HEAD = "# A carbonseal node. Paths, and secrets that begin with file:, are relative to this file's directory.\n"
_RELEASE = "# At whose word documents are signed: direct (one who may issue) or four-eyes (others review and release drafts).\n"
_BATCH = {
    "size": "so many waiting entries join a log at once,",
    "age": "or those that have waited so many seconds,",
    "foreign-age": "or so many, where only other logs' heads wait, so that two nodes do not trigger each other endlessly",
    "heartbeat": "an entry every so many seconds, so that even a quiet log is anchored; 0 for none",
}
_LOGS = """\
# Logs. An origin is a log's name for ever: every checkpoint and every anchor carries it. The guard holds the size and root last
# signed. KEEP IT OUT OF BACKUPS: it is how a node that was restored from an old copy notices, and stops before it signs a second
# head of one size. Another disk is a good place for it.
"""
_TENANTS = "# Who submits records, and to which log.\n"
_ISSUERS = "# In whose names passports are issued.\n"
_BODIES = "# Certification bodies, in whose names statements are issued; and accreditors, in whose names bodies are accredited.\n"
_STATUS = """\
# Status lists: how many days a signed version is valid (it is signed anew after half of them), and the https address under which
# everybody reaches this node's service, so that lists have their ids there.
"""
_LISTEN = """\
# Where the node answers. private: everything; public: what everybody may have; admin: health and ledgers. hosts: names that
# requests may call it by, beside localhost and IP addresses.
"""
_OIDC = "# The OpenID Connect issuer whose tokens let in whom carbonseal token identity add made known.\n"
_SCRUB = """\
# While it runs, the node looks for rot on its disk: so many bytes a second at most (0: not at all), and so many seconds from
# one pass to the next.
"""
_WORKERS = (
    "# Processes beside the node's own: so many for records and for passports; 0: as the machine has processors.\n"
)
_WEBHOOKS = """\
# Networks that are not public, in which receivers of webhooks may be (allow), and whose certificates they are trusted by.
"""
_PACT = (
    "# PACT 3: where partners ask for footprints, whom this node calls back, and which client sees which products.\n"
)
_LEDGERS = "# Ledgers that heads are anchored on. Genesis names them, so a log's are fixed with its first entry.\n"
_COSIGNER = "# With which key this node cosigns other logs' heads. Replace it with: carbonseal witness new-key\n"
_WITNESSES = "# Witnesses that are asked to cosign this node's heads. quorum = N in [[log]]: no head is published before N have.\n"
_FOREIGN = "# Verifier keys of other logs, whose heads are cosigned, and entered in the log named here.\n"


def render(config: NodeConfig) -> str:
    """A commented `node.toml` that `config.parse` reads back as `config`."""
    parts = [
        _HEAD,
        f'{_RELEASE}release = "{config.release}"\n',
        _batch(config),
        _LOGS,
        *map(_log, config.logs),
        _TENANTS,
        *map(_tenant, config.tenants),
        _ISSUERS,
        *(_signer("issuer", one) for one in config.issuers),
        *((_BODIES,) if config.bodies or config.accreditors else ()),
        *(_signer("body", one) for one in config.bodies),
        *(_signer("accreditor", one) for one in config.accreditors),
        _STATUS,
        _status(config.status),
        _SCRUB,
        _scrub(config.scrub),
        _LISTEN,
        _listen(config.listen),
        *((_OIDC, _oidc(config.oidc)) if config.oidc else ()),
        *((_WORKERS, _workers(config.workers)) if config.workers != USUAL else ()),
        *((_WEBHOOKS, _webhooks(config.webhooks)) if config.webhooks != PUBLIC_ONLY else ()),
        *((_PACT, _pact(config.pact)) if config.pact else ()),
        _LEDGERS,
        *map(_ledger, config.ledgers),
        _COSIGNER,
        _cosigner(config.cosigner),
        _WITNESSES,
        *map(_witness, config.witnesses),
        _FOREIGN,
        *map(_foreign, config.foreign),
    ]
    return "\n".join(parts)


def with_log(text: str, log: LogConfig, tenant: TenantConfig) -> str:
    """The text of a `node.toml` with two more sections at its end. What is there stays as it is, comments too."""
    return _appended(text, _log(log), _tenant(tenant))


def with_foreign(text: str, foreign: ForeignConfig) -> str:
    """The text of a `node.toml` with one more section `[[foreign]]` at its end."""
    return _appended(text, _foreign(foreign))


def _appended(text: str, *sections: str) -> str:
    return "\n".join([text.rstrip("\n") + "\n", *sections])


def with_cosigner(text: str, cosigner: CosignerConfig) -> str:
    """`text`, that of a `node.toml`, with this `[cosigner]`. All else stays as it is, comments too."""
    document = tomlkit.parse(text)
    table = document.setdefault("cosigner", tomlkit.table())
    table["name"], table["key"] = cosigner.name, cosigner.key
    if cosigner.ml_dsa_44_key is not None:
        table["ml-dsa-44-key"] = cosigner.ml_dsa_44_key
    if cosigner.retired:
        table["retired"] = _keys(cosigner.retired)
    return tomlkit.dumps(document)


def _batch(config: NodeConfig) -> str:
    batch = tomlkit.table()
    values = {
        "size": config.batch_size,
        "age": config.batch_age,
        "foreign-age": config.foreign_age,
        "heartbeat": config.heartbeat,
    }
    for key, value in values.items():
        batch.add(key, tomlkit.item(_plain(value)).comment(_BATCH[key]))
    return tomlkit.dumps({"batch": batch})


def _log(log: LogConfig) -> str:
    return _section(
        "log",
        {
            "name": log.name,
            "origin": log.origin,
            "key": log.key,
            "ml-dsa-44-key": log.ml_dsa_44_key,
            "guard": log.guard,
            "predecessor": log.predecessor,
            "ledgers": log.ledgers,
            "quorum": log.quorum or None,
        },
    )


def _tenant(tenant: TenantConfig) -> str:
    return _section("tenant", {"name": tenant.name, "salt-key": tenant.salt_key, "log": tenant.log})


def _signer(section: str, signer: SignerConfig) -> str:
    return _section(section, {"name": signer.name, "id": signer.id, "key": signer.key, "tenant": signer.tenant})


def _status(status: StatusConfig) -> str:
    table = tomlkit.table()
    table.add("days", _plain(status.days))
    if status.url:
        table.add("url", status.url)
    return tomlkit.dumps({"status": table})


def _listen(listen: ListenConfig) -> str:
    table = tomlkit.table()
    table.add("private", str(listen.private))
    for name, address in (("public", listen.public), ("admin", listen.admin)):
        if address is not None:
            table.add(name, str(address))
    if listen.certificate:
        table.add("certificate", listen.certificate)
        table.add("certificate-key", listen.certificate_key)
    if listen.connections != STANDARD.connections:
        table.add("connections", listen.connections)
    if listen.connections_each != STANDARD.connections_each:
        table.add("connections-each", listen.connections_each)
    if listen.hosts:
        table.add("hosts", list(listen.hosts))
    return tomlkit.dumps({"listen": table})


def _oidc(oidc: OidcConfig) -> str:
    table = tomlkit.table()
    table.add("issuer", oidc.issuer)
    table.add("audience", oidc.audience)
    table.add("algorithms", list(oidc.algorithms))
    for name, path in (("keys", oidc.keys), ("authorities", oidc.authorities)):
        if path:
            table.add(name, path)
    if oidc.loopback_http:
        table.add("loopback-http", True)
    return tomlkit.dumps({"oidc": table})


def _workers(workers: WorkersConfig) -> str:
    return tomlkit.dumps({"workers": {"records": workers.records or 0, "passports": workers.passports or 0}})


def _webhooks(webhooks: WebhookConfig) -> str:
    table = tomlkit.table()
    if webhooks.allow:
        table.add("allow", [str(network) for network in webhooks.allow])
    if webhooks.authorities:
        table.add("authorities", webhooks.authorities)
    return tomlkit.dumps({"webhooks": table})


def _scrub(scrub: ScrubConfig) -> str:
    return tomlkit.dumps({"scrub": {"rate": _plain(scrub.rate), "interval": _plain(scrub.interval)}})


def _pact(pact: ExchangeConfig) -> str:
    table = tomlkit.table()
    table.add("listen", str(pact.listen))
    table.add("url", pact.url)
    if pact.reach.allow:
        table.add("allow", [str(network) for network in pact.reach.allow])
    if pact.reach.authorities:
        table.add("authorities", pact.reach.authorities)
    partners = tomlkit.aot()
    for one in pact.partners:
        values = {"client": one.client, "url": one.url, "client-id": one.client_id, "client-secret": one.client_secret}
        partners.append(tomlkit.item(values))
    if pact.partners:
        table.add("partner", partners)
    clients = tomlkit.aot()
    for client in pact.clients:
        clients.append(tomlkit.item({"client": client.client, "products": list(client.products)}))
    if pact.clients:
        table.add("client", clients)
    return tomlkit.dumps({"pact": table})


def _ledger(ledger: LedgerConfig) -> str:
    return _section(
        "ledger",
        {
            "name": ledger.name,
            "label": ledger.label or None,
            "uri": ledger.uri,
            "publisher": ledger.publisher or None,
            "cadence": ledger.cadence,
            "options": ledger.options,
        },
    )


def _cosigner(cosigner: CosignerConfig) -> str:
    table = tomlkit.table()
    table.add("name", cosigner.name)
    table.add("key", cosigner.key)
    if cosigner.ml_dsa_44_key is not None:
        table.add("ml-dsa-44-key", cosigner.ml_dsa_44_key)
    if cosigner.retired:
        table.add("retired", _keys(cosigner.retired))
    return tomlkit.dumps({"cosigner": table})


def _keys(keys: Iterable[VerifierKey]) -> tomlkit.items.Array:
    """One a line."""
    array = tomlkit.array().multiline(multiline=True)
    array.extend(key.encode() for key in keys)
    return array


def _witness(witness: WitnessConfig) -> str:
    return _section("witness", {"key": witness.key.encode(), "url": witness.url})


def _foreign(foreign: ForeignConfig) -> str:
    return _section("foreign", {"key": foreign.key.encode(), "log": foreign.log})


def _section(name: str, values: Mapping[str, Value]) -> str:
    """One ``[[name]]`` section."""
    table = tomlkit.table()
    for key, value in values.items():
        if value is not None and value != {}:
            table.add(key, _plain(value))
    array = tomlkit.aot()
    array.append(table)
    return tomlkit.dumps({name: array})


def _plain(value: Value) -> object:
    """A whole number without a decimal point; what tomlkit takes for a list and for a table."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case str() | int() | float() | None:
            return value
        case Mapping():
            return dict(value)
        case _:
            return list(value)
