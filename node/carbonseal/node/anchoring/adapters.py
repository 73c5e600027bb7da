"""Finds the adapter of a ledger by the scheme of its URI (entry-point group ``carbonseal.ledgers``)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.ledger import Ledger, Secrets
from carbonseal.node.codes import CONFIG_NO_ADAPTER
from carbonseal.node.secrets import open_secret

Connect = Callable[[str, Mapping[str, str], Secrets], Awaitable[Ledger]]


@dataclass(frozen=True, slots=True)
class NodeSecrets:
    """Secrets relative to a node's directory; `carbonseal.ledger.Secrets`."""

    directory: Path

    def __call__(self, uri: str) -> bytes:
        return open_secret(uri, self.directory)


async def connect(uri: str, options: Mapping[str, str], directory: Path) -> Ledger:
    """The ledger at `uri`. Secrets and files that `options` name are read relative to `directory`. Raises as what
    `find_adapter` gives does, and Refused where there is none."""
    return await find_adapter(uri)(uri, options, NodeSecrets(directory))


def find_adapter(uri: str) -> Connect:
    """What connects to the ledger at `uri`, ``scheme+endpoint``: it raises Refused on options that it does not take, and Retry
    where the endpoint is silent. Raises Refused without an adapter for the scheme."""
    scheme = uri.partition("+")[0]
    found = entry_points(group="carbonseal.ledgers", name=scheme)
    if not found:
        raise Refused(CONFIG_NO_ADAPTER(scheme=scheme))
    adapter: Connect = next(iter(found)).load()
    return adapter
