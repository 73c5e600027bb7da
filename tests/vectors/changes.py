"""What an attacker, or an accident, does to a passport's JSON value. Each changes the value in place."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from carbonseal.log.notes import Note
from carbonseal.records.canonical import jcs
from tests.vectors.scene import Scene, Value
from tests.world import CHAIN, OTHER_ORIGIN, SIGNED, Issuer

Change = Callable[[Value], Any]

DAY = timedelta(days=1)
OTHER = f"tlog:{OTHER_ORIGIN}"


def recited(value: Value, section: str, old: str, member: Any) -> None:
    """Put `member` in the place of `old` in a section, under its own digest, and cite that instead."""
    raw = member.encode() if isinstance(member, str) else jcs(member)
    new = hashlib.sha256(raw).hexdigest()
    del value[section][old]
    value[section][new] = member
    for seal in value["seals"].values():
        for head in seal["heads"]:
            if head["checkpoint"] == old:
                head["checkpoint"] = new
            for anchor in head["anchors"]:
                if anchor["evidence"] == old:
                    anchor["evidence"] = new
            head["anchors"].sort(key=lambda anchor: (anchor["ledger"], anchor["evidence"]))


def list_commitment(value: Value) -> str:
    """Of the seals' keys that of the status list: the last entry of the log."""
    return str(max(value["seals"], key=lambda commitment: value["seals"][commitment]["index"]))


def credential_commitment(value: Value) -> str:
    return str(next(key for key, seal in value["seals"].items() if seal["index"] == 2))


def record_commitment(value: Value) -> str:
    return str(next(iter(value["records"])))


def without_list(value: Value) -> None:
    del value["seals"][list_commitment(value)]
    value["statusLists"] = {}


def first(section: Value) -> Value:
    found: Value = next(iter(section.values()))
    return found


def seal(value: Value) -> Value:
    found: Value = value["seals"][record_commitment(value)]
    return found


def head(value: Value) -> Value:
    found: Value = seal(value)["heads"][0]
    return found


def swapped_record(value: Value) -> None:
    """Another document under a key that fits it, which no credential lists."""
    old = record_commitment(value)
    record = value["records"].pop(old)
    record["document"]["kilograms"] = "1"
    committed = b"carbonseal/record/v1\0" + bytes.fromhex(record["salt"]) + b"\0\6json/1" + jcs(record["document"])
    value["records"][hashlib.sha256(committed).hexdigest()] = record


def add_list(value: Value, issuer: Issuer, valid_from: datetime) -> None:
    document = Scene().status_document(issuer, (), valid_from)
    value["statusLists"][hashlib.sha256(jcs(document)).hexdigest()] = {"salt": "00" * 32, "document": document}


def many_lists(value: Value) -> None:
    for day in range(16):
        add_list(value, Scene().maker, SIGNED + day * DAY + DAY)


def unanchored_list(value: Value) -> None:
    """Of the status lists the last one in the log is under a head without anchors."""
    for head in value["seals"][list_commitment(value)]["heads"]:
        head["anchors"] = []


def foreign_list(value: Value) -> None:
    add_list(value, Scene().supplier, SIGNED)


def misnamed(draft: Value) -> None:
    draft["credentialSubject"]["records"][0]["profile"] = "pact/3.0"


def former(value: Value) -> None:
    """The members that a subject had before version 1 was fixed, and no other."""
    subject = value["credentials"][value["credential"]]["document"]["credentialSubject"]
    del subject["identifiers"], subject["classifications"]


def refitted(value: Value) -> None:
    """Change the credential's name, and then every digest that follows from it but the log's."""
    carried = value["credentials"].pop(value["credential"])
    old = credential_commitment(value)
    carried["document"]["credentialSubject"]["name"] = "gate"
    canonical = jcs(carried["document"])
    value["credential"] = hashlib.sha256(canonical).hexdigest()
    value["credentials"][value["credential"]] = carried
    committed = b"carbonseal/record/v1\0" + bytes.fromhex(carried["salt"]) + b"\0\x0ccredential/1" + canonical
    value["seals"][hashlib.sha256(committed).hexdigest()] = value["seals"].pop(old)


def without_parts(value: Value) -> None:
    """Only what the root itself cites."""
    document = value["credentials"][value["credential"]]["document"]
    listed = {record["commitment"] for record in document["credentialSubject"]["records"]}
    value["credentials"] = {value["credential"]: value["credentials"][value["credential"]]}
    value["records"] = {key: record for key, record in value["records"].items() if key in listed}
    lists = {key: one for key, one in value["statusLists"].items() if one["document"]["issuer"] == document["issuer"]}
    value["statusLists"] = lists
    kept = listed | {commitment("credential/1", one) for one in value["credentials"].values()}
    kept |= {commitment("status-list/1", one) for one in lists.values()}
    value["seals"] = {key: seal for key, seal in value["seals"].items() if key in kept}
    drop_uncited(value)


