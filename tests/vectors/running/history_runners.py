"""Runs the vectors of what proofs show, of observations and of fraud proofs. See `runners`."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable
from typing import Any

from carbonseal.findings import Refused
from carbonseal.flow.checks.lots.batch import claimed
from carbonseal.log import fraud_proofs, subtrees, tree
from carbonseal.log.notes import VerifierKey
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from carbonseal.verification.consignment.matching import exceeded
from carbonseal.verification.observing import observations
from carbonseal.verification.observing.lot_observations import lot_balances
from carbonseal.verification.observing.presented import presented_balances
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.proofs import batch_proofs

Vector = dict[str, Any]


def hashes(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(text) for text in texts)


def shown_subtrees(case: Vector) -> dict[str, Any]:
    """The complete subtrees that a valid inclusion or consistency proof shows: level, index, hash; sorted."""
    proof = hashes(case["proof"])
    if "leaf" in case:
        path = subtrees.SubtreeProof(0, case["index"], bytes.fromhex(case["leaf"]), case["size"], proof)
        path.verify(bytes.fromhex(case["root"]))
    else:
        old, new = case["oldSize"], case["newSize"]
        old_root, new_root = bytes.fromhex(case["oldRoot"]), bytes.fromhex(case["newRoot"])
        tree.verify_consistency(old, old_root, new, new_root, proof)
        path = subtrees.from_consistency(old, new, *subtrees.split_consistency(old, old_root, proof))
    return {"subtrees": sorted([one.level, one.index, one.hash.hex()] for one in path.subtrees())}


def subtree(case: Vector) -> dict[str, Any]:
    facts = case["level"], case["index"], bytes.fromhex(case["hash"]), case["size"]
    subtrees.SubtreeProof(*facts, hashes(case["siblings"])).verify(bytes.fromhex(case["root"]))
    return {"holds": True}


def merge(files: list[bytes]) -> dict[str, Any]:
    """Files of observations, each checked, as one; and the places at which two values stand."""
    checked = [[*observations.check_lines(file.splitlines(keepends=True))] for file in files]
    merged = [*observations.merge(*checked)]
    found = [" ".join((one.kind, one.origin, *map(str, one.numbers))) for one, _ in observations.contradictions(merged)]
    claims = [one.rule.name for balance in lot_balances(lambda: merged) for one in claimed(balance)]
    claims += [exceeded(one).code.name for one in presented_balances(merged).values() if one.is_exceeded]
    text = b"".join((observations.HEADER, *merged)).decode()
    return {"merged": text, "contradictions": found, **({"claims": claims} if claims else {})}


def batch_proof(sealed: Vector, named: Vector) -> Vector:
    """The value of a fraud proof of the kind *batch*: the credentials of these names, in the order of their digests."""

    def items(names: Iterable[str]) -> list[Any]:
        return sorted(
            (copy.deepcopy(sealed[name]) for name in names),
            key=lambda one: hashlib.sha256(jcs(one["credential"])).digest(),
        )

    lists = {member: items(named[member]) for member in ("yields", "takes")}
    return {"carbonseal": "fraud-proof/1", "kind": "batch", **lists}


def batch_fraud(proof: bytes, policy: str) -> None:
    """Judge a fraud proof of the kind *batch*. Raises Refused, as `fraud`, with the first finding."""
    parsed = batch_proofs.read_proof(strict.parse(proof, fraud_proofs.LIMITS))
    assert isinstance(parsed, batch_proofs.BatchProof)
    assert batch_proofs.read_proof(strict.parse(parsed.encode())) == parsed
    raise Refused(parsed.check(parse_policy(policy))[0])


def fraud(proof: bytes, keys: list[str]) -> None:
    """Judge a fraud proof. Raises Refused: what comes of it is a finding in any case."""
    listed: dict[str, list[VerifierKey]] = {}
    for key in map(VerifierKey.parse, keys):
        listed.setdefault(key.name, []).append(key)
    parsed = fraud_proofs.parse(proof)
    assert fraud_proofs.parse(parsed.encode()) == parsed
    raise Refused(parsed.check(listed))
