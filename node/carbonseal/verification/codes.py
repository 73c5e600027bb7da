"""Findings of reading policies and trust, and of verification."""

from __future__ import annotations

from carbonseal.findings import not_asked, noted, rejected, shown, undetermined

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
    "nothing that is installed checks evidence of {scheme} ledgers",
    "correct the ledger's name, or install the package that checks its evidence and add package=DIST to the line",
)
POLICY_PACKAGE_NOT_NAMED = undetermined(
    "policy.package-not-named",
    "evidence of {scheme} ledgers is checked by the installed package {package}, and this line names {named}",
    "if you trust that package's code, write package={package} on this line",
)
POLICY_PACKAGE_BUILT_IN = rejected(
    "policy.package-built-in",
    "evidence of {scheme} ledgers is checked by carbonseal itself, never by an installed package",
    "remove package= from this line",
)

TRUST_MALFORMED = rejected(
    "trust.malformed", "not a trust file of version 1: {problem}", "make one with: carbonseal trust gather"
)

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

TIME_QUORUM_MET = shown("time-quorum.met", "existed by {since}")
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
