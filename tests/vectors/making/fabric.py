"""Vectors of evidence on Hyperledger Fabric. Encoded by Hyperledger's own classes, which share no code with the verifier."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP224R1

from carbonseal.ledger import Statement
from carbonseal_adapters.fabric.checking.messages.headers import instant
from tests.fabric.scenes.channels import Channel
from tests.fabric.scenes.identities import Organisation, Signer
from tests.fabric.scenes.scene import Scene, scene
from tests.fabric.scenes.wire import TIME, key, value
from tests.vectors.cases import Case, case, refused
from tests.vectors.making.evidence import STATEMENT, noted
from tests.vectors.making.log import b64

RAFT = scene(STATEMENT)
BFT = scene(STATEMENT, Channel(bft=True))
CHANNEL = RAFT.channel
MILL, PORT = CHANNEL.organisations
ORDERING = CHANNEL.ordering
HARBOUR, STRANGER = Organisation("HarbourMSP"), Organisation("ElseMSP")
SECOND = CHANNEL.updated(organisations=(MILL, PORT, HARBOUR))
THIRD = SECOND.updated(orderers=(ORDERING.node("orderer1", "orderer", renewal=1),))
UPDATED = replace(scene(STATEMENT, THIRD), trusted=CHANNEL, configs=(SECOND.block(CHANNEL), THIRD.block(SECOND)))
FOURTH = THIRD.updated(organisations=(MILL, PORT))
HANDED_OVER = SECOND.updated(ordering=Organisation("HarbourOrdererMSP"))
REORDERED = replace(
    scene(STATEMENT, HANDED_OVER), trusted=CHANNEL, configs=(SECOND.block(CHANNEL), HANDED_OVER.block(SECOND))
)
SOUND = {"raft": RAFT, "bft": BFT, "updated": UPDATED, "reordered": REORDERED}


def difference(old: Any, new: Any, pointer: str = "") -> list[dict[str, Any]]:
    """The operations that make `new` of `old`, as deep as can be; lists of one length member by member."""
    if type(old) is type(new) and old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return [one for name in sorted(old) for one in difference(old[name], new[name], f"{pointer}/{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [one for at in range(len(old)) for one in difference(old[at], new[at], f"{pointer}/{at}")]
    return [{"op": "replace", "path": pointer, "value": new}]


class Unreadable(Signer):
    """Somebody whose certificate is none."""

    @property
    def pem(self) -> bytes:
        return b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


class _Fabric:
    """The cases so far. Each is a sound one with something changed; evidence and trust are written out once, and named."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.evidence = {name: _value(given) for name, given in SOUND.items()}
        self.trusts = {name: _item(given) for name, given in SOUND.items()}

    def add(
        self, name: str, expect: dict[str, Any], of: str = "raft", given: Scene | None = None, **changes: Any
    ) -> None:
        """A case: the scene `of` that name, or `given`, as its difference from that; `changes` are those of the vector itself."""
        sound = SOUND[of]
        patch = difference(self.evidence[of], _value(given)) if given is not None else []
        statement = changes.pop("statement", STATEMENT)
        trusted = self.trusts[of] if given is None else _item(given)
        given_to = {
            "type": "fabric-anchor",
            "version": 1,
            "data": {"of": of, "patch": changes.pop("patch", patch)},
            "logId": statement.log_id.hex(),
            "size": statement.size,
            "root": statement.root.hex(),
            "ledger": sound.ledger if given is None else given.ledger,
            "options": sound.options if given is None else given.options,
            "trust": [{"named": of} if trusted == self.trusts[of] else trusted],
        }
        options = {**given_to["options"], **changes.pop("options", {})}
        self.cases.append(case(name, "check", expect, **{**given_to, "options": options, **changes}))

    def call(self, name: str, expect: dict[str, Any], /, **changes: Any) -> None:
        self.add(name, expect, given=replace(RAFT, call=replace(RAFT.call, **changes)))

    def answer(self, name: str, expect: dict[str, Any], /, **changes: Any) -> None:
        peer = changes.pop("peer", CHANNEL.peer(1))
        answers = (RAFT.question(CHANNEL.peer(0)), RAFT.question(peer, **changes))
        self.add(name, expect, given=replace(RAFT, answers=answers))

    def signing(self, name: str, expect: dict[str, Any], of: str = "raft", **changes: Any) -> None:
        self.add(name, expect, of, replace(SOUND[of], signing=changes))


