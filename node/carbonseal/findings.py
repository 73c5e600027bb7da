"""What a check can find, what a verdict is, and every message that the core can give.

A :class:`Code` is a stable name with a meaning that never changes. Calling it makes a :class:`Finding`: the code, the place
that it was found at, and the facts of the case. The outcome belongs to the code, so that nobody who reports a finding can
soften it. Adapters define codes of their own beside their checks, under their scheme's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """What a finding means for the verdict."""

    SHOWN = "shown"  # a check that was asked for, and held
    NOTED = "noted"  # told for information; weighs nothing (an anchor that counts for nothing, a remark)
    NOT_ASKED = "not asked"  # a check that the policy leaves out
    UNDETERMINED = "undetermined"  # asked for, and not shown
    REJECTED = "rejected"  # shown to be false


class Verdict(Enum):
    """The outcome of all that the policy asks; `exit_status` is that of `carbonseal verify`."""

    VERIFIED = "verified"
    UNDETERMINED = "undetermined"
    REJECTED = "rejected"

    @property
    def exit_status(self) -> int:
        return {Verdict.VERIFIED: 0, Verdict.UNDETERMINED: 3, Verdict.REJECTED: 4}[self]

    @staticmethod
    def of(findings: Iterable[Finding]) -> Verdict:
        outcomes = {finding.code.outcome for finding in findings}
        if Outcome.REJECTED in outcomes:
            return Verdict.REJECTED
        return Verdict.UNDETERMINED if Outcome.UNDETERMINED in outcomes else Verdict.VERIFIED


Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A stable name, its outcome, its message (a format string over the facts) and what to do about it."""

    name: str
    outcome: Outcome
    text: str
    remedy: str = ""

    def __call__(self, *place: str, **facts: object) -> Finding:
        return Finding(self, place, {name: str(fact) for name, fact in facts.items()})


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: a code, the way to the place it speaks of, and the facts of the case."""

    code: Code
    place: Place = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.code.text.format_map(self.facts)

    def under(self, *place: str) -> Finding:
        """The same finding, seen from further up."""
        return Finding(self.code, place + self.place, self.facts)

    def __str__(self) -> str:
        where = " > ".join(self.place)
        remedy = f" ({self.code.remedy})" if self.code.remedy else ""
        return (
            f"{where}: {self.message}{remedy} [{self.code.name}]"
            if where
            else f"{self.message}{remedy} [{self.code.name}]"
        )

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code.name,
            "outcome": self.code.outcome.value,
            "place": list(self.place),
            "message": self.message,
            "facts": dict(self.facts),
        }


class CarbonsealError(Exception):
    """Everything that carbonseal raises on purpose."""


class Refused(CarbonsealError):
    """Input that was not accepted, with the finding that says where and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding

    def under(self, *place: str) -> Refused:
        return Refused(self.finding.under(*place))


def shown(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.SHOWN, text, remedy)


def noted(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.NOTED, text, remedy)


def not_asked(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.NOT_ASKED, text, remedy)


def undetermined(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.UNDETERMINED, text, remedy)


def rejected(name: str, text: str, remedy: str = "") -> Code:
    return Code(name, Outcome.REJECTED, text, remedy)


# --- strict JSON and numbers ---------------------------------------------------------------------------------------

