"""Honest channels, nodes and verifiers, whatever they do: no evidence is rejected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Outcome
from carbonseal.ledger import Checked
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from tests.fabric.evidence.verdicts import STATEMENT
from tests.fabric.scenes.channels import ORDERING, Channel
from tests.fabric.scenes.identities import Organisation
from tests.fabric.scenes.scene import Scene, scene
from tests.fabric.scenes.wire import TIME
from tests.programs.effort import examples

HOUR = 3600
NOW = datetime.fromtimestamp(TIME, UTC)
JOINED = Organisation("HarbourMSP")


def _joined(channel: Channel) -> Channel:
    return channel.updated(organisations=(*channel.organisations[:2], JOINED))


def _left(channel: Channel) -> Channel:
    return channel.updated(organisations=channel.organisations[:2])


def _renewed(channel: Channel) -> Channel:
    """The first orderer has a new certificate and key."""
    first = ORDERING.node("orderer1", "orderer", renewal=channel.sequence + 1)
    return channel.updated(orderers=(first, *channel.signers[1:]))


def _renumbered(channel: Channel) -> Channel:
    """With BFT each orderer has another number; with raft another one leads."""
    return channel.updated(orderers=(*channel.signers[1:], channel.signers[0]))


def _expiring(channel: Channel) -> Channel:
    """An orderer's certificate that expires before the anchor: Fabric takes its signatures all the same."""
    old = ORDERING.node("orderer1", "orderer", until=NOW - timedelta(hours=1))
    return channel.updated(orderers=(old, *channel.signers[1:]))


CHANGES = {
    "nothing but a number": lambda channel: channel.updated(),
    "an organisation joined": _joined,
    "an organisation left": _left,
    "an orderer's certificate was renewed": _renewed,
    "orderers were renumbered": _renumbered,
    "an orderer's certificate expires": _expiring,
}


@cache
def channels(changes: tuple[str, ...], bft: bool, name: str = "anchors") -> tuple[tuple[Channel, ...], tuple[Any, ...]]:
    """The configurations of a channel, and the block of each but the first, signed under the one before."""
    found = [Channel(bft=bft, name=name)]
    for change in changes:
        found.append(CHANGES[change](found[-1]))
    return tuple(found), tuple(following.block(before) for before, following in pairwise(found))


@cache
def recorded(changes: tuple[str, ...], bft: bool, begins: int, governs: int, asked: int) -> Scene:
    """What a node keeps of an anchor: it was configured behind `begins`, and asked peers when its clock said `asked`."""
    configurations, blocks = channels(changes, bft)
    given = scene(STATEMENT, configurations[governs])
    peers = [given.channel.peer(at) for at in range(len(given.channel.organisations))]
    answers = tuple(given.question(peer, time=TIME + asked) for peer in peers)
    return replace(given, configs=blocks[begins:governs], answers=answers)


HISTORIES = st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3).map(tuple)
OPTIONS = [  # of a policy's line, in the place of those that the anchor was made under
    ("chaincode", "another"),
    ("publisher", "ab" * 32),
    ("attest", "1:MillMSP"),
    ("attest", "1:HarbourMSP"),
    ("attest", "2:ElseMSP,PortMSP"),
    ("endorse", "1:PortMSP"),
    ("endorse", "2:MillMSP,HarbourMSP"),
]
PINS: st.SearchStrategy[dict[str, str]] = st.just({}) | st.sampled_from(OPTIONS).map(lambda option: dict([option]))


@settings(max_examples=examples(100))
@given(HISTORIES, st.booleans(), st.data(), PINS)
def test_no_pin_of_an_honest_channel_rejects(
    changes: tuple[str, ...], bft: bool, data: st.DataObject, pins: dict[str, str]
) -> None:
    """The channel is configured anew, the node asks peers by whatever its clock says, the verifier pins any configuration of it, or
    of a channel of the same name elsewhere, and any options."""
    configurations, _ = channels(changes, bft)
    governs = data.draw(st.integers(0, len(changes)), "governs")
    begins = data.draw(st.integers(0, governs), "begins")
    asked = data.draw(st.sampled_from([5, 5, -250, -HOUR, 24 * HOUR]), "asked")
    pin = data.draw(st.integers(0, len(changes)), "pin")
    elsewhere = data.draw(st.sampled_from([False, False, False, True]), "elsewhere")
    given = recorded(changes, bft, begins, governs, asked)
    others = channels(changes, not bft)[0] if elsewhere else configurations
    checked = checking(replace(given, trusted=others[pin]), pins)
    assert Outcome.REJECTED not in {finding.code.outcome for finding in checked.findings}, checked.findings
    sound = not pins and not elsewhere and asked > -300 and begins <= pin <= governs
    if sound and "an orderer's certificate expires" not in changes:
        assert checked.proved


def checking(given: Scene, options: dict[str, str]) -> Checked:
    pins = VERIFIER.pin(given.ledger, {**given.options, **options})
    return VERIFIER.check(given.evidence().encode(), STATEMENT, pins, [given.trust()])