def _value(given: Scene) -> Any:
    return json.loads(given.evidence().encode().data)


def _item(given: Scene) -> dict[str, Any]:
    item = given.trust()
    return {
        "ledger": item.ledger,
        "kind": item.kind,
        "value": dict(item.value),
        "source": item.source,
        "when": item.when,
    }


def fabric() -> dict[str, Any]:
    vectors = _Fabric()
    for name, given in SOUND.items():
        vectors.add(f"an anchor: {name}", _proved(given), name)
    behind = scene(STATEMENT, HANDED_OVER)  # pinned there, without the blocks in between
    vectors.add("an anchor: orderers replaced before the pinned configuration", _proved(behind), "reordered", behind)
    _nothing(vectors)
    _forms(vectors)
    _transactions(vectors)
    _attestations(vectors)
    _blocks(vectors)
    _configurations(vectors)
    _lines(vectors)
    places = [("a key", STATEMENT), ("a large size", Statement(STATEMENT.log_id, (1 << 64) - 1, STATEMENT.root))]
    for name, statement in places:
        publisher = RAFT.call.publisher
        stored = {"key": key(publisher, statement), "value": value(statement, TIME).hex()}
        given_to = {"logId": statement.log_id.hex(), "size": statement.size, "root": statement.root.hex(), "time": TIME}
        vectors.cases.append(case(name, "state", stored, publisher=publisher.hex(), **given_to))
    for msp, signer in (("MillMSP", CHANNEL.client), ("PortMSP", CHANNEL.peer(1))):
        publisher = replace(RAFT.call, client=signer).publisher
        given_to = {"mspId": msp, "certificate": signer.pem.decode()}
        vectors.cases.append(case(f"a publisher of {msp}", "publisher", {"publisher": publisher.hex()}, **given_to))
    return {"evidence": vectors.evidence, "trusts": vectors.trusts, "cases": vectors.cases}


def _proved(given: Scene) -> dict[str, Any]:
    return {
        "proved": {
            "publisher": given.call.publisher.hex(),
            "time": TIME,
            "identities": given.identities,
            "shown": ["fabric.ordered", "fabric.valid"],
        },
    }


def _nothing(vectors: _Fabric) -> None:
    """Evidence that counts for nothing."""
    add = vectors.add
    add("another type", noted("fabric.evidence-unknown"), type="fabric-block")
    add("version 2", noted("fabric.evidence-unknown"), version=2)
    add("over 8 MiB", noted("fabric.evidence-too-large"), data={"repeated": [[" ", (8 << 20) + 1]]})
    add("another publisher is listed", noted("fabric.publisher-not-listed"), options={"publisher": "44" * 32})
    add("no trust", noted("fabric.config-missing"), trust=[])
    add("another configuration pinned", noted("fabric.config-missing"), options={"config": "44" * 32})
    item = vectors.trusts["raft"]
    add(
        "trust that is not a block",
        noted("fabric.trust-malformed"),
        trust=[{**item, "value": {"block": "AAAA", "number": 0}}],
    )
    add(
        "trust with a member more",
        noted("fabric.trust-malformed"),
        trust=[{**item, "value": {**item["value"], "x": 1}}],
    )
    other = "fabric:" + "44" * 32
    add(
        "a first block of another name",
        noted("fabric.genesis-differs"),
        ledger=other,
        trust=[{**item, "ledger": other}],
    )
    newer = replace(scene(STATEMENT, SECOND), number=2, signing={"last_config": 0})
    options = {"config": SECOND.genesis}
    add(
        "pinned later than the anchor",
        noted("fabric.config-newer"),
        given=replace(newer, trusted=SECOND),
        options=options,
    )
    add(
        "attested by one organisation of two",
        noted("fabric.attesters-missing"),
        given=replace(RAFT, answers=RAFT.attestations()[:1]),
    )
    twice = (RAFT.question(CHANNEL.peer(0)), RAFT.question(CHANNEL.peer(0, "peer1")))
    add("attested by one organisation twice", noted("fabric.attesters-missing"), given=replace(RAFT, answers=twice))
    add(
        "attested by organisations that are not listed",
        noted("fabric.attesters-missing"),
        options={"attest": "1:ElseMSP"},
    )
    add(
        "endorsed by too few",
        noted("fabric.endorsers-missing"),
        given=replace(RAFT, call=replace(RAFT.call, endorsers=(CHANNEL.peer(0),))),
    )
    add("endorsed by others than asked", noted("fabric.endorsers-missing"), options={"endorse": "1:ElseMSP"})
    hashing = scene(STATEMENT, Channel(hashing="SHA3_256"))
    add("another hash", noted("fabric.trust-malformed"), given=hashing)