JSON_TOO_LARGE = undetermined(
    "json.too-large", "more than {limit} bytes", "split the document; whoever runs the node sets the limit"
)
JSON_TOO_DEEP = undetermined(
    "json.too-deep", "nested more than {limit} deep (line {line}, column {column})", "flatten it"
)
JSON_BYTE_ORDER_MARK = rejected("json.byte-order-mark", "begins with a byte order mark", "save as UTF-8 without BOM")
JSON_NOT_UTF8 = rejected("json.not-utf8", "byte {offset} is not UTF-8", "save the document as UTF-8")
JSON_TRUNCATED = rejected(
    "json.truncated", "ends at line {line}, column {column}, where {expected} was to come", "send the whole document"
)
JSON_TRAILING = rejected(
    "json.trailing", "something follows the document (line {line}, column {column})", "one document at a time"
)
JSON_SYNTAX = rejected(
    "json.syntax", "line {line}, column {column}: expected {expected}, found {found}", "write JSON (RFC 8259)"
)
JSON_CONTROL_CHARACTER = rejected(
    "json.control-character", "line {line}, column {column}: {found} inside a string", "escape it: \\n, \\t, \\u0000"
)
JSON_BAD_ESCAPE = rejected(
    "json.bad-escape",
    "line {line}, column {column}: {found} is no escape",
    'after \\ come " \\ / b f n r t, or u and four digits',
)
JSON_LONE_SURROGATE = rejected(
    "json.lone-surrogate",
    "line {line}, column {column}: half a surrogate pair, which is no character",
    "write both halves",
)
JSON_DUPLICATE_KEY = rejected(
    "json.duplicate-key",
    "the key {key} occurs twice (line {line}, column {column})",
    "decide which of the two is meant",
)
JSON_NOT_A_NUMBER = rejected(
    "json.not-a-number", "line {line}, column {column}: {found} is not JSON", "leave the value out, or write null"
)
JSON_INTEGER_TOO_LARGE = rejected(
    "json.integer-too-large",
    "line {line}, column {column}: {found} is beyond 2^53 - 1, where JSON numbers lose digits",
    "write it as a string",
)
JSON_NUMBER_CHANGES = rejected(
    "json.number-changes",
    "line {line}, column {column}: {found} would become {becomes}",
    "write it as a string, or with the digits that a double keeps",
)

# --- records, profiles, commitments --------------------------------------------------------------------------------

PROFILE_ID = rejected("profile.id", "{id} is no profile id", "a name and a version of 1 to 128 bytes: pact/3.0")
PROFILE_UNKNOWN = undetermined(
    "profile.unknown", "the profile {id} is not known here", "install the package that brings it"
)
PROFILE_BROKEN = undetermined(
    "profile.broken", "the profile {id} cannot be loaded: {reason}", "repair the package that brings it"
)
PROFILE_RESERVED = rejected(
    "profile.reserved", "{id} is for documents that carbonseal signs itself", "admit it as json/1, or have it issued"
)
PROFILE_NOT_AN_OBJECT = rejected(
    "profile.not-an-object", "a record is a JSON object, not {found}", "wrap it: {{ ... }}"
)
PROFILE_MEMBER_MISSING = rejected("profile.member-missing", "{profile} asks for {name}", "add it")
SALT_LENGTH = rejected("commitment.salt-length", "a salt of {found} bytes", "salts have 32 bytes")

# --- entries, notes, checkpoints, tiles, proofs --------------------------------------------------------------------

# --- passports and credentials -------------------------------------------------------------------------------------

PASSPORT_MALFORMED = rejected(
    "passport.malformed",
    "not a passport of version 1: {problem}",
    "the file was damaged or made by another program: ask for it again",
)
PASSPORT_OVER_LIMIT = undetermined(
    "passport.over-limit", "more than {limit} {what}, the limit of version 1", "ask for a passport within the limits"
)
PASSPORT_WRONG_KEY = rejected(
    "passport.wrong-key",
    "what stands here has the digest {digest}",
    "it was changed after the passport was made: ask for the original",
)
PASSPORT_NOT_CARRIED = rejected(
    "passport.not-carried", "the {what} {digest} is cited and not there", "the file is incomplete: ask for it again"
)
PASSPORT_UNCITED = rejected(
    "passport.uncited", "nothing in the passport cites this", "remove it, or ask for the original"
)
PASSPORT_ANCHORS_UNSORTED = rejected(
    "passport.anchors-unsorted",
    "the anchors are not in order, or one stands twice",
    "sort them by ledger and evidence, each once",
)
PASSPORT_STATUS_LIST_TWICE = rejected(
    "passport.status-list-twice", "one status list is carried in two versions", "carry only the newest"
)
CREDENTIAL_MALFORMED = rejected(
    "credential.malformed",
    "not a credential of version 1: {problem}",
    "ask the issuer for a credential in the form that the specification gives",
)
CREDENTIAL_LISTED_TWICE = rejected(
    "credential.listed-twice", "the {what} {digest} is listed twice", "the issuer has to list it once"
)
CREDENTIAL_BAD_SIGNATURE = rejected(
    "credential.bad-signature",
    "the signature does not fit the document and the key {method}",
    "it was changed after signing, or signed with another key: ask the issuer",
)
STATUS_LIST_MALFORMED = rejected(
    "status-list.malformed", "not a status list of version 1: {problem}", "ask the issuer for a fresh status list"
)

