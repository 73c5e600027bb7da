"""Updates of the configuration: what is proposed is applied, by whom it may be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fabric_protos.common import configtx_pb2

from carbonseal_devnet.fabric import genesis, updates, wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.identity import Identity
from carbonseal_devnet.fabric.msp import Forbidden
from tests.devnet.fabric import making


def admins(*names: str) -> list[Identity]:
    return [making.organisation(name).user("Admin") for name in names]


def changed(
    change: Callable[[configtx_pb2.ConfigGroup], None],
) -> tuple[configtx_pb2.ConfigGroup, configtx_pb2.ConfigGroup]:
    old = making.channel().group
    new = configtx_pb2.ConfigGroup()
    new.CopyFrom(old)
    change(new)
    return old, new


def faster(root: configtx_pb2.ConfigGroup) -> None:
    root.groups["Orderer"].values["BatchTimeout"].value = b"\n\x0450ms"


def third(root: configtx_pb2.ConfigGroup) -> None:
    group = genesis.peer_group(making.organisation("Org3"), "127.0.0.1", 9051)
    root.groups["Application"].groups["Org3MSP"].CopyFrom(group)


def faster_and_third(root: configtx_pb2.ConfigGroup) -> None:
    faster(root)
    third(root)


def without_second(root: configtx_pb2.ConfigGroup) -> None:
    del root.groups["Application"].groups["Org2MSP"]


def policy(root: configtx_pb2.ConfigGroup) -> None:
    root.groups["Application"].policies["Endorsement"].policy.value = b"\n\x0bEndorsement"


@pytest.mark.parametrize(
    ("change", "signers"),
    [
        (faster, ["Orderer"]),
        (third, ["Org1", "Org2"]),
        (without_second, ["Org1", "Org2"]),
        (policy, ["Org1", "Org2"]),
        (faster_and_third, ["Org1", "Org2", "Orderer"]),
    ],
)
def test_an_update_changes_what_it_should_and_needs_who_it_concerns(
    change: Callable[[configtx_pb2.ConfigGroup], None], signers: list[str]
) -> None:
    old, new = changed(change)
    channel = making.channel()
    made = updates.apply(channel, updates.propose("carbonseal", old, new, admins(*signers)))
    assert made.sequence == 1
    after = Channel("carbonseal", made)
    assert without_versions(after.group) == without_versions(new)
    for missing in range(len(signers)):
        too_few = admins(*signers[:missing], *signers[missing + 1 :])
        with pytest.raises(Forbidden):
            updates.apply(channel, updates.propose("carbonseal", old, new, too_few))


def without_versions(group: configtx_pb2.ConfigGroup) -> configtx_pb2.ConfigGroup:
    made = configtx_pb2.ConfigGroup()
    made.CopyFrom(group)
    made.version = 0
    for part in (made.values, made.policies):
        for item in part.values():
            item.version = 0
    for inner in made.groups.values():
        inner.CopyFrom(without_versions(inner))
    return made


def test_an_update_is_applied_once() -> None:
    old, new = changed(faster)
    update = updates.propose("carbonseal", old, new, admins("Orderer"))
    after = Channel("carbonseal", updates.apply(making.channel(), update))
    assert after.batch_timeout == 0.05
    with pytest.raises(Forbidden, match="version"):
        updates.apply(after, update)


def test_updates_that_are_wrong() -> None:
    old, new = changed(faster)
    channel = making.channel()
    with pytest.raises(Forbidden, match="nothing"):
        updates.apply(channel, updates.propose("carbonseal", old, old, admins("Orderer")))
    with pytest.raises(Forbidden, match="elsewhere"):
        updates.apply(channel, updates.propose("elsewhere", old, new, admins("Orderer")))
    with pytest.raises(wire.Malformed):
        updates.apply(channel, b"\xff")
    leaping = configtx_pb2.ConfigUpdate(channel_id="carbonseal")
    leaping.write_set.groups["Orderer"].values["BatchTimeout"].version = 7
    envelope = configtx_pb2.ConfigUpdateEnvelope(config_update=leaping.SerializeToString())
    with pytest.raises(Forbidden, match="version"):
        updates.apply(channel, envelope.SerializeToString())
    user = making.organisation("Orderer").user("User1")
    with pytest.raises(Forbidden, match="not satisfied"):
        updates.apply(channel, updates.propose("carbonseal", old, new, [user]))
