"""What a configuration, a policy or a transaction may say and this verifier does not know counts for nothing, and is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fabric_protos.common import common_pb2, configtx_pb2, configuration_pb2, policies_pb2
from fabric_protos.msp import msp_config_pb2, msp_principal_pb2
from fabric_protos.orderer import configuration_pb2 as orderer_pb2

from carbonseal.findings import Refused
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.config import MAX_ORGANISATIONS, Config, read_config
from carbonseal_adapters.fabric.checking.identities import MAX_NAME, Identity
from carbonseal_adapters.fabric.checking.policies import MAX_DEPTH, read_signature_policy
from tests.fabric.evidence.verdicts import SOUND, check, code_of
from tests.fabric.scenes.channels import Channel, one_of
from tests.fabric.scenes.identities import Organisation
from tests.fabric.scenes.wire import block_of, packed, raw_message

Change = Callable[[Any], object]


def config_of(change: Change, **channel: Any) -> Config:
    """The configuration of a channel, whose root group was changed first."""
    envelope = common_pb2.Envelope.FromString(Channel(**channel).block().data.data[0])
    payload = common_pb2.Payload.FromString(envelope.payload)
    config = configtx_pb2.ConfigEnvelope.FromString(payload.data)
    change(config.config.channel_group)
    payload.data = raw_message(config)
    made = block_of(0, b"", [raw_message(common_pb2.Envelope(payload=raw_message(payload)))])
    made.metadata.metadata.append(b"")
    return read_config(packed(made))


def organisation(root: Any, name: str, one: Organisation) -> None:
    root.groups["Application"].groups[name].CopyFrom(root.groups["Application"].groups["MillMSP"])
    root.groups["Application"].groups[name].values["MSP"].value = one.definition()


def value(root: Any, name: str, message: Any) -> None:
    root.values[name].value = raw_message(message)


def policy(kind: int, message: Any) -> Change:
    """The orderers' policy is this one."""
    made = policies_pb2.Policy(type=kind, value=raw_message(message))
    return lambda root: root.groups["Orderer"].policies["BlockValidation"].policy.CopyFrom(made)