def _forms(vectors: _Fabric) -> None:
    wrong, add = refused("fabric.evidence-malformed"), vectors.add
    add("no JSON", wrong, data="no evidence")
    add("white space around it", wrong, data={"repeated": [[" ", 1], [json.dumps(vectors.evidence["raft"]), 1]]})
    add("a member more", wrong, patch=[{"op": "add", "path": "/more", "value": 1}])
    add("an index below zero", wrong, patch=[{"op": "replace", "path": "/index", "value": -1}])
    add("a hash of 31 bytes", wrong, patch=[{"op": "replace", "path": "/block/data_hash", "value": "AAAA"}])
    add("base64 without padding", wrong, patch=[{"op": "replace", "path": "/block/signatures", "value": "AAA"}])
    add(
        "an envelope that is cut",
        refused("fabric.protobuf-malformed"),
        patch=[{"op": "replace", "path": "/block/envelopes/0", "value": "CgE="}],
    )
    add(
        "an unknown field",
        noted("fabric.field-unknown"),
        patch=[{"op": "replace", "path": "/block/envelopes/0", "value": "GAE="}],
    )
    add(
        "a number with a byte too many",
        refused("fabric.protobuf-malformed"),
        patch=[{"op": "replace", "path": "/block/envelopes/0", "value": "CoAA"}],
    )
    add(
        "no transaction there", refused("fabric.index-outside"), patch=[{"op": "replace", "path": "/index", "value": 1}]
    )


