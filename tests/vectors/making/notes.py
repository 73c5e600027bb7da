"""Vectors of signed texts: verifier keys, notes, cosignatures, checkpoints, tlog-proofs. Signed here, with `cryptography`."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.cases import Case, case, hexes, octets, refused, repeated, undetermined
from tests.vectors.making import ml_dsa_44
from tests.vectors.making.log import ORIGIN, b64, example_leaves, path, private_key, root_of, sha
from tests.vectors.making.ml_dsa_44 import post_quantum_key

LOG, WITNESS, ML_DSA_44 = 0x01, 0x04, 0x06
TIME = 1_795_000_000


def material(key: Ed25519PrivateKey, kind: int) -> bytes:
    return bytes([kind]) + key.public_key().public_bytes_raw()


def key_id(name: str, data: bytes) -> bytes:
    return sha(name.encode() + b"\n" + data)[:4]


def vkey(name: str, data: bytes) -> str:
    return f"{name}+{key_id(name, data).hex()}+{b64(data)}"


def line(name: str, key: Ed25519PrivateKey, text: str) -> str:
    return f"— {name} {b64(key_id(name, material(key, LOG)) + key.sign(text.encode()))}\n"


def cosignature(name: str, key: Ed25519PrivateKey, text: str, time: int = TIME) -> str:
    signed = key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"— {name} {b64(key_id(name, material(key, WITNESS)) + time.to_bytes(8, 'big') + signed)}\n"


def subtree(name: str, time: int, size: int, root: bytes) -> bytes:
    """What a key of type 06 called `name` signs."""
    numbers = time.to_bytes(8, "big") + bytes([len(ORIGIN)]) + ORIGIN.encode() + bytes(8) + size.to_bytes(8, "big")
    return b"subtree/v1\n\0" + bytes([len(name)]) + name.encode() + numbers + root


def text_of(size: int, root: bytes, origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{b64(root)}\n"


OWNER, STRANGER, WATCHER = private_key("log key"), private_key("a stranger"), private_key("witness key")
LOG_VKEY = vkey(ORIGIN, material(OWNER, LOG))
WITNESS_VKEY = vkey("witness.example", material(WATCHER, WITNESS))
POST_QUANTUM = {
    name: b"\6" + post_quantum_key(name).public_key().public_bytes_raw() for name in (ORIGIN, "witness.example")
}


def notes() -> list[Case]:
    text = "a text\n\nof three lines\n"
    mine = line(ORIGIN, OWNER, text)
    seen = cosignature("witness.example", WATCHER, text)
    found = _keys()

    def add(name: str, expect: dict[str, Any], note: str | bytes, key: str = LOG_VKEY) -> None:
        raw = note.encode() if isinstance(note, str) else note
        found.append(case(name, "note", expect, note=octets(raw), key=key))

    add("signed", {"signed": True}, f"{text}\n{mine}")
    add("signed, among others", {"signed": True}, f"{text}\n{line('other', STRANGER, text)}{mine}{seen}")
    add("not signed by this key", {"signed": False}, f"{text}\n{line('other', STRANGER, text)}")
    add("another's signature under this name", {"signed": False}, f"{text}\n{line(ORIGIN, STRANGER, text)}")
    add("cosigned", {"signed": True, "time": TIME}, f"{text}\n{mine}{seen}", WITNESS_VKEY)
    add("not cosigned", {"signed": False}, f"{text}\n{mine}", WITNESS_VKEY)
    latest = cosignature("witness.example", WATCHER, text, 2**63 - 1)
    add("cosigned at the last second", {"signed": True, "time": 2**63 - 1}, f"{text}\n{latest}", WITNESS_VKEY)

    fails = refused("note.signature-fails")
    add("a signature over another text", fails, f"{text}\n{line(ORIGIN, OWNER, 'another' + text)}")
    short = f"— {ORIGIN} {b64(key_id(ORIGIN, material(OWNER, LOG)) + bytes(63))}\n"
    add("a signature of 63 bytes", fails, f"{text}\n{short}")
    beyond = cosignature("witness.example", WATCHER, text, 2**63)
    add("cosigned after the last second", fails, f"{text}\n{beyond}", WITNESS_VKEY)
    plain = key_id("witness.example", material(WATCHER, WITNESS)) + bytes(8) + WATCHER.sign(text.encode())
    add("a witness's plain signature", fails, f"{text}\n— witness.example {b64(plain)}\n", WITNESS_VKEY)
    later = cosignature("witness.example", WATCHER, text, TIME + 60)
    add("signed twice", {"signed": True}, f"{text}\n{mine}{mine}")
    add(
        "signed twice, once wrongly", fails, f"{text}\n{mine}{line(ORIGIN, OWNER, 'another' + text).splitlines()[-1]}\n"
    )
    add("cosigned at two times", {"signed": True, "time": TIME}, f"{text}\n{later}{seen}", WITNESS_VKEY)
    add("no signature", refused("note.without-signatures"), "a text\n")
    add("no signature after the blank line", refused("note.without-signatures"), "a text\n\n")
    add("no line feed at the end", refused("note.truncated"), f"{text}\n{mine}"[:-1])
    malformed = refused("note.signature-malformed")
    add("CRLF", refused("note.control-character"), f"{text}\n{mine}".replace("\n", "\r\n"))
    add("a hyphen for the dash", malformed, f"{text}\n{mine.replace('—', '-')}")
    add("two spaces", malformed, f"{text}\n{mine.replace(' ', '  ', 1)}")
    add("base64 without its padding", malformed, f"{text}\n{mine.replace('=', '')}")
    add("nothing after the key id", malformed, f"{text}\n— {ORIGIN} {b64(bytes(4))}\n")
    add("a tab", refused("note.control-character"), f"a\ttext\n\n{mine}")
    add("not UTF-8", refused("note.not-utf8"), b"a \xff text\n\n" + mine.encode())
    many = "".join(f"— n{number} {b64(bytes(4) + bytes([number]))}\n" for number in range(33))
    add("32 signatures", {"signed": False}, f"{text}\n" + "".join(many.splitlines(keepends=True)[:32]))
    add("33 signatures", undetermined("note.too-many-signatures"), f"{text}\n{many}")
    large = repeated(("a", 262_144), ("\n\n— n AAAAAAA=\n", 1))
    found.append(case("over 256 KiB", "note", undetermined("note.too-large"), note=large, key=LOG_VKEY))
    return found + _ml_dsa_44()


def _ml_dsa_44() -> list[Case]:
    """Signatures of type 06, by a log that states no time and by a witness that states one."""
    found: list[Case] = []
    root = sha(b"a root")
    text, fails = text_of(7, root), refused("note.signature-fails")
    by = {(name, time): ml_dsa_44.signature(name, subtree(name, time, 7, root)) for name, time in ML_DSA_44_SIGNED}

    def line_of(name: str, time: int, signed: bytes) -> str:
        return f"— {name} {b64(key_id(name, POST_QUANTUM[name]) + time.to_bytes(8, 'big') + signed)}\n"

    def add(name: str, expect: dict[str, Any], by: str, lines: str, text: str = text) -> None:
        note = octets(f"{text}\n{lines}".encode())
        found.append(case(f"ML-DSA-44: {name}", "note", expect, note=note, key=vkey(by, POST_QUANTUM[by])))

    watcher = "witness.example"
    log, witness = line_of(ORIGIN, 0, by[ORIGIN, 0]), line_of(watcher, TIME, by[watcher, TIME])
    both = line(ORIGIN, OWNER, text) + log
    add("signed by a log, beside Ed25519", {"signed": True}, ORIGIN, both)
    add("cosigned", {"signed": True, "time": TIME}, watcher, both + witness)
    add("not signed by this key", {"signed": False}, watcher, log)
    add("over an extension line, which it does not sign", {"signed": True}, ORIGIN, log, text + "more\n")
    add("another size", fails, ORIGIN, log, text.replace("\n7\n", "\n8\n"))
    add("another origin", fails, ORIGIN, log, text.replace(ORIGIN, "other.example/log"))
    add("another time", fails, watcher, line_of(watcher, TIME + 1, by[watcher, TIME]))
    add("no time where one was signed", fails, watcher, line_of(watcher, 0, by[watcher, TIME]))
    add("another's signature", fails, watcher, line_of(watcher, 0, by[ORIGIN, 0]))
    add("a signature of 2419 bytes", fails, ORIGIN, line_of(ORIGIN, 0, by[ORIGIN, 0][:-1]))
    add("a text that is not a checkpoint", fails, ORIGIN, log, "a text\n")
    return found


ML_DSA_44_SIGNED = [(ORIGIN, 0), ("witness.example", TIME)]


def _keys() -> list[Case]:
    data = material(OWNER, LOG)
    found = [
        case("a log's key", "key", _key(ORIGIN, data), key=LOG_VKEY),
        case("an ML-DSA-44 key", "key", _key(ORIGIN, POST_QUANTUM[ORIGIN]), key=vkey(ORIGIN, POST_QUANTUM[ORIGIN])),
        case("a witness's key", "key", _key("witness.example", material(WATCHER, WITNESS)), key=WITNESS_VKEY),
    ]
    post_quantum, weak = POST_QUANTUM[ORIGIN], b"\6" + bytes(1312)
    for name, expect, text in (
        ("no key", refused("key.malformed"), "certifier.example/log"),
        ("no name", refused("key.name"), vkey("", data)),
        ("a space in the name", refused("key.name"), vkey("a log", data)),
        ("another key id", refused("key.id-differs"), f"{ORIGIN}+00000000+{b64(data)}"),
        ("a key id in capitals", refused("key.id-differs"), f"a+{key_id('a', data).hex().upper()}+{b64(data)}"),
        ("base64 with stray bits", refused("key.malformed"), LOG_VKEY[:-1] + "="),
        ("31 bytes", refused("key.invalid"), vkey(ORIGIN, data[:-1])),
        ("a point of small order", refused("key.invalid"), vkey(ORIGIN, b"\1" + bytes(32))),
        (
            "a point in another encoding",
            refused("key.invalid"),
            vkey(ORIGIN, b"\1" + (2**255 - 16).to_bytes(32, "little")),
        ),
        ("no point", refused("key.invalid"), vkey(ORIGIN, b"\1\2" + bytes(31))),
        ("type 2", undetermined("key.unknown-algorithm"), vkey(ORIGIN, b"\2" + bytes(91))),
        (
            "type 2, with a key id of its own",
            undetermined("key.unknown-algorithm"),
            f"{ORIGIN}+00000000+{b64(bytes([2]))}",
        ),
        ("type 6, of 1311 bytes", refused("key.invalid"), vkey(ORIGIN, post_quantum[:-1])),
        ("type 6, under which anybody signs", refused("key.invalid"), vkey(ORIGIN, weak)),
        ("type 6, a name of 256 bytes", refused("key.invalid"), vkey("n" * 256, post_quantum)),
    ):
        found.append(case(name, "key", expect, key=text))
    for name in ("wit@example.com/a/b", "見証人.example", "n" * 300):
        found.append(case(f"the name {name[:20]}", "key", _key(name, data), key=vkey(name, data)))
    return found


def _key(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "type": data[0], "keyId": key_id(name, data).hex(), "publicKey": data[1:].hex()}


def checkpoints() -> list[Case]:
    root = sha(b"a root")
    found = [
        _checkpoint("a head", {"origin": ORIGIN, "size": 7, "root": root.hex()}, text_of(7, root)),
        _checkpoint("an empty log", {"origin": ORIGIN, "size": 0, "root": sha(b"").hex()}, text_of(0, sha(b""))),
        _checkpoint("the largest", {"origin": ORIGIN, "size": 2**63 - 1, "root": root.hex()}, text_of(2**63 - 1, root)),
    ]
    for name, expect, text in (
        ("two lines", refused("checkpoint.truncated"), f"{ORIGIN}\n7\n"),
        ("an extension line", undetermined("checkpoint.extension"), text_of(7, root) + "more\n"),
        ("no origin", refused("checkpoint.origin"), text_of(7, root, "")),
        ("a leading zero", refused("checkpoint.size"), text_of(7, root).replace("\n7\n", "\n07\n")),
        ("a negative size", refused("checkpoint.size"), text_of(7, root).replace("\n7\n", "\n-7\n")),
        ("a size beyond 2^63 - 1", undetermined("checkpoint.size-too-large"), text_of(2**63, root)),
        ("a root of 31 bytes", refused("checkpoint.root"), text_of(7, root[:-1])),
        ("a root without padding", refused("checkpoint.root"), text_of(7, root).replace("=", "")),
        ("a head of another log", refused("checkpoint.other-origin"), text_of(7, root, "other.example/log")),
    ):
        found.append(_checkpoint(name, expect, text))
    stranger = octets(f"{text_of(7, root)}\n{line('stranger', STRANGER, text_of(7, root))}".encode())
    found.append(case("unsigned", "open", refused("checkpoint.unsigned"), note=stranger, key=LOG_VKEY))
    return found


def _checkpoint(name: str, expect: dict[str, Any], text: str) -> Case:
    """`text`, signed by the log's key."""
    note = octets(f"{text}\n{line(ORIGIN, OWNER, text)}".encode())
    return case(name, "open", expect, note=note, key=LOG_VKEY)


