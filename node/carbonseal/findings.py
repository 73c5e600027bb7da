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
LONGEST_FACT = 1024  # characters


@dataclass(frozen=True, slots=True)
class Code:
    """A stable name, its outcome, its message and what to do about it (both format strings over the facts)."""

    name: str
    outcome: Outcome
    text: str
    remedy: str = ""

    def __call__(self, *place: str, **facts: object) -> Finding:
        return Finding(self, place, {name: _told(str(fact)) for name, fact in facts.items()})


def _told(fact: str) -> str:
    """A fact as any output can carry it, for some come from a forger's file: no control characters, not endless."""
    if len(fact) > LONGEST_FACT:
        fact = fact[: LONGEST_FACT - 1] + "…"
    if fact.isprintable():
        return fact
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fact)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: a code, the way to the place it speaks of, and the facts of the case."""

    code: Code
    place: Place = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.code.text.format_map(self.facts)

    @property
    def remedy(self) -> str:
        return self.code.remedy.format_map(self.facts)

    def under(self, *place: str) -> Finding:
        """The same finding, seen from further up."""
        return Finding(self.code, place + self.place, self.facts)

    def __str__(self) -> str:
        where = " > ".join(self.place)
        remedy = f" ({self.remedy})" if self.remedy else ""
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
            "remedy": self.remedy,
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


class BrokenOff(Refused):
    """Nothing is wrong with what was asked for: a disk, a database or a network failed, and the same may be done later."""


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
PACT_MISSING = rejected("pact.missing", "{name} is missing", "add it")
PACT_UNKNOWN_PROPERTY = rejected(
    "pact.unknown-property",
    "PACT 3.0 knows no {name} here",
    "check the spelling; what PACT lacks belongs in extensions",
)
PACT_TYPE = rejected(
    "pact.type", "{expected} belongs here, not {found}", "give it as that; PACT writes numbers in quotes"
)
PACT_DECIMAL = rejected("pact.decimal", "{found} is no decimal", 'write it plainly, in quotes: "12.5"')
PACT_RANGE = rejected("pact.range", "{found} is out of range: {expected}", "check the value and its sign")
PACT_UNKNOWN_VALUE = rejected("pact.unknown-value", "{found} is none of: {options}", "choose one of them")
PACT_FORM = rejected("pact.form", "{found} is not {expected}", "write it in that form")
PACT_DATE_TIME = rejected(
    "pact.date-time", "{found} is no date and time", "write it as RFC 3339, with an offset: 2026-11-22T08:30:00Z"
)
PACT_PERIOD = rejected(
    "pact.period", "the period ends at {end}, and begins at {start}", "a period ends after it begins"
)
PACT_EMPTY = rejected("pact.empty", "nothing is in it", "fill it, or leave it out where it is optional")
PACT_REPEATED = rejected("pact.repeated", "the list holds something twice", "list each once")
PACT_GEOGRAPHIES = rejected("pact.geographies", "{first} and {second} are both given", "give the narrower one only")
PACT_FLAG = rejected("pact.flag", "{name} is given although {flag} is false", "leave it out, or set the flag")
SOURCE_MISSING = undetermined("source.missing", "there is no such file or folder", "check the path")
SOURCE_UNREADABLE = undetermined("source.unreadable", "cannot be read: {reason}", "check who may read it")
SOURCE_KIND = undetermined(
    "source.kind", "neither .json nor .ndjson nor .jsonl", "name it for what it is, or pipe it into -"
)
SOURCE_EMPTY = undetermined("source.empty", "no .json, .ndjson or .jsonl in it", "check the path")
SALT_LENGTH = rejected("commitment.salt-length", "a salt of {found} bytes", "salts have 32 bytes")

# --- entries, notes, checkpoints, tiles, proofs --------------------------------------------------------------------

ENTRY_EMPTY = rejected("entry.empty", "an entry has no bytes")
ENTRY_TOO_LONG = rejected("entry.too-long", "an entry has {length} bytes; a log holds at most {limit} in one")
ENTRY_WRONG_LENGTH = rejected(
    "entry.wrong-length", "an entry of kind {kind} has {length} bytes after the kind, where {expected} are meant"
)
ENTRY_ANCHORS_NOTHING = rejected("entry.anchors-nothing", "a foreign anchor speaks of a log without entries")
ENTRY_RESERVED_KIND = undetermined(
    "entry.reserved-kind", "entries of kind {kind} ({meaning}) are not specified yet", "use a newer carbonseal"
)
ENTRY_UNKNOWN_KIND = undetermined("entry.unknown-kind", "entries of kind {kind} are unknown", "use a newer carbonseal")
GENESIS_NOT_JSON = rejected("genesis.not-json", "the log's first entry is not JSON")
GENESIS_MALFORMED = rejected(
    "genesis.malformed", "the log's first entry is not version, origin, publishers and perhaps predecessor"
)
GENESIS_NOT_CANONICAL = rejected("genesis.not-canonical", "the log's first entry is not in RFC 8785 form")
GENESIS_UNKNOWN_VERSION = undetermined(
    "genesis.unknown-version", "the log's first entry has version {version}", "use a newer carbonseal"
)

HASH_WRONG_LENGTH = rejected("tree.hash-length", "hash {position} has {length} bytes instead of 32")
INCLUSION_INDEX_BEYOND_SIZE = rejected(
    "inclusion.index-beyond-size", "entry {index} cannot be in a log of {size} entries"
)
INCLUSION_TOO_SHORT = rejected("inclusion.too-short", "the inclusion proof has {length} hashes, {expected} are needed")
INCLUSION_TOO_LONG = rejected("inclusion.too-long", "the inclusion proof has {length} hashes, {expected} are needed")
INCLUSION_ROOT_DIFFERS = rejected(
    "inclusion.root-differs", "the inclusion proof of entry {index} does not lead to the root at size {size}"
)
CONSISTENCY_SHRINKS = rejected("consistency.shrinks", "a log of {old} entries cannot become one of {new}")
CONSISTENCY_EMPTY_ROOT_DIFFERS = rejected(
    "consistency.empty-root-differs", "a log without entries has another root than the empty tree"
)
CONSISTENCY_FORK = rejected("consistency.fork", "two heads of {size} entries have different roots")
CONSISTENCY_TOO_SHORT = rejected(
    "consistency.too-short", "the consistency proof has {length} hashes, {expected} are needed"
)
CONSISTENCY_TOO_LONG = rejected(
    "consistency.too-long", "the consistency proof has {length} hashes, {expected} are needed"
)
CONSISTENCY_OLD_ROOT_DIFFERS = rejected(
    "consistency.old-root-differs", "the proof from {old} to {new} entries does not lead to the older root"
)
CONSISTENCY_NEW_ROOT_DIFFERS = rejected(
    "consistency.new-root-differs", "the proof from {old} to {new} entries does not lead to the newer root"
)

TILE_WRONG_LENGTH = rejected("tile.wrong-length", "a tile has {length} bytes instead of {expected}")
BUNDLE_TRUNCATED = rejected("bundle.truncated", "an entry bundle ends after {whole} of {width} entries")
BUNDLE_TOO_LONG = rejected("bundle.too-long", "an entry bundle goes on for {rest} bytes after its {width} entries")

KEY_MALFORMED = rejected(
    "key.malformed", "{key} is not a verifier key", "a verifier key looks like name+key id in hex+base64"
)
KEY_NAME = rejected(
    "key.name", "a key cannot be named {name}", "use a name without spaces, plus and control characters"
)
KEY_LENGTH = rejected("key.length", "the Ed25519 key of {name} has {length} bytes instead of 32")
KEY_ID_DIFFERS = rejected(
    "key.id-differs", "the key id {key_id} is not that of the key named {name}", "copy the whole verifier key again"
)
KEY_UNKNOWN_ALGORITHM = undetermined(
    "key.unknown-algorithm", "the key of {name} is of type {algorithm}; 0x01 and 0x04 are known"
)
NOTE_TOO_LARGE = undetermined("note.too-large", "a signed note has {length} bytes; at most {limit} are read")
NOTE_NOT_UTF8 = rejected("note.not-utf8", "a signed note is not UTF-8 from byte {offset} on")
NOTE_CONTROL_CHARACTER = rejected("note.control-character", "a signed note contains a control character")
NOTE_WITHOUT_SIGNATURES = rejected("note.without-signatures", "a signed note has no signatures")
NOTE_TRUNCATED = rejected("note.truncated", "a signed note does not end with a newline")
NOTE_TOO_MANY_SIGNATURES = undetermined(
    "note.too-many-signatures", "a signed note has {count} signatures; at most {limit} are read"
)
NOTE_SIGNATURE_MALFORMED = rejected("note.signature-malformed", "{line} is not a signature line")
NOTE_SIGNATURE_REPEATED = rejected("note.signature-repeated", "the key of {name} signed one note twice")
NOTE_SIGNATURE_FAILS = rejected("note.signature-fails", "the signature of {name} is not over this note")

CHECKPOINT_TRUNCATED = rejected("checkpoint.truncated", "a checkpoint is not three whole lines")
CHECKPOINT_EXTENSION = undetermined(
    "checkpoint.extension", "a checkpoint has {lines} extension lines, and none are known"
)
CHECKPOINT_ORIGIN = rejected("checkpoint.origin", "a checkpoint has no origin")
CHECKPOINT_SIZE = rejected("checkpoint.size", "a checkpoint's size is {size}, which is not a plain decimal")
CHECKPOINT_SIZE_TOO_LARGE = undetermined("checkpoint.size-too-large", "a checkpoint's size is {size}, beyond 2^63 - 1")
CHECKPOINT_ROOT = rejected("checkpoint.root", "a checkpoint's root is {root}, which is not 32 bytes in base64")
CHECKPOINT_EMPTY = rejected("checkpoint.empty", "the log {origin} has no entries yet: there is nothing to anchor")
CHECKPOINT_UNSIGNED = rejected("checkpoint.unsigned", "the log key of {name} has not signed this checkpoint")
CHECKPOINT_OTHER_ORIGIN = rejected("checkpoint.other-origin", "the log key of {name} signed a checkpoint of {origin}")

TLOG_PROOF_TOO_LARGE = undetermined("tlog-proof.too-large", "a proof has {length} bytes; at most {limit} are read")
TLOG_PROOF_TRUNCATED = rejected("tlog-proof.truncated", "a proof ends before its checkpoint")
TLOG_PROOF_UNKNOWN_VERSION = undetermined("tlog-proof.unknown-version", "a proof begins with {header}")
TLOG_PROOF_EXTRA = rejected("tlog-proof.extra", "a proof's extra data is not base64 of 1 to 65,535 bytes")
TLOG_PROOF_INDEX = rejected("tlog-proof.index", "a proof says {line} where its index belongs")
TLOG_PROOF_HASH = rejected("tlog-proof.hash", "a proof says {line} where a hash in base64 belongs")
TLOG_PROOF_TOO_MANY_HASHES = rejected(
    "tlog-proof.too-many-hashes", "a proof has {count} hashes; no tree asks for over {limit}"
)

GROUP_EMPTY = rejected("group.empty", "the group {name} has no members")
GROUP_THRESHOLD = rejected("group.threshold", "the group {name} asks for {threshold} of {members} members")
GROUP_THRESHOLD_MALFORMED = rejected(
    "group.threshold-malformed", "the group {name} asks for {threshold}", "write all, any or a number"
)
GROUP_MEMBER_TWICE = rejected("group.member-twice", "the group {name} counts {member} twice")
GROUP_MEMBER_TAKEN = rejected(
    "group.member-taken", "{member} cannot be in the group {name}: it is in {other}", "a name is in one group only"
)
GROUP_MEMBER_UNKNOWN = rejected(
    "group.member-unknown", "{member} is not defined", "define it on a line before this one"
)
GROUP_IN_ITSELF = rejected("group.in-itself", "the group {name} is a member of itself")
GROUP_NAME_TAKEN = rejected("group.name-taken", "the name {name} is defined already")
GROUP_TOO_MANY_NAMES = undetermined("group.too-many-names", "a policy defines more than {limit} names")
GROUP_NAME_RESERVED = rejected("group.name-reserved", "{name} cannot be a name: it stands for no quorum")

# --- passports and credentials -------------------------------------------------------------------------------------

PASSPORT_MALFORMED = rejected(
    "passport.malformed",
    "not a passport of version 1: {problem}",
    "if this is the right file, it was damaged, or made by another program: ask for it again",
)
PASSPORT_UNKNOWN_VERSION = undetermined(
    "passport.unknown-version", "a passport of another version, {version}", "use a carbonseal that knows it"
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
ISSUE_MALFORMED = rejected("issue.malformed", "not an issue request: {problem}", "see docs/spec.md, 'Issue request'")
ISSUE_UNKNOWN_ISSUER = rejected(
    "issue.unknown-issuer", "node.toml has no issuer {name}; it has: {known}", "name one of those, or add an [[issuer]]"
)
NODE_UNKNOWN_CREDENTIAL = rejected(
    "node.unknown-credential", "no credential {digest} was issued here", "see which were: carbonseal passport list"
)
NODE_UNRELATED_PASSPORT = rejected(
    "node.unrelated-passport",
    "nothing in this passport is of this node: no log, no issuer",
    "have it refreshed where it was issued",
)
STATUS_LIST_MALFORMED = rejected(
    "status-list.malformed", "not a status list of version 1: {problem}", "ask the issuer for a fresh status list"
)
STATUS_LIST_TOO_LONG = undetermined(
    "status-list.too-long",
    "unpacks to more than {limit} bytes, the limit of version 1",
    "ask the issuer for a shorter one",
)
STATUS_LIST_TOO_SHORT = rejected(
    "status-list.too-short",
    "has {positions} positions; W3C asks for {least}, so that none tells much",
    "ask the issuer for a fresh status list",
)
STATUS_LIST_TRAILING = rejected(
    "status-list.trailing", "something follows the packed list", "ask the issuer for a fresh status list"
)

# --- policies and trust --------------------------------------------------------------------------------------------

POLICY_VERSION = undetermined(
    "policy.version",
    "the first line is not 'carbonseal-policy v1'",
    "write the policy for this version, or use the version that it names",
)
POLICY_TOO_LARGE = undetermined(
    "policy.too-large", "more than {limit} bytes", "no policy needs so much: check the file"
)
POLICY_NOT_UTF8 = rejected("policy.not-utf8", "the byte {byte} is not UTF-8", "save the policy as UTF-8")
POLICY_TEXT = rejected(
    "policy.text", "a character that is not printable, {letter}", "remove it; a byte order mark is one, too"
)
POLICY_KEYWORD = undetermined(
    "policy.unknown-keyword", "no line of a policy begins with {word}", "see docs/spec.md, 'Policy'"
)
POLICY_FORM = rejected("policy.form", "this line should read: {form}", "see docs/spec.md, 'Policy'")
POLICY_VALUE = rejected("policy.value", "{problem}")
POLICY_WINDOW = rejected("policy.window", "this key ends before it begins", "write from= before until=")
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

SEAL_MISSING = undetermined("seal.missing", "the passport has no seal for it", "have the passport refreshed")
SEAL_OTHER_ENTRY = rejected(
    "seal.other-entry", "the log's entry {index} is not the one that this seal is for", "ask for the original passport"
)
SEAL_TWO_LOGS = rejected("seal.two-logs", "one seal has heads of two logs, {one} and {other}")
SEAL_HEADS_UNSORTED = rejected(
    "seal.heads-unsorted",
    "a head follows one of size {smaller} that it does not come after",
    "sort heads by size, each once",
)
SEAL_UNLINKED = noted(
    "seal.unlinked",
    "nothing shows that this head continues the one of size {smaller}: only one side counts",
    "have the passport refreshed, so that it carries the consistency proof",
)
SEAL_EVIDENCE_SHARED = rejected(
    "seal.evidence-shared",
    "this evidence stands for another head already, and shows one anchor at the most",
    "ask for the original passport",
)
SEAL_INCLUDED = shown("seal.included", "entry {index} of {origin} is in it")
SEAL_WITHOUT_HEAD = undetermined(
    "seal.without-head", "no head of it is signed by a log of the policy", "list the log in the policy if you trust it"
)
LOG_NOT_LISTED = noted(
    "log.not-listed", "the policy lists no log {origin}", "add its log line to the policy if you trust it"
)
HEAD_UNSIGNED = noted("head.unsigned", "it lacks a signature by the listed key of {origin}")
LOG_EQUIVOCATION = rejected(
    "log.equivocation",
    "{origin} signed two heads of size {size}: {one} and {other}",
    "keep both: they prove that the log's operator told two stories",
)
LOG_TWO_ENTRIES = rejected(
    "log.two-entries",
    "{origin} signed heads that hold two different entries at index {index}",
    "keep the passport: it proves that the log's operator told two stories",
)
LEDGER_NOT_LISTED = noted(
    "ledger.not-listed", "the policy lists no ledger {ledger}", "add its ledger line to the policy if you trust it"
)
LEDGER_QUORUM_MET = shown("ledger-quorum.met", "anchored on {ledgers}")
LEDGER_QUORUM_UNMET = undetermined(
    "ledger-quorum.unmet",
    "the ledgers that agree are too few: {ledgers}",
    "see the anchors' findings; gather trust, or have the passport refreshed",
)
WITNESS_QUORUM_MET = shown("witness-quorum.met", "witnessed by {witnesses}")
WITNESS_QUORUM_UNMET = undetermined(
    "witness-quorum.unmet", "the witnesses that agree are too few: {witnesses}", "have the passport refreshed"
)
TIME_QUORUM_MET = shown("time-quorum.met", "exists since {since} at the latest")
TIME_QUORUM_UNMET = undetermined(
    "time-quorum.unmet",
    "the ledgers that date it are too few: {ledgers}",
    "see the anchors' findings; gather trust, or have the passport refreshed",
)
TIME_AFTER_INSTANT = undetermined(
    "time.after-instant", "it is shown to exist since {since}, not at {at}", "ask about a later instant"
)
TIME_NO_DATE = noted(
    "time.no-date", "{seconds} seconds since 1970 are no date: this anchor dates nothing", "ask whoever runs the ledger"
)
ISSUER_NOT_LISTED = undetermined(
    "issuer.not-listed", "the policy lists no issuer {issuer}", "add an issuer line if you trust it"
)
ISSUER_KEY_NOT_LISTED = undetermined(
    "issuer.key-not-listed",
    "the policy lists {issuer} with another key",
    "ask the issuer, by another way, whether the key is its own",
)
ISSUER_TIME_UNKNOWN = undetermined(
    "issuer.time-unknown",
    "the key {name} counts for a time only, and no time is shown",
    "ask for a time-quorum that the anchors can meet",
)
ISSUER_KEY_ENDED = undetermined(
    "issuer.key-ended",
    "shown to exist since {since}, and the key {name} ended on {until}",
    "the issuer has to sign again with a key that is in force",
)
ISSUER_KEY_NOT_YET = undetermined(
    "issuer.key-not-yet",
    "shown to exist since {since}, and the key {name} begins on {start}",
    "the issuer has to sign again with a key that is in force",
)
CREDENTIAL_SIGNED = shown("credential.signed", "signed by {issuer}, {name} in the policy")
CREDENTIAL_EXPIRED = undetermined("credential.expired", "valid until {until}", "ask the issuer for a new one")
CREDENTIAL_NOT_YET_VALID = undetermined("credential.not-yet-valid", "valid from {since}", "ask about a later instant")
RECORD_DISCLOSED = shown("record.disclosed", "the record shown is the one that was sealed, a {profile}")
RECORD_WITHHELD = noted("record.withheld", "its content is not shown")
RECORD_OTHER_PROFILE = rejected("record.other-profile", "listed as {listed}, and shown as {disclosed}")
RECORD_NOT_SEALED = undetermined(
    "record.not-sealed", "the passport has no seal for this record", "have the passport refreshed"
)
COMPONENT_NOT_CARRIED = undetermined(
    "component.not-carried", "the component {digest} is not in the passport", "ask for a passport with its components"
)
STATUS_NOT_NAMED = undetermined(
    "status.not-named",
    "the credential names no status list, so a revocation could not be seen",
    "write 'status none' if that is acceptable",
)
STATUS_MISSING = undetermined(
    "status.missing", "the status list {list} is not in the passport", "have the passport refreshed"
)
STATUS_STALE = undetermined(
    "status.stale", "the status list speaks for {since} to {until} only", "have the passport refreshed"
)
STATUS_NO_POSITION = undetermined("status.no-position", "position {index} is not there: {problem}", "ask the issuer")
STATUS_REVOKED = rejected(
    "status.revoked",
    "revoked by its issuer: position {index} of {list}",
    "ask the issuer why, and for what replaces it",
)
STATUS_CURRENT = shown("status.current", "not revoked, says the issuer's list of {since}")
CHECK_UNAVAILABLE = undetermined(
    "check.unavailable", "this version cannot make the check {check}", "use a version that can, or take the line out"
)
LEDGERS_NOT_ASKED = not_asked("ledger-quorum.not-asked", "agreement of ledgers")
WITNESSES_NOT_ASKED = not_asked("witness-quorum.not-asked", "agreement of witnesses")
TIME_NOT_ASKED = not_asked("time-quorum.not-asked", "since when it exists")
STATUS_NOT_ASKED = not_asked("status.not-asked", "whether it was revoked")
FLOW_NOT_ASKED = not_asked("flow.not-asked", "carbon-flow arithmetic")

# --- the node ------------------------------------------------------------------------------------------------------

CONFIG_MISSING_FILE = rejected("config.missing-file", "{path} does not exist", "create a node with `carbonseal init`")
CONFIG_NOT_TOML = rejected("config.not-toml", "not TOML: {reason}", "mend the line; `carbonseal init` writes a sample")
CONFIG_UNKNOWN_KEY = rejected("config.unknown-key", "there is no setting {key}", "correct its spelling or remove it")
CONFIG_MISSING_KEY = rejected("config.missing-key", "the setting {key} is missing", "add it")
CONFIG_WRONG_VALUE = rejected("config.wrong-value", "{key} must be {expected}", "correct it")
CONFIG_REPEATED_NAME = rejected("config.repeated-name", "the {key} {name} occurs twice", "give each its own")
CONFIG_UNKNOWN_NAME = rejected(
    "config.unknown-name", "{key} names {name}, and there is only: {known}", "correct the name, or add a section for it"
)
CONFIG_LOG_MISSING = rejected(
    "config.log-missing",
    "{path} holds a log that node.toml does not list",
    "list it again: a log that is finished costs nothing, and its records and anchors are still asked for",
)
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
    "a log's ledgers are fixed with its first entry: leave this one out of ledgers = [...] in its [[log]] section, and for the new "
    "ledger begin another log (carbonseal log add)",
)
CONFIG_OTHER_GENESIS = rejected(
    "config.other-genesis", "the log began as {found}, and node.toml says {expected}", "restore origin in node.toml"
)
SECRET_UNSUPPORTED = rejected(
    "secret.unsupported", "secrets and keys come from {known} here, not from {found}", "use one of these"
)
SECRET_OPTION = rejected(
    "secret.option", "an option of {uri} is unknown, empty or given twice", "the options that it can have: {known}"
)
SECRET_OPTION_MISSING = rejected("secret.option-missing", "{uri} lacks the option {option}=", "add it after a ?")
SECRET_MISSING = rejected("secret.missing", "{uri} cannot be read: {reason}", "put the secret there")
SECRET_OPEN_TO_OTHERS = rejected(
    "secret.open-to-others",
    "{uri} holds a secret that is not encrypted, and others than its owner may read it",
    "chmod 600 {path}, and think about who may have read it",
)
SECRET_TOO_LONG = rejected("secret.too-long", "{uri} holds more than {limit} bytes", "is this the right file?")
SECRET_MALFORMED = rejected("secret.malformed", "{uri} does not hold 32 bytes in hexadecimal", "restore the key file")
SECRET_KEY_MALFORMED = rejected(
    "secret.key-malformed",
    "{uri} holds no Ed25519 key: neither 32 bytes in hexadecimal nor PKCS#8 in PEM",
    "restore the key file",
)
SECRET_NOT_ENCRYPTED = rejected(
    "secret.not-encrypted",
    "{uri} names a password, and what it holds is not encrypted",
    "encrypt it, or drop password=",
)
SECRET_ENCRYPTED = rejected(
    "secret.encrypted",
    "{uri} holds an encrypted key, and names no password",
    "add ?password=env:NAME or ?password=file:PATH",
)
SECRET_WRONG_PASSWORD = rejected(
    "secret.wrong-password", "the password does not open {uri}", "check where password= points to"
)
SECRET_SIGNATURE_WRONG = rejected(
    "secret.signature-wrong",
    "what {uri} signed does not verify under its public key",
    "do not trust this token: nothing that it signed has left the node",
)
TOKEN_EXTRA = rejected(
    "token.extra-missing", "{uri} needs python-pkcs11, which is not installed", "pip install 'carbonseal[pkcs11]'"
)
TOKEN_URI = rejected("token.uri-malformed", "{uri} cannot name a key: {problem}", "write it as RFC 7512 does")
TOKEN_MODULE = rejected("token.module", "the PKCS#11 module {module} cannot be used: {reason}", "correct module-path=")
TOKEN_NOT_ONE = rejected("token.not-one", "{count} tokens fit {uri}", "name one that is there, by token= or serial=")
TOKEN_PIN = rejected(
    "token.pin",
    "the token of {uri} does not take the PIN",
    "correct what pin-source= names before the token locks itself",
)
TOKEN_FINAL_TRY = rejected(
    "token.final-try",
    "the token of {uri} has one try for its PIN left, which is not risked here",
    "log in once with the token's own tool, which gives the tries back",
)
TOKEN_KEY_NOT_ONE = rejected(
    "token.key-not-one", "{count} {kind} fit {uri}", "name one that is there, by object= or id="
)
TOKEN_KEY_CURVE = rejected("token.key-curve", "{uri} is no {curve} key", "name another, or make one")
TOKEN_KEY_CHANGED = rejected(
    "token.key-changed", "{uri} is another key than when it was opened", "find out who changed the token"
)
TOKEN_FAILED = undetermined(
    "token.failed", "the token of {uri} does not answer as it should: {reason}", "is it plugged in?"
)
NODE_LOCKED = undetermined(
    "node.locked",
    "{process} has this node open",
    "wait until it has ended, or stop it; where `carbonseal serve` runs, many commands work at a time",
)
NODE_SERVED = undetermined(
    "node.served", "{process} serves this node at {address}", "stop it first: this needs the directory for itself"
)
NODE_DATABASE_FULL = undetermined(
    "node.database-full",
    "{path} cannot grow: the disk is full",
    "make room there, then do the same again: nothing that was acknowledged is lost",
)
NODE_DATABASE_BUSY = undetermined(
    "node.database-busy",
    "another program keeps {path} locked",
    "end what reads it beside the node, such as a backup or a database browser, then do the same again",
)
NODE_DATABASE_DAMAGED = undetermined(
    "node.database-damaged",
    "{path} is damaged, or no database at all: {reason}",
    "bring back the newest copy of the whole directory, but for its guard, which stays as it is",
)
NODE_DATABASE_FAILED = undetermined(
    "node.database-failed",
    "{path} cannot be used: {reason}",
    "see that it is a file that this user may write, in a folder where it may write too, and that the disk is sound",
)
NODE_BUSY = undetermined("node.busy", "{waiting} records wait to be stored", "send it again in a second")
NODE_UNKNOWN_TENANT = rejected("node.unknown-tenant", "there is no tenant {tenant} here", "name one of: {known}")
NODE_UNKNOWN_LOG = rejected("node.unknown-log", "there is no log {log} here", "name one of: {known}")
NODE_UNKNOWN_COMMITMENT = undetermined(
    "node.unknown-commitment", "no record here has the commitment {commitment}", "ask the node that gave the receipt"
)
NODE_NOT_SEQUENCED = undetermined(
    "node.not-sequenced",
    "entry {index} is not in the log, which has {size} entries",
    "if it is queued, wait for the next batch",
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
    "put the file back; or, if you are sure that this directory is not an old copy, say so with: carbonseal log adopt",
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
FROZEN_LEDGER_KNOWS_MORE = undetermined(
    "frozen.ledger-knows-more",
    "{witness} says that it holds this log's head of size {known}, and this log has only {size} entries",
    "if this is an old copy, bring back the newest directory; if {witness} is wrong, correct it, or take it out of this log's "
    "ledgers, and start the node anew; if the key that anchors was stolen, begin a successor under another publisher",
)
FROZEN_LEDGER_OTHER_ROOT = undetermined(
    "frozen.ledger-other-root",
    "{witness} says that it holds another root of this log at size {size}",
    "if this is a copy that grew by itself, begin a successor that names this log's last head; if {witness} is wrong, correct it, "
    "or take it out of this log's ledgers, and start the node anew",
)
FROZEN_LOST_ENTRIES = rejected(
    "frozen.lost-entries",
    "the checkpoint covers {size} entries, and the database holds {queued}",
    "restore the database that belongs to this log, or begin a successor that names this log's last head",
)
