"""Vectors of anchors' evidence. States and tries are built by `rlp` and `trie`, which share no code with the verifier."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import rlp
from eth_utils import keccak

from carbonseal.ledger import Evidence, Statement
from carbonseal_adapters.ethereum.checking.evidence import StorageEvidence
from carbonseal_devnet.ethereum.evidence import Synthetic, mainnet_header, synthesise, trie_around
from tests.vectors.cases import Case, case, octets, refused, repeated
from tests.vectors.making.log import ORIGIN, b64, example_leaves, path, root_of, sha
from tests.vectors.making.notes import OWNER, STRANGER, WATCHER, WITNESS, line, material, proof_text, text_of, vkey

CHAIN = "eip155:31337"
STATEMENT = Statement(sha(ORIGIN.encode()), 258, sha(b"root of 258"))
PUBLISHER, REGISTRY = b"\x11" * 20, b"\x22" * 20
TIME = 1_795_000_000
small = partial(synthesise, account_nodes=3, storage_nodes=2, number=1234, timestamp=TIME)


def noted(code: str) -> dict[str, Any]:
    return refused(code, "noted")


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def slot(publisher: bytes, statement: Statement) -> bytes:
    """Where Vyper keeps `anchors[publisher][log id][size]`, the first variable."""
    place = (1).to_bytes(32, "big")
    for key in (publisher.rjust(32, b"\0"), statement.log_id, statement.size.to_bytes(32, "big")):
        place = keccak(place + key)
    return place


def block(number: object, digest: object) -> dict[str, Any]:
    value = {"number": number, "hash": digest}
    return {"ledger": CHAIN, "kind": "block", "value": value, "source": "made up", "when": "2026-11-22T09:00:00Z"}


class _Ethereum:
    """The cases so far. Each is a sound one with something changed; evidence is written out once, and named."""

    def __init__(self, sound: Synthetic) -> None:
        self.cases: list[Case] = []
        self.data = {"sound": octets(sound.evidence.data)}
        self.options = sound.options
        self.genesis = block(0, sound.options["genesis"])
        self.trust = [block(sound.number, hexed(sound.hash)), self.genesis]

    def add(self, name: str, expect: dict[str, Any], made: Synthetic | bytes | None = None, **changes: Any) -> None:
        data: Any = {"named": "sound"}
        given: dict[str, Any] = {"trust": self.trust}
        if made is not None:
            data = octets(made) if isinstance(made, bytes) else octets(made.evidence.data)
        if isinstance(made, Synthetic):
            given["trust"] = [block(made.number, hexed(made.hash)), self.genesis]
        statement = changes.pop("statement", STATEMENT)
        given |= {
            "type": "ethereum-storage",
            "version": 1,
            "data": data,
            "logId": statement.log_id.hex(),
            "size": statement.size,
            "root": statement.root.hex(),
            "ledger": CHAIN,
            "options": self.options,
        }
        self.cases.append(case(name, "check", expect, **{**given, **changes}))


def ethereum() -> dict[str, Any]:
    sound = small(STATEMENT, publisher=PUBLISHER, registry=REGISTRY)
    vectors = _Ethereum(sound)
    identities = [f"block0:{sound.options['genesis']}"]
    proved = {
        "proved": {
            "publisher": hexed(PUBLISHER),
            "time": TIME,
            "identities": identities,
            "shown": ["ethereum.anchored"],
        }
    }
    zero = next(s for s in (replace(STATEMENT, size=n) for n in range(1, 5000)) if s.digest()[0] == 0)
    vectors.add("an anchor", proved)
    vectors.add("a digest that begins with 00", proved, small(zero), statement=zero)
    vectors.add("tries of one node", proved, small(STATEMENT, account_nodes=1, storage_nodes=1))
    vectors.add(
        "proofs as deep as mainnet's",
        proved,
        small(STATEMENT, account_nodes=8, storage_nodes=4),
    )
    two = {**sound.options, "publisher": f"0x{'44' * 20},{hexed(PUBLISHER)}"}
    vectors.add("one of two publishers", proved, options=two)
    twice = [*vectors.trust, *({**item, "source": "another endpoint"} for item in vectors.trust)]
    vectors.add("a block pinned twice, alike", proved, trust=twice)
    _sources(vectors, sound, proved)
    _nothing(vectors, sound)
    _wrong(vectors, sound)
    _lines(vectors, sound)
    for name, publisher, statement in (("a slot", PUBLISHER, STATEMENT), ("another slot", bytes(range(20)), zero)):
        expect = {"slot": slot(publisher, statement).hex()}
        given = {"publisher": publisher.hex(), "logId": statement.log_id.hex(), "size": statement.size}
        vectors.cases.append(case(name, "slot", expect, **given))
    return {"data": vectors.data, "cases": vectors.cases}


def _sources(vectors: _Ethereum, sound: Synthetic, proved: dict[str, Any]) -> None:
    """How many must agree, and who counts as one."""
    two = {**sound.options, "agree": "2"}
    lacking, differs = noted("ethereum.agreement-lacking"), noted("ethereum.block-differs")
    outvoted = {"remarks": ["ethereum.endpoint-outvoted"]}

    def claim(source: str, hash: str, number: int = 1234) -> dict[str, Any]:
        return {**block(number, hash), "source": source}

    def claims(*sources: str, hash: str = hexed(sound.hash)) -> list[dict[str, Any]]:
        """Each names block 0 too."""
        return [item for one in sources for item in (claim(one, hash), claim(one, sound.options["genesis"], 0))]

    def add(name: str, expect: dict[str, Any], *trust: dict[str, Any], options: dict[str, str] = two) -> None:
        vectors.add(name, expect, trust=[*trust], options=options)

    lie = "0x" + "66" * 32
    a, b, c, d = (f"https://{name}.example" for name in "abcd")
    add("two must agree: two do", proved, *claims(a, b))
    add("two must agree: one does", lacking, *claims(a))
    add("two must agree: none is there", noted("ethereum.block-not-pinned"))
    add("a liar among three", proved | outvoted, *claims(a), *claims(b, hash=lie), *claims(c))
    add("a liar who is alone with the evidence", differs | outvoted, *claims(a), *claims(b, c, hash=lie))
    add("one against one", lacking, *claims(a), *claims(b, hash=lie))
    add("two against two", noted("ethereum.trust-contradicts"), *claims(a, b), *claims(c, d, hash=lie))
    add("one who says both", proved | outvoted, *claims(a, b), *claims(b, hash=lie))
    spellings = (
        "HTTP://A.example/",
        "https://a.example:443/key",
        "https://user@a.example.?key=1",
        "http://a.example:80",
    )
    add("one endpoint, five spellings", lacking, *claims(a, *spellings))
    add("two ports of one host", proved, *claims("http://a.example:8545", "http://a.example:8546"))
    add("one host in two spellings of IPv6", lacking, *claims("http://[::1]:1", "http://[0:0:0:0:0:0:0:1]:1"))
    add("a person and an endpoint", proved, *claims(a, "A. Miller"))
    add("one person in two spellings", lacking, *claims("A. Miller", " a.  MILLER"))
    strange = {"remarks": ["ethereum.trust-other-chain"]}
    missing, true = {"remarks": ["ethereum.genesis-missing"]}, hexed(sound.hash)
    add("a stranger among three", proved | strange, *claims(a, b), claim(c, true), claim(c, lie, 0))
    add("a stranger of two", lacking | strange, *claims(a), claim(b, true), claim(b, lie, 0))
    add("a stranger alone", noted("ethereum.trust-other-chain"), claim(a, true), claim(a, lie, 0))
    add("one who names two blocks 0", lacking | strange, *claims(a, b), claim(b, lie, 0))
    add("one of three without block 0", proved | missing, *claims(a, b), claim(c, true))
    add("one of two without block 0", lacking | missing, *claims(a), claim(b, true))
    add("two without block 0", noted("ethereum.genesis-missing") | missing, claim(a, true), claim(b, true))
    add(
        "block 0 from another source",
        lacking | missing,
        *claims(a),
        claim(b, true),
        claim(c, sound.options["genesis"], 0),
    )
    add("a liar without block 0", proved | missing, *claims(a, b), claim(c, lie))


def _nothing(vectors: _Ethereum, sound: Synthetic) -> None:
    """Evidence that counts for nothing."""
    other = {**sound.options, "publisher": "0x" + "44" * 20}
    add, trust = vectors.add, vectors.trust
    add("another type", noted("ethereum.evidence-unknown"), type="ethereum-receipt")
    add("version 2", noted("ethereum.evidence-unknown"), version=2)
    large = repeated(("x", (8 << 20) + 1))
    add("over 8 MiB", noted("ethereum.evidence-too-large"), data=large)
    add("a publisher that is not listed", noted("ethereum.publisher-not-listed"), options=other)
    add("no trust", noted("ethereum.block-not-pinned"), trust=[])
    add("a trust in another ledger", noted("ethereum.block-not-pinned"), trust=[{**trust[0], "ledger": "eip155:1"}])
    add("a trust of another kind", noted("ethereum.block-not-pinned"), trust=[{**trust[0], "kind": "header"}])
    add("another hash pinned", noted("ethereum.block-differs"), trust=[block(1234, "0x" + "66" * 32), vectors.genesis])
    add("no block 0", noted("ethereum.genesis-missing"), trust=trust[:1])
    add("block 0 alone", noted("ethereum.block-not-pinned"), trust=[vectors.genesis])
    add("two hashes pinned", noted("ethereum.trust-contradicts"), trust=[*trust, block(1234, "0x" + "66" * 32)])
    add("another block 0", noted("ethereum.trust-other-chain"), trust=[trust[0], block(0, "0x" + "66" * 32)])
    add("a number as text", noted("ethereum.block-not-pinned"), trust=[block("1234", hexed(sound.hash))])
    add("a hash of one byte", noted("ethereum.trust-malformed"), trust=[block(1234, "0x66")])
    more = {**trust[0], "value": {**trust[0]["value"], "more": 1}}
    add("a block with another member", noted("ethereum.trust-malformed"), trust=[more])


def _wrong(vectors: _Ethereum, sound: Synthetic) -> None:
    """Evidence that is wrong."""
    add, data = vectors.add, sound.evidence.data
    parts = StorageEvidence.decode(data)

    def changed(**changes: Any) -> bytes:
        return replace(parts, **changes).encode().data

    account, storage = parts.account_proof, parts.storage_proof
    add("a byte less", refused("ethereum.rlp-malformed"), data[:-1])
    add("a byte more", refused("ethereum.rlp-malformed"), data + b"\0")
    long_form = b"\xfa\0" + data[1:3] + data[3:]
    add("a length with a leading zero", refused("ethereum.rlp-not-canonical"), long_form)
    four = rlp.encode([parts.registry, parts.publisher, parts.header, list(account)])
    add("four parts", refused("ethereum.evidence-malformed"), four)
    add("a publisher of 19 bytes", refused("ethereum.evidence-malformed"), changed(publisher=PUBLISHER[1:]))
    add("66 nodes", refused("ethereum.evidence-malformed"), changed(storage_proof=(b"\xc0",) * 66))
    add("another contract", noted("ethereum.registry-differs"), changed(registry=b"\x55" * 20))
    add("a header of 14 fields", refused("ethereum.header-malformed"), changed(header=rlp.encode([b""] * 14)))
    fields = rlp.decode(parts.header)
    fields[11] = b"\0" + fields[11]
    add("a timestamp with a leading zero", refused("ethereum.header-malformed"), changed(header=rlp.encode(fields)))
    add(
        "an account node changed",
        refused("ethereum.node-hash"),
        changed(account_proof=(*account[:2], _flip(account[2]))),
    )
    add("a storage node changed", refused("ethereum.node-hash"), changed(storage_proof=(storage[0], _flip(storage[1]))))
    add("a storage node missing", refused("ethereum.node-missing"), changed(storage_proof=storage[:1]))
    add("a storage node too many", refused("ethereum.node-extra"), changed(storage_proof=(*storage, storage[1])))
    parted = next(s for s in (replace(STATEMENT, size=n) for n in range(259, 999)) if _nibble(s) != _nibble(STATEMENT))
    add("the proof of another anchor", refused("ethereum.proof-strays"), statement=parted)
    three = rlp.encode([b"", b"", b""])
    odd = replace(parts, header=mainnet_header(keccak(three), 1234, TIME), account_proof=(three,)).encode().data
    add("a node of three items", refused("ethereum.node-malformed"), odd)
    add("no proof at all", refused("ethereum.node-missing"), changed(account_proof=()))
    add("proofs swapped", refused("ethereum.node-hash"), changed(account_proof=storage, storage_proof=account))

    code = {**sound.options, "code": "0x" + "77" * 32}
    add("a look-alike contract", noted("ethereum.code-differs"), options=code)
    other_root = replace(STATEMENT, root=sha(b"another root"))
    add("another root", refused("ethereum.other-digest"), statement=other_root)
    add("another root was anchored", refused("ethereum.other-digest"), small(STATEMENT, digest=sha(b"x")))
    shallow = small(STATEMENT, account_nodes=1, storage_nodes=1)
    absent = replace(STATEMENT, size=259)
    add("no anchor of this size", refused("ethereum.anchor-absent"), shallow, statement=absent)
    elsewhere = replace(StorageEvidence.decode(shallow.evidence.data), registry=b"\x55" * 20).encode().data
    options = {**sound.options, "registry": "0x" + "55" * 20}
    trust = [block(shallow.number, hexed(shallow.hash)), vectors.genesis]
    add("no such contract", refused("ethereum.account-absent"), elsewhere, options=options, trust=trust)
    bare = _with_account([b"\x01", b"", rlp.encode(b"")])
    add("an account of three fields", refused("ethereum.account-malformed"), bare)
    long = _with_value(rlp.encode(b"\x01" * 33))
    add("a value of 33 bytes", refused("ethereum.value-malformed"), long)
    zeros = _with_value(rlp.encode(b"\0" + STATEMENT.digest()[1:]))
    add("a value with a leading zero", refused("ethereum.value-malformed"), zeros)


def _nibble(statement: Statement) -> int:
    """Where the way to a statement's slot parts from others at the root."""
    return int(keccak(slot(PUBLISHER, statement))[0] >> 4)


