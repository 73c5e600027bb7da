"""Mutants of the verifier, made by hand: each leaves out one check that a forger would like to be without.

Others' suites of tests pass without a signature check; ours must not. ``python -m tests.mutants`` runs the tests that are named
here against each, and at least one has to fail.
"""

from __future__ import annotations

from dataclasses import dataclass

LOG, PASSPORT, VERIFICATION = "node/carbonseal/log", "node/carbonseal/passport", "node/carbonseal/verification"
TLOG, ETHEREUM, FABRIC = (f"adapters/carbonseal_adapters/{one}/checking" for one in ("tlog", "ethereum", "fabric"))
CHECKED, CACHES = f"{VERIFICATION}/checked", "tests/verification/checked"
CONFORMITY, STATED = f"{VERIFICATION}/conformity", "tests/verification/conformity"
SEALS = "tests/verification/test_attacks_on_seals.py tests/verification/test_attacks_on_logs.py"
SIGNERS = "tests/verification/test_times_and_status.py tests/verification/test_attacks_on_credentials.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A check that is left out: `old` occurs once in `path`, and becomes `new`. `tests` have to notice."""

    what: str
    path: str
    old: str
    new: str
    tests: str


def without(what: str, path: str, condition: str, tests: str) -> Mutant:
    """The mutant in which a refusal never happens: ``if condition:`` is ``if False:``."""
    return Mutant(what, path, f"if {condition}:", "if False:", tests)


_NOTES, _KEYS = f"{LOG}/notes.py", "node/carbonseal/public_keys.py"
_STORAGE_TESTS = "tests/ethereum/checking/test_evidence.py"
_NOTE_TESTS, _KEY_TESTS, _ML_DSA_TESTS = (
    "tests/log/test_notes.py",
    "tests/test_public_keys.py",
    "tests/log/test_ml_dsa.py",
)
_TREE, _TREE_TESTS = f"{LOG}/tree.py", "tests/log/test_tree_proofs.py"
_CHECKPOINTS, _CHECKPOINT_TESTS = f"{LOG}/checkpoints.py", "tests/log/test_checkpoints.py"

_SHOWN, _SHOWN_TESTS = f"{LOG}/shown_trees.py", "tests/log/shown"

