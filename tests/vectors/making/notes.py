"""Vectors of signed texts: verifier keys, notes, cosignatures, checkpoints, tlog-proofs. Signed here, with `cryptography`."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.cases import Case, case, hexes, octets, refused, repeated, undetermined
from tests.vectors.making.log import ORIGIN, b64, example_leaves, path, private_key, root_of, sha

LOG, WITNESS = 0x01, 0x04
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


def text_of(size: int, root: bytes, origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{b64(root)}\n"


OWNER, STRANGER, WATCHER = private_key("log key"), private_key("a stranger"), private_key("witness key")
LOG_VKEY = vkey(ORIGIN, material(OWNER, LOG))
WITNESS_VKEY = vkey("witness.example", material(WATCHER, WITNESS))


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
    return found


def _keys() -> list[Case]:
    data = material(OWNER, LOG)
    found = [
        case("a log's key", "key", _key(ORIGIN, data), key=LOG_VKEY),
        case("a witness's key", "key", _key("witness.example", material(WATCHER, WITNESS)), key=WITNESS_VKEY),
    ]
    post_quantum = b"\x06" + bytes(1312)
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
        ("type 6", undetermined("key.unknown-algorithm"), vkey(ORIGIN, post_quantum)),
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
