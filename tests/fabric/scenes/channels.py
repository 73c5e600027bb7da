"""A channel that exists nowhere: its organisations, its orderers, and the configuration blocks that say so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2, configuration_pb2, policies_pb2
from fabric_protos.msp import msp_principal_pb2
from fabric_protos.orderer import configuration_pb2 as orderer_pb2

from tests.fabric.scenes.identities import Organisation, Signer
from tests.fabric.scenes.wire import TIME, block_of, header, raw_message

META = policies_pb2.ImplicitMetaPolicy
ROLE = msp_principal_pb2.MSPRole


ORGANISATIONS = (Organisation("MillMSP"), Organisation("PortMSP"))
ORDERING = Organisation("OrdererMSP")


@dataclass(frozen=True)
class Channel:
    """A channel at one configuration. With `bft`, all orderers sign, else the first one does."""

    name: str = "anchors"
    chaincode: str = "carbonseal"
    organisations: tuple[Organisation, ...] = ORGANISATIONS
    ordering: Organisation = ORDERING
    bft: bool = False
    orderers: tuple[Signer, ...] = ()
    sequence: int = 0
    number: int = 0  # of the block with this configuration
    hashing: str = "SHA256"
    endorsement: Any = None  # a Policy instead of the usual one
    validation: Any = None  # likewise

    @cached_property
    def signers(self) -> tuple[Signer, ...]:
        count = 4 if self.bft else 1
        return self.orderers or tuple(self.ordering.node(f"orderer{at}", "orderer") for at in range(1, count + 1))

    @cached_property
    def genesis(self) -> str:
        """The hash of the channel's first block, if this is it."""
        return hashlib.sha256(header(self.block().header)).hexdigest()

    def peer(self, at: int, name: str = "peer0", **changes: Any) -> Signer:
        return self.organisations[at].node(name, "peer", **changes)

    @property
    def client(self) -> Signer:
        return self.organisations[0].node("node", "client")

    def updated(self, **changes: Any) -> Channel:
        """The next configuration."""
        return replace(self, **{"sequence": self.sequence + 1, "number": self.number + 3, **changes})

    def block(self, under: Channel | None = None, *, time: int = TIME - 1000, **changes: Any) -> Any:
        """The block with this configuration, signed under another one; a first block is signed by nobody."""
        config = configtx_pb2.ConfigEnvelope(
            config=configtx_pb2.Config(sequence=self.sequence, channel_group=_root(self))
        )
        creator = self.signers[0]
        payload = common_pb2.Payload(
            header=channel_header(common_pb2.CONFIG, self.name, creator, nonce=b"\1" * 24, time=time)
        )
        payload.data = raw_message(config)
        envelope = raw_message(
            common_pb2.Envelope(payload=raw_message(payload), signature=creator.sign(raw_message(payload)))
        )
        if under is None:
            made = block_of(self.number, bytes(32) if self.number else b"", [envelope])
            made.metadata.metadata.append(b"\n\x02\n\0")
            return made
        return under.sign(block_of(self.number, bytes(32), [envelope]), **{"last_config": self.number, **changes})

    def sign(
        self,
        block: Any,
        *,
        last_config: int | None = None,
        signers: Sequence[Signer | tuple[int, Signer]] | None = None,
        high_s: bool = False,
    ) -> Any:
        """Put the orderers' signatures on it. Under BFT a signer may be given with the number that it claims."""
        last = common_pb2.LastConfig(index=self.number if last_config is None else last_config)
        value = raw_message(common_pb2.OrdererBlockMetadata(last_config=last, consenter_metadata=b"term 1"))
        metadata = common_pb2.Metadata(value=value)
        everyone: Sequence[Signer | tuple[int, Signer]] = (
            list(enumerate(self.signers, 1)) if self.bft else self.signers[:1]
        )
        for one in everyone if signers is None else signers:
            number, signer = one if isinstance(one, tuple) else (0, one)
            if number:
                named = raw_message(common_pb2.IdentifierHeader(identifier=number, nonce=b"\2" * 24))
            else:
                named = raw_message(common_pb2.SignatureHeader(creator=signer.serialized, nonce=b"\2" * 24))
            signature = signer.sign(value + named + header(block.header), high_s=high_s)
            place = {"identifier_header" if number else "signature_header": named}
            metadata.signatures.append(common_pb2.MetadataSignature(signature=signature, **place))
        del block.metadata.metadata[:]
        block.metadata.metadata.extend([raw_message(metadata), b"", b"\0" * len(block.data.data), b"", b""])
        return block