META = policies_pb2.ImplicitMetaPolicy


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda root: root.groups.pop("Application"), "no group Application"),
        (lambda root: root.groups["Orderer"].policies.pop("BlockValidation"), "no policy BlockValidation"),
        (lambda root: root.values.pop("HashingAlgorithm"), "another hash than SHA-256"),
        (
            lambda root: value(
                root, "BlockDataHashingStructure", configuration_pb2.BlockDataHashingStructure(width=32)
            ),
            "another form of the data hash",
        ),
        (
            lambda root: value(
                root,
                "Capabilities",
                configuration_pb2.Capabilities(capabilities={"V9_0": configuration_pb2.Capability()}),
            ),
            "capability V9_0",
        ),
        (
            lambda root: value(root.groups["Orderer"], "ConsensusType", orderer_pb2.ConsensusType(type="solo")),
            "consensus type 'solo'",
        ),
        (
            lambda root: organisation(root, "Twin", Organisation("MillMSP", node_ous=False)),
            "two organisations with one MSP id",
        ),
        (
            lambda root: [
                root.groups["Application"].groups[f"Org{n}"].SetInParent() for n in range(MAX_ORGANISATIONS + 1)
            ],
            f"more than {MAX_ORGANISATIONS} organisations",
        ),
        (policy(9, META()), "a policy of type 9"),
        (policy(3, META(sub_policy="Writers", rule=META.ANY + 9)), "rule 9"),
        (lambda root: root.groups["Orderer"].groups.clear(), "an implicit policy over nothing"),
        (policy(1, policies_pb2.SignaturePolicyEnvelope()), "a signature policy without a rule, or too deep"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_configuration_that_is_not_known(change: Change, what: str) -> None:
    with pytest.raises(Refused) as refused:
        config_of(change)
    assert refused.value.finding.code is codes.CONFIG_UNSUPPORTED
    assert refused.value.finding.facts["what"] == what


@pytest.mark.parametrize("twice", [True, False])
def test_bft_orderers_are_there_and_all_different(twice: bool) -> None:
    def change(root: Any) -> None:
        found = configuration_pb2.Orderers.FromString(root.groups["Orderer"].values["Orderers"].value)
        first = found.consenter_mapping[0]
        found.ClearField("consenter_mapping")
        if twice:
            found.consenter_mapping.extend([first, configuration_pb2.Consenter(**_fields(first) | {"id": 9})])
        value(root.groups["Orderer"], "Orderers", found)

    with pytest.raises(Refused, match="orderers that are not all different"):
        config_of(change, bft=True)


def _fields(message: Any) -> dict[str, Any]:
    return {field.name: content for field, content in message.ListFields()}


def test_an_organisation_without_an_x509_definition_is_nobody() -> None:
    """Idemix: its members can neither endorse nor order, and its being there takes nothing from the others."""

    def change(root: Any) -> None:
        organisation(root, "Idemix", Organisation("IdemixMSP"))
        root.groups["Application"].groups["Idemix"].values["MSP"].value = raw_message(
            msp_config_pb2.MSPConfig(type=1, config=b"anything")
        )

    assert set(config_of(change).msps) == {"MillMSP", "PortMSP", "OrdererMSP"}


@pytest.mark.parametrize("envelopes", [0, 2])
def test_a_configuration_block_has_one_envelope(envelopes: int) -> None:
    made = block_of(0, b"", list(Channel().block().data.data) * envelopes)
    made.metadata.metadata.append(b"")
    with pytest.raises(Refused) as refused:
        read_config(packed(made))
    assert refused.value.finding.code is codes.NOT_A_CONFIG


def test_a_map_that_has_a_key_twice_is_malformed() -> None:
    """Two readers could take two different values from it."""
    (raw,) = Channel().block().data.data
    envelope = common_pb2.Envelope.FromString(raw)
    payload = common_pb2.Payload.FromString(envelope.payload)
    config = configtx_pb2.ConfigEnvelope.FromString(payload.data).config
    group = raw_message(config.channel_group) * 2
    doubled = raw_message(configtx_pb2.Config(sequence=config.sequence)) + field(2, group)
    payload.data = field(1, doubled)
    made = block_of(0, b"", [raw_message(common_pb2.Envelope(payload=raw_message(payload)))])
    with pytest.raises(Refused) as refused:
        read_config(Block.of(raw_message(made)))
    assert refused.value.finding.code is codes.PROTOBUF_MALFORMED
    assert "is there twice" in str(refused.value.finding)


def field(number: int, content: bytes) -> bytes:
    """A field of bytes, as protobuf writes it."""
    length, left = b"", len(content)
    while left > 0x7F:
        length, left = length + bytes([left & 0x7F | 0x80]), left >> 7
    return bytes([number << 3 | 2]) + length + bytes([left]) + content


# --- signature policies ----------------------------------------------------------------------------------------------

PRINCIPAL = msp_principal_pb2.MSPPrincipal
RULE = policies_pb2.SignaturePolicy


def principal(kind: int, message: Any) -> Any:
    return PRINCIPAL(principal_classification=kind, principal=raw_message(message))


ROLE = principal(
    PRINCIPAL.ROLE, msp_principal_pb2.MSPRole(msp_identifier="MillMSP", role=msp_principal_pb2.MSPRole.PEER)
)
UNIT = msp_principal_pb2.OrganizationUnit(msp_identifier="MillMSP", organizational_unit_identifier="quality")
DEEP = RULE(signed_by=0)
for _ in range(MAX_DEPTH):
    DEEP = RULE(n_out_of=RULE.NOutOf(n=1, rules=[DEEP]))


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (one_of(ROLE, count=0), "0 out of 1"),
        (one_of(ROLE, count=2), "2 out of 1"),
        (policies_pb2.SignaturePolicyEnvelope(rule=RULE(signed_by=1), identities=[ROLE]), "without that principal"),
        (policies_pb2.SignaturePolicyEnvelope(rule=DEEP, identities=[ROLE]), "too deep"),
        (one_of(principal(PRINCIPAL.ROLE, msp_principal_pb2.MSPRole(msp_identifier="MillMSP", role=9))), "role 9"),
        (one_of(principal(9, UNIT)), "a principal of kind 9"),
        (
            one_of(principal(PRINCIPAL.ORGANIZATION_UNIT, UNIT.__class__(certifiers_identifier=b"x"))),
            "a unit of a named authority",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_signature_policy_that_is_not_known(made: Any, what: str) -> None:
    with pytest.raises(Refused) as refused:
        read_signature_policy(raw_message(made))
    assert refused.value.finding.code is codes.CONFIG_UNSUPPORTED
    assert what in refused.value.finding.facts["what"]


def test_a_unit_of_an_organisation_is_a_principal() -> None:
    rule = read_signature_policy(raw_message(one_of(principal(PRINCIPAL.ORGANIZATION_UNIT, UNIT))))
    assert "MillMSP.quality" in str(rule)


# --- parts of the evidence -------------------------------------------------------------------------------------------

SEALED = json.loads(SOUND.evidence().encode().data)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("block", {"previous_hash": "AAAA"}),
        ("block", {"data_hash": ""}),
        ("block", {"number": 1 << 53}),
        ("block", {"number": "3"}),
        ("block", {"signatures": 7}),
        ("block", {"envelopes": {}}),
    ],
)
def test_a_block_in_another_form(name: str, change: dict[str, Any]) -> None:
    value = {**SEALED, name: {**SEALED[name], **change}}
    data = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert code_of(SOUND, replace(SOUND.evidence().encode(), data=data)) is codes.EVIDENCE_MALFORMED


def test_a_block_whose_signature_names_its_signer_twice() -> None:
    made = SOUND.block()
    metadata = common_pb2.Metadata.FromString(made.metadata.metadata[0])
    metadata.signatures[0].identifier_header = raw_message(common_pb2.IdentifierHeader(identifier=1))
    made.metadata.metadata[0] = raw_message(metadata)
    checked = check(SOUND, replace(SOUND.evidence(), block=packed(made)))
    assert checked.proved is None
    assert "names its signer twice" in str(checked.findings[-1])


def test_a_block_with_very_many_signatures() -> None:
    made = SOUND.block()
    metadata = common_pb2.Metadata.FromString(made.metadata.metadata[0])
    metadata.signatures.extend(list(metadata.signatures) * 2000)
    made.metadata.metadata[0] = raw_message(metadata)
    checked = check(SOUND, replace(SOUND.evidence(), block=packed(made)))
    assert checked.proved is None
    assert checked.findings[-1].code is codes.EVIDENCE_MALFORMED


def test_an_msp_id_that_is_too_long_is_shortened_where_it_is_named() -> None:
    with pytest.raises(Refused) as refused:
        Identity.of("x" * (MAX_NAME + 1), b"")
    assert refused.value.finding.code is codes.MSP_UNKNOWN
    assert refused.value.finding.facts["msp"] == "x" * MAX_NAME
