"""Native Fabric network on loopback: Fabric's own programs, without Docker, all in one directory.

Made once: identities, genesis block, ports, the channel, the chaincode. Started again from the same directory, everything is
as it was left.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2

from carbonseal.ledger import Anchor, Statement, TransientError
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.chaincode.package import package, package_id
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.sending.collecting import last_config
from carbonseal_adapters.fabric.sending.ledger import connect
from carbonseal_devnet.fabric import genesis, updates, wire
from carbonseal_devnet.fabric.genesis import Seat
from carbonseal_devnet.fabric.identity import Node, Organisation
from carbonseal_devnet.fabric.native import making
from carbonseal_devnet.fabric.native.plan import CHANNEL, HERE, ORDERER_DOMAIN, Member, Plan, read_plan
from carbonseal_devnet.fabric.native.programs import TIMEOUT, Programs, SupervisedProgram, at_once, quiet_environment
from carbonseal_devnet.fabric.network import CHAINCODE, ORDERER_MSP, FabricNetwork
from carbonseal_devnet.supervised_process import ProgramFailed


class Native(FabricNetwork):
    """A `FabricNetwork` whose nodes are programs."""

    channel = CHANNEL
    chaincode = CHAINCODE

    def __init__(self, plan: Plan, programs: Programs) -> None:
        self.directory = plan.directory
        self.version = programs.version
        self.consensus = "BFT" if plan.bft else "raft"
        self.mutual_tls = plan.mutual_tls
        self.genesis = (plan.directory / making.GENESIS).read_bytes()
        self.ledger = f"fabric:{Block.of(self.genesis).hash.hex()}"
        self._plan, self._programs = plan, programs
        self._running: dict[str, SupervisedProgram] = {}
        self.organisations = {each.msp: self._organisation(each) for each in plan.members}
        self.organisations[ORDERER_MSP] = Organisation(ORDERER_MSP, ORDERER_DOMAIN, plan.ordering)

    # --- what clients need -------------------------------------------------------------------------------------------

    def endpoint(self, msp_id: str = "Org1MSP") -> str:
        return self._member(msp_id).address

    def orderer_addresses(self) -> dict[str, str]:
        return {
            f"orderer{number}.{ORDERER_DOMAIN}": f"{HERE}:{ports['port']}"
            for number, ports in enumerate(self._plan.orderers, 1)
        }

    # --- what happened -----------------------------------------------------------------------------------------------

    def height(self, msp_id: str = "Org1MSP") -> int:
        printed = self._as_admin(msp_id, "channel", "getinfo", "-c", CHANNEL)
        told, _ = json.JSONDecoder().raw_decode(printed[printed.index("{") :])
        return int(told["height"])

    def block(self, number: int, msp_id: str = "Org1MSP") -> bytes:
        return self._fetch(str(number), msp_id)

    def config_blocks(self) -> list[bytes]:
        found = [self._fetch("config", "Org1MSP")]
        while number := Block.of(found[0]).number:
            before = last_config(Block.of(self.block(number - 1)))
            found.insert(0, self.block(before))
        return found

    def synced(self) -> int:
        def heights() -> set[int]:
            return {self.height(each.msp) for each in self._plan.members if _peer(each) in self._running}

        self._until(lambda: len(heights()) == 1)
        return heights().pop()

    # --- faults ------------------------------------------------------------------------------------------------------

    def stop_peer(self, msp_id: str) -> None:
        self._kill(_peer(self._member(msp_id)))

    def start_peer(self, msp_id: str) -> None:
        member = self._member(msp_id)
        self._hold(_peer(member), member.port, self._programs["peer"], "node", "start")

    def stop_orderer(self, number: int = 0) -> None:
        self._kill(f"orderer{number + 1}")

    def start_orderer(self, number: int = 0) -> None:
        self._hold(f"orderer{number + 1}", self._plan.orderers[number]["port"], self._programs["orderer"])

    def stop_chaincode(self, msp_id: str) -> None:
        self._kill(f"chaincode-{self._member(msp_id).name}")

    def start_chaincode(self, msp_id: str) -> None:
        member = self._member(msp_id)
        address = f"{HERE}:{member.service}"
        command = (sys.executable, "-m", "carbonseal_adapters.fabric.chaincode", "--address", address)
        self._hold(f"chaincode-{member.name}", member.service, *command, "--id", package_id(package(address)))

    def overwrite_filter(self, msp_id: str, number: int, position: int, code: int) -> None:
        """Change what the peer's stored block says of a transaction's validity, in the file that it keeps blocks in."""
        metadata = common_pb2.Block.FromString(self.block(number, msp_id)).metadata.metadata
        path = self._plan.peer_folder(self._member(msp_id)) / "data/ledgersData/chains/chains" / CHANNEL
        self.stop_peer(msp_id)
        with (path / "blockfile_000000").open("r+b") as file:
            raw = file.read()
            signed = metadata[
                common_pb2.SIGNATURES
            ]  # there are no others like it; the filter comes after the next part
            after = raw.index(signed) + len(signed) + len(metadata[common_pb2.LAST_CONFIG])
            file.seek(raw.index(metadata[common_pb2.TRANSACTIONS_FILTER], after + 2) + position)
            file.write(bytes([code]))
        self.start_peer(msp_id)

    # --- changes of the configuration --------------------------------------------------------------------------------

    def update(self, change: Callable[[Any], None]) -> int:
        block = common_pb2.Block.FromString(self._fetch("config", "Org1MSP"))
        before = int(block.header.number)
        payload = common_pb2.Payload.FromString(common_pb2.Envelope.FromString(block.data.data[0]).payload)
        old = configtx_pb2.ConfigEnvelope.FromString(payload.data).config.channel_group
        new = configtx_pb2.ConfigGroup()
        new.CopyFrom(old)
        change(new)
        admins = [each.user("Admin") for each in self.organisations.values()]
        update = updates.propose(CHANNEL, old, new, admins)
        path = self.directory / "update.tx"
        path.write_bytes(wire.envelope(common_pb2.CONFIG_UPDATE, CHANNEL, update, admins[0]))
        self._have_ordered("Org1MSP", "channel", "update", "-f", path, "-c", CHANNEL)
        self._until(lambda: Block.of(self._fetch("config", "Org1MSP")).number > before)
        self.synced()
        return Block.of(self._fetch("config", "Org1MSP")).number

    def add_organisation(self, msp_id: str = "Org3MSP", *, by_snapshot: bool = False) -> int:
        member = making.new_member(msp_id.removesuffix("MSP"))
        organisation = self.organisations[msp_id] = self._organisation(member)
        organisation.node("peer0")
        group = genesis.peer_group(organisation, HERE, member.port)

        def join(root: Any) -> None:
            root.groups["Application"].groups[member.name].CopyFrom(group)

        number = self.update(join)
        self._plan.members.append(member)
        making.write_peer(self._plan, member)
        self.start_peer(msp_id)
        self.start_chaincode(msp_id)
        if by_snapshot:
            self._as_admin(msp_id, "channel", "joinbysnapshot", "--snapshotpath", self._snapshot("Org1MSP"))
        else:
            self._as_admin(msp_id, "channel", "join", "-b", self.directory / making.GENESIS)
        self._until(lambda: self.height(msp_id) == self.height())
        self._install(member)
        self._approve(member, *making.FIRST)
        self.synced()
        self._plan.write()
        return number

    def let_any_endorse(self) -> None:
        rule = ", ".join(f"'{msp_id}.peer'" for msp_id in self.msp_ids)
        second = ("--sequence", "2", "--signature-policy", f"OR({rule})")
        at_once(lambda each: self._approve(each, *second), self._plan.members)
        self._commit(*second)

    def _snapshot(self, msp_id: str) -> Path:
        """The folder of a snapshot of all that an organisation's peer has."""
        member, last = self._member(msp_id), self.height(msp_id) - 1
        made = self._plan.peer_folder(member) / "snapshots" / "completed" / CHANNEL / str(last)
        peer = ("--peerAddress", member.address, "--tlsRootCertFile", self.tls_ca(msp_id))
        self._as_admin(msp_id, "snapshot", "submitrequest", "-c", CHANNEL, "-b", last, *peer)
        self._until(made.exists)
        return made

    def renew_orderer(self, number: int = 0) -> int:
        """The orderer gets a new key and certificate, and is started with them; BFT's are in the configuration too. A single
        raft orderer keeps its TLS certificate: to take a new one it would have to hand over to a follower first."""
        organisation = self.organisations[ORDERER_MSP]
        nodes = [organisation.node(f"orderer{each}", "orderer") for each in range(1, len(self._plan.orderers) + 1)]
        if self._plan.bft:
            nodes[number] = organisation.renew_node(nodes[number])
            block = self.update(partial(self._seat, nodes))
        else:
            organisation.renew(nodes[number].home / "msp")
            block = Block.of(self._fetch("config", "Org1MSP")).number
        self.stop_orderer(number)
        self.start_orderer(number)
        return block

    def _seat(self, nodes: list[Node], root: Any) -> None:
        seats = [Seat(node, HERE, each["port"]) for node, each in zip(nodes, self._plan.orderers, strict=True)]
        genesis.seat_orderers(root.groups["Orderer"], self._plan.bft, seats)

    def revoke(self, msp_id: str, user: str) -> int:
        organisation, name = self.organisations[msp_id], self._member(msp_id).name
        organisation.revoke(organisation.user(user).certificate)

        def list_it(root: Any) -> None:
            root.groups["Application"].groups[name].values["MSP"].value = organisation.msp_config()

        return self.update(list_it)

    # --- start and stop ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start every orderer, peer and chaincode service, and wait until all answer."""
        starting: list[Callable[[], None]] = []
        for number in range(len(self._plan.orderers)):
            starting.append(partial(self.start_orderer, number))
        for msp_id in self.msp_ids:
            starting += [partial(self.start_peer, msp_id), partial(self.start_chaincode, msp_id)]
        at_once(lambda start: start(), starting)

    def found(self) -> None:
        """Make the channel and commit the chaincode's definition: what is done once."""
        block = self.directory / making.GENESIS
        at_once(lambda ports: making.join_orderer(ports["admin"], block), self._plan.orderers)
        at_once(lambda each: self._as_admin(each.msp, "channel", "join", "-b", block), self._plan.members)
        at_once(self._install, self._plan.members)
        at_once(lambda each: self._approve(each, *making.FIRST), self._plan.members)
        self._commit(*making.FIRST)

    def stop(self) -> None:
        """All of it, cleanly."""
        for program in self._running.values():
            program.ask_to_stop()
        for program in self._running.values():
            program.stop()

    # --- nodes and commands ------------------------------------------------------------------------------------------

    def _organisation(self, member: Member) -> Organisation:
        return Organisation(member.msp, member.domain, self._plan.folder(member))

    def _member(self, msp_id: str) -> Member:
        return next(each for each in self._plan.members if each.msp == msp_id)

    def _hold(self, node: str, port: int, *command: str) -> None:
        home = self.directory / node
        home.mkdir(exist_ok=True)
        program = self._running[node] = SupervisedProgram(
            command, port, self.directory / f"{node}.log", quiet_environment(home)
        )
        program.until_ready()

    def _kill(self, node: str) -> None:
        self._running.pop(node).kill()

    def _install(self, member: Member) -> None:
        """The chaincode's package on a member's peer."""
        packed = self.directory / f"carbonseal-{member.name}.tgz"
        packed.write_bytes(package(f"{HERE}:{member.service}"))
        self._as_admin(member.msp, "lifecycle", "chaincode", "install", packed)

    def _approve(self, member: Member, *definition: str) -> None:
        """A member's approval of a definition, which runs its own package."""
        its_own = ("--package-id", package_id(package(f"{HERE}:{member.service}")))
        asked = ("approveformyorg", *making.DEFINITION, *definition, *its_own)
        self._have_ordered(member.msp, "lifecycle", "chaincode", *asked)

    def _commit(self, *definition: str) -> None:
        """The definition that all have approved."""
        peers: list[object] = []
        for each in self._plan.members:
            peers += ["--peerAddresses", each.address, "--tlsRootCertFiles", self.tls_ca(each.msp)]
        self._have_ordered("Org1MSP", "lifecycle", "chaincode", "commit", *making.DEFINITION, *definition, *peers)
        self._until(self._endorses)

    def _endorses(self) -> bool:
        """Whether peers know of each other, so that every gateway finds endorsers. Sends nothing."""
        with ThreadPoolExecutor(1) as thread:  # there may be an event loop in this one
            return all(thread.submit(asyncio.run, _prepares(self, each)).result() for each in self.msp_ids)

    def _have_ordered(self, msp_id: str, *arguments: object) -> None:
        """A command that sends something to the orderers; again while they have no leader yet."""
        root = self.organisations[ORDERER_MSP].tls_ca_file
        ordered = ("--orderer", self.orderer_endpoint(), "--tls", "--cafile", root)
        end = time.monotonic() + TIMEOUT
        while True:
            try:
                self._as_admin(msp_id, *arguments, *ordered)
            except ProgramFailed as failed:
                if "SERVICE_UNAVAILABLE" not in str(failed) or time.monotonic() > end:
                    raise
            else:
                return
            time.sleep(0.05)

    def _fetch(self, which: str, msp_id: str) -> bytes:
        path = self.directory / f"fetched-{msp_id}.block"
        self._as_admin(msp_id, "channel", "fetch", which, path, "-c", CHANNEL)
        return path.read_bytes()

    def _as_admin(self, msp_id: str, *arguments: object) -> str:
        home = self._plan.peer_folder(self._member(msp_id))
        return self._programs.run(
            "peer", *arguments, settings=home, CORE_PEER_MSPCONFIGPATH=str(self.msp(msp_id, "Admin"))
        )

    @staticmethod
    def _until(done: Callable[[], bool]) -> None:
        """Raises ProgramFailed where it takes too long; what fails meanwhile is tried again, as nodes have to find each other."""
        end, problem = time.monotonic() + TIMEOUT, "it was never ready"
        while time.monotonic() < end:
            try:
                if done():
                    return
            except ProgramFailed as failed:
                problem = str(failed)
            time.sleep(0.05)
        raise ProgramFailed(f"the network: {problem}")