def channel_header(
    kind: int,
    channel: str,
    creator: Signer,
    *,
    nonce: bytes,
    time: int,
    extension: bytes = b"",
    transaction: str | None = None,
) -> Any:
    id_ = hashlib.sha256(nonce + creator.serialized).hexdigest() if transaction is None else transaction
    head = common_pb2.ChannelHeader(type=kind, channel_id=channel, tx_id=id_, extension=extension)
    head.timestamp.FromDatetime(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time))
    signature = common_pb2.SignatureHeader(creator=creator.serialized, nonce=nonce)
    return common_pb2.Header(channel_header=raw_message(head), signature_header=raw_message(signature))


def _root(channel: Channel) -> Any:
    root = configtx_pb2.ConfigGroup()
    _value(root, "HashingAlgorithm", configuration_pb2.HashingAlgorithm(name=channel.hashing))
    _value(root, "BlockDataHashingStructure", configuration_pb2.BlockDataHashingStructure(width=0xFFFFFFFF))
    capability = "V3_0" if channel.bft else "V2_0"
    known = configuration_pb2.Capabilities(capabilities={capability: configuration_pb2.Capability()})
    _value(root, "Capabilities", known)
    orderer, application = root.groups["Orderer"], root.groups["Application"]
    _organisation(orderer, channel.ordering, "Writers", ROLE.MEMBER)
    consensus = orderer_pb2.ConsensusType(type="BFT" if channel.bft else "etcdraft", metadata=b"")
    _value(orderer, "ConsensusType", consensus)
    if channel.bft:
        seats = [
            configuration_pb2.Consenter(id=at, host="127.0.0.1", port=7050 + at, msp_id=one.msp, identity=one.pem)
            for at, one in enumerate(channel.signers, 1)
        ]
        _value(orderer, "Orderers", configuration_pb2.Orderers(consenter_mapping=seats))
        _policy(orderer, "BlockValidation", policies_pb2.Policy.SIGNATURE, _quorum_of(channel.signers))
    else:
        any_writer = META(sub_policy="Writers", rule=META.ANY)
        _policy(orderer, "BlockValidation", policies_pb2.Policy.IMPLICIT_META, any_writer)
    if channel.validation is not None:
        orderer.policies["BlockValidation"].policy.CopyFrom(channel.validation)
    for one in channel.organisations:
        _organisation(application, one, "Endorsement", ROLE.PEER if one.node_ous else ROLE.MEMBER)
    most = META(sub_policy="Endorsement", rule=META.MAJORITY)
    _policy(application, "Endorsement", policies_pb2.Policy.IMPLICIT_META, most)
    if channel.endorsement is not None:
        application.policies["Endorsement"].policy.CopyFrom(channel.endorsement)
    return root


def _organisation(group: Any, organisation: Organisation, policy: str, role: int) -> None:
    one = group.groups[organisation.msp]
    one.values["MSP"].value = organisation.definition()
    _policy(one, policy, policies_pb2.Policy.SIGNATURE, one_of(_role(organisation.msp, role)))


def one_of(*principals: Any, count: int = 1) -> Any:
    """A signature policy: so many of these."""
    rules = [policies_pb2.SignaturePolicy(signed_by=at) for at in range(len(principals))]
    out_of = policies_pb2.SignaturePolicy.NOutOf(n=count, rules=rules)
    return policies_pb2.SignaturePolicyEnvelope(
        rule=policies_pb2.SignaturePolicy(n_out_of=out_of), identities=principals
    )


def _role(msp: str, role: int) -> Any:
    return msp_principal_pb2.MSPPrincipal(principal=raw_message(ROLE(msp_identifier=msp, role=role)))


def _quorum_of(signers: Sequence[Signer]) -> Any:
    kind = msp_principal_pb2.MSPPrincipal.IDENTITY
    principals = [
        msp_principal_pb2.MSPPrincipal(principal_classification=kind, principal=one.serialized) for one in signers
    ]
    return one_of(*principals, count=-(-(len(signers) + (len(signers) - 1) // 3 + 1) // 2))


def _policy(group: Any, name: str, kind: int, policy: Any) -> None:
    group.policies[name].policy.type, group.policies[name].policy.value = kind, raw_message(policy)


def _value(group: Any, name: str, message: Any) -> None:
    group.values[name].value = raw_message(message)
