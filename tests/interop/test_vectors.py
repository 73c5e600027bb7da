"""Vectors of others: Wycheproof, points of small order, and transparency-dev's proofs."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.log.tree import verify_consistency, verify_inclusion
from carbonseal.public_keys import check_ed25519, check_ml_dsa_44, verifies_ed25519, verifies_ml_dsa_44
from tests.interop.parts import needed

Record = Callable[[str, object], None]


def accepts(check: Callable[[bytes], None], key: bytes) -> bool:
    try:
        check(key)
    except ValueError:
        return False
    return True


def test_wycheproof_ed25519(record_property: Record) -> None:
    groups = json.loads((needed("CARBONSEAL_WYCHEPROOF") / "ed25519_test.json").read_text())["testGroups"]
    held = refused = 0
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        check_ed25519(key)
        for case in group["tests"]:
            holds = verifies_ed25519(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert holds == (case["result"] == "valid"), case
            held, refused = held + holds, refused + (not holds)
    assert held > 80
    assert refused > 60
    record_property("counted", f"Wycheproof Ed25519: {held} signatures that hold, {refused} refused")


def test_wycheproof_ml_dsa_44(record_property: Record) -> None:
    """Signatures with a context are another use of the key than ours: none of them holds here. Nor do the two under a key whose
    t1 is 0: FIPS 204 lets them pass."""
    groups = json.loads((needed("CARBONSEAL_WYCHEPROOF") / "mldsa_44_verify_test.json").read_text())["testGroups"]
    held = refused = 0
    weak = set()
    for group in groups:
        key = bytes.fromhex(group["publicKey"])
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            accepted = accepts(check_ml_dsa_44, key)
            if not accepted and case["result"] == "valid":
                weak.add(case["comment"])
            holds = accepted and verifies_ml_dsa_44(key, signature, message)
            assert holds == (accepted and case["result"] == "valid" and not case.get("ctx")), case
            held, refused = held + holds, refused + (not holds)
    assert weak == {"public key with t1 component set to zero", "signature that calls use_hint(1, 0)"}
    assert held > 10
    assert refused > 10
    record_property("counted", f"Wycheproof ML-DSA-44: {held} signatures that hold, {refused} refused")


def test_points_of_small_order(record_property: Record) -> None:
    """Implementations differ on every case of these vectors. Ours follows two rules: the key is refused
    where it is of small order or not canonical; the check is without cofactor, and R is canonical."""
    vectors = json.loads(needed("CARBONSEAL_SMALL_ORDER").read_text())
    counts = {"key refused": 0, "signature refused": 0, "holds": 0}
    for vector in vectors:
        key, flags = bytes.fromhex(vector["A"]), set(vector["Flags"] or ())
        accepted = accepts(check_ed25519, key)
        assert accepted == (not flags & {"LowOrderA", "NonCanonicalA"}), vector
        holds = accepted and verifies_ed25519(key, bytes.fromhex(vector["R"] + vector["S"]), vector["M"].encode())
        assert holds == (accepted and not flags & {"LowOrderResidue", "NonCanonicalR"}), vector
        counts["holds" if holds else "signature refused" if accepted else "key refused"] += 1
    assert min(counts.values()) > 0
    record_property("counted", f"Ed25519 with points of small order: {len(vectors)} cases, {counts}")


def b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def refuses(call: Callable[..., None], *arguments: Any) -> bool:
    try:
        call(*arguments)
    except Refused:
        return True
    return False


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_proofs_of_transparency_dev(kind: str, record_property: Record) -> None:
    """What their library refuses ours refuses. What it accepts ours accepts, but for a proof from the empty tree, which RFC 9162
    does not have, and for roots that are not 32 bytes."""
    held = refused = 0
    for path in sorted((needed("CARBONSEAL_MERKLE_VECTORS") / kind).rglob("*.json")):
        case = json.loads(path.read_text())
        proof = [b64(node) for node in case["proof"] or ()]
        if kind == "inclusion":
            leaf, root = b64(case["leafHash"]), b64(case["root"])
            wrong = refuses(verify_inclusion, leaf, case["leafIdx"], case["treeSize"], proof, root)
            hashes = [leaf, root]
        else:
            hashes = [b64(case["root1"]), b64(case["root2"])]
            wrong = refuses(verify_consistency, case["size1"], hashes[0], case["size2"], hashes[1], proof)
        outside = case.get("size1") == 0 or {len(one) for one in hashes} != {32}
        assert wrong == (case["wantErr"] or outside), path
        held, refused = held + (not wrong), refused + wrong
    assert held
    assert refused
    record_property("counted", f"transparency-dev {kind} proofs: {held} hold, {refused} refused")