# --- policies and trust --------------------------------------------------------------------------------------------

POLICY_VERSION = undetermined(
    "policy.version",
    "the first line is not 'carbonseal-policy v1'",
    "write the policy for this version, or use the version that it names",
)
POLICY_TEXT = rejected("policy.text", "{problem}", "a policy is UTF-8 text of at most 1 MiB")
POLICY_KEYWORD = undetermined(
    "policy.unknown-keyword", "no line of a policy begins with {word}", "see docs/spec.md, 'Policy'"
)
POLICY_FORM = rejected("policy.form", "this line should read: {form}", "see docs/spec.md, 'Policy'")
POLICY_VALUE = rejected("policy.value", "{problem}")
POLICY_NAME_TWICE = rejected(
    "policy.name-twice",
    "the name {name} was given before",
    "give every log, witness, issuer, ledger and group a name of its own",
)
POLICY_KEY_TWICE = rejected(
    "policy.key-twice", "this key has a role already: {name}", "a key has one role; ask its owner for another"
)
POLICY_LEDGER_TWICE = rejected(
    "policy.ledger-twice", "the ledger {ledger} was named before", "a ledger counts once, whatever adapters reach it"
)
POLICY_UNKNOWN_MEMBER = rejected(
    "policy.unknown-member",
    "nothing before this line is called {name}",
    "define members above the group; a group cannot hold itself",
)
POLICY_MEMBER_TWICE = rejected(
    "policy.member-twice", "{name} is a member already", "name every member once: it counts once"
)
POLICY_THRESHOLD = rejected(
    "policy.threshold",
    "{threshold} of {members} members cannot be asked for",
    "ask for 1 to as many as there are, or write any or all",
)
POLICY_LINE_TWICE = rejected("policy.line-twice", "there is a {word} line already", "keep one of them")
POLICY_LINE_MISSING = rejected(
    "policy.line-missing", "the policy has no {word} line", "say what is asked, or write: {example}"
)
POLICY_SCHEME = undetermined(
    "policy.unknown-scheme",
    "no evidence of {scheme} ledgers can be checked here",
    "install its adapter, and name it with: verifier {scheme}",
)
TRUST_MALFORMED = rejected(
    "trust.malformed", "not a trust file of version 1: {problem}", "make one with: carbonseal trust gather"
)

# --- verification --------------------------------------------------------------------------------------------------

# --- the node ------------------------------------------------------------------------------------------------------

