"""Validity: shown by what peers sign, never by the block."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carbonseal.findings import Code, Outcome
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.evidence import Attestation
from carbonseal_adapters.fabric.checking.messages.headers import instant
from tests.fabric.evidence.verdicts import BFT, SOUND, STATEMENT, answered, check, code_of
from tests.fabric.scenes.identities import Organisation
from tests.fabric.scenes.wire import TIME, key, value

CHANNEL, CALL = SOUND.channel, SOUND.call
MILL, PORT = CHANNEL.organisations
LOG, SIZE = STATEMENT.log_id.hex(), str(STATEMENT.size)


def test_too_few_attest() -> None:
    given = replace(SOUND, answers=SOUND.attestations()[:1])
    checked = check(given)
    assert checked.proved is None
    assert [finding.code for finding in checked.findings] == [codes.ORDERED, codes.ATTESTERS_MISSING]
    assert codes.ATTESTERS_MISSING.outcome is Outcome.NOTED
    assert check(given, attest="1:MillMSP,PortMSP").proved
    assert code_of(given, attest="1:PortMSP") is codes.ATTESTERS_MISSING
    assert code_of(replace(SOUND, answers=())) is codes.ATTESTERS_MISSING


def test_one_organisation_counts_once() -> None:
    twice = (SOUND.question(CHANNEL.peer(0)), SOUND.question(CHANNEL.peer(0)))
    assert code_of(replace(SOUND, answers=twice)) is codes.ATTESTERS_MISSING
    two_peers = (SOUND.question(CHANNEL.peer(0)), SOUND.question(CHANNEL.peer(0, "peer1")))
    assert code_of(replace(SOUND, answers=two_peers)) is codes.ATTESTERS_MISSING


def test_organisations_that_are_not_listed_do_not_count() -> None:
    assert code_of(SOUND, attest="2:MillMSP,ElseMSP") is codes.ATTESTERS_MISSING
    assert check(SOUND, attest="1:MillMSP").proved


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"peer": Organisation("ElseMSP").node("peer0", "peer")}, codes.MSP_UNKNOWN),
        ({"peer": PORT.node("node", "client")}, codes.NOT_A_PEER),
        ({"peer": PORT.node("x", "admin")}, codes.NOT_A_PEER),
        ({"peer": CHANNEL.signers[0]}, codes.NOT_A_PEER),
        ({"peer": replace(MILL.node("p", "peer"), msp="PortMSP")}, codes.CERTIFICATE_UNTRUSTED),
        ({"peer": PORT.node("p", "peer", until=instant(TIME))}, codes.CERTIFICATE_EXPIRED),
        ({"payload": value(replace(STATEMENT, root=b"\x09" * 32), TIME)}, codes.ATTESTED_OTHER),
        ({"payload": value(STATEMENT, TIME - 1)}, codes.ATTESTED_OTHER),
        ({"payload": b""}, codes.ATTESTED_OTHER),
        ({"status": 404}, codes.CALL_FAILED),
        ({"status": 500}, codes.CALL_FAILED),
        ({"arguments": ("get", CALL.publisher.hex(), LOG, "43")}, codes.OTHER_QUESTION),
        ({"arguments": ("get", "00" * 32, LOG, SIZE)}, codes.OTHER_QUESTION),
        ({"arguments": ("latest", CALL.publisher.hex(), LOG)}, codes.OTHER_QUESTION),
        ({"arguments": ("anchor", LOG, SIZE, STATEMENT.root.hex())}, codes.OTHER_QUESTION),
        ({"on": "other"}, codes.OTHER_CHANNEL),
        ({"name": "other"}, codes.OTHER_CHAINCODE),
        ({"time": TIME - 301}, codes.ATTESTED_EARLIER),
        ({"version": None}, codes.ATTESTED_UNREAD),
        ({"read_key": key(CALL.publisher, replace(STATEMENT, size=43))}, codes.ATTESTED_UNREAD),
        ({"version": (1, 0)}, codes.WRITTEN_BY_ANOTHER),
        ({"version": (2, 1)}, codes.WRITTEN_BY_ANOTHER),
        ({"version": (2, 1), "payload": value(STATEMENT, TIME - 1)}, codes.WRITTEN_BY_ANOTHER),
        ({"proposal_hash": b"\0" * 32}, codes.PROPOSAL_HASH),
        ({"transaction": "00" * 32}, codes.TRANSACTION_ID),
        ({"high_s": True}, codes.SIGNATURE_HIGH_S),
    ],
)
def test_what_is_wrong_with_an_attestation(changes: dict[str, Any], code: Code) -> None:
    given = answered(**changes)
    assert code_of(given) is code
    assert check(given).findings[-1].place[:2] == ("attestations", "1")
    assert check(SOUND, attest="1:MillMSP").proved
    assert code_of(given, attest="1:MillMSP") is code  # nor does it pass where the other one would do


def test_an_answer_to_another_question_replayed() -> None:
    one, other = SOUND.attestations()
    another = SOUND.question(CHANNEL.peer(1), nonce=b"\x08" * 24)
    mixed = replace(other, proposal=another.proposal)
    assert code_of(replace(SOUND, answers=(one, mixed))) is codes.PROPOSAL_HASH


def test_an_endorsement_is_no_attestation() -> None:
    """What an endorser signs of the anchoring call itself says nothing about what became of it."""
    from carbonseal_adapters.fabric.checking.transactions import Transaction

    transaction = Transaction.read(CALL.envelope())
    endorsement = transaction.endorsements[1]
    one, other = SOUND.attestations()
    forged = Attestation(other.proposal, transaction.answer, endorsement.data(1), endorsement.data(2))
    assert code_of(replace(SOUND, answers=(one, forged))) is codes.PROPOSAL_HASH


def test_forged_signatures() -> None:
    one, other = SOUND.attestations()
    assert code_of(replace(SOUND, answers=(one, replace(other, signature=one.signature)))) is codes.SIGNATURE_FAILS
    assert code_of(replace(SOUND, answers=(one, replace(other, endorser=one.endorser)))) is codes.SIGNATURE_FAILS
    assert code_of(replace(SOUND, answers=(one, replace(other, signature=b"x")))) is codes.SIGNATURE_MALFORMED


def test_a_peers_certificate_that_was_renewed_between() -> None:
    renewed = PORT.node("peer0", "peer", renewal=1, since=instant(TIME + 10))
    assert check(answered(peer=renewed, time=TIME + 20)).proved
    early = PORT.node("peer0", "peer", renewal=1, since=instant(TIME) + timedelta(days=1))
    assert code_of(answered(peer=early)) is codes.CERTIFICATE_EXPIRED


def test_a_transaction_that_lost_a_race_is_never_valid() -> None:
    """Two transactions of one block write the same value for the same key; the first is valid, and the second not. No signed
    byte of the block distinguishes them."""
    for given in (SOUND, BFT):
        twin = replace(
            given, call=replace(given.call, client=given.channel.organisations[0].node("node", "client", renewal=1))
        )
        block = replace(given, before=(twin.call.envelope(),))
        answers = tuple(block.question(block.channel.peer(at), version=(block.block_number, 0)) for at in (0, 1))
        lost = replace(block, answers=answers)
        assert code_of(lost) is codes.WRITTEN_BY_ANOTHER
        won = replace(lost.evidence(), index=0)
        assert check(lost, won).proved
