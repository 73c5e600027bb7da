"""Runs one vector against the implementation, reading nothing but the vector. One function for each thing to do."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from carbonseal.findings import Finding, Outcome, Refused
from carbonseal.instants import format_instant, parse_instant
from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal.log import entries, tiles, tree
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.log.witness_requests import WitnessRequest
from carbonseal.passport.data_integrity import check_proof
from carbonseal.passport.products import PRODUCT
from carbonseal.passport.status_lists import STATUS_LIST
from carbonseal.records.admission import admit
from carbonseal.records.canonical import canonicalise
from carbonseal.records.commitments import commit, salt_for
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.trust import parse_trust
from carbonseal.verification.verifiers import installed_verifier
from carbonseal.verification.verify import verify
from carbonseal_adapters.fabric.checking import anchors, certificates
from tests.vectors.running import (
    audit_runner,
    conformity_runners,
    flow_runner,
    goods_runners,
    history_runners,
    policy_runner,
    product_runners,
    result_runner,
)

Vector = dict[str, Any]


def octets(value: Any) -> bytes:
    """Bytes as README.md has them: text, base64, or repeated texts."""
    if isinstance(value, str):
        return value.encode()
    if "base64" in value:
        return base64.b64decode(value["base64"], validate=True)
    return b"".join(text.encode() * times for text, times in value["repeated"])


def outcome(file: Vector, case: Vector) -> dict[str, Any]:
    """What came of a case, in the form of its `expect`."""
    try:
        return RUNNERS[case["do"]](case, file)
    except Refused as refused:
        return {"refused": reported(refused.finding)}


def reported(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code.name, "outcome": finding.code.outcome.value, "place": list(finding.place)}


def _hashes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(text) for text in texts)


# --- records -------------------------------------------------------------------------------------------------------


def _canonicalise(case: Vector, _: Vector) -> dict[str, Any]:
    return {"canonical": canonicalise(octets(case["input"])).bytes.decode()}


def _admit(case: Vector, _: Vector) -> dict[str, Any]:
    record = admit(octets(case["input"]), case["profile"], media=case.get("media", ""))
    return {"canonicalSha256": hashlib.sha256(record.canonical).hexdigest()}


def _commit(case: Vector, _: Vector) -> dict[str, Any]:
    profile, canonical = case["profile"], octets(case["canonical"])
    salt = (
        bytes.fromhex(case["salt"]) if "salt" in case else salt_for(bytes.fromhex(case["saltKey"]), profile, canonical)
    )
    return {"salt": salt.hex(), "commitment": commit(profile, salt, canonical).hex()}


# --- the log -------------------------------------------------------------------------------------------------------


def _decode(case: Vector, _: Vector) -> dict[str, Any]:
    raw = bytes.fromhex(case["entry"]) if isinstance(case["entry"], str) else octets(case["entry"])
    entry = entries.decode(raw)
    assert entry.encode() == raw
    return {"kind": entry.kind, **_members(entry), "leafHash": tree.leaf_hash(raw).hex()}


def _members(entry: entries.Entry) -> dict[str, Any]:
    match entry:
        case entries.Genesis(origin, publishers, None):
            return {"origin": origin, "publishers": dict(publishers)}
        case entries.Genesis(origin, publishers, Checkpoint() as head):
            return {"origin": origin, "publishers": dict(publishers), "predecessor": _head(head)}
        case entries.RecordEntry(commitment):
            return {"commitment": commitment.hex()}
        case entries.ForeignAnchor(statement):
            return {"logId": statement.log_id.hex(), "size": statement.size, "root": statement.root.hex()}
        case entries.EvidenceDigest(digest):
            return {"digest": digest.hex()}
        case entries.Heartbeat(time):
            return {"time": time}
    raise AssertionError(entry)


def _head(head: Checkpoint) -> dict[str, Any]:
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}


_LEAVES: list[bytes] = []


def example_leaves(count: int) -> list[bytes]:
    """The leaf hashes of the entries that README.md gives a rule for."""
    for number in range(len(_LEAVES), count):
        _LEAVES.append(tree.leaf_hash(b"\1" + hashlib.sha256(str(number).encode()).digest()))
    return _LEAVES[:count]


def _root(case: Vector, _: Vector) -> dict[str, Any]:
    edge = tree.Edge()
    edge.extend(example_leaves(case["count"]))
    assert edge.root() == tree.tree_root(example_leaves(case["count"]))
    return {"root": edge.root().hex()}


def _inclusion(case: Vector, _: Vector) -> dict[str, Any]:
    leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
    tree.verify_inclusion(leaf, case["index"], case["size"], _hashes(case["proof"]), root)
    return {"holds": True}


def _consistency(case: Vector, _: Vector) -> dict[str, Any]:
    old, new = bytes.fromhex(case["oldRoot"]), bytes.fromhex(case["newRoot"])
    tree.verify_consistency(case["oldSize"], old, case["newSize"], new, _hashes(case["proof"]))
    return {"holds": True}


def _tile(case: Vector, _: Vector) -> dict[str, Any]:
    edge = tree.Edge()
    edge.extend(example_leaves(case["logSize"]))
    tile = tiles.Tile(case["level"], case["index"], case["width"])
    data = dict(edge.take_tiles())[tile]
    return {"path": tile.path, "sha256": hashlib.sha256(data).hexdigest(), "length": len(data)}


def _path(case: Vector, _: Vector) -> dict[str, Any]:
    if case["level"] == "entries":
        return {"path": tiles.bundle_path(case["index"], case["width"])}
    return {"path": tiles.Tile(case["level"], case["index"], case["width"]).path}


def _bundle(case: Vector, _: Vector) -> dict[str, Any]:
    return {"entries": [entry.hex() for entry in tiles.decode_bundle(bytes.fromhex(case["data"]), case["width"])]}


def _key(case: Vector, _: Vector) -> dict[str, Any]:
    key = VerifierKey.parse(case["key"])
    assert key.encode() == case["key"]
    return {
        "name": key.name,
        "type": int(key.algorithm),
        "keyId": key.key_id.hex(),
        "publicKey": key.public_key.hex(),
    }


def _note(case: Vector, _: Vector) -> dict[str, Any]:
    note, key = Note.parse(octets(case["note"])), VerifierKey.parse(case["key"])
    assert note.encode() == octets(case["note"])
    signed = note.signed_by(key)
    time = note.cosigned_at(key)
    return {"signed": signed} | ({} if time is None else {"time": time})


def _open(case: Vector, _: Vector) -> dict[str, Any]:
    return _head(open_checkpoint(octets(case["note"]), VerifierKey.parse(case["key"])))


def _read_request(case: Vector, _: Vector) -> dict[str, Any]:
    request = WitnessRequest.parse(octets(case["body"]))
    assert request.encode() == octets(case["body"])
    return {"old": request.old, "hashes": [node.hex() for node in request.proof], "note": request.note.decode()}


def _prove(case: Vector, _: Vector) -> dict[str, Any]:
    proof = TlogProof.parse(octets(case["proof"]))
    assert proof.encode() == octets(case["proof"])
    head = proof.verify(bytes.fromhex(case["entry"]), VerifierKey.parse(case["key"]))
    extra = {} if proof.extra is None else {"extra": proof.extra.hex()}
    return {"index": proof.index, **_head(head), "hashes": [one.hex() for one in proof.hashes], **extra}


def _anchor(case: Vector, _: Vector) -> dict[str, Any]:
    statement = Checkpoint.parse(octets(case["checkpoint"]).decode()).statement()
    return {
        "logId": statement.log_id.hex(),
        "statement": statement.encode().hex(),
        "digest": statement.digest().hex(),
        "foreignEntry": entries.ForeignAnchor(statement).encode().hex(),
    }


# --- evidence ------------------------------------------------------------------------------------------------------


def _check(case: Vector, file: Vector) -> dict[str, Any]:
    evidence = Evidence(case["type"], case["version"], _evidence(case["data"], file))
    statement = Statement(bytes.fromhex(case["logId"]), case["size"], bytes.fromhex(case["root"]))
    verifier = installed_verifier(case["ledger"].partition(":")[0])
    assert verifier is not None
    pins = verifier.pin(case["ledger"], case["options"])
    trust = [TrustItem(**_named(file, "trusts", item)) for item in case["trust"]]
    checked = verifier.check(evidence, statement, pins, trust)
    others = [finding for finding in checked.findings if finding.code.outcome is not Outcome.SHOWN]
    if checked.proved is None:
        found: dict[str, Any] = {"refused": reported(others.pop(0))}
    else:
        proved = checked.proved
        shown = [finding.code.name for finding in checked.findings if finding.code.outcome is Outcome.SHOWN]
        found = {
            "proved": {
                "publisher": proved.publisher,
                "time": proved.time,
                "identities": sorted(proved.identities),
                "shown": shown,
            }
        }
    return found | ({"remarks": [other.code.name for other in others]} if others else {})


def _evidence(wanted: Any, file: Vector) -> bytes:
    if not isinstance(wanted, dict) or "of" not in wanted:
        return octets(_named(file, "data", wanted))
    value = _patched(file["evidence"], wanted)
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _state(case: Vector, _: Vector) -> dict[str, Any]:
    statement = Statement(bytes.fromhex(case["logId"]), case["size"], bytes.fromhex(case["root"]))
    key = anchors.anchor_key(bytes.fromhex(case["publisher"]), statement)
    return {"key": key, "value": anchors.anchor_value(statement, case["time"]).hex()}


def _publisher(case: Vector, _: Vector) -> dict[str, Any]:
    certificate = certificates.read_certificate(case["certificate"].encode(), case["mspId"])
    return {"publisher": certificates.publisher_id(case["mspId"], certificate).hex()}


def _pin(case: Vector, _: Vector) -> dict[str, Any]:
    verifier = installed_verifier(case["ledger"].partition(":")[0])
    assert verifier is not None
    verifier.pin(case["ledger"], case["options"])
    return {"holds": True}


def _slot(case: Vector, _: Vector) -> dict[str, Any]:
    from carbonseal_adapters.ethereum.checking.registry import slot

    statement = Statement(bytes.fromhex(case["logId"]), case["size"], bytes(32))
    return {"slot": slot(bytes.fromhex(case["publisher"]), statement).hex()}


def _eas_slot(case: Vector, _: Vector) -> dict[str, Any]:
    from carbonseal_adapters.ethereum.checking.eas import slot_of

    return {"slot": slot_of(bytes.fromhex(case["digest"]), case["variable"]).hex()}


# --- signed documents and passports --------------------------------------------------------------------------------


def _credential(case: Vector, _: Vector) -> dict[str, Any]:
    credential = PRODUCT.parse(case["document"])
    check_proof(credential.document, credential.key)
    return {
        "digest": credential.digest.hex(),
        "commitment": PRODUCT.carry(case["document"], bytes.fromhex(case["salt"])).commitment.hex(),
        "issuer": credential.issuer,
        "key": credential.key.hex(),
        **product_runners.listed(credential),
    }


def _status(case: Vector, _: Vector) -> dict[str, Any]:
    found = STATUS_LIST.parse(case["document"])
    check_proof(found.document, found.key)
    bits = found.bits
    positions = [index for index in range(found.positions) if bits[index // 8] and found.is_set(index)]
    return {"purpose": found.purpose, "positions": found.positions, "set": positions}


def _verify(case: Vector, file: Vector) -> dict[str, Any]:
    policy = parse_policy(_named(file, "policies", case["policy"]))
    trust = parse_trust(json.dumps(_named(file, "trusts", case["trust"])).encode())
    report = verify(_passport(case["passport"], file), policy, trust, at=parse_instant(case["at"]))
    return {
        "verdict": report.verdict.value,
        "codes": {finding.code.name for finding in report.findings},
        "existedBy": None if report.existed_by is None else format_instant(report.existed_by),
    }


def _trust(case: Vector, _: Vector) -> dict[str, Any]:
    return {"items": len(parse_trust(octets(case["trust"])).items)}


def _passport(wanted: Vector, file: Vector) -> bytes:
    if "raw" in wanted:
        return octets(wanted["raw"])
    return json.dumps(_patched(file["passports"], wanted)).encode()


def _patched(values: Vector, wanted: Vector) -> Any:
    """The value of that name, changed."""
    value = copy.deepcopy(values[wanted["of"]])
    for operation in wanted.get("patch", ()):
        _apply(value, operation)
    return value


def _apply(value: Any, operation: Vector) -> None:
    """One operation of RFC 6902 (add, remove, replace) on a member of an object; or replace in a list."""
    *parents, name = (token.replace("~1", "/").replace("~0", "~") for token in operation["path"].split("/")[1:])
    for parent in parents:
        value = value[int(parent)] if isinstance(value, list) else value[parent]
    if operation["op"] == "remove":
        del value[name]
    else:
        value[int(name) if isinstance(value, list) else name] = operation["value"]


def _fraud(case: Vector, file: Vector) -> dict[str, Any]:
    if "policy" in case:
        value = history_runners.batch_proof(file["sealed"], case["proof"])
        for operation in case["proof"].get("patch", ()):
            _apply(value, operation)
        history_runners.batch_fraud(json.dumps(value).encode(), _named(file, "batchPolicies", case["policy"]))
    history_runners.fraud(octets(case["proof"]), case["keys"])
    raise AssertionError


def _named(file: Vector, section: str, value: Any) -> Any:
    """What `value` names in a section of the file, or `value` itself."""
    return file[section][value["named"]] if isinstance(value, dict) and "named" in value else value


RUNNERS: dict[str, Callable[[Vector, Vector], dict[str, Any]]] = {
    **goods_runners.RUNNERS,
    "check-audit": audit_runner.check_audit,
    "write-result-line": result_runner.write_line,
    "canonicalise": _canonicalise,
    "admit": _admit,
    "commit": _commit,
    "decode": _decode,
    "root": _root,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "tile": _tile,
    "path": _path,
    "bundle": _bundle,
    "key": _key,
    "note": _note,
    "open": _open,
    "prove": _prove,
    "read-request": _read_request,
    "anchor": _anchor,
    "check": _check,
    "pin": _pin,
    "slot": _slot,
    "eas-slot": _eas_slot,
    "state": _state,
    "publisher": _publisher,
    "credential": _credential,
    **conformity_runners.RUNNERS,
    "status": _status,
    "trust": _trust,
    "verify": _verify,
    "policy": lambda case, _: policy_runner.contents(octets(case["policy"])),
    "issue": lambda case, _: product_runners.issue(case["request"]),
    "batch": lambda case, _: product_runners.batch(case),
    "subtrees": lambda case, _: history_runners.shown_subtrees(case),
    "subtree": lambda case, _: history_runners.subtree(case),
    "merge": lambda case, _: history_runners.merge([octets(file) for file in case["files"]]),
    "fraud": _fraud,
    "flow": lambda case, _: flow_runner.flow(case),
}