def proof_text(index: int | str, hashes: list[bytes], note: str, extra: str = "") -> str:
    return f"c2sp.org/tlog-proof@v1\n{extra}index {index}\n{''.join(b64(one) + chr(10) for one in hashes)}\n{note}"


def tlog_proofs() -> list[Case]:
    leaves = example_leaves(7)
    entry = b"\1" + sha(b"3")
    text = text_of(7, root_of(leaves))
    note = f"{text}\n{line(ORIGIN, OWNER, text)}"
    hashes = path(3, leaves)
    sound = proof_text(3, hashes, note)
    found: list[Case] = []

    def add(name: str, expect: dict[str, Any], proof: str, entry: bytes = entry) -> None:
        found.append(case(name, "prove", expect, proof=octets(proof.encode()), entry=entry.hex(), key=LOG_VKEY))

    under = {"index": 3, "origin": ORIGIN, "size": 7, "root": root_of(leaves).hex()}
    add("a proof", {**under, "hashes": hexes(hashes)}, sound)
    with_extra = proof_text(3, hashes, note, f"extra {b64(b'more')}{chr(10)}")
    add("a proof with extra data", {**under, "hashes": hexes(hashes), "extra": b"more".hex()}, with_extra)
    one = text_of(1, example_leaves(1)[0])
    alone = proof_text(0, [], f"{one}\n{line(ORIGIN, OWNER, one)}")
    first = {"index": 0, "origin": ORIGIN, "size": 1, "root": example_leaves(1)[0].hex(), "hashes": []}
    add("the only entry", first, alone, b"\1" + sha(b"0"))

    add("version 2", undetermined("tlog-proof.unknown-version"), sound.replace("@v1", "@v2"))
    add("no checkpoint", refused("tlog-proof.truncated"), sound.partition("\n\n")[0] + "\n\n")
    add("no index", refused("tlog-proof.index"), sound.replace("index 3\n", ""))
    add("an index with a leading zero", refused("tlog-proof.index"), sound.replace("index 3", "index 03"))
    add("an index beyond 2^63 - 1", refused("tlog-proof.index"), proof_text(2**63, hashes, note))
    add("a hash of 31 bytes", refused("tlog-proof.hash"), proof_text(3, [hashes[0][1:], *hashes[1:]], note))
    add("64 hashes", refused("tlog-proof.too-many-hashes"), proof_text(3, [bytes(32)] * 64, note))
    add("empty extra data", refused("tlog-proof.extra"), proof_text(3, hashes, note, "extra \n"))
    large = {"proof": repeated((sound, 1), ("x", 415_060)), "entry": entry.hex(), "key": LOG_VKEY}
    found.append(case("too large", "prove", undetermined("tlog-proof.too-large"), **large))
    add("another entry", refused("inclusion.root-differs"), sound, b"\1" + sha(b"2"))
    add("another index", refused("inclusion.root-differs"), sound.replace("index 3", "index 2"))
    add("a hash too few", refused("inclusion.too-short"), proof_text(3, hashes[:-1], note))
    add("a checkpoint that was changed", refused("note.signature-fails"), sound.replace("\n7\n", "\n8\n"))
    return found


