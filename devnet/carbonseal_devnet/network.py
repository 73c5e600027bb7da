"""Local network: the one interface of all kinds of networks, for whoever sets up a node on one.

Each kind is a package (`ethereum`, `fabric`, `log`) with two modules:

- `network`: the running network. It is a `LocalNetwork`, and has what tests need to move and break it.
- `starting`: `running(...)`, an async context manager that gives the network, and `in_thread(...)`, the same for callers that
  block. The network is started before the block begins and stopped after it ends, however it ends. `running` raises
  `ProgramMissing` or `ProgramFailed` where a program is to run it, OSError for a port that is taken, and ValueError where what
  is kept in the directory is of another sort.

Example, a chain with a node's options for it::

    async with starting.running(keys=directory) as chain:
        print(init_argument("chain", chain))  # chain ethereum+http://127.0.0.1:8545 registry=0x... key=file:...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


class LocalNetwork(Protocol):
    """A running network. Nothing here waits for it."""

    @property
    def ledger(self) -> str:
        """The ledger's name, as policies write it: `eip155:1337`."""
        ...

    @property
    def uri(self) -> str:
        """The ledger's address, as `node.toml` writes it: `ethereum+http://127.0.0.1:8545`."""
        ...

    def node_options(self) -> dict[str, str]:
        """The ledger's options in `node.toml`, for the first account or user. Files that they name exist."""
        ...

    def facts(self) -> Iterable[tuple[str, str]]:
        """What else is worth knowing, as (word, value)."""
        ...


def init_argument(name: str, network: LocalNetwork) -> str:
    """The argument of `carbonseal init --ledger` that makes `network` the node's ledger `name`."""
    options = (f"{option}={value}" for option, value in network.node_options().items())
    return " ".join((name, network.uri, *options))


def description(kind: str, name: str, network: LocalNetwork) -> Iterator[str]:
    """A network in lines: its kind and address, its ledger's name, its facts, and the option that sets up a node on it."""
    yield f"{kind:<9} {network.uri}"
    for word, value in (("ledger", network.ledger), *network.facts()):
        yield f"  {word:<9} {value}"
    yield f"  --ledger  '{init_argument(name, network)}'"