def commitment(profile: str, carried: Value) -> str:
    named = len(profile).to_bytes(2, "big") + profile.encode()
    committed = b"carbonseal/record/v1\0" + bytes.fromhex(carried["salt"]) + named + jcs(carried["document"])
    return hashlib.sha256(committed).hexdigest()


def drop_uncited(value: Value) -> None:
    heads = [head for seal in value["seals"].values() for head in seal["heads"]]
    cited = {head["checkpoint"] for head in heads} | {one["evidence"] for head in heads for one in head["anchors"]}
    for section in ("checkpoints", "evidence"):
        value[section] = {key: member for key, member in value[section].items() if key in cited}


def swapped_seals(value: Value) -> None:
    one, other = record_commitment(value), credential_commitment(value)
    seals = value["seals"]
    seals[one], seals[other] = seals[other], seals[one]


def shortened(value: Value) -> None:
    proof = base64.b64decode(head(value)["inclusion"])
    head(value)["inclusion"] = base64.b64encode(proof[32:]).decode()


def swapped_proofs(value: Value) -> None:
    one, other = (value["seals"][find(value)]["heads"][0] for find in (record_commitment, credential_commitment))
    one["inclusion"], other["inclusion"] = other["inclusion"], one["inclusion"]


def flipped(proof: str) -> str:
    return ("B" if proof[0] != "B" else "C") + proof[1:]


def unlinked(value: Value) -> None:
    for seal in value["seals"].values():
        del seal["heads"][1]["consistency"]


def half_each_linked(value: Value) -> None:
    for seal in value["seals"].values():
        for head, ledger in zip(seal["heads"], (CHAIN, OTHER), strict=True):
            head["anchors"] = [anchor for anchor in head["anchors"] if anchor["ledger"] == ledger]
    drop_uncited(value)


def half_each(value: Value) -> None:
    half_each_linked(value)
    unlinked(value)


def descending(value: Value) -> None:
    for seal in value["seals"].values():
        first, second = seal["heads"]
        second.pop("consistency")
        seal["heads"] = [second, first]


def resized(value: Value) -> None:
    (digest,) = value["checkpoints"]
    recited(value, "checkpoints", digest, value["checkpoints"][digest].replace("\n4\n", "\n5\n"))


def extended(value: Value) -> None:
    """The log itself adds a line of which version 1 knows nothing."""
    (digest,) = value["checkpoints"]
    text = value["checkpoints"][digest].partition("\n\n")[0] + "\nmore\n"
    note = Note(text, (Scene().log.signer.sign(text),)).encode().decode()
    recited(value, "checkpoints", digest, note)


def other_log(value: Value) -> None:
    scene = Scene()
    note = scene.other.head(1).decode()
    value["checkpoints"][hashlib.sha256(note.encode()).hexdigest()] = note
    head = {"checkpoint": hashlib.sha256(note.encode()).hexdigest(), "inclusion": "", "anchors": []}
    seal(value)["heads"].append(head)


def only(value: Value, ledger: str) -> None:
    for seal in value["seals"].values():
        for head in seal["heads"]:
            head["anchors"] = [anchor for anchor in head["anchors"] if anchor["ledger"] == ledger]
    drop_uncited(value)


def crossed(value: Value) -> None:
    """Each head has the anchors of the other."""
    for seal in value["seals"].values():
        first, second = seal["heads"]
        first["anchors"], second["anchors"] = second["anchors"], first["anchors"]


def shared(value: Value) -> None:
    """The later head is given with the anchors of the first one."""
    for seal in value["seals"].values():
        first, second = seal["heads"]
        second["anchors"] = copy.deepcopy(first["anchors"])
    drop_uncited(value)


def evidence_of(value: Value, kind: str) -> str:
    return str(next(key for key, member in value["evidence"].items() if member["type"] == kind))


def relabelled(value: Value) -> None:
    """The chain's evidence again, as if it were the other log's."""
    chain = evidence_of(value, "ethereum-storage")
    for seal in value["seals"].values():
        seal["heads"][0]["anchors"] = [{"ledger": CHAIN, "evidence": chain}, {"ledger": OTHER, "evidence": chain}]
    drop_uncited(value)


def newer(value: Value) -> None:
    old = evidence_of(value, "ethereum-storage")
    recited(value, "evidence", old, {**value["evidence"][old], "version": 2})


def spoilt(value: Value) -> None:
    old = evidence_of(value, "ethereum-storage")
    data = value["evidence"][old]["data"]
    spoilt = data[:-8] + ("BBBB" if data[-8:-4] != "BBBB" else "CCCC") + data[-4:]
    recited(value, "evidence", old, {**value["evidence"][old], "data": spoilt})


def entry(kind: int, body: bytes) -> str:
    return base64.b64encode(bytes([kind]) + body).decode()