CONFIG_MISSING_FILE = rejected("config.missing-file", "{path} does not exist", "create a node with `carbonseal init`")
CONFIG_NOT_TOML = rejected("config.not-toml", "not TOML: {reason}", "mend the line; `carbonseal init` writes a sample")
CONFIG_UNKNOWN_KEY = rejected("config.unknown-key", "there is no setting {key}", "correct its spelling or remove it")
CONFIG_MISSING_KEY = rejected("config.missing-key", "the setting {key} is missing", "add it")
CONFIG_WRONG_VALUE = rejected("config.wrong-value", "{key} must be {expected}", "correct it")
CONFIG_REPEATED_NAME = rejected("config.repeated-name", "the name {name} occurs twice", "give each its own name")
CONFIG_EXISTS = rejected(
    "config.exists", "{path} is there already", "choose another directory: a log is never begun twice"
)
CONFIG_NO_ADAPTER = rejected(
    "config.no-adapter",
    "nothing here connects to {scheme}+… ledgers",
    "install the adapter's extra, or correct the uri",
)
CONFIG_WRONG_LEDGER = rejected(
    "config.wrong-ledger",
    "{uri} is {found}, and node.toml says {expected}",
    "correct the uri, or the name and publisher in node.toml; what genesis names cannot change",
)
CONFIG_NOT_IN_GENESIS = rejected(
    "config.not-in-genesis",
    "the log's genesis does not name {publisher} on {ledger}",
    "ledgers are fixed with the first entry: remove it, or begin a successor log that names this one as predecessor",
)
CONFIG_OTHER_GENESIS = rejected(
    "config.other-genesis", "the log began as {found}, and node.toml says {expected}", "restore origin in node.toml"
)
SECRET_UNSUPPORTED = rejected(
    "secret.unsupported", "secrets come from file: or env:, not from {scheme}:", "use one of these"
)
SECRET_MISSING = rejected("secret.missing", "{uri} cannot be read: {reason}", "put the secret there")
SECRET_MALFORMED = rejected("secret.malformed", "{uri} does not hold 32 bytes in hexadecimal", "restore the key file")
NODE_LOCKED = undetermined(
    "node.locked", "process {pid} has this node open{where}", "talk to it, or stop it: a node directory has one writer"
)
NODE_BUSY = undetermined("node.busy", "{waiting} records wait to be stored", "send it again in a second")
NODE_UNKNOWN_TENANT = rejected("node.unknown-tenant", "there is no tenant {tenant}", "name one that node.toml lists")
NODE_UNKNOWN_COMMITMENT = undetermined(
    "node.unknown-commitment", "no record here has the commitment {commitment}", "ask the node that gave the receipt"
)
NODE_NOT_SEQUENCED = undetermined(
    "node.not-sequenced",
    "entry {index} waits to join the log, which has {size} entries",
    "sequence, or wait for the next batch",
)
NODE_UNKNOWN_SIZE = undetermined(
    "node.unknown-size", "the log has signed no head of size {size}", "name a size that it published"
)
NODE_MISSING_TILE = undetermined(
    "node.missing-tile", "{path} is missing from the node's directory", "restore it from a copy: tiles never change"
)
NODE_TILE_CHANGED = rejected(
    "node.tile-changed",
    "{path} holds other bytes than the log's entries give",
    "the disk is damaged or was mixed up: restore it",
)
FOREIGN_UNKNOWN_LOG = rejected(
    "foreign.unknown-log",
    "no key is known for the log {origin}",
    "the operator adds its verifier key to node.toml: [[foreign]]",
)
FOREIGN_OTHER_ROOT = rejected(
    "foreign.other-root",
    "{origin} signed another root at size {size} before",
    "two heads of one size are equivocation: keep both signed checkpoints",
)
FOREIGN_OWN_LOG = rejected("foreign.own-log", "{origin} is this log, and no log is its own ledger", "anchor elsewhere")
FOREIGN_EMPTY = rejected("foreign.empty", "a checkpoint of size 0 anchors nothing", "send one of size 1 or more")
FOREIGN_UNKNOWN = undetermined("foreign.unknown", "no anchor of {log} is here", "submit its checkpoint first")
FROZEN_GUARD_MISSING = undetermined(
    "frozen.guard-missing",
    "{path} is missing: nothing says what this log signed last",
    "put the file back; or, if you are sure that this directory is not an old copy, say so with Node.adopt_guard()",
)
FROZEN_GUARD_MALFORMED = undetermined(
    "frozen.guard-malformed",
    "{path} is not what this log wrote",
    "restore it, or remove it and adopt the log as it stands",
)
FROZEN_WENT_BACK = rejected(
    "frozen.went-back",
    "{witness} knows a head of size {known}, and this log has only {size} entries",
    "this is an old copy: bring back the newest directory, or begin a successor that names this log's last head",
)
FROZEN_OTHER_ROOT = rejected(
    "frozen.other-root",
    "{witness} knows another root at size {size}",
    "this log forked, most likely from an old copy: never sign with it again; begin a successor that names its last head",
)
FROZEN_LOST_ENTRIES = rejected(
    "frozen.lost-entries",
    "the checkpoint covers {size} entries, and the database holds {queued}",
    "restore the database that belongs to this log, or begin a successor that names this log's last head",
)
