"""Channel configuration: members, orderers and policies.

Peers and orderers know of the channel this, read from its last config block, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2, configuration_pb2, policies_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.orderer import configuration_pb2 as orderer_pb2
from fabric_protos.peer import configuration_pb2 as peer_pb2

from carbonseal_devnet.fabric import policies
from carbonseal_devnet.fabric.msp import Forbidden, Member, Msp, verifies
from carbonseal_devnet.fabric.wire import Malformed, decode, header_bytes, open_envelope

Signed = tuple[bytes, bytes, bytes]
"""A serialised identity, a message, its signature."""


def value(group: Any, name: str) -> bytes:
    """A value of a ConfigGroup, empty if it has none. Protobuf's own lookup would put one there."""
    raw: bytes = group.values[name].value if name in group.values else b""
    return raw


class Channel:
    """A channel under one configuration."""

    def __init__(self, name: str, config: Any) -> None:
        self.name = name
        self.config = config
        self.group = config.channel_group
        organisations = [
            group
            for part in ("Application", "Orderer")
            if part in self.group.groups
            for group in self.group.groups[part].groups.values()
        ]
        msps = [Msp(value(group, "MSP")) for group in organisations]
        self.msps = {msp.id: msp for msp in msps}

    @classmethod
    def of_block(cls, block: Any) -> Channel:
        """From a config block. Raises Malformed."""
        message = open_envelope(block.data.data[0])
        if message.channel.type != common_pb2.CONFIG:
            raise Malformed("no config block")
        return cls(message.channel.channel_id, decode(configtx_pb2.ConfigEnvelope, message.data).config)

    # Values of the configuration

    @cached_property
    def batch_size(self) -> Any:
        """BatchSize of the orderers."""
        return decode(orderer_pb2.BatchSize, value(self.group.groups["Orderer"], "BatchSize"))

    @cached_property
    def batch_timeout(self) -> float:
        """Seconds."""
        text = decode(orderer_pb2.BatchTimeout, value(self.group.groups["Orderer"], "BatchTimeout")).timeout
        return float(text[:-2]) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))

    @cached_property
    def consensus(self) -> str:
        """The consensus type: `etcdraft` or `BFT`."""
        kind: str = decode(orderer_pb2.ConsensusType, value(self.group.groups["Orderer"], "ConsensusType")).type
        return kind

    @cached_property
    def consenters(self) -> dict[int, Any]:
        """BFT's signers, by the identifier that block signatures carry."""
        orderers = decode(configuration_pb2.Orderers, value(self.group.groups["Orderer"], "Orderers"))
        return {each.id: each for each in orderers.consenter_mapping}

    @cached_property
    def orderer_endpoints(self) -> list[tuple[str, bytes]]:
        """Addresses, and the TLS roots of the organisation that runs each."""
        return [(address, self.msps[msp_id].tls_roots) for msp_id, each in self.orderers_of.items() for address in each]

    @cached_property
    def orderers_of(self) -> dict[str, list[str]]:
        """Addresses of orderers by the MSP id of the organisation that runs them."""
        return {
            Msp(value(group, "MSP")).id: list(
                decode(configuration_pb2.OrdererAddresses, value(group, "Endpoints")).addresses
            )
            for group in self.group.groups["Orderer"].groups.values()
        }

    @cached_property
    def tls_roots(self) -> bytes:
        """Every organisation's TLS authorities, PEM: whose certificates peers take clients by."""
        return b"".join(msp.tls_roots for msp in self.msps.values())

    @cached_property
    def application(self) -> dict[str, str]:
        """The organisations that run peers: their groups' names by MSP id."""
        groups = self.group.groups["Application"].groups
        return {Msp(value(group, "MSP")).id: name for name, group in groups.items()}

    @cached_property
    def anchors(self) -> dict[str, str]:
        """The address of a peer of each organisation, by MSP id."""
        found = {}
        for msp_id, name in self.application.items():
            group = self.group.groups["Application"].groups[name]
            for anchor in decode(peer_pb2.AnchorPeers, value(group, "AnchorPeers")).anchor_peers[:1]:
                found[msp_id] = f"{anchor.host}:{anchor.port}"
        return found

    def check(self) -> None:
        """Check that all required values can be read. Raises ValueError."""
        if not (
            self.batch_size.max_message_count and self.batch_timeout and self.orderer_endpoints and self.application
        ):
            raise Malformed("the configuration lacks a batch size or timeout, an orderer's address, or peers")
        if self.consensus not in ("etcdraft", "BFT") or (self.consensus == "BFT" and not self.consenters):
            raise Malformed(f"the consensus type {self.consensus} is unknown, or has no signers")

    # Permissions

    def member(self, identity: bytes) -> Member:
        """Raises Forbidden."""
        try:
            parsed = decode(identities_pb2.SerializedIdentity, identity)
        except Malformed as error:
            raise Forbidden("the creator is malformed") from error
        if parsed.mspid not in self.msps:
            raise Forbidden(f"the MSP {parsed.mspid} is unknown")
        return self.msps[parsed.mspid].member(parsed.id_bytes)

    def signer(self, signed: Signed) -> Member:
        """Who signed. Raises Forbidden."""
        identity, message, signature = signed
        member = self.member(identity)
        if not verifies(member.certificate, message, signature):
            raise Forbidden("the signature is not the creator's")
        return member

    def signers(self, signed: Iterable[Signed]) -> list[Member]:
        """Everybody whose signature holds, each once."""
        found: dict[bytes, Member] = {}
        for each in signed:
            try:
                found.setdefault(each[0], self.signer(each))
            except Forbidden:
                continue
        return list(found.values())

    def require(self, policy: str, signed: Iterable[Signed]) -> None:
        """A policy by its path, like /Channel/Application/Writers. Raises Forbidden."""
        if not self.satisfied(policy, self.signers(signed)):
            raise Forbidden(f"implicit policy evaluation failed: the policy {policy} is not satisfied")

    def satisfied(self, policy: str, members: Sequence[Member]) -> bool:
        """Whether these members satisfy a policy, by its path."""
        *path, name = policy.removeprefix("/Channel/").split("/")
        group = self.group
        for step in path:
            if step not in group.groups:
                return False
            group = group.groups[step]
        return policies.satisfied(group, name, members)

    def satisfied_by(self, application_policy: bytes, members: Sequence[Member]) -> bool:
        """A chaincode's endorsement policy: a serialised ApplicationPolicy."""
        policy = decode(policies_pb2.ApplicationPolicy, application_policy)
        if policy.HasField("signature_policy"):
            return policies.signature_satisfied(policy.signature_policy, members)
        reference = policy.channel_config_policy_reference
        absolute = reference if reference.startswith("/") else f"/Channel/Application/{reference}"
        return self.satisfied(absolute, members)

    def check_block(self, block: Any) -> None:
        """That the ordering service signed it, under this configuration. Raises Forbidden."""
        metadata = decode(common_pb2.Metadata, block.metadata.metadata[common_pb2.SIGNATURES])
        header = header_bytes(block.header.number, block.header.previous_hash, block.header.data_hash)
        signed: list[Signed] = []
        for each in metadata.signatures:
            identity, covered = self._block_signer(each)
            signed.append((identity, metadata.value + covered + header, each.signature))
        self.require("/Channel/Orderer/BlockValidation", signed)

    def _block_signer(self, signature: Any) -> tuple[bytes, bytes]:
        if not signature.identifier_header:
            header = decode(common_pb2.SignatureHeader, signature.signature_header)
            return header.creator, signature.signature_header
        identifier = decode(common_pb2.IdentifierHeader, signature.identifier_header).identifier
        consenter = self.consenters.get(identifier)
        if consenter is None:
            return b"", signature.identifier_header
        identity = identities_pb2.SerializedIdentity(mspid=consenter.msp_id, id_bytes=consenter.identity)
        return identity.SerializeToString(), signature.identifier_header
