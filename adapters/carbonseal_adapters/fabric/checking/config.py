"""A channel's configuration, from the block that holds it, and the chain of such blocks from a pinned one on.

A configuration block is signed as any block is, under the configuration before it, and names itself as the one that governs
it. Configurations are numbered: none can be left out of the chain, and no two can follow on the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.blocks import Block, check_signatures
from carbonseal_adapters.fabric.checking.certificates import der, key_digest
from carbonseal_adapters.fabric.checking.identities import MAX_NAME, Identity, Member, Msp
from carbonseal_adapters.fabric.checking.messages import headers, shapes
from carbonseal_adapters.fabric.checking.messages.headers import Header
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read
from carbonseal_adapters.fabric.checking.policies import Rule, read_policy

MAX_ORGANISATIONS = 256
WHOLE_WIDTH = 0xFFFF_FFFF  # of the data hash: flat, the only one that Fabric has
RAFT, BFT = "etcdraft", "BFT"
CAPABILITIES = {"V1_1", "V1_3", "V1_4_2", "V1_4_3", "V2_0", "V3_0"}  # of a channel


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration, and the block that holds it."""

    channel: str
    hash: bytes  # the block's header hash
    number: int  # the block's
    sequence: int  # the configuration's: 0 for the genesis block's
    msps: Mapping[str, Msp]
    block_validation: Rule
    endorsement: Rule  # of chaincodes that have no policy of their own
    consenters: Mapping[int, Identity] | None  # by number, where the channel's orderers are BFT

    @property
    def identities(self) -> frozenset[str]:
        """What names the ledger, whoever pins it (spec section 7): this configuration, and each root key of the channel's
        organisations. Who orders can be replaced, and so can who endorses: no one group of them names the channel."""
        roots = {key_digest(root).hex() for msp in self.msps.values() for root in msp.roots}
        return frozenset(
            (f"fabric-config:{self.hash.hex()}", *(f"fabric-member:{self.channel}:{root}" for root in roots))
        )

    @property
    def quorum(self) -> int:
        """How many different orderers sign a block: of n consenters of which f may lie, ceil((n + f + 1) / 2)."""
        if self.consenters is None:
            return 1
        count = len(self.consenters)
        return (count + (count - 1) // 3 + 2) // 2

    def orderers_among(self, signers: Sequence[Member]) -> int:
        if self.consenters is None:
            return len(signers)  # the policy says whose
        seats = {(one.msp, der(one.certificate)) for one in self.consenters.values()}
        return sum((member.msp, member.certificate) in seats for member in signers)

    def consenter(self, number: int) -> Identity:
        if self.consenters is None or number not in self.consenters:
            raise Refused(codes.CONSENTER_UNKNOWN(number=number))
        return self.consenters[number]

    def validate(self, identity: Identity, at: datetime) -> Member:
        if identity.msp not in self.msps:
            raise Refused(codes.MSP_UNKNOWN(msp=identity.msp))
        return self.msps[identity.msp].validate(identity, at)


def read_config(block: Block) -> Config:
    """The configuration in a block whose header is taken as it is. Raises `Refused`."""
    return _read(block, *_header(block))


def follow(pinned: Config, blocks: Sequence[Block]) -> Sequence[Config]:
    """The pinned configuration and those that follow it in these blocks, of which those up to the pinned one are passed over:
    whoever pins a later configuration needs no earlier one. Raises `Refused`, placed at the block."""
    configs = [pinned]
    begin = next((at for at, block in enumerate(blocks, 1) if block.hash == pinned.hash), 0)
    if begin == 0 and blocks and not _is_next(pinned, blocks[0]):
        raise Refused(codes.CONFIG_OLDER("0", pinned=pinned.number, found=blocks[0].number))
    for at, block in enumerate(blocks[begin:], begin):
        try:
            configs.append(_next(configs[-1], block))
        except Refused as refused:
            raise refused.under(str(at)) from None
    return configs


def _is_next(pinned: Config, block: Block) -> bool:
    """Whether the block says that its configuration is the one after the pinned one. Honest evidence of the same channel may
    begin elsewhere, so this is looked at before any signature."""
    _, payload = _header(block)
    sequence = payload.message(2, shapes.CONFIG_ENVELOPE).message(1, shapes.CONFIG).number(1)
    return block.number > pinned.number and sequence == pinned.sequence + 1


def _next(config: Config, block: Block) -> Config:
    if block.number <= config.number:
        raise Refused(codes.CONFIG_ORDER(number=block.number, previous=config.number))
    header, payload = _header(block)
    if header.channel != config.channel:
        raise Refused(codes.OTHER_CHANNEL(channel=header.channel, pinned=config.channel))
    last = check_signatures(block, config, header.at)
    if last != block.number:
        raise Refused(codes.CONFIG_SELF(number=block.number, last=last))
    following = _read(block, header, payload)
    if following.sequence != config.sequence + 1:
        raise Refused(codes.CONFIG_GAP(sequence=following.sequence, previous=config.sequence))
    return following


def _header(block: Block) -> tuple[Header, Message]:
    """The header and payload of a configuration block's one envelope."""
    block.check_data()
    if len(block.envelopes) != 1:
        raise Refused(codes.NOT_A_CONFIG(number=block.number, problem=f"it has {len(block.envelopes)} envelopes"))
    payload = read(block.envelopes[0], shapes.ENVELOPE).message(1, shapes.PAYLOAD)
    header = Header.read(payload.data(1))
    if header.type != headers.CONFIG:
        raise Refused(codes.NOT_A_CONFIG(number=block.number, problem=f"its envelope is of type {header.type}"))
    return header, payload


def _read(block: Block, header: Header, payload: Message) -> Config:
    config = payload.message(2, shapes.CONFIG_ENVELOPE).message(1, shapes.CONFIG)
    root = _Group(config.data(2))
    orderer, application = root.group("Orderer"), root.group("Application")
    _check_hashing(root)
    return Config(
        header.channel,
        block.hash,
        block.number,
        config.number(1),
        _msps([*orderer.groups.values(), *application.groups.values()]),
        orderer.policy("BlockValidation"),
        application.policy("Endorsement"),
        _consenters(orderer),
    )


class _Group:
    """A configuration group: groups, values and policies by name."""

    def __init__(self, raw: bytes) -> None:
        group = read(raw, shapes.CONFIG_GROUP)
        self._groups = _entries(group.messages(2, shapes.MAP_ENTRY))
        self._values = _entries(group.messages(3, shapes.MAP_ENTRY))
        self._policies = _entries(group.messages(4, shapes.MAP_ENTRY))
        if len(self._groups) > MAX_ORGANISATIONS:
            raise _unsupported(f"more than {MAX_ORGANISATIONS} organisations")

    @property
    def groups(self) -> Mapping[str, _Group]:
        return {name: _Group(raw) for name, raw in self._groups.items()}

    def group(self, name: str) -> _Group:
        if name not in self._groups:
            raise _unsupported(f"no group {name}")
        return _Group(self._groups[name])

    def value(self, name: str) -> bytes | None:
        raw = self._values.get(name)
        return None if raw is None else read(raw, shapes.CONFIG_VALUE).data(2)

    def policy(self, name: str) -> Rule:
        rule = self._policy(name)
        if rule is None:
            raise _unsupported(f"no policy {name}")
        return rule

    def _policy(self, name: str, depth: int = 4) -> Rule | None:
        raw = self._policies.get(name)
        if raw is None or depth == 0:
            return None
        policy = read(raw, shapes.CONFIG_POLICY).data(2)
        return read_policy(policy, lambda below: [one._policy(below, depth - 1) for one in self.groups.values()])


def _entries(entries: Iterable[Message]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in entries:
        if entry.text(1) in found:
            raise Refused(codes.PROTOBUF_MALFORMED(message="map", problem=f"{entry.text(1)[:MAX_NAME]} is there twice"))
        found[entry.text(1)] = entry.data(2)
    return found


def _check_hashing(root: _Group) -> None:
    """Blocks are hashed in the one way that is known here."""
    algorithm, structure = root.value("HashingAlgorithm"), root.value("BlockDataHashingStructure")
    if algorithm is None or read(algorithm, shapes.HASHING_ALGORITHM).text(1) != "SHA256":
        raise _unsupported("another hash than SHA-256")
    if structure is None or read(structure, shapes.HASHING_STRUCTURE).number(1) != WHOLE_WIDTH:
        raise _unsupported("another form of the data hash")
    wanted = read(root.value("Capabilities") or b"", shapes.CAPABILITIES).messages(1, shapes.MAP_ENTRY)
    if unknown := _entries(wanted).keys() - CAPABILITIES:
        raise _unsupported(f"capability {min(unknown)[:MAX_NAME]}")


def _msps(organisations: Iterable[_Group]) -> Mapping[str, Msp]:
    raw: dict[bytes, None] = {}
    for organisation in organisations:
        value = read(organisation.value("MSP") or b"", shapes.MSP_CONFIG)
        if value.number(1) == 0:  # X.509; nobody else (Idemix) can endorse or order
            raw[value.data(2)] = None
    found = [Msp(one) for one in raw]
    msps = {msp.id: msp for msp in found}
    if len(msps) != len(found):
        raise _unsupported("two organisations with one MSP id")
    return msps


def _consenters(orderer: _Group) -> Mapping[int, Identity] | None:
    """The orderers by number, where they are BFT; None with raft, where one leader signs."""
    consensus = read(orderer.value("ConsensusType") or b"", shapes.CONSENSUS_TYPE).text(1)
    if consensus == RAFT:
        return None
    if consensus != BFT:
        raise _unsupported(f"consensus type {consensus!r}")
    orderers = read(orderer.value("Orderers") or b"", shapes.ORDERERS).messages(1, shapes.CONSENTER)
    found = {one.number(1): Identity.of(one.text(4), one.data(5)) for one in orderers}
    if not found or len(found) != len(orderers) or len({one.certificate for one in found.values()}) != len(found):
        raise _unsupported("orderers that are not all different")
    return found


def _unsupported(what: str) -> Refused:
    return Refused(codes.CONFIG_UNSUPPORTED(what=what))
