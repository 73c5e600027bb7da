"""Embedded Fabric network: two organisations with a peer each, their ordering service, a channel, a chaincode.

Everything is kept in one directory: stopped and started again, it goes on where it was.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2
from fabric_protos.peer.lifecycle import lifecycle_pb2

from carbonseal_devnet.fabric import client, genesis, rpc, updates, wire
from carbonseal_devnet.fabric.embedded.orderer import Orderer, Ordering
from carbonseal_devnet.fabric.embedded.services import Service, anchor_registry
from carbonseal_devnet.fabric.genesis import Seat, Settings
from carbonseal_devnet.fabric.identity import Node, Organisation
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.network import CHAINCODE, ORDERER_MSP, FabricAccess
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.peer.peer import Peer
from carbonseal_devnet.fabric.peer.validate import reader

Chaincode = Callable[[str], AbstractAsyncContextManager[object]]
"""A chaincode service: listens on the address while the context lasts."""


class Network(FabricAccess):
    """A running network, for callers in its event loop: what waits for nothing are attributes, all else is awaited.

    Its `peers`, `orderers` and chaincode `services` can be stopped and started one by one."""

    def __init__(self, directory: Path, settings: Settings, chaincode: Chaincode) -> None:
        self.directory = directory
        self.chaincode = CHAINCODE
        self._serve = chaincode
        self._file = directory / "network.json"
        self._stored = self._read(settings)
        self.settings = Settings(**self._stored["settings"])
        self.channel = self.settings.channel
        self.consensus = "BFT" if self.settings.bft else "raft"
        self.mutual_tls = self.settings.mutual_tls
        self.organisations = {each: self._organisation(each) for each in [*self._stored["organisations"], ORDERER_MSP]}
        self.genesis = self._genesis()
        self.ledger = f"fabric:{wire.header_hash(self._block(self.genesis).header).hex()}"
        self.orderers = [self._orderer(number) for number in range(4 if self.settings.bft else 1)]
        self.ordering = Ordering(self.orderers)
        self.peers: dict[str, Peer] = {}
        self.services: dict[str, Service] = {}
        self._cutting: asyncio.Task[None] | None = None

    # What clients need

    def endpoint(self, msp_id: str = "Org1MSP") -> str:
        return f"{rpc.LOOPBACK}:{self._port(msp_id)}"

    def orderer_addresses(self) -> dict[str, str]:
        return {each.node.home.name: each.address for each in self.orderers}

    # What happened

    async def height(self, msp_id: str = "Org1MSP") -> int:
        """How many blocks the organisation's peer has."""
        return self.peers[msp_id].ledger.height

    async def block(self, number: int, msp_id: str = "Org1MSP") -> bytes:
        """A block as the organisation's peer has it, raw. Raises LookupError."""
        return self.peers[msp_id].ledger.raw(number)

    async def config_blocks(self) -> list[bytes]:
        """Every config block, the genesis block first."""
        ledger = max((each.ledger for each in self.orderers), key=lambda ledger: ledger.height)
        raws = (ledger.raw(number) for number in range(ledger.height))
        return [
            raw for raw in raws if wire.open_envelope(self._block(raw).data.data[0]).channel.type == common_pb2.CONFIG
        ]

    async def synced(self) -> int:
        """Wait until every running peer has every block. Their number."""
        height = max(each.ledger.height for each in self.orderers)
        await asyncio.gather(*(each.ledger.grown(height - 1) for each in self.peers.values() if each.up))
        return height

    # Faults

    async def hold(self, msp_id: str) -> None:
        """The peer gets blocks and commits none, until released."""
        self.peers[msp_id].released.clear()

    async def release(self, msp_id: str) -> None:
        """End what `hold` began."""
        self.peers[msp_id].released.set()

    async def overwrite_filter(self, msp_id: str, number: int, position: int, code: int) -> None:
        """Change what the peer's stored block says of a transaction's validity."""
        ledger = self.peers[msp_id].ledger
        block = ledger.block(number)
        codes = bytearray(block.metadata.metadata[wire.FILTER])
        codes[position] = code
        block.metadata.metadata[wire.FILTER] = bytes(codes)
        ledger.overwrite(number, block)

    # Changes of the configuration

    async def update(self, change: Callable[[Any], None]) -> int:
        """Change the channel's ConfigGroup, signed by every administrator. The number of the config block."""
        old = self.ordering.channel.group
        new = configtx_pb2.ConfigGroup()
        new.CopyFrom(old)
        change(new)
        admins = [self.organisations[each].user("Admin") for each in self.ordering.channel.msps]
        update = updates.propose(self.channel, old, new, admins)
        envelope = wire.envelope(common_pb2.CONFIG_UPDATE, self.channel, update, admins[0])
        before = self.ordering.channel
        live = self.ordering.live()[0]
        await self.ordering.order(envelope, live)
        while self.ordering.channel is before:
            await live.ledger.grown(live.ledger.height)
        await self.synced()
        return live.ledger.height - 1

    async def let_any_endorse(self) -> None:
        """The chaincode gets a policy of its own: an endorsement by any one organisation's peer suffices."""
        await self._define(lifecycle.any_of(self.msp_ids))

    async def add_organisation(self, msp_id: str = "Org3MSP", *, by_snapshot: bool = False) -> int:
        """A new organisation joins, with a peer and its chaincode service. The number of the config block. By a snapshot: the
        peer does not serve what is before it, though it took the blocks, for want of an exchange of snapshots here."""
        organisation = self.organisations[msp_id] = self._organisation(msp_id)
        self._stored["organisations"].append(msp_id)
        self._assign_ports([msp_id, f"chaincode.{msp_id}"])
        group = genesis.peer_group(organisation, rpc.LOOPBACK, self._port(msp_id))

        def join(root: Any) -> None:
            root.groups["Application"].groups[msp_id].CopyFrom(group)

        number = await self.update(join)
        await self._start_organisation(msp_id)
        await self.synced()
        if by_snapshot:
            self.peers[msp_id].ledger.withhold()
        return number

    async def renew_orderer(self, number: int = 0) -> int:
        """The orderer gets a new key and certificate, here and in the configuration. The number of the config block."""
        orderer, organisation = self.orderers[number], self.organisations[ORDERER_MSP]
        renewed = organisation.renew_node(orderer.node)
        seats = [Seat(each.node if each is not orderer else renewed, rpc.LOOPBACK, each.port) for each in self.orderers]

        def seat(root: Any) -> None:
            genesis.seat_orderers(root.groups["Orderer"], self.settings.bft, seats)

        block = await self.update(seat)
        orderer.node = renewed
        return block

    async def revoke(self, msp_id: str, user: str) -> int:
        """The user's certificate is revoked. The number of the config block."""
        organisation = self.organisations[msp_id]
        organisation.revoke(organisation.user(user).certificate)

        def list_it(root: Any) -> None:
            root.groups["Application"].groups[msp_id].values["MSP"].value = organisation.msp_config()

        return await self.update(list_it)

    # Start and stop

    async def start(self) -> None:
        """Start every node, and commit the chaincode's definition where it is not committed yet."""
        for orderer in self.orderers:
            await orderer.start()
        self._cutting = asyncio.create_task(self.ordering.run())
        for msp_id in self.msp_ids:
            await self._start_organisation(msp_id)
        await self.synced()
        await self._deploy()

    async def stop(self) -> None:
        """Stop every node and close its ledger."""
        if self._cutting is not None:
            self._cutting.cancel()
            await asyncio.wait([self._cutting])
        for peer in self.peers.values():
            await peer.stop()
            peer.ledger.close()
        for orderer in self.orderers:
            await orderer.stop()
            orderer.ledger.close()
        for service in self.services.values():
            await service.stop()

    async def _start_organisation(self, msp_id: str) -> None:
        node = self.organisations[msp_id].node("peer0")
        ledger = self._ledger(node)
        peer = self.peers[msp_id] = Peer(node, self._port(msp_id), ledger, mutual_tls=self.mutual_tls)
        address = f"{rpc.LOOPBACK}:{self._port(f'chaincode.{msp_id}')}"
        peer.runtime.services[self.chaincode] = address
        service = self.services[msp_id] = Service(self._serve, address)
        await service.start()
        await peer.start()

    async def _deploy(self) -> None:
        """Commit the chaincode's definition where there is none."""
        if self._definition() is None:
            await self._define(lifecycle.CHANNEL_POLICY)

    def _definition(self) -> lifecycle.Definition | None:
        state = self.peers[self.msp_ids[0]].ledger.state()
        return lifecycle.definition(self.chaincode, reader(state, lifecycle.NAMESPACE))

    async def _define(self, policy: bytes) -> None:
        """Commit the chaincode's next definition, by a transaction like any other."""
        peers, current = list(self.peers.values()), self._definition()
        admin = self.organisations[peers[0].msp_id].user("Admin")
        sequence = current.sequence + 1 if current else 1
        wanted = lifecycle_pb2.CommitChaincodeDefinitionArgs(
            name=self.chaincode, version="1.0", sequence=sequence, validation_parameter=policy
        )
        args = [b"CommitChaincodeDefinition", wanted.SerializeToString()]
        _, proposal = client.propose(self.channel, lifecycle.NAMESPACE, args, admin)
        answers = [await peer.endorser.process(proposal) for peer in peers]
        height = peers[0].ledger.height
        await self.ordering.order(client.sign(client.assemble(proposal, answers), admin), self.orderers[0])
        await asyncio.gather(*(peer.ledger.grown(height) for peer in peers))

    # What is kept in the directory

    def _read(self, settings: Settings) -> dict[str, Any]:
        if not self._file.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            self._stored = {
                "settings": dataclasses.asdict(settings),
                "organisations": ["Org1MSP", "Org2MSP"],
                "ports": {},
            }
            nodes = ["Org1MSP", "Org2MSP", "chaincode.Org1MSP", "chaincode.Org2MSP"]
            self._assign_ports(nodes + [f"orderer{number}" for number in range(4 if settings.bft else 1)])
        stored: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        if stored["settings"]["bft"] != settings.bft:
            raise ValueError(f"{self.directory} holds a network with another kind of ordering service")
        return stored

    def _assign_ports(self, nodes: Sequence[str]) -> None:
        self._stored["ports"].update(zip(nodes, rpc.free_ports(len(nodes)), strict=True))
        self._file.write_text(json.dumps(self._stored, indent=2) + "\n", encoding="utf-8")

    def _port(self, node: str) -> int:
        port: int = self._stored["ports"][node]
        return port

    def _organisation(self, msp_id: str) -> Organisation:
        domain = f"{msp_id.removesuffix('MSP').lower()}.example"
        return Organisation(msp_id, domain, self.directory / "organisations" / domain)

    def _genesis(self) -> bytes:
        path = self.directory / "genesis.block"
        if not path.exists():
            ordering = self.organisations[ORDERER_MSP]
            seats = [
                Seat(ordering.node(f"orderer{number}", "orderer"), rpc.LOOPBACK, self._port(f"orderer{number}"))
                for number in range(4 if self.settings.bft else 1)
            ]
            peers = [(self.organisations[each], rpc.LOOPBACK, self._port(each)) for each in self.msp_ids]
            path.write_bytes(genesis.genesis_block(self.settings, peers, ordering, seats).SerializeToString())
        return path.read_bytes()

    def _orderer(self, number: int) -> Orderer:
        node = self.organisations[ORDERER_MSP].node(f"orderer{number}", "orderer")
        return Orderer(number + 1, node, self._port(f"orderer{number}"), self._ledger(node))

    def _ledger(self, node: Node) -> Ledger:
        ledger = Ledger(self.directory / "ledgers" / f"{node.home.name}.db")
        if not ledger.height:
            ledger.append(self._block(self.genesis))
        return ledger

    @staticmethod
    def _block(raw: bytes) -> Any:
        return common_pb2.Block.FromString(raw)


@asynccontextmanager
async def running(
    directory: Path, *, settings: Settings | None = None, chaincode: Chaincode = anchor_registry
) -> AsyncIterator[Network]:
    """A network for as long as the block lasts, in this event loop. What `directory` holds goes on; else it is made."""
    network = Network(directory, settings or Settings(), chaincode)
    try:
        await network.start()
        yield network
    finally:
        await network.stop()
