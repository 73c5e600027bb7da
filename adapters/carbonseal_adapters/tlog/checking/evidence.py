"""Evidence of an anchor in another operator's log, verified offline (spec section 10).

The evidence is a C2SP ``tlog-proof@v1`` text: an index, an inclusion proof and that log's checkpoint. It does not carry
the entry, because the verifier knows it: a kind 3 entry with the very statement that it asks about. What the proof rests
on is one verifier key, pinned by the policy's line::

    ledger NAME tlog:<origin> key=<that log's verifier key>

A log shows order and no time, until its witnesses' cosignatures count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Outcome, Refused, noted, rejected, shown
from carbonseal.ledger import Checked, Evidence, Proved, Statement, TrustItem, log_id
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import ForeignAnchor
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import leaf_hash, root_from_inclusion
from carbonseal.values import dataclass

SCHEME = "tlog"
TYPE = "tlog-proof"
VERSION = 1
MAX_BYTES = 64 * 1024  # 64 hashes and a checkpoint with 32 signatures take a quarter of that

SHOWN = shown("tlog.included", "{log} holds the anchor at index {index}, under its checkpoint of size {size}")
UNKNOWN_EVIDENCE = noted("tlog.unknown-evidence", "evidence of type {type}, version {version}, is not known here")
UNKNOWN_KEY = noted(
    "tlog.unknown-key",
    "no signature on the checkpoint of {log} is by the pinned key",
    "if the log changed its key, pin the new one in the policy's ledger line",
)
TOO_LARGE = noted("tlog.too-large", "the proof has {bytes} bytes; at most {most} are read")
UNKNOWN_PROOF = noted(
    "tlog.unknown-proof", "the proof is of a form that is not known here: {why}", "a newer carbonseal may know it"
)
UNKNOWN_CHECKPOINT = noted(
    "tlog.unknown-checkpoint",
    "the proof's checkpoint is of a form that is not known here: {why}",
    "a newer carbonseal may know it",
)
EXTRA = noted(
    "tlog.extra",
    "the proof carries extra data, which is not known here; the proof of an anchor has none",
    "a newer carbonseal may know it",
)
OTHER_ORIGIN = noted(
    "tlog.other-origin",
    "the checkpoint is one of {found}, not of {log}",
    "pin the key under the origin that the log writes into its checkpoints",
)
OWN_LOG = noted("tlog.own-log", "{log} cannot be a ledger for its own heads", "have the log anchored elsewhere")
MALFORMED = rejected("tlog.malformed", "this is not a proof of inclusion in a log: {why}")
MALFORMED_CHECKPOINT = rejected("tlog.malformed-checkpoint", "the proof's checkpoint cannot be read: {why}")
BAD_SIGNATURE = rejected("tlog.bad-signature", "invalid signature by the pinned key on the checkpoint of {log}")
WRONG_PATH = rejected("tlog.wrong-path", "the path cannot lead from index {index} to a tree of size {size}: {why}")
NOT_INCLUDED = rejected(
    "tlog.not-included", "at index {index}, the path from this anchor does not lead to the root of {log}"
)

UNKNOWN_OPTION = rejected("tlog.unknown-option", "a tlog ledger has no option {option}", "it has one: key=")
MISSING_KEY = rejected("tlog.missing-key", "the line does not pin the log's key", "add key=<the log's verifier key>")
MALFORMED_KEY = rejected("tlog.malformed-key", "this is not a verifier key: {why}")
NOT_A_LOG_KEY = rejected(
    "tlog.not-a-log-key", "the key of {name} is a witness's", "pin the key that the log signs its checkpoints with"
)
OTHER_KEY = rejected(
    "tlog.key-of-another-log",
    "the key is that of {found}, and the ledger's name is {name}",
    "name the ledger tlog:<origin>, with the origin that the key begins with",
)


def ledger_name(key: VerifierKey) -> str:
    """The name that policies give to the log with this key: ``tlog:<origin>``."""
    return f"{SCHEME}:{key.name}"


def read_key(options: Mapping[str, str]) -> VerifierKey:
    """The log's key from the option ``key``, the only one there is. Raises `Refused`."""
    for option in options:
        if option != "key":
            raise Refused(UNKNOWN_OPTION(option, option=option))
    if "key" not in options:
        raise Refused(MISSING_KEY("key"))
    try:
        key = VerifierKey.parse(options["key"])
    except Refused as refused:
        raise Refused(MALFORMED_KEY("key", why=refused.finding.message)) from refused
    if not key.algorithm.signs_logs:
        raise Refused(NOT_A_LOG_KEY("key", name=key.name))
    return key