def witness_requests() -> list[Case]:
    leaves = example_leaves(7)
    text = text_of(7, root_of(leaves))
    note = f"{text}\n{line(ORIGIN, OWNER, text)}"
    hashes = path(3, leaves)  # as a request has them; whether they prove anything is not asked here
    sound = "old 4\n" + "".join(f"{b64(one)}\n" for one in hashes) + f"\n{note}"
    found: list[Case] = []

    def add(name: str, expect: dict[str, Any], body: str) -> None:
        found.append(case(name, "read-request", expect, body=octets(body.encode())))

    add("a request", {"old": 4, "hashes": hexes(hashes), "note": note}, sound)
    add("from nothing", {"old": 0, "hashes": [], "note": note}, f"old 0\n\n{note}")
    most = "".join(f"{b64(bytes(32))}\n" for _ in range(63))
    add("63 hashes", {"old": 4, "hashes": hexes([bytes(32)] * 63), "note": note}, f"old 4\n{most}\n{note}")
    add("64 hashes", refused("witness-request.too-many-hashes"), f"old 4\n{most}{b64(bytes(32))}\n\n{note}")
    add("no empty line", refused("witness-request.truncated"), "old 4\n")
    add("a checkpoint alone", refused("witness-request.old"), note)
    for name, first in (
        ("a leading zero", "old 04"),
        ("no size", "old "),
        ("two spaces", "old  4"),
        ("a size beyond 2^63 - 1", f"old {2**63}"),
        ("a capital", "Old 4"),
        ("a carriage return", "old 4\r"),
    ):
        add(name, refused("witness-request.old"), sound.replace("old 4", first, 1))
    add("a hash of 31 bytes", refused("witness-request.hash"), f"old 4\n{b64(bytes(31))}\n\n{note}")
    add("a hash without padding", refused("witness-request.hash"), sound.replace("=\n", "\n", 1))
    return found