MUTANTS = (
    # --- signatures and keys
    Mutant(
        "a log's signature is not verified",
        _NOTES,
        "return 0 if verifies_ed25519(self.public_key, signature, text.encode()) else None",
        "return 0",
        _NOTE_TESTS,
    ),
    Mutant(
        "a cosignature is not verified",
        _NOTES,
        "return time if verifies_ed25519(self.public_key, signature, cosignature_message(time, text)) else None",
        "return time",
        _NOTE_TESTS,
    ),
    Mutant(
        "an ML-DSA-44 signature is not verified",
        _NOTES,
        "return time if message and verifies_ml_dsa_44(self.public_key, signature, message) else None",
        "return time",
        _ML_DSA_TESTS,
    ),
    Mutant(
        "the key's name is ignored",
        _NOTES,
        "if s.key_id == key_id and s.name == key.name]",
        "if s.key_id == key_id]",
        _NOTE_TESTS,
    ),
    Mutant(
        "the key id is ignored",
        _NOTES,
        "if s.key_id == key_id and s.name == key.name]",
        "if s.name == key.name]",
        _NOTE_TESTS,
    ),
    Mutant(
        "one valid signature makes up for one that fails",
        _NOTES,
        "if len(valid) < len(times):",
        "if times and not valid:",
        _NOTE_TESTS,
    ),
    without("a verifier key's id is not recomputed", _NOTES, "key_id != _key_id(name, material).hex()", _NOTE_TESTS),
    without("a time beyond 2^63 is read", _NOTES, "time >> 63", _NOTE_TESTS),
    Mutant(
        "whoever cosigned is not part of what is signed",
        f"{LOG}/cosignatures.py",
        "parts = (_short(name),",
        'parts = (_short(b""),',
        _ML_DSA_TESTS,
    ),
    without("keys of small order", _KEYS, "y == 0 or u == 0 or (u + v * y2) % _P == 0", _KEY_TESTS),
    Mutant(
        "keys of order 8", _KEYS, "if y == 0 or u == 0 or (u + v * y2) % _P == 0:", "if y == 0 or u == 0:", _KEY_TESTS
    ),
    without("a second encoding of a key", _KEYS, "y >= _P", _KEY_TESTS),
    without(
        "short ML-DSA-44 keys",
        _KEYS,
        "sum(coefficient < 128 or coefficient >= 896 for coefficient in coefficients) > 160",
        _KEY_TESTS,
    ),
    without("an unsigned checkpoint", _CHECKPOINTS, "not note.signed_by(log)", _CHECKPOINT_TESTS),
    without("another log's checkpoint", _CHECKPOINTS, "checkpoint.origin != log.name", _CHECKPOINT_TESTS),
    without(
        "a credential's signature is not verified",
        f"{PASSPORT}/data_integrity.py",
        "not verifies_ed25519(public_key, signature, signed_bytes(document, form))",
        "tests/passport/test_data_integrity.py",
    ),
    Mutant(
        "the proof's own members are not signed",
        f"{PASSPORT}/data_integrity.py",
        "return hashlib.sha256(form(options)).digest() + ",
        "return bytes(32) + ",
        "tests/passport/test_data_integrity.py",
    ),
    # --- the tree
    without("inclusion is not checked", _TREE, "root_from_inclusion(leaf, index, size, proof) != root", _TREE_TESTS),
    Mutant(
        "a proof may go on",
        _TREE,
        "if len(proof) > expected:\n        raise Refused(codes.INCLUSION_TOO_LONG",
        "if False:\n        raise Refused(codes.INCLUSION_TOO_LONG",
        _TREE_TESTS,
    ),
    without("the older root is not compared", _TREE, "old != old_root", _TREE_TESTS),
    without("the newer root is not compared", _TREE, "new != new_root", _TREE_TESTS),
    without("two roots of one size", _TREE, "old_size == new_size and old_root != new_root", _TREE_TESTS),
    Mutant(
        "any member is a quorum",
        f"{LOG}/quorums.py",
        "for member in quorum.members) >= quorum.threshold",
        "for member in quorum.members) >= 1",
        "tests/log/test_quorums.py",
    ),
    # --- seals
    without("another's seal", f"{VERIFICATION}/seals.py", "seal.entry != RecordEntry(commitment).encode()", SEALS),
    Mutant(
        "an entry's inclusion is not checked",
        f"{VERIFICATION}/seals.py",
        "self._trees.verify_inclusion(leaf, seal.index, checkpoint.size, head.inclusion, checkpoint.root)",
        "pass",
        SEALS,
    ),
    Mutant(
        "heads need not continue one another",
        f"{VERIFICATION}/seals.py",
        "verify_consistency(previous.size, previous.root, checkpoint.size, checkpoint.root, head.consistency)",
        "pass",
        SEALS,
    ),
    without("a head that no listed log signed", f"{CHECKED}/heads.py", "True not in signed", SEALS),
    Mutant(
        "a witness counts by its name",
        f"{CHECKED}/heads.py",
        "name: note.cosigned_at(key)",
        "name: 1",
        SEALS,
    ),
    Mutant(
        "one ledger counts once for each of its names",
        f"{VERIFICATION}/ledger_classes.py",
        "same = [one for one in found if not one[1].isdisjoint(own)]",
        "same = list(found[:0])",
        "tests/verification/test_counted_once.py tests/verification/test_ledger_classes.py",
    ),
    Mutant(
        "one evidence proves two statements",
        f"{VERIFICATION}/seals.py",
        "if self._proves.setdefault(anchor, statement) != statement]",
        "if False]",
        "tests/verification/test_floods.py",
    ),
    # --- what is checked once for many passports
    Mutant(
        "a proof ends at a node of which another hash was shown",
        _SHOWN,
        "if held[0] == node and held[1] == proof[1] and held[2][2:] == proof[2:]:",
        "if held[1] == proof[1] and held[2][2:] == proof[2:]:",
        _SHOWN_TESTS,
    ),
    Mutant(
        "a proof that ends early may go on with anything",
        _SHOWN,
        "if held[2][above:] == proof[above:]:",
        "if True:",
        _SHOWN_TESTS,
    ),
    Mutant(
        "what was found under another policy counts",
        f"{CHECKED}/caches.py",
        "if scope.trust is trust and scope.rules == rules:",
        "if scope.trust is trust:",
        CACHES,
    ),
    Mutant(
        "what was found with another trust counts",
        f"{CHECKED}/caches.py",
        "if scope.trust is trust and scope.rules == rules:",
        "if scope.rules == rules:",
        CACHES,
    ),
    Mutant("seals share anchors", f"{VERIFICATION}/seals.py", "= head.checkpoint, head.anchors", "= b'', ()", SEALS),
    Mutant("others' code counts twice", f"{CHECKED}/heads.py", "if shared or any(", "if shared and any(", CACHES),
    # --- signers and status
    Mutant(
        "a listed key signs by being named",
        f"{VERIFICATION}/documents.py",
        "check_proof(document.document, document.key, jcs_without_numbers)",
        "pass",
        SIGNERS,
    ),
    without(
        "a signer attests any product",
        f"{VERIFICATION}/verify.py",
        "issuer is not None and not credential.subject.startswith(issuer.products)",
        "tests/verification/test_verdicts.py",
    ),
    without(
        "what came later counts",
        f"{VERIFICATION}/documents.py",
        "checked.existed_by is not None and checked.existed_by > self.at",
        SIGNERS,
    ),
    without("what is not valid yet", f"{VERIFICATION}/documents.py", "self.at < document.valid_from", SIGNERS),
    without(
        "what has expired",
        f"{VERIFICATION}/documents.py",
        "document.valid_until is not None and self.at >= document.valid_until",
        SIGNERS,
    ),
    without(
        "a key's end",
        f"{VERIFICATION}/signers.py",
        "signer.until is not None and time > signer.until",
        SIGNERS,
    ),
    without(
        "a key's beginning",
        f"{VERIFICATION}/signers.py",
        "signer.since is not None and begun < signer.since",
        SIGNERS,
    ),
    Mutant(
        "a signer's own word is its time",
        f"{VERIFICATION}/signers.py",
        "begun = min(created, time)",
        "begun = time",
        "tests/verification/test_times_and_status.py",
    ),
    Mutant(
        "revocation",
        f"{VERIFICATION}/status.py",
        "if entry.purpose == REVOCATION and _is_set(in_force, entry.index):",
        "if False:",
        SIGNERS,
    ),
    without(
        "a stale list",
        f"{VERIFICATION}/status.py",
        "not any(self._is_current(version) for version in deciding)",
        SIGNERS,
    ),
    without(
        "suspension", f"{VERIFICATION}/status.py", "_is_set(deciding, entry.index)", "tests/vectors/test_vectors.py"
    ),
    # --- statements and accreditations
    without("a statement that is not shown", f"{CONFORMITY}/statements.py", "not signed.shown", STATED),
    without(
        "a statement by who signed in the same tree",
        f"{CONFORMITY}/statements.py",
        "not self._makers.isdisjoint({issuer, statement.key, *self._accreditations.keys_of(issuer)})",
        STATED,
    ),
    without(
        "a statement that was replaced", f"{CONFORMITY}/statements.py", "statement.digest in self._replaced", STATED
    ),
    without("a withdrawn statement", f"{CONFORMITY}/statements.py", "finding.code is STATUS_REVOKED", STATED),
    Mutant(
        "a statement on another organisation's record",
        f"{CONFORMITY}/statements.py",
        "named = of_footprint.get((issuer, record.listed.commitment), set()) if record else set()",
        "named = {name for key, names in of_footprint.items() if record and key[1] == record.listed.commitment for name in names}",
        STATED,
    ),
    without(
        "an opinion that is not clean", f"{CONFORMITY}/statements.py", "opinion.opinion not in asked.opinions", STATED
    ),
    without("an accreditation that is not shown", f"{CONFORMITY}/accredited.py", "not checked.shown", STATED),
    without("an accreditation that had not begun", f"{CONFORMITY}/accredited.py", "begun < start", STATED),
    without("an accreditation that had ended", f"{CONFORMITY}/accredited.py", "time > end", STATED),
    without(
        "an accreditation's scope",
        f"{CONFORMITY}/accredited.py",
        "statement.opinion.scope not in one.scopes",
        STATED,
    ),
    without(
        "an accreditation that was suspended then",
        f"{CONFORMITY}/accredited.py",
        "any(version.says(entry.index) for version in versions)",
        STATED,
    ),
    Mutant(
        "an accreditation gives a key that has another role",
        f"{CONFORMITY}/accredited.py",
        "if taken.get(key, (Role.BODY, one.signed.body)) == (Role.BODY, one.signed.body):",
        "if True:",
        STATED,
    ),
    Mutant(
        "a component covers more than its product's figure",
        f"{CONFORMITY}/coverage.py",
        "return min(sum(brought, Fraction(0)), figure.value)",
        "return sum(brought, Fraction(0))",
        STATED,
    ),
    # --- ledgers
    without("a log as a ledger: unsigned", f"{TLOG}/evidence.py", "not signed", "tests/tlog/test_evidence.py"),
    without(
        "a log as a ledger: another origin",
        f"{TLOG}/evidence.py",
        "checkpoint.origin != key.name",
        "tests/tlog/test_evidence.py",
    ),
    without(
        "a log as a ledger: not included",
        f"{TLOG}/evidence.py",
        "root != checkpoint.root",
        "tests/tlog/test_evidence.py",
    ),
    without("Ethereum: another contract", f"{ETHEREUM}/evidence.py", "found.registry != pins.registry", _STORAGE_TESTS),
    without(
        "Ethereum: another publisher",
        f"{ETHEREUM}/evidence.py",
        "found.publisher not in pins.publishers",
        _STORAGE_TESTS,
    ),
    without("Ethereum: another digest", f"{ETHEREUM}/evidence.py", "stored != statement.digest()", _STORAGE_TESTS),
    without("Ethereum: another contract's code", f"{ETHEREUM}/state.py", "fields[3] != code", _STORAGE_TESTS),
    without(
        "Ethereum: a node of the trie with another hash",
        f"{ETHEREUM}/trie.py",
        "keccak256(proof[index]) != digest",
        "tests/ethereum/checking/test_trie.py",
    ),
    without(
        "Ethereum: a full node of the trie with another hash",
        f"{ETHEREUM}/trie.py",
        "keccak256(full) != digest",
        "tests/ethereum/checking/test_trie.py",
    ),
    without(
        "Fabric: another publisher",
        f"{FABRIC}/evidence.py",
        "transaction.publisher not in pins.publishers",
        "tests/fabric/evidence",
    ),
    without(
        "Fabric: endorsed by too few", f"{FABRIC}/evidence.py", "not met", "tests/fabric/evidence/test_transactions.py"
    ),
    without(
        "Fabric: attested by too few", f"{FABRIC}/evidence.py", "not pins.attest.met_by(found)", "tests/fabric/evidence"
    ),
    without(
        "a data carrier: another passport than it means",
        "node/carbonseal/goods/data_carrier.py",
        "root != carrier.digest",
        "tests/goods/test_data_carrier.py",
    ),
    without(
        "fetch: another passport than a line means",
        "node/carbonseal/cli/public/bringing.py",
        "root != digest",
        "tests/cli/commands/verifying/test_fetch.py",
    ),
    without(
        "Fabric: a revoked certificate",
        f"{FABRIC}/identities.py",
        "any(_revokes(listing, one, authority) for listing in self._revocations)",
        "tests/fabric/evidence",
    ),
)