@dataclass(frozen=True, slots=True)
class TlogPins:
    """The key that a log signs its checkpoints with; its name is the log's origin."""

    key: VerifierKey

    @property
    def keys(self) -> frozenset[bytes]:
        return frozenset({self.key.public_key})


@dataclass(frozen=True, slots=True)
class TlogVerifier:
    """The `EvidenceVerifier` of other operators' logs."""

    scheme: str = SCHEME

    def pin(self, name: str, options: Mapping[str, str]) -> TlogPins:
        """The key that the line pins. Raises `Refused` unless it is there, alone, and the ledger is named after it."""
        key = read_key(options)
        if name != ledger_name(key):
            raise Refused(OTHER_KEY("key", found=key.name, name=name))
        return TlogPins(key)

    def check(self, evidence: Evidence, statement: Statement, pins: TlogPins, trust: Sequence[TrustItem]) -> Checked:
        """Show that `statement` is an entry of the pinned log. Rests on the pinned key alone: `trust` is not looked at."""
        del trust
        try:
            proof, checkpoint = _open(evidence, statement, pins.key)
            _follow(proof, checkpoint, statement)
        except Refused as refused:
            return Checked((refused.finding,))
        finding = SHOWN(log=pins.key.name, index=proof.index, size=checkpoint.size)
        identity = f"tlog-key:{pins.key.public_key.hex()}"
        return Checked(
            (finding,), Proved(statement.log_id.hex(), None, (), frozenset({identity}), proof.checkpoint_note)
        )

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        """No anchor in a log rests on trust items: the policy pins all that there is."""
        return f"{kind} {dict(value)}, on which nothing rests"


def _open(evidence: Evidence, statement: Statement, key: VerifierKey) -> tuple[TlogProof, Checkpoint]:
    """Steps 1 to 5 of spec section 10: the proof, and its checkpoint, shown to be the pinned log's own."""
    if (evidence.type, evidence.version) != (TYPE, VERSION):
        raise Refused(UNKNOWN_EVIDENCE("evidence", type=evidence.type, version=evidence.version))
    if len(evidence.data) > MAX_BYTES:
        raise Refused(TOO_LARGE("evidence", bytes=len(evidence.data), most=MAX_BYTES))
    if statement.log_id == log_id(key.name):
        raise Refused(OWN_LOG("evidence", log=key.name))
    try:
        proof = TlogProof.parse(evidence.data)
    except Refused as refused:
        code = MALFORMED if _is_wrong(refused) else UNKNOWN_PROOF
        raise Refused(code("evidence", why=refused.finding.message)) from refused
    if proof.extra is not None:
        raise Refused(EXTRA("evidence"))
    try:
        note = Note.parse(proof.checkpoint_note)
        checkpoint = Checkpoint.parse(note.text)
    except Refused as refused:
        code = MALFORMED_CHECKPOINT if _is_wrong(refused) else UNKNOWN_CHECKPOINT
        raise Refused(code("evidence", "checkpoint", why=refused.finding.message)) from refused
    if checkpoint.origin != key.name:
        raise Refused(OTHER_ORIGIN("evidence", "checkpoint", found=checkpoint.origin, log=key.name))
    try:
        signed = note.signed_by(key)
    except Refused as refused:
        raise Refused(BAD_SIGNATURE("evidence", "checkpoint", log=key.name)) from refused
    if not signed:
        raise Refused(UNKNOWN_KEY("evidence", "checkpoint", log=key.name))
    return proof, checkpoint


def _is_wrong(refused: Refused) -> bool:
    """Whether it is malformed; else it is of an unknown form, or over a limit."""
    return refused.finding.code.outcome is Outcome.REJECTED


def _follow(proof: TlogProof, checkpoint: Checkpoint, statement: Statement) -> None:
    """Step 6 of spec section 10: the path leads from the statement's entry to the checkpoint's root."""
    leaf = leaf_hash(ForeignAnchor(statement).encode())
    try:
        root = root_from_inclusion(leaf, proof.index, checkpoint.size, proof.hashes)
    except Refused as refused:
        facts = {"index": proof.index, "size": checkpoint.size, "why": refused.finding.message}
        raise Refused(WRONG_PATH("evidence", "path", **facts)) from refused
    if root != checkpoint.root:
        raise Refused(NOT_INCLUDED("evidence", "path", index=proof.index, log=checkpoint.origin))


VERIFIER = TlogVerifier()


if TYPE_CHECKING:
    from carbonseal.ledger import EvidenceVerifier

    _: EvidenceVerifier = VERIFIER