def _peer(member: Member) -> str:
    return f"peer-{member.name}"


async def _prepares(network: Native, msp_id: str) -> bool:
    secrets = NodeSecrets(network.directory)
    try:
        ledger = await connect(network.uri_of(msp_id), network.node_options(msp_id), secrets)
        try:
            await ledger.prepare(Anchor(Statement(bytes(32), 1, bytes(32)), b""), ())
        finally:
            await ledger.close()
    except TransientError:
        return False
    return True


@contextmanager
def started(
    directory: Path, *, bft: bool = False, batch: float = 0.1, messages: int = 10, mutual_tls: bool = False
) -> Iterator[Native]:
    """The network in `directory`, ready for anchors until the block ends, made there where there is none.

    `bft` takes four orderers and Fabric 3; `batch` is how many seconds an incomplete block waits, `messages` how many
    transactions fill one; with `mutual_tls` peers ask clients for a certificate. A network that is there keeps what it was made
    with. Raises ProgramMissing without Fabric's programs, ProgramFailed where one does not do as it is asked, ValueError where
    the network there has other orderers.
    """
    programs, directory = Programs(), directory.resolve()
    if bft and not programs.version.startswith("3."):
        raise ProgramFailed(f"BFT needs Fabric 3, and the programs here are {programs.version}")
    stored = read_plan(directory)
    if stored is not None and stored.bft != bft:
        raise ValueError(f"{directory} holds a network with another kind of ordering service")
    plan = stored or making.make(directory, programs, bft=bft, batch=batch, messages=messages, mutual_tls=mutual_tls)
    network = Native(plan, programs)
    try:
        network.start()
        if stored is None:
            network.found()
            plan.write()
        yield network
    finally:
        network.stop()
