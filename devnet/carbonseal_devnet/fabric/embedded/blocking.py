"""An embedded network that runs in a thread of its own, for callers that block; `interface.FabricNetwork` and more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from carbonseal_devnet import threads
from carbonseal_devnet.fabric.config import Settings
from carbonseal_devnet.fabric.embedded.network import Chaincode, Network, running
from carbonseal_devnet.fabric.embedded.services import anchor_registry
from carbonseal_devnet.fabric.identity import Organisation

T = TypeVar("T")


class Blocking:
    """Organisations are named by their MSP ids, orderers by number from 0. `network` is what runs, for a look inside."""

    def __init__(self, network: Network, loop: asyncio.AbstractEventLoop) -> None:
        self.network = network
        self._loop = loop

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # --- what clients need -------------------------------------------------------------------------------------------

    @property
    def directory(self) -> Path:
        return self.network.directory

    @property
    def channel(self) -> str:
        return self.network.channel

    @property
    def chaincode(self) -> str:
        return self.network.chaincode

    @property
    def ledger(self) -> str:
        """Its name, as policies write it."""
        return self.network.ledger

    @property
    def genesis(self) -> bytes:
        """The channel's first block."""
        return self.network.genesis

    @property
    def msp_ids(self) -> list[str]:
        """The organisations that run peers."""
        return self.network.msp_ids

    @property
    def organisations(self) -> dict[str, Organisation]:
        """Every organisation, with its keys and certificates."""
        return self.network.organisations

    @property
    def uri(self) -> str:
        """Its address, as `node.toml` writes it: that of the first organisation's peer."""
        return self.network.uri

    def endpoint(self, msp_id: str = "Org1MSP") -> str:
        """HOST:PORT of the organisation's peer, which serves Gateway, Endorser and Deliver."""
        return self.network.endpoint(msp_id)

    def tls_ca(self, msp_id: str = "Org1MSP") -> Path:
        """The certificate that its servers are known by, PEM."""
        return self.network.tls_ca(msp_id)

    def orderer_endpoint(self, number: int = 0) -> str:
        return self.network.orderer_endpoint(number)

    def msp(self, msp_id: str = "Org1MSP", user: str = "User1") -> Path:
        """A user's MSP folder, made on first use. `Admin` is the organisation's administrator."""
        return self.network.msp(msp_id, user)

    def profile(self, msp_id: str = "Org1MSP") -> Path:
        """The organisation's connection profile, JSON."""
        return self.network.profile(msp_id)

    # --- what happened -----------------------------------------------------------------------------------------------

    def height(self, msp_id: str = "Org1MSP") -> int:
        """How many blocks the organisation's peer has."""
        return self._wait(self.network.height(msp_id))

    def block(self, number: int, msp_id: str = "Org1MSP") -> bytes:
        """A block as the organisation's peer has it, raw. Raises LookupError."""
        return self._wait(self.network.block(number, msp_id))

    def config_blocks(self) -> list[bytes]:
        """Every config block, the genesis block first."""
        return self._wait(self.network.config_blocks())

    def settled(self) -> int:
        """Wait until every running peer has every block. Their number."""
        return self._wait(self.network.settled())

    # --- faults ------------------------------------------------------------------------------------------------------

    def stop_peer(self, msp_id: str) -> None:
        self._wait(self.network.stop_peer(msp_id))

    def start_peer(self, msp_id: str) -> None:
        self._wait(self.network.start_peer(msp_id))

    def stop_orderer(self, number: int = 0) -> None:
        self._wait(self.network.stop_orderer(number))

    def start_orderer(self, number: int = 0) -> None:
        self._wait(self.network.start_orderer(number))

    def stop_chaincode(self, msp_id: str) -> None:
        self._wait(self.network.stop_chaincode(msp_id))

    def start_chaincode(self, msp_id: str) -> None:
        self._wait(self.network.start_chaincode(msp_id))

    def hold(self, msp_id: str) -> None:
        """The peer gets blocks and commits none, until released."""
        self._wait(self.network.hold(msp_id))

    def release(self, msp_id: str) -> None:
        self._wait(self.network.release(msp_id))

    def duplicate(self, on: bool = True) -> None:
        """Every transaction is ordered twice."""
        self._wait(self.network.duplicate(on))

    def lie(self, msp_id: str, on: bool = True) -> None:
        """The peer signs other answers than the chaincode gave."""
        self._wait(self.network.lie(msp_id, on))

    def overwrite_filter(self, msp_id: str, number: int, position: int, code: int) -> None:
        """Change what the peer's stored block says of a transaction's validity."""
        self._wait(self.network.overwrite_filter(msp_id, number, position, code))

    # --- changes of the configuration: each gives the number of the config block -------------------------------------

    def update(self, change: Callable[[Any], None]) -> int:
        """Change the channel's ConfigGroup, signed by every administrator."""
        return self._wait(self.network.update(change))

    def add_organisation(self, msp_id: str = "Org3MSP") -> int:
        """A new organisation joins, with a peer and its chaincode service."""
        return self._wait(self.network.add_organisation(msp_id))

    def renew_orderer(self, number: int = 0) -> int:
        """The orderer gets a new key and certificate, here and in the configuration."""
        return self._wait(self.network.renew_orderer(number))

    def revoke(self, msp_id: str, user: str) -> int:
        """The user's certificate is revoked."""
        return self._wait(self.network.revoke(msp_id, user))


@contextmanager
def in_thread(
    directory: Path, *, settings: Settings | None = None, chaincode: Chaincode = anchor_registry
) -> Iterator[Blocking]:
    """A network for as long as the block lasts, in a thread and an event loop of its own."""
    network = running(directory, settings=settings, chaincode=chaincode)
    with threads.in_thread(network, "carbonseal-devnet-fabric") as (started, loop):
        yield Blocking(started, loop)