def _transactions(vectors: _Fabric) -> None:
    call = vectors.call
    vectors.add("another size", refused("fabric.other-anchor"), statement=replace(STATEMENT, size=259))
    vectors.add("another root", refused("fabric.other-value"), statement=replace(STATEMENT, root=b"\x09" * 32))
    call("another channel", noted("fabric.other-channel"), on="other")
    call("another chaincode", noted("fabric.other-chaincode"), name="other")
    call("a call that failed", refused("fabric.call-failed"), status=500)
    call("an id that is not the hash", refused("fabric.transaction-id"), transaction="00" * 32)
    call("endorsed for another proposal", refused("fabric.proposal-hash"), proposal_hash=bytes(32))
    call("a deletion", refused("fabric.writes-other"), deletes=True)
    call("two writes", refused("fabric.writes-other"), writes=((CHANNEL.chaincode, "more", b"x"),))
    call("a write elsewhere", refused("fabric.writes-other"), writes=(("other", "more", b"x"),))
    call("another time in the value", refused("fabric.other-value"), value=value(STATEMENT, TIME - 1))
    call("a submitter who did not sign", refused("fabric.signature-fails"), signed_by=CHANNEL.peer(0))
    call("an endorser who signed another answer", refused("fabric.signature-fails"), endorsed=b"another")
    call("high S", refused("fabric.signature-high-s"), high_s=True)
    call("a time before 1970", noted("fabric.time-malformed"), time=-1, value=value(STATEMENT, TIME))
    configured = replace(RAFT, before=(CHANNEL.block().data.data[0],))
    first = {**_value(configured), "index": 0}
    patch = difference(vectors.evidence["raft"], first)
    vectors.add("a configuration in its place", refused("fabric.not-a-transaction"), given=configured, patch=patch)
    client = CHANNEL.client
    nobody = Unreadable(client.msp, client.certificate, client.key)
    call("a submitter without a certificate", noted("fabric.certificate-malformed"), client=nobody)
    short = (CHANNEL.peer(0), PORT.node("peer0", "peer", curve=SECP224R1()))
    vectors.add(
        "an endorser whose key is on P-224",
        noted("fabric.key-unsupported"),
        given=replace(RAFT, call=replace(RAFT.call, endorsers=short)),
    )
    revoked = replace(CHANNEL, organisations=(MILL, replace(PORT, revoked=(PORT.ca.revoke(CHANNEL.peer(1)),))))
    vectors.add(
        "an endorser whose certificate was revoked",
        noted("fabric.certificate-revoked"),
        given=scene(STATEMENT, revoked),
    )
    peers = {
        "expired": (PORT.node("peer0", "peer", until=instant(TIME - 1)), noted("fabric.certificate-expired")),
        "not valid yet": (
            PORT.node("peer0", "peer", since=instant(TIME) + timedelta(hours=1)),
            noted("fabric.certificate-expired"),
        ),
        "an authority's own": (PORT.node("peer0", "peer", ca=True), noted("fabric.certificate-untrusted")),
        "of another organisation": (
            replace(MILL.node("peer0", "peer"), msp="PortMSP"),
            noted("fabric.certificate-untrusted"),
        ),
        "without a unit": (PORT.ca.issue("peer0"), noted("fabric.certificate-unit")),
        "of two units": (PORT.ca.issue("peer0", "peer", "admin"), noted("fabric.certificate-unit")),
        "of nobody in the channel": (STRANGER.node("peer0", "peer"), noted("fabric.msp-unknown")),
    }
    for name, (peer, expect) in peers.items():
        call(f"an endorser's certificate: {name}", expect, endorsers=(CHANNEL.peer(0), peer))


def _attestations(vectors: _Fabric) -> None:
    answer = vectors.answer
    answer("answered by a client", noted("fabric.not-a-peer"), peer=PORT.node("node", "client"))
    answer(
        "another value is stored",
        refused("fabric.attested-other"),
        payload=value(replace(STATEMENT, root=bytes(32)), TIME),
    )
    answer("written by another transaction", noted("fabric.written-by-another"), version=(2, 1))
    answer("written in another block", noted("fabric.written-by-another"), version=(1, 0))
    answer("not read from the state", refused("fabric.attested-unread"), version=None)
    answer("nothing is stored", refused("fabric.call-failed"), status=404)
    arguments = ("get", RAFT.call.publisher.hex(), STATEMENT.log_id.hex(), "259")
    answer("asked for another anchor", refused("fabric.other-question"), arguments=arguments)
    answer("asked on another channel", noted("fabric.other-channel"), on="other")
    answer("asked of another chaincode", noted("fabric.other-chaincode"), name="other")
    answer("asked too early", noted("fabric.attested-earlier"), time=TIME - 301)
    answer("an answer to another proposal", refused("fabric.proposal-hash"), proposal_hash=bytes(32))
    one, other = RAFT.attestations()
    vectors.add(
        "bytes that are not a signature",
        refused("fabric.signature-malformed"),
        given=replace(RAFT, answers=(one, replace(other, signature=b"none"))),
    )
    answer("an answer with high S", refused("fabric.signature-high-s"), high_s=True)


