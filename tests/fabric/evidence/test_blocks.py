"""Blocks and configurations: who signs them, under which configuration, and that none can be left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from fabric_protos.common import policies_pb2

from carbonseal.findings import Code, Outcome
from carbonseal.ledger import TrustItem
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.messages.headers import instant
from tests.fabric.evidence.verdicts import BFT, SOUND, STATEMENT, called, check, code_of, signed
from tests.fabric.scenes.channels import META, Channel
from tests.fabric.scenes.identities import Organisation, Signer
from tests.fabric.scenes.scene import Scene, scene
from tests.fabric.scenes.wire import TIME

CHANNEL = SOUND.channel
ORDERING = CHANNEL.ordering
FOUR = list(enumerate(BFT.channel.signers, 1))
STRANGER = Organisation("ElseMSP").node("orderer1", "orderer")


@pytest.mark.parametrize(
    ("signing", "code"),
    [
        ({"signers": []}, codes.SIGNERS_MISSING),
        ({"signers": [STRANGER]}, codes.MSP_UNKNOWN),
        ({"signers": [replace(STRANGER, msp="OrdererMSP")]}, codes.CERTIFICATE_UNTRUSTED),
        ({"signers": [CHANNEL.peer(0)]}, codes.SIGNERS_MISSING),
        ({"signers": [ORDERING.node("o", "orderer", until=instant(TIME - 1))]}, codes.CERTIFICATE_EXPIRED),
        ({"signers": [replace(CHANNEL.signers[0], key=STRANGER.key)]}, codes.SIGNATURE_FAILS),
        ({"high_s": True}, codes.SIGNATURE_HIGH_S),
        ({"signers": [(1, CHANNEL.signers[0])]}, codes.CONSENTER_UNKNOWN),
        ({"last_config": 1}, codes.CONFIG_OLDER),
    ],
)
def test_what_is_wrong_with_raft_signatures(signing: dict[str, Any], code: Code) -> None:
    assert code_of(signed(**signing)) is code


@pytest.mark.parametrize(
    ("signers", "code"),
    [
        (FOUR[:2], codes.SIGNERS_MISSING),
        ([FOUR[0], FOUR[0], FOUR[0]], codes.SIGNERS_MISSING),
        ([FOUR[0], FOUR[1], FOUR[1], BFT.channel.signers[1]], codes.SIGNERS_MISSING),  # the same by certificate
        ([(1, FOUR[0][1]), (2, FOUR[0][1]), (3, FOUR[2][1])], codes.CONSENTER_UNKNOWN),
        ([*FOUR[:3], (5, FOUR[3][1])], codes.CONSENTER_UNKNOWN),
        ([*FOUR[:3], (4, STRANGER)], codes.CONSENTER_UNKNOWN),
        ([*FOUR[:2], ORDERING.node("orderer9", "orderer")], codes.SIGNERS_MISSING),  # an orderer's, and no consenter's
    ],
)
def test_what_is_wrong_with_bft_signatures(signers: list[tuple[int, Signer] | Signer], code: Code) -> None:
    assert code_of(signed(BFT, signers=signers)) is code


def test_a_bft_quorum_is_enough() -> None:
    assert check(signed(BFT, signers=FOUR[1:])).proved


@pytest.mark.parametrize(("orderers", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (7, 5), (10, 7)])
def test_bft_quorums(orderers: int, quorum: int) -> None:
    seats = tuple(ORDERING.node(f"orderer{at}", "orderer") for at in range(1, orderers + 1))
    given = scene(STATEMENT, Channel(bft=True, orderers=seats))
    everyone = list(enumerate(seats, 1))
    assert check(signed(given, signers=everyone[:quorum])).proved
    assert code_of(signed(given, signers=everyone[: quorum - 1])) is codes.SIGNERS_MISSING


def test_under_a_lax_policy_only_consenters_make_the_quorum() -> None:
    lax = policies_pb2.Policy(type=policies_pb2.Policy.IMPLICIT_META)
    lax.value = META(sub_policy="Writers", rule=META.ANY).SerializeToString()
    given = scene(STATEMENT, Channel(bft=True, validation=lax))
    assert check(signed(given, signers=FOUR[:3])).proved
    others = [ORDERING.node(f"orderer{at}", "orderer") for at in (8, 9)]
    assert code_of(signed(given, signers=[*FOUR[:2], *others])) is codes.SIGNERS_MISSING


def test_a_block_of_other_contents() -> None:
    evidence, other = SOUND.evidence(), scene(replace(STATEMENT, size=7)).call.envelope()
    added = replace(evidence.block, envelopes=(*evidence.block.envelopes, other))
    assert code_of(SOUND, replace(evidence, block=added)) is codes.DATA_HASH
    for change in ({"number": 5}, {"previous_hash": b"\0" * 32}):
        assert code_of(SOUND, replace(evidence, block=replace(evidence.block, **change))) is codes.SIGNATURE_FAILS


def test_a_block_before_its_configuration() -> None:
    assert code_of(signed(replace(SOUND, number=1), last_config=5)) is codes.CONFIG_OLDER


# --- trust ----------------------------------------------------------------------------------------------------------


def trusting(trust: list[TrustItem], **options: str) -> Code:
    pins = VERIFIER.pin(SOUND.ledger, {**SOUND.options, **options})
    (finding,) = VERIFIER.check(SOUND.evidence().encode(), STATEMENT, pins, trust).findings
    assert finding.code.outcome is Outcome.NOTED
    return finding.code


def test_trust_that_is_missing_or_of_no_use() -> None:
    item = SOUND.trust()
    assert trusting([]) is codes.CONFIG_MISSING
    assert trusting([replace(item, ledger="fabric:" + "00" * 32)]) is codes.CONFIG_MISSING
    assert trusting([replace(item, kind="block")]) is codes.CONFIG_MISSING
    assert trusting([item], config="00" * 32) is codes.CONFIG_MISSING
    for value in ({}, {"block": 5, "number": 0}, {"block": "=", "number": 0}, {"block": "AAAA", "number": 0}):
        assert trusting([replace(item, value=value)]) is codes.TRUST_MALFORMED
    value = {"block": item.value["block"], "number": True}
    assert trusting([replace(item, value=value)]) is codes.TRUST_MALFORMED


def test_a_first_block_of_another_name() -> None:
    name = "fabric:" + "ab" * 32
    pins = VERIFIER.pin(name, SOUND.options)
    checked = VERIFIER.check(SOUND.evidence().encode(), STATEMENT, pins, [replace(SOUND.trust(), ledger=name)])
    assert [finding.code for finding in checked.findings] == [codes.GENESIS_DIFFERS]


# --- the chain of configurations -------------------------------------------------------------------------------------

HARBOUR = Organisation("HarbourMSP")
RENEWED = ORDERING.node("orderer1", "orderer", renewal=1)


def updates(first: Channel) -> tuple[Channel, Channel]:
    """Two updates: a new organisation, then a new orderer certificate."""
    second = first.updated(organisations=(*first.organisations, HARBOUR))
    seats = (RENEWED, *first.signers[1:])
    return second, second.updated(orderers=seats)


def chained(first: Channel = CHANNEL) -> Scene:
    second, third = updates(first)
    configs = (second.block(first), third.block(second))
    given = scene(STATEMENT, third)
    return replace(given, trusted=first, configs=configs)


@pytest.mark.parametrize("first", [CHANNEL, BFT.channel], ids=["raft", "bft"])
def test_updates_are_followed(first: Channel) -> None:
    given = chained(first)
    assert check(given).proved
    assert check(given, attest="1:HarbourMSP").proved
    assert code_of(replace(given, configs=given.configs[:1])) in {codes.CONFIG_OTHER, codes.CONSENTER_UNKNOWN}


def test_under_the_new_certificate_only() -> None:
    """BFT orderers are known by their certificates: the old one belongs to no orderer any more."""
    given = chained(BFT.channel)
    old = [(1, BFT.channel.signers[0]), *list(enumerate(given.channel.signers, 1))[1:3]]
    assert code_of(signed(given, signers=old)) is codes.CONSENTER_UNKNOWN


def test_a_gap_and_a_repetition() -> None:
    given = chained()
    second, third = updates(CHANNEL)
    assert code_of(replace(given, configs=(third.block(CHANNEL),))) is codes.CONFIG_OLDER
    again = replace(second, number=second.number + 1)
    assert code_of(replace(given, configs=(second.block(CHANNEL), again.block(second)))) is codes.CONFIG_GAP
    assert code_of(replace(given, configs=(given.configs[0], given.configs[0]))) is codes.CONFIG_ORDER
    assert code_of(replace(given, configs=given.configs[::-1])) is codes.CONFIG_OLDER


def test_a_fork() -> None:
    """A configuration that the orderers of another one signed is none of this channel."""
    evil = Organisation("OrdererMSP", intermediates=())
    forger = replace(CHANNEL, orderers=(replace(STRANGER, msp="OrdererMSP"),), ordering=evil)
    second, _ = updates(CHANNEL)
    assert code_of(replace(chained(), configs=(second.block(forger),))) is codes.CERTIFICATE_UNTRUSTED


def test_a_configuration_signed_under_a_later_one() -> None:
    """The orderers that a configuration brings in cannot vouch for it."""
    first = BFT.channel
    second = first.updated(orderers=tuple(ORDERING.node(f"new{at}", "orderer") for at in range(4)))
    given = replace(scene(STATEMENT, second), trusted=first)
    assert check(replace(given, configs=(second.block(first),))).proved
    assert code_of(replace(given, configs=(second.block(second),))) is codes.CONSENTER_UNKNOWN


def test_a_configuration_that_does_not_name_itself() -> None:
    second, _ = updates(CHANNEL)
    given = replace(scene(STATEMENT, second), trusted=CHANNEL)
    assert check(replace(given, configs=(second.block(CHANNEL),))).proved
    assert code_of(replace(given, configs=(second.block(CHANNEL, last_config=0),))) is codes.CONFIG_SELF


def test_a_configuration_of_another_channel() -> None:
    second = replace(updates(CHANNEL)[0], name="other")
    assert code_of(replace(chained(), configs=(second.block(CHANNEL),))) is codes.OTHER_CHANNEL


def test_an_ordinary_block_as_configuration() -> None:
    assert code_of(replace(chained(), configs=(SOUND.block(),))) is codes.NOT_A_CONFIG


def test_a_configuration_is_validated_at_its_own_time() -> None:
    expired = ORDERING.node("orderer1", "orderer", until=instant(TIME - 500))
    second = CHANNEL.updated(orderers=(ORDERING.node("orderer1", "orderer", renewal=2),))
    given = replace(scene(STATEMENT, second), trusted=CHANNEL)
    early = second.block(CHANNEL, signers=[expired])
    assert check(replace(given, configs=(early,))).proved
    late = second.block(CHANNEL, signers=[expired], time=TIME - 400)
    assert code_of(replace(given, configs=(late,))) is codes.CERTIFICATE_EXPIRED


def test_an_anchor_older_than_the_pinned_configuration() -> None:
    second, _ = updates(CHANNEL)
    given = replace(scene(STATEMENT, second), trusted=second, number=2)
    assert code_of(signed(given, last_config=0), config=second.genesis) is codes.CONFIG_NEWER


@pytest.mark.parametrize("first", [CHANNEL, BFT.channel], ids=["raft", "bft"])
@pytest.mark.parametrize("governing", [0, 1, 2])
def test_any_configuration_may_be_pinned(first: Channel, governing: int) -> None:
    """Proved from every one between that behind which the evidence begins and that which governs the anchor. From any other
    nothing is shown, and nobody accused: whoever wrote the evidence knows no verifier's pin."""
    channels = (first, *updates(first))
    blocks = [following.block(before) for before, following in pairwise(channels)]
    for begins in range(governing + 1):
        given = replace(scene(STATEMENT, channels[governing]), configs=tuple(blocks[begins:governing]))
        for pin, trusted in enumerate(channels):
            checked = check(replace(given, trusted=trusted))
            assert (checked.proved is not None) == (begins <= pin <= governing), (begins, pin)
            assert checked.proved or [one.code.outcome for one in checked.findings] == [Outcome.NOTED], (begins, pin)


def test_an_organisation_that_left() -> None:
    gone = CHANNEL.updated(organisations=CHANNEL.organisations[:1])
    given = replace(scene(STATEMENT, gone), trusted=CHANNEL, configs=(gone.block(CHANNEL),))
    assert check(given).proved
    endorsed = called(given, endorsers=(CHANNEL.peer(0), CHANNEL.peer(1)))
    assert code_of(endorsed) is codes.MSP_UNKNOWN


def test_a_revocation_in_between() -> None:
    mill, port = CHANNEL.organisations
    revoking = CHANNEL.updated(organisations=(mill, replace(port, revoked=(port.ca.revoke(CHANNEL.peer(1)),))))
    given = replace(scene(STATEMENT, revoking), trusted=CHANNEL, configs=(revoking.block(CHANNEL),))
    assert code_of(given) is codes.CERTIFICATE_REVOKED
