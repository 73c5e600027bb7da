"""Connects to ledgers, by the adapter that the scheme of a ledger's URI names (see `carbonseal.plugins`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.ledger import Connect, Ledger, Secrets
from carbonseal.node.codes import CONFIG_ADAPTER_SHAPE, CONFIG_NO_ADAPTER
from carbonseal.node.secrets import open_secret
from carbonseal.plugins import LEDGERS, shape_problem


@dataclass(frozen=True, slots=True)
class NodeSecrets:
    """Secrets relative to a node's directory; `carbonseal.ledger.Secrets`."""

    directory: Path

    def __call__(self, uri: str) -> bytes:
        return open_secret(uri, self.directory)


async def connect(uri: str, options: Mapping[str, str], directory: Path) -> Ledger:
    """`open_ledger`, with secrets and files that `options` name read relative to a node's `directory`."""
    return await open_ledger(uri, options, NodeSecrets(directory))


async def open_ledger(uri: str, options: Mapping[str, str], secrets: Secrets) -> Ledger:
    """The ledger at `uri`. Raises as `Connect` does, and `Refused` where no adapter is installed for the URI's scheme, or where
    it cannot be used (`plugin.…`, `config.adapter-shape`)."""
    scheme = uri.partition("+")[0]
    adapter: Connect | None = LEDGERS.find(scheme, Connect)
    if adapter is None:
        raise Refused(CONFIG_NO_ADAPTER(scheme=scheme))
    ledger = await adapter(uri, options, secrets)
    if problem := shape_problem(ledger, Ledger):
        raise Refused(CONFIG_ADAPTER_SHAPE(scheme=scheme, problem=problem))
    return ledger
