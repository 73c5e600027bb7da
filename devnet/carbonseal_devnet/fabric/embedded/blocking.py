"""Blocking view of an embedded network that runs in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from carbonseal_devnet import threads
from carbonseal_devnet.fabric.embedded.network import Chaincode, Network, running
from carbonseal_devnet.fabric.embedded.services import anchor_registry
from carbonseal_devnet.fabric.genesis import Settings
from carbonseal_devnet.fabric.network import FabricNetwork

T = TypeVar("T")


class Blocking(FabricNetwork):
    """A `FabricNetwork`, and faults that only an embedded one can have. `network` is what runs, for a look inside."""

    def __init__(self, network: Network, loop: asyncio.AbstractEventLoop) -> None:
        self.network = network
        self.directory = network.directory
        self.channel = network.channel
        self.chaincode = network.chaincode
        self.consensus = network.consensus
        self.mutual_tls = network.mutual_tls
        self.genesis = network.genesis
        self.ledger = network.ledger
        self.organisations = network.organisations
        self._loop = loop

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def endpoint(self, msp_id: str = "Org1MSP") -> str:
        return self.network.endpoint(msp_id)

    def orderer_addresses(self) -> Mapping[str, str]:
        return self.network.orderer_addresses()

    # What happened

    def height(self, msp_id: str = "Org1MSP") -> int:
        return self._wait(self.network.height(msp_id))

    def block(self, number: int, msp_id: str = "Org1MSP") -> bytes:
        return self._wait(self.network.block(number, msp_id))

    def config_blocks(self) -> list[bytes]:
        return self._wait(self.network.config_blocks())

    def synced(self) -> int:
        return self._wait(self.network.synced())

    # Faults

    def stop_peer(self, msp_id: str) -> None:
        self._wait(self.network.peers[msp_id].stop())

    def start_peer(self, msp_id: str) -> None:
        self._wait(self.network.peers[msp_id].start())

    def stop_orderer(self, number: int = 0) -> None:
        self._wait(self.network.orderers[number].stop())

    def start_orderer(self, number: int = 0) -> None:
        self._wait(self.network.orderers[number].start())

    def stop_chaincode(self, msp_id: str) -> None:
        self._wait(self.network.services[msp_id].stop())

    def start_chaincode(self, msp_id: str) -> None:
        self._wait(self.network.services[msp_id].start())

    def overwrite_filter(self, msp_id: str, number: int, position: int, code: int) -> None:
        self._wait(self.network.overwrite_filter(msp_id, number, position, code))

    def hold(self, msp_id: str) -> None:
        """The peer gets blocks and commits none, until released."""
        self._wait(self.network.hold(msp_id))

    def release(self, msp_id: str) -> None:
        """End what `hold` began."""
        self._wait(self.network.release(msp_id))

    def duplicate(self, on: bool = True) -> None:
        """Every transaction is ordered twice."""
        self.network.ordering.duplicating = on

    def lie(self, msp_id: str, on: bool = True) -> None:
        """The peer signs other answers than the chaincode gave."""
        self.network.peers[msp_id].endorser.lies = on

    # Changes of the configuration

    def update(self, change: Callable[[Any], None]) -> int:
        return self._wait(self.network.update(change))

    def let_any_endorse(self) -> None:
        self._wait(self.network.let_any_endorse())

    def add_organisation(self, msp_id: str = "Org3MSP", *, by_snapshot: bool = False) -> int:
        return self._wait(self.network.add_organisation(msp_id, by_snapshot=by_snapshot))

    def renew_orderer(self, number: int = 0) -> int:
        return self._wait(self.network.renew_orderer(number))

    def revoke(self, msp_id: str, user: str) -> int:
        return self._wait(self.network.revoke(msp_id, user))


@contextmanager
def in_thread(
    directory: Path, *, settings: Settings | None = None, chaincode: Chaincode = anchor_registry
) -> Iterator[Blocking]:
    """A network for as long as the block lasts, in a thread and an event loop of its own."""
    network = running(directory, settings=settings, chaincode=chaincode)
    with threads.in_thread(network, "carbonseal-devnet-fabric") as (started, loop):
        yield Blocking(started, loop)
