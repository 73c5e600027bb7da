"""Chaincode definitions in the state, as Fabric's `_lifecycle` chaincode stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from fabric_protos.common import policies_pb2
from fabric_protos.msp import msp_principal_pb2
from fabric_protos.peer import collection_pb2
from fabric_protos.peer.lifecycle import chaincode_definition_pb2, db_pb2

from carbonseal_devnet.fabric.wire import Version, decode

NAMESPACE = "_lifecycle"
FIELDS = ("Sequence", "EndorsementInfo", "ValidationInfo", "Collections")
CHANNEL_POLICY: bytes = policies_pb2.ApplicationPolicy(
    channel_config_policy_reference="/Channel/Application/Endorsement"
).SerializeToString()


def any_of(msp_ids: Sequence[str]) -> bytes:
    """The policy of a peer of any one of these organisations: a serialised ApplicationPolicy."""
    envelope = policies_pb2.SignaturePolicyEnvelope(
        rule=policies_pb2.SignaturePolicy(
            n_out_of=policies_pb2.SignaturePolicy.NOutOf(
                n=1, rules=[policies_pb2.SignaturePolicy(signed_by=at) for at in range(len(msp_ids))]
            )
        ),
        identities=[
            msp_principal_pb2.MSPPrincipal(
                principal=msp_principal_pb2.MSPRole(
                    msp_identifier=msp_id, role=msp_principal_pb2.MSPRole.PEER
                ).SerializeToString()
            )
            for msp_id in msp_ids
        ],
    )
    raw: bytes = policies_pb2.ApplicationPolicy(signature_policy=envelope).SerializeToString()
    return raw


Read = Callable[[str], bytes | None]


class Ranged(Protocol):
    """A state that can be read by ranges of keys."""

    def range(self, namespace: str, start: bytes, end: bytes) -> Iterable[tuple[bytes, bytes, Version]]:
        """Keys from `start` on and before `end`, with values and versions, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Definition:
    """What a channel agreed on. `policy` is a serialised ApplicationPolicy."""

    version: str
    sequence: int
    policy: bytes = CHANNEL_POLICY

    def encode(self, name: str) -> dict[str, bytes]:
        """Keys and values in the state."""
        data = db_pb2.StateData
        endorsement = chaincode_definition_pb2.ChaincodeEndorsementInfo(version=self.version, endorsement_plugin="escc")
        validation = chaincode_definition_pb2.ChaincodeValidationInfo(
            validation_plugin="vscc", validation_parameter=self.policy
        )
        values = {
            "Sequence": data(Int64=self.sequence),
            "EndorsementInfo": data(Bytes=endorsement.SerializeToString()),
            "ValidationInfo": data(Bytes=validation.SerializeToString()),
            "Collections": data(Bytes=collection_pb2.CollectionConfigPackage().SerializeToString()),
        }
        metadata = db_pb2.StateMetadata(datatype="ChaincodeDefinition", fields=FIELDS)
        fields = {_key(name, field): value.SerializeToString() for field, value in values.items()}
        return {**fields, f"namespaces/metadata/{name}": metadata.SerializeToString()}


def names(state: Ranged) -> list[str]:
    """Every chaincode that the state has a definition of."""
    start = "namespaces/metadata/"
    found = state.range(NAMESPACE, start.encode(), start[:-1].encode() + b"0")
    return [key.decode().removeprefix(start) for key, _, _ in found]


def sequence_key(name: str) -> str:
    """What every transaction reads of the chaincodes that it calls."""
    return _key(name, "Sequence")


def _key(name: str, field: str) -> str:
    return f"namespaces/fields/{name}/{field}"


def definition(name: str, read: Read) -> Definition | None:
    """What the state has under a chaincode's name; `read` takes keys of the `_lifecycle` namespace."""
    sequence = read(sequence_key(name))
    endorsement, validation = read(_key(name, "EndorsementInfo")), read(_key(name, "ValidationInfo"))
    if sequence is None or endorsement is None or validation is None:
        return None
    about = decode(chaincode_definition_pb2.ChaincodeEndorsementInfo, decode(db_pb2.StateData, endorsement).Bytes)
    checks = decode(chaincode_definition_pb2.ChaincodeValidationInfo, decode(db_pb2.StateData, validation).Bytes)
    return Definition(about.version, decode(db_pb2.StateData, sequence).Int64, checks.validation_parameter)