def _flip(node: bytes) -> bytes:
    return node[:-1] + bytes([node[-1] ^ 1])


def _with_account(fields: list[bytes]) -> Synthetic:
    """Evidence whose registry's account has these fields."""
    return _state(rlp.encode(fields), ())


def _with_value(value: bytes) -> Synthetic:
    """Evidence whose slot holds this RLP."""
    root, proof = trie_around(slot(PUBLISHER, STATEMENT), value, 1)
    code = small(STATEMENT).options["code"]
    return _state(rlp.encode([b"\x01", b"", root, bytes.fromhex(code[2:])]), proof)


def _state(account: bytes, storage_proof: tuple[bytes, ...]) -> Synthetic:
    state_root, account_proof = trie_around(REGISTRY, account, 1)
    header = mainnet_header(state_root, 1234, TIME)
    evidence: Evidence = StorageEvidence(REGISTRY, PUBLISHER, header, account_proof, storage_proof).encode()
    return Synthetic(evidence, 1234, keccak(header), TIME, {})


def _lines(vectors: _Ethereum, sound: Synthetic) -> None:
    """What a policy's `ledger` line may pin."""
    mixed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # EIP-55's own example
    for name, expect, ledger, change in (
        ("all four", {"holds": True}, CHAIN, {}),
        ("an address with its checksum", {"holds": True}, CHAIN, {"registry": mixed}),
        ("an address in lower case", {"holds": True}, CHAIN, {"registry": mixed.lower()}),
        ("a wrong checksum", refused("ethereum.address-checksum"), CHAIN, {"registry": mixed.replace("aA", "Aa")}),
        ("an address too short", refused("ethereum.address-malformed"), CHAIN, {"registry": mixed[:-1]}),
        ("a hash in capitals", refused("ethereum.hash-malformed"), CHAIN, {"code": "0x" + "AB" * 32}),
        ("a hash without 0x", refused("ethereum.hash-malformed"), CHAIN, {"genesis": "ab" * 32}),
        ("no code", refused("ethereum.option-missing"), CHAIN, {"code": None}),
        ("as many as 99 must agree", {"holds": True}, CHAIN, {"agree": "99"}),
        ("none must agree", refused("ethereum.agree-malformed"), CHAIN, {"agree": "0"}),
        ("a hundred must agree", refused("ethereum.agree-malformed"), CHAIN, {"agree": "100"}),
        ("an unknown option", refused("ethereum.option-unknown"), CHAIN, {"key": "x"}),
        ("a publisher twice", refused("ethereum.publisher-repeated"), CHAIN, {"publisher": f"{mixed},{mixed.lower()}"}),
        ("a chain id with a leading zero", refused("ethereum.name-malformed"), "eip155:01", {}),
    ):
        merged = {**sound.options, **change}
        options = {option: value for option, value in merged.items() if value is not None}
        vectors.cases.append(case(name, "pin", expect, ledger=ledger, options=options))


