"""Who counts for what: identities, roles, revocation, policies."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from fabric_protos.common import configtx_pb2, policies_pb2
from fabric_protos.msp import msp_principal_pb2

from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.identity import ORDER, Identity
from carbonseal_devnet.fabric.msp import Forbidden
from carbonseal_devnet.fabric.policies import signature_satisfied
from tests.devnet.fabric import making

ROLE = msp_principal_pb2.MSPRole


def signed(identity: Identity, message: bytes = b"m") -> tuple[bytes, bytes, bytes]:
    return identity.serialized, message, identity.sign(message)


def test_everybody_has_the_role_of_their_certificate() -> None:
    channel, first = making.channel(), making.organisation("Org1")
    roles = {"User1": "client", "Admin": "admin"}
    for name, role in roles.items():
        assert channel.signer(signed(first.user(name))).roles == {role}
    assert channel.signer(signed(first.node("peer0").identity)).roles == {"peer"}
    assert channel.signer(signed(making.seats()[0].node.identity)).roles == {"orderer"}


def test_whose_signatures_count_for_nothing() -> None:
    channel, user = making.channel(), making.organisation("Org1").user("User1")
    identity, message, signature = signed(user)
    r, s = decode_dss_signature(signature)
    stranger = making.organisation("Org2").user("User1")
    for wrong in [
        (identity, b"other", signature),
        (identity, message, encode_dss_signature(r, ORDER - s)),
        (identity, message, b""),
        (b"\xff", message, signature),
        (b"", message, signature),
        signed(Identity("NoMSP", user.certificate, user.key)),
        signed(Identity("Org1MSP", stranger.certificate, stranger.key)),
        signed(making.organisation("Org3").user("User1")),
    ]:
        with pytest.raises(Forbidden):
            channel.signer(wrong)
        assert channel.signers([wrong]) == []
    assert len(channel.signers([signed(user), signed(user)])) == 1


def test_a_certificate_must_name_one_role() -> None:
    first = making.organisation("Org1")
    user = first.user("User1")
    bare = first.ca.issue(first.ca.certificate.subject, user.key.public_key())
    with pytest.raises(Forbidden, match="node units"):
        making.channel().signer(signed(Identity("Org1MSP", bare, user.key)))


def test_the_revoked_are_refused_by_the_configuration_that_says_so() -> None:
    third = making.organisation("Org3")
    gone, stays = third.user("Gone"), third.user("Stays")
    group = configtx_pb2.ConfigGroup()
    group.CopyFrom(making.channel().group)
    own = group.groups["Application"].groups["Org3MSP"]
    own.values["MSP"].value = third.msp_config()
    before = Channel("carbonseal", configtx_pb2.Config(channel_group=group))
    before.signer(signed(gone))
    third.revoke(gone.certificate)
    own.values["MSP"].value = third.msp_config()
    after = Channel("carbonseal", configtx_pb2.Config(channel_group=group))
    with pytest.raises(Forbidden, match="revoked"):
        after.signer(signed(gone))
    after.signer(signed(stays))


@pytest.mark.parametrize(
    ("policy", "who", "holds"),
    [
        ("/Channel/Application/Endorsement", ["peer Org1", "peer Org2"], True),
        ("/Channel/Application/Endorsement", ["peer Org1"], False),
        ("/Channel/Application/Endorsement", ["peer Org1", "user Org2"], False),
        ("/Channel/Application/Writers", ["user Org2"], True),
        ("/Channel/Application/Writers", ["peer Org1"], False),
        ("/Channel/Application/Readers", ["peer Org1"], True),
        ("/Channel/Application/Admins", ["admin Org1"], False),
        ("/Channel/Application/Admins", ["admin Org1", "admin Org2"], True),
        ("/Channel/Writers", ["user Org1"], True),
        ("/Channel/Application/Org1MSP/Endorsement", ["peer Org1"], True),
        ("/Channel/Application/Org1MSP/Endorsement", ["peer Org2"], False),
        ("/Channel/Application/NoMSP/Endorsement", ["peer Org1", "peer Org2"], False),
        ("/Channel/Application/Nonsense", ["peer Org1", "peer Org2"], False),
    ],
)
def test_policies_of_the_channel(policy: str, who: list[str], holds: bool) -> None:
    channel, members = making.channel(), []
    for each in who:
        kind, name = each.split()
        organisation = making.organisation(name)
        identity = (
            organisation.node("peer0").identity
            if kind == "peer"
            else organisation.user("Admin" if kind == "admin" else "User1")
        )
        members.append(channel.signer(signed(identity)))
    assert channel.satisfied(policy, members) is holds


def test_nobody_counts_for_two() -> None:
    channel = making.channel()
    (peer,) = [channel.signer(signed(each)) for each in making.peers("Org1")]
    role = ROLE(msp_identifier="Org1MSP", role=ROLE.PEER).SerializeToString()
    principal = msp_principal_pb2.MSPPrincipal(principal_classification=0, principal=role)
    rules = [policies_pb2.SignaturePolicy(signed_by=0)] * 2
    two = policies_pb2.SignaturePolicy(n_out_of=policies_pb2.SignaturePolicy.NOutOf(n=2, rules=rules))
    envelope = policies_pb2.SignaturePolicyEnvelope(rule=two, identities=[principal])
    assert not signature_satisfied(envelope, [peer])
    other = channel.signer(signed(making.organisation("Org1").node("peer1").identity))
    assert signature_satisfied(envelope, [peer, other])
