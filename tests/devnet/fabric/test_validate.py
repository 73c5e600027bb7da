"""Validation of transactions: each way to be invalid has its code. Real blocks give what real peers gave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fabric_protos.common import common_pb2

from carbonseal_devnet.fabric import updates, wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.peer.simulate import Simulator
from carbonseal_devnet.fabric.peer.validate import Outcome, validate
from carbonseal_devnet.fabric.wire import Update, Version
from tests.devnet.fabric import making
from tests.devnet.fabric.clients import code
from tests.repository.sources import REPOSITORY

RECORDED = REPOSITORY.parent / "shared/data/vectors/fabric-2.5-raft"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.append(making.genesis())
    old = Update(making.CHAINCODE, b"old", b"1", Version(1, 0))
    ledger.append(wire.new_block(1, b"", []), [("taken", 0)], [*making.defined(), old])
    yield ledger
    ledger.close()


def simulated(
    ledger: Ledger, *, reads: Sequence[str] = (), writes: Sequence[str] = (), namespace: str = making.CHAINCODE
) -> Simulator:
    simulator = Simulator(ledger.state())
    simulator.definition(making.CHAINCODE)
    for key in reads:
        simulator.get(namespace, key)
    for key in writes:
        simulator.put(namespace, key, b"new")
    return simulator


def validated(
    ledger: Ledger,
    *envelopes: bytes,
    known: Callable[[str], bool] = lambda identifier: False,
    channel: Channel | None = None,
) -> Outcome:
    block = wire.new_block(ledger.height, b"", envelopes)
    return validate(block, channel or making.channel(), ledger.state(), known)


def named(outcome: Outcome) -> list[int]:
    return list(outcome.codes)


def test_a_valid_transaction(ledger: Ledger) -> None:
    envelope, identifier = making.transaction(simulated(ledger, reads=["old"], writes=["k"]))
    outcome = validated(ledger, envelope)
    assert named(outcome) == [0]
    assert outcome.updates == [Update(making.CHAINCODE, b"k", b"new", Version(2, 0))]
    assert outcome.transactions == [(identifier, 0)]


def test_endorsements_that_do_not_suffice(ledger: Ledger) -> None:
    simulator = simulated(ledger, writes=["k"])
    users = [making.organisation(name).user("User1") for name in ("Org1", "Org2")]
    for endorsers in ([], making.peers("Org1"), making.peers("Org1") * 2, users, making.peers("Org1", "Org3")):
        outcome = validated(ledger, making.transaction(simulator, endorsers)[0])
        assert named(outcome) == [code("ENDORSEMENT_POLICY_FAILURE")]
        assert outcome.updates == []


def test_other_namespaces_are_validated_by_their_own_policies(ledger: Ledger) -> None:
    for namespace, expected in [("other", "INVALID_CHAINCODE"), (lifecycle.NAMESPACE, "VALID")]:
        simulator = simulated(ledger, writes=["k"], namespace=namespace)
        assert named(validated(ledger, making.transaction(simulator)[0])) == [code(expected)]
        one = named(validated(ledger, making.transaction(simulator, making.peers("Org1"))[0]))
        assert one[0] in (code("INVALID_CHAINCODE"), code("ENDORSEMENT_POLICY_FAILURE"))


def test_conflicts(ledger: Ledger) -> None:
    first, _ = making.transaction(simulated(ledger, reads=["old"], writes=["old"]))
    second, _ = making.transaction(simulated(ledger, reads=["old"], writes=["other"]))
    third, _ = making.transaction(simulated(ledger, reads=["other"], writes=["third"]))
    assert named(validated(ledger, first, second, third)) == [0, code("MVCC_READ_CONFLICT"), 0]


def test_phantoms(ledger: Ledger) -> None:
    def counting() -> bytes:
        simulator = simulated(ledger, writes=["sum"])
        simulator.range(making.CHAINCODE, "k", "l").take(10)
        return making.transaction(simulator)[0]

    writing, _ = making.transaction(simulated(ledger, writes=["k1"]))
    elsewhere, _ = making.transaction(simulated(ledger, writes=["l"]))
    assert named(validated(ledger, elsewhere, counting(), writing)) == [0, 0, 0]
    assert named(validated(ledger, writing, counting())) == [0, code("PHANTOM_READ_CONFLICT")]


def test_duplicates(ledger: Ledger) -> None:
    envelope, identifier = making.transaction(simulated(ledger, writes=["k"]))
    assert named(validated(ledger, envelope, envelope)) == [0, code("DUPLICATE_TXID")]
    assert named(validated(ledger, envelope, known=lambda each: each == identifier)) == [code("DUPLICATE_TXID")]


def test_who_sends(ledger: Ledger) -> None:
    simulator = simulated(ledger, writes=["k"])
    for user in [making.organisation("Org3").user("User1"), making.peers("Org1")[0]]:
        envelope, _ = making.transaction(simulator, user=user)
        assert named(validated(ledger, envelope)) == [code("BAD_CREATOR_SIGNATURE")]


def rewritten(raw: bytes, change: Callable[[common_pb2.Payload, common_pb2.ChannelHeader], object]) -> bytes:
    """The envelope with its payload changed, signed again by the user."""
    user = making.organisation("Org1").user("User1")
    payload = common_pb2.Payload.FromString(common_pb2.Envelope.FromString(raw).payload)
    channel = common_pb2.ChannelHeader.FromString(payload.header.channel_header)
    change(payload, channel)
    payload.header.channel_header = channel.SerializeToString()
    body = payload.SerializeToString()
    return bytes(common_pb2.Envelope(payload=body, signature=user.sign(body)).SerializeToString())


def elsewhere(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.channel_id = "elsewhere"


def other_id(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.tx_id = "00"


def other_kind(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.type = common_pb2.MESSAGE


def later_epoch(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.epoch = 1


def other_time(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.timestamp.seconds += 1


def other_chaincode(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.extension = channel.extension.replace(b"store", b"stole")


def no_data(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    payload.data = b""


def other_config(payload: common_pb2.Payload, channel: common_pb2.ChannelHeader) -> None:
    channel.type = common_pb2.CONFIG


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (elsewhere, "TARGET_CHAIN_NOT_FOUND"),
        (other_id, "BAD_PROPOSAL_TXID"),
        (other_kind, "UNKNOWN_TX_TYPE"),
        (later_epoch, "BAD_COMMON_HEADER"),
        (other_time, "INVALID_ENDORSER_TRANSACTION"),
        (other_chaincode, "INVALID_ENDORSER_TRANSACTION"),
        (no_data, "INVALID_ENDORSER_TRANSACTION"),
        (other_config, "INVALID_CONFIG_TRANSACTION"),
    ],
)
def test_headers_that_do_not_fit(
    ledger: Ledger, change: Callable[[common_pb2.Payload, common_pb2.ChannelHeader], object], expected: str
) -> None:
    envelope, _ = making.transaction(simulated(ledger, writes=["k"]))
    outcome = validated(ledger, rewritten(envelope, change))
    assert named(outcome) == [code(expected)]
    assert outcome.updates == []


def test_bytes_that_are_none(ledger: Ledger) -> None:
    envelope, _ = making.transaction(simulated(ledger, writes=["k"]))
    unsigned = common_pb2.Envelope(payload=common_pb2.Envelope.FromString(envelope).payload).SerializeToString()
    outcomes = named(validated(ledger, b"\xff", unsigned, envelope))
    assert outcomes == [code("BAD_PAYLOAD"), code("BAD_CREATOR_SIGNATURE"), 0]


def test_a_configuration_must_be_what_its_update_makes(ledger: Ledger) -> None:
    channel = making.channel()
    new = type(channel.group)()
    new.CopyFrom(channel.group)
    new.groups["Orderer"].values["BatchTimeout"].value = b"\n\x0450ms"
    admin = making.organisation("Orderer").user("Admin")
    orderer = making.seats()[0].node.identity
    proposed = updates.propose("carbonseal", channel.group, new, [admin])
    update = wire.envelope(common_pb2.CONFIG_UPDATE, "carbonseal", proposed, admin)
    made = updates.apply(channel, proposed)
    outcome = validated(ledger, updates.config_envelope("carbonseal", made, update, orderer))
    assert named(outcome) == [0]
    assert (outcome.channel.batch_timeout, channel.batch_timeout) == (0.05, 0.1)
    made.channel_group.groups["Orderer"].values["BatchTimeout"].value = b"\n\x0499ms"
    outcome = validated(ledger, updates.config_envelope("carbonseal", made, update, orderer), channel=channel)
    assert named(outcome) == [code("INVALID_CONFIG_TRANSACTION")]
    assert outcome.channel is channel


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded blocks are not here")
def test_recorded_blocks_give_the_same_filters_and_commit_hashes(tmp_path: Path) -> None:
    """What is not recorded is only what defined the chaincode, in block 3."""

    def block(name: str) -> common_pb2.Block:
        return common_pb2.Block.FromString((RECORDED / name).read_bytes())

    channel = Channel.of_block(block("config.block"))
    ledger = Ledger(tmp_path / "ledger.db")
    for number in range(3):
        ledger.append(wire.new_block(number, b"", []))
    definition = lifecycle.Definition("1.0", 1).encode("anchor").items()
    updates = [Update(lifecycle.NAMESPACE, key.encode(), value, Version(3, 0)) for key, value in definition]
    ledger.append(wire.new_block(3, b"", []), [], updates)
    running = None
    for name in ("valid.block", "multi_and_invalid.block"):
        recorded = block(name)
        channel.check_block(recorded)
        outcome = validate(recorded, channel, ledger.state(), ledger.knows)
        assert outcome.codes == recorded.metadata.metadata[wire.FILTER]
        expected = common_pb2.Metadata.FromString(recorded.metadata.metadata[wire.COMMIT_HASH]).value
        if running is not None:
            assert wire.commit_hash(outcome.codes, outcome.updates, running) == expected
        running = expected
        ledger.append(recorded, outcome.transactions, outcome.updates)
    ledger.close()


@pytest.mark.parametrize("name", ["2.5-raft", "3.1-raft", "3.1-bft"])
def test_whole_recorded_chains_give_the_same_filters_and_commit_hashes(tmp_path: Path, name: str) -> None:
    """From the genesis block on: approvals and the chaincode's definition, anchors, a race, a change of configuration."""
    folder = REPOSITORY / "tests" / "vectors" / "fabric" / name
    blocks = [common_pb2.Block.FromString((folder / f"{number}.block").read_bytes())
              for number in range(len(list(folder.glob("*.block"))))]  # fmt: skip
    ledger, channel, running = Ledger(tmp_path / "ledger.db"), Channel.of_block(blocks[0]), b""
    ledger.append(blocks[0])
    seen = b""
    for block in blocks[1:]:
        channel.check_block(block)
        outcome = validate(block, channel, ledger.state(), ledger.knows)
        assert outcome.codes == block.metadata.metadata[wire.FILTER]
        running = wire.commit_hash(outcome.codes, outcome.updates, running)
        assert running == common_pb2.Metadata.FromString(block.metadata.metadata[wire.COMMIT_HASH]).value
        ledger.append(block, outcome.transactions, outcome.updates)
        channel = outcome.channel
        seen += outcome.codes
    assert set(seen) == {0, code("MVCC_READ_CONFLICT")}
    assert channel.config.sequence == 1
    ledger.close()


