"""The transaction: what it calls, what it writes, who endorsed it. Each attack is refused with a code of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from fabric_protos.common import policies_pb2

from carbonseal.findings import Code, Outcome
from carbonseal.ledger import Proved
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.anchors import anchor_key, anchor_value
from carbonseal_adapters.fabric.checking.certificates import publisher_id
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.messages.headers import instant
from tests.fabric.evidence.verdicts import BFT, SOUND, STATEMENT, called, check, code_of
from tests.fabric.scenes.channels import ROLE, Channel, _role, one_of
from tests.fabric.scenes.identities import END, ORDER, Authority, Organisation, Signer
from tests.fabric.scenes.scene import Scene, scene
from tests.fabric.scenes.wire import TIME, key, value

CHANNEL = SOUND.channel


@pytest.mark.parametrize("given", [SOUND, BFT], ids=["raft", "bft"])
def test_sound_evidence_proves(given: Scene) -> None:
    checked = check(given)
    assert checked.proved == Proved(given.call.publisher.hex(), TIME, (given.trust(),), frozenset(given.identities))
    assert [finding.code for finding in checked.findings] == [codes.ORDERED, codes.VALID]


def test_formats_are_those_of_an_independent_encoder() -> None:
    client = SOUND.call.creator
    assert publisher_id(client.msp, client.certificate) == SOUND.call.publisher
    assert anchor_key(SOUND.call.publisher, STATEMENT) == key(SOUND.call.publisher, STATEMENT)
    assert anchor_value(STATEMENT, TIME) == value(STATEMENT, TIME)


def test_a_renewed_certificate_is_the_same_publisher() -> None:
    renewed = CHANNEL.organisations[0].node("node", "client", renewal=1)
    assert renewed.serialized != CHANNEL.client.serialized
    proved = check(called(client=renewed)).proved
    assert proved is not None
    assert proved.publisher == SOUND.call.publisher.hex()


def test_the_second_transaction_of_a_block() -> None:
    other = scene(replace(STATEMENT, size=7)).call.envelope()
    assert check(replace(SOUND, before=(other,))).proved


# --- attacks -------------------------------------------------------------------------------------------------------


def test_another_statement() -> None:
    evidence = SOUND.evidence()
    assert code_of(called(statement=replace(STATEMENT, size=43)), evidence) is codes.OTHER_ANCHOR
    assert code_of(called(statement=replace(STATEMENT, log_id=b"\x09" * 32)), evidence) is codes.OTHER_ANCHOR
    assert code_of(called(statement=replace(STATEMENT, root=b"\x09" * 32)), evidence) is codes.OTHER_VALUE


def test_another_publisher() -> None:
    other = CHANNEL.organisations[1].node("node", "client")
    assert code_of(called(client=other), publisher=SOUND.call.publisher.hex()) is codes.PUBLISHER_NOT_LISTED
    assert codes.PUBLISHER_NOT_LISTED.outcome is Outcome.NOTED
    stolen = key(called(client=other).call.publisher, STATEMENT)
    assert code_of(called(key=stolen)) is codes.OTHER_ANCHOR


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": "other"}, codes.OTHER_CHANNEL),
        ({"name": "other"}, codes.OTHER_CHAINCODE),
        ({"status": 500}, codes.CALL_FAILED),
        ({"transaction": "00" * 32}, codes.TRANSACTION_ID),
        ({"proposal_hash": b"\0" * 32}, codes.PROPOSAL_HASH),
        ({"deletes": True}, codes.WRITES_OTHER),
        ({"writes": (("carbonseal", "anchor/more", b"x"),)}, codes.WRITES_OTHER),
        ({"writes": (("other", "a", b"x"),)}, codes.WRITES_OTHER),
        ({"value": b""}, codes.OTHER_VALUE),
        ({"value": value(STATEMENT, TIME) + b"\0"}, codes.OTHER_VALUE),
        ({"value": value(STATEMENT, TIME + 1)}, codes.OTHER_VALUE),
        ({"value": value(STATEMENT, TIME - 1)}, codes.OTHER_VALUE),
        ({"key": "anchor/x"}, codes.OTHER_ANCHOR),
        ({"high_s": True}, codes.SIGNATURE_HIGH_S),
        ({"signed_by": CHANNEL.peer(0)}, codes.SIGNATURE_FAILS),
        ({"endorsed": b"another payload"}, codes.SIGNATURE_FAILS),
        ({"endorsers": ()}, codes.ENDORSERS_MISSING),
        ({"endorsers": (CHANNEL.peer(0),)}, codes.ENDORSERS_MISSING),
        ({"endorsers": (CHANNEL.peer(0), CHANNEL.peer(0))}, codes.ENDORSERS_MISSING),
        ({"endorsers": (CHANNEL.peer(0), CHANNEL.peer(0, "peer1"))}, codes.ENDORSERS_MISSING),
        ({"endorsers": (CHANNEL.peer(0), CHANNEL.organisations[1].node("x", "client"))}, codes.ENDORSERS_MISSING),
        ({"endorsers": (CHANNEL.peer(0), Organisation("ElseMSP").node("peer0", "peer"))}, codes.MSP_UNKNOWN),
    ],
)
def test_what_is_wrong_with_a_transaction(changes: dict[str, Any], code: Code) -> None:
    assert code_of(called(**changes)) is code


def test_an_index_of_no_transaction() -> None:
    assert code_of(SOUND, replace(SOUND.evidence(), index=1)) is codes.INDEX_OUTSIDE


def test_a_configuration_is_no_transaction() -> None:
    envelope = CHANNEL.block().data.data[0]
    given = replace(SOUND, before=(envelope,))
    assert code_of(given, replace(given.evidence(), index=0)) is codes.NOT_A_TRANSACTION


# --- certificates ---------------------------------------------------------------------------------------------------

MILL, PORT = CHANNEL.organisations
AT = instant(TIME)


@pytest.mark.parametrize(
    ("peer", "code"),
    [
        (PORT.node("peer0", "peer", until=AT - timedelta(seconds=1)), codes.CERTIFICATE_EXPIRED),
        (PORT.node("peer0", "peer", since=AT + timedelta(seconds=1)), codes.CERTIFICATE_EXPIRED),
        (PORT.node("peer0", "peer", ca=True), codes.CERTIFICATE_UNTRUSTED),
        (PORT.ca.issue("peer0"), codes.CERTIFICATE_UNIT),
        (PORT.ca.issue("peer0", "peer", "admin"), codes.CERTIFICATE_UNIT),
        (replace(MILL.node("peer0", "peer"), msp="PortMSP"), codes.CERTIFICATE_UNTRUSTED),
        (replace(PORT.ca, name="ca.else").issue("peer0", "peer"), codes.CERTIFICATE_UNTRUSTED),
    ],
)
def test_a_certificate_that_does_not_count(peer: Signer, code: Code) -> None:
    assert code_of(called(endorsers=(CHANNEL.peer(0), peer))) is code


def test_a_certificate_that_has_expired_since_counts() -> None:
    peer = PORT.node("peer0", "peer", until=AT)
    assert check(called(endorsers=(CHANNEL.peer(0), peer))).proved


def with_port(**changes: Any) -> Scene:
    """The scene with another definition of the second organisation."""
    return scene(STATEMENT, replace(CHANNEL, organisations=(MILL, replace(PORT, **changes))))


def test_revoked_certificates() -> None:
    revoked = PORT.ca.revoke(CHANNEL.peer(1))
    assert code_of(with_port(revoked=(revoked,))) is codes.CERTIFICATE_REVOKED
    assert check(with_port(revoked=(PORT.ca.revoke(CHANNEL.peer(1, "peer9")),))).proved


def test_a_revocation_list_that_the_authority_did_not_sign_counts_for_nothing() -> None:
    assert check(with_port(revoked=(PORT.ca.revoke(CHANNEL.peer(1), by=MILL.ca),))).proved


def intermediate(**changes: Any) -> tuple[Scene, Signer, Authority]:
    between = replace(PORT.ca, name="ica", above=PORT.ca, **changes)
    given = with_port(intermediates=(between,))
    peer = between.issue("peer0", "peer")
    given = called(given, endorsers=(CHANNEL.peer(0), peer))
    return given, peer, between


def test_an_intermediate_authority() -> None:
    given, peer, _ = intermediate()
    answers = (given.question(CHANNEL.peer(0)), given.question(peer))
    assert check(replace(given, answers=answers)).proved
    direct = called(given, endorsers=(CHANNEL.peer(0), PORT.node("peer0", "peer")))
    assert code_of(direct) is codes.CERTIFICATE_UNTRUSTED  # the root has given its work away


def test_an_intermediate_authority_that_expired_or_was_revoked() -> None:
    given, _, _ = intermediate(until=AT - timedelta(days=1))
    assert code_of(given) is codes.CERTIFICATE_EXPIRED
    given, _, between = intermediate()
    organisation = given.channel.organisations[1]
    revoked = PORT.ca.revoke(replace(PORT.node("x", "peer"), certificate=between.certificate))
    channel = replace(given.channel, organisations=(MILL, replace(organisation, revoked=(revoked,))))
    call = replace(given.call, channel=channel)
    assert code_of(replace(given, channel=channel, trusted=channel, call=call)) is codes.CERTIFICATE_REVOKED


def test_without_node_units_members_are_peers() -> None:
    organisations = tuple(replace(one, node_ous=False) for one in (MILL, PORT))
    assert check(scene(STATEMENT, replace(CHANNEL, organisations=organisations))).proved


def test_units_that_an_organisation_asks_for() -> None:
    given = with_port(units=("carbon",))
    assert code_of(given) is codes.CERTIFICATE_UNIT
    peer = PORT.ca.issue("peer0", "peer", "carbon")
    given = called(given, endorsers=(CHANNEL.peer(0), peer))
    assert check(replace(given, answers=(given.question(CHANNEL.peer(0)), given.question(peer)))).proved


# --- endorsement policies --------------------------------------------------------------------------------------------


def test_a_policy_of_the_verifiers_own() -> None:
    given = called(endorsers=(CHANNEL.peer(0),))
    assert check(given, endorse="1:MillMSP,PortMSP").proved
    assert code_of(given, endorse="1:PortMSP") is codes.ENDORSERS_MISSING


def test_each_signer_takes_one_place() -> None:
    places = one_of(_role("MillMSP", ROLE.PEER), _role("MillMSP", ROLE.MEMBER), count=2)
    given = scene(STATEMENT, replace(CHANNEL, endorsement=_signature(places)))
    assert code_of(given) is codes.ENDORSERS_MISSING
    both = (CHANNEL.peer(0), CHANNEL.peer(0, "peer1"))
    assert check(called(given, endorsers=both)).proved


def test_one_key_is_one_signer() -> None:
    """A certificate spelled in another way, its authority's signature with the larger s: as valid, and of other bytes. And a
    second certificate for the same key."""
    places = one_of(_role("MillMSP", ROLE.PEER), _role("MillMSP", ROLE.MEMBER), count=2)
    given = scene(STATEMENT, replace(CHANNEL, endorsement=_signature(places)))
    peer = CHANNEL.peer(0)
    again = CHANNEL.peer(0, until=END - timedelta(days=1))
    assert again.certificate != peer.certificate
    for other in (replace(peer, certificate=respelled(peer.certificate)), again):
        assert other.key.public_key() == peer.key.public_key()
        assert check(called(given, endorsers=(other, CHANNEL.peer(0, "peer1")))).proved, "it is valid"
        assert code_of(called(given, endorsers=(peer, other))) is codes.ENDORSERS_MISSING


def respelled(certificate: x509.Certificate) -> x509.Certificate:
    """The certificate with the other form of its signature."""
    r, s = decode_dss_signature(certificate.signature)
    other = encode_dss_signature(r, ORDER - s)
    raw = certificate.public_bytes(Encoding.DER)
    at = raw.rindex(certificate.signature)
    begins = raw.index(certificate.tbs_certificate_bytes)
    inner = raw[begins : at - 3] + bytes([3, len(other) + 1, 0]) + other
    return x509.load_der_x509_certificate(b"\x30\x82" + len(inner).to_bytes(2, "big") + inner)


def _signature(envelope: policies_pb2.SignaturePolicyEnvelope) -> policies_pb2.Policy:
    return policies_pb2.Policy(type=policies_pb2.Policy.SIGNATURE, value=envelope.SerializeToString())


def test_a_policy_that_is_not_known_counts_for_nothing() -> None:
    odd = policies_pb2.Policy(type=policies_pb2.Policy.MSP, value=b"")
    assert code_of(scene(STATEMENT, replace(CHANNEL, endorsement=odd))) is codes.TRUST_MALFORMED


def test_another_hash_counts_for_nothing() -> None:
    assert code_of(scene(STATEMENT, Channel(hashing="SHA3_256"))) is codes.TRUST_MALFORMED


def test_pins_hold_no_keys() -> None:
    assert VERIFIER.pin(SOUND.ledger, SOUND.options).keys == frozenset()