# --- another log ---------------------------------------------------------------------------------------------------

PEER = "peer.example/log"
PEER_VKEY = vkey(PEER, material(STRANGER, 1))


def tlog() -> list[Case]:
    leaves = [*example_leaves(4), sha(b"\0\3" + STATEMENT.encode()), *example_leaves(7)[5:]]
    root, hashes = root_of(leaves), path(4, leaves)
    text = text_of(7, root, PEER)
    note = f"{text}\n{line(PEER, STRANGER, text)}"
    sound = proof_text(4, hashes, note)
    found: list[Case] = []

    def add(name: str, expect: dict[str, Any], proof: Any = sound, **changes: Any) -> None:
        given = {
            "type": "tlog-proof",
            "version": 1,
            "data": proof,
            "logId": STATEMENT.log_id.hex(),
            "size": STATEMENT.size,
            "root": STATEMENT.root.hex(),
            "ledger": f"tlog:{PEER}",
            "options": {"key": PEER_VKEY},
            "trust": [],
        }
        found.append(case(name, "check", expect, **{**given, **changes}))

    def signed(text: str, signer: str = PEER, by: Any = STRANGER) -> str:
        return proof_text(4, hashes, f"{text}\n{line(signer, by, text)}")

    identity = f"tlog-key:{STRANGER.public_key().public_bytes_raw().hex()}"
    proved = {
        "proved": {
            "publisher": STATEMENT.log_id.hex(),
            "time": None,
            "identities": [identity],
            "shown": ["tlog.included"],
        }
    }
    add("an anchor", proved)
    add("a checkpoint with others' signatures too", proved, sound + line("witness.example", WATCHER, text))
    only = sha(b"\0\3" + STATEMENT.encode())
    one = text_of(1, only, PEER)
    add("the only entry", proved, proof_text(0, [], f"{one}\n{line(PEER, STRANGER, one)}"))
    add("another type", noted("tlog.unknown-evidence"), type="tlog-receipt")
    add("over 64 KiB", noted("tlog.too-large"), repeated((sound, 1), ("x", 65_536)))
    add("a checkpoint with an extension line", noted("tlog.unknown-checkpoint"), signed(text + "more\n"))
    add("version 2", noted("tlog.unknown-evidence"), version=2)
    add("signed by nobody that is pinned", noted("tlog.unknown-key"), signed(text, by=OWNER))
    add("another signature over it", refused("tlog.bad-signature"), sound.replace("\n7\n", "\n8\n"))
    add("a checkpoint of another log", noted("tlog.other-origin"), signed(text_of(7, root, "other.example/log")))
    own = {"logId": sha(PEER.encode()).hex()}
    add("a log as its own ledger", noted("tlog.own-log"), **own)
    add("another statement", refused("tlog.not-included"), size=259)
    add("another index", refused("tlog.not-included"), sound.replace("index 4", "index 5"))
    add("an index of another depth", refused("tlog.wrong-path"), sound.replace("index 4", "index 6"))
    add("a hash too few", refused("tlog.wrong-path"), proof_text(4, hashes[1:], note))
    record_leaves = [*leaves[:4], sha(b"\0\1" + sha(STATEMENT.encode())), *leaves[5:]]
    other = text_of(7, root_of(record_leaves), PEER)
    add(
        "a record in its place",
        refused("tlog.not-included"),
        proof_text(4, path(4, record_leaves), f"{other}\n{line(PEER, STRANGER, other)}"),
    )
    add("no proof", refused("tlog.malformed"), sound.replace("index", "place"))
    add("a proof of version 2", noted("tlog.unknown-proof"), sound.replace("@v1", "@v2"))
    add("extra data", noted("tlog.extra"), proof_text(4, hashes, note, f"extra {b64(b'more')}\n"))
    add("a checkpoint cut off", refused("tlog.malformed-checkpoint"), sound[:-1])
    for name, expect, ledger, options in (
        ("a key", {"holds": True}, f"tlog:{PEER}", {"key": PEER_VKEY}),
        ("no key", refused("tlog.missing-key"), f"tlog:{PEER}", {}),
        ("an unknown option", refused("tlog.unknown-option"), f"tlog:{PEER}", {"key": PEER_VKEY, "url": "x"}),
        ("no verifier key", refused("tlog.malformed-key"), f"tlog:{PEER}", {"key": "x"}),
        (
            "a witness's key",
            refused("tlog.not-a-log-key"),
            f"tlog:{PEER}",
            {"key": vkey(PEER, material(WATCHER, WITNESS))},
        ),
        ("the key of another log", refused("tlog.key-of-another-log"), f"tlog:{ORIGIN}", {"key": PEER_VKEY}),
    ):
        found.append(case(name, "pin", expect, ledger=ledger, options=options))
    return found