def test_a_ledger_is_kept_and_read_at_any_height(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    for number, value in enumerate([b"a", None, b"c"]):
        update = Update("n", b"k", value, Version(number, 0))
        ledger.append(wire.new_block(number, b"", [b"%d" % number]), [(f"t{number}", 0)], [update])
    with pytest.raises(ValueError, match="cannot follow"):
        ledger.append(wire.new_block(7, b"", []))
    ledger.close()
    ledger = Ledger(path)
    assert ledger.height == 3
    assert [ledger.state(height).get("n", b"k") for height in range(4)] == [
        None, (b"a", Version(0, 0)), None, (b"c", Version(2, 0)),
    ]  # fmt: skip
    assert [len(list(ledger.state(height).range("n", b"", b""))) for height in range(4)] == [0, 1, 0, 1]
    assert [value for value, _ in ledger.state().history("n", b"k")] == [b"c", None, b"a"]
    assert ledger.knows("t1")
    assert not ledger.knows("t9")
    assert ledger.transaction("t9") is None
    digest = wire.header_hash(ledger.block(1).header)
    assert ledger.block_by_hash(digest) == ledger.raw(1)
    with pytest.raises(LookupError):
        ledger.raw(3)
    asyncio.run(ledger.grown(2))
    ledger.close()