def _blocks(vectors: _Fabric) -> None:
    signing, four = vectors.signing, list(enumerate(BFT.channel.signers, 1))
    path = "/block/envelopes/0"
    other = b64(replace(RAFT.call, status=500).envelope())
    vectors.add("other contents", refused("fabric.data-hash"), patch=[{"op": "replace", "path": path, "value": other}])
    vectors.add(
        "another number",
        refused("fabric.signature-fails"),
        patch=[{"op": "replace", "path": "/block/number", "value": 3}],
    )
    signing("no signature", noted("fabric.signers-missing"), signers=[])
    signing("signed by a peer", noted("fabric.signers-missing"), signers=[CHANNEL.peer(0)])
    signing("governed by a block that is not there", noted("fabric.config-older"), last_config=1)
    signing(
        "an orderer's certificate that expired",
        noted("fabric.certificate-expired"),
        signers=[ORDERING.node("o", "orderer", until=instant(TIME - 1))],
    )
    signing("a quorum of three", _proved(BFT), "bft", signers=four[1:])
    signing("two of four", noted("fabric.signers-missing"), "bft", signers=four[:2])
    signing("one orderer three times", noted("fabric.signers-missing"), "bft", signers=[four[0]] * 3)
    signing(
        "one orderer under three numbers",
        noted("fabric.consenter-unknown"),
        "bft",
        signers=[(at, four[0][1]) for at in (1, 2, 3)],
    )
    signing("a number that nobody has", noted("fabric.consenter-unknown"), "bft", signers=[*four[:3], (5, four[3][1])])


def _configurations(vectors: _Fabric) -> None:
    def chain(name: str, expect: dict[str, Any], *blocks: Any, of: Scene = UPDATED) -> None:
        vectors.add(name, expect, "updated", replace(of, configs=blocks))

    first, second = UPDATED.configs
    chain("the chain ends too early", refused("fabric.config-other"), first)
    chain("one is left out behind the pinned one", noted("fabric.config-older"), THIRD.block(CHANNEL))
    pinned_between = replace(UPDATED, trusted=SECOND)
    vectors.add("the pinned one is in the chain", _proved(pinned_between), "updated", pinned_between)
    chain("one is left out later", refused("fabric.config-gap"), first, FOURTH.block(THIRD))
    chain("one is there twice", refused("fabric.config-order"), first, first)
    chain("it does not name itself", refused("fabric.config-self"), SECOND.block(CHANNEL, last_config=0), second)
    chain("it is of another channel", noted("fabric.other-channel"), replace(SECOND, name="other").block(CHANNEL))
    chain("it is an ordinary block", refused("fabric.not-a-config"), RAFT.block())
    forger = replace(CHANNEL, orderers=(replace(STRANGER.node("o", "orderer"), msp="OrdererMSP"),))
    odd = CHANNEL.updated(hashing="SHA3_256")
    chain("it has another hash", noted("fabric.config-unsupported"), odd.block(CHANNEL))
    chain("it is signed by others", noted("fabric.certificate-untrusted"), SECOND.block(forger))


def _lines(vectors: _Fabric) -> None:
    for name, expect, ledger, change in (
        ("all required options", {"holds": True}, RAFT.ledger, {}),
        ("an endorsement policy of its own", {"holds": True}, RAFT.ledger, {"endorse": "1:MillMSP,PortMSP"}),
        ("a hash in capitals", refused("fabric.hash-malformed"), RAFT.ledger, {"config": "AB" * 32}),
        ("more organisations than listed", refused("fabric.organisations-malformed"), RAFT.ledger, {"attest": "3:A,B"}),
        ("an organisation twice", refused("fabric.organisations-malformed"), RAFT.ledger, {"attest": "1:A,A"}),
        ("no chaincode", refused("fabric.option-missing"), RAFT.ledger, {"chaincode": None}),
        ("a chaincode that cannot be", refused("fabric.chaincode-malformed"), RAFT.ledger, {"chaincode": "a/b"}),
        ("an unknown option", refused("fabric.option-unknown"), RAFT.ledger, {"key": "x"}),
        (
            "a publisher twice",
            refused("fabric.publisher-repeated"),
            RAFT.ledger,
            {"publisher": f"{'ab' * 32},{'ab' * 32}"},
        ),
        ("a name that is not a hash", refused("fabric.name-malformed"), "fabric:anchors", {}),
    ):
        merged = {**RAFT.options, **change}
        options = {option: value for option, value in merged.items() if value is not None}
        vectors.cases.append(case(name, "pin", expect, ledger=ledger, options=options))
