"""Findings of reading policies and trust, and of verification."""

from __future__ import annotations

from carbonseal.findings import not_asked, noted, rejected, shown, undetermined

POLICY_NOT_GIVEN = undetermined(
    "policy.not-given",
    "no policy is given: nothing is verified",
    "write a policy (docs/policies.md), compare what it names with what you have from another source, and give it with --policy",
)
POLICY_VERSION = undetermined(
    "policy.version",
    "the first line is not 'carbonseal-policy v1'",
    "write the policy for this version (without a byte order mark), or use the version that it names",
)
POLICY_TOO_LARGE = undetermined(
    "policy.too-large", "the policy has more than {limit} bytes", "check the file: no policy needs so many"
)
POLICY_TEXT = rejected(
    "policy.text",
    "the control character {letter} is not allowed",
    "end every line with a line feed alone, and use no control character but the tab",
)
POLICY_KEYWORD = undetermined(
    "policy.unknown-keyword", "{word} is not a keyword of this version", "see docs/spec.md, 'Policy'"
)
POLICY_DROPPED = rejected(
    "policy.dropped-keyword", "there is no keyword {word} any more; expected: {instead}", "see docs/policies.md"
)
POLICY_FORM = rejected("policy.form", "the line is not valid; expected: {form}", "see docs/spec.md, 'Policy'")
POLICY_VALUE = rejected("policy.value", "the value is not valid: {problem}", "see docs/spec.md, 'Policy'")
POLICY_WINDOW = rejected("policy.window", "from= is later than until=", "write from= before until=")
POLICY_NAME_TWICE = rejected(
    "policy.name-twice",
    "the name {name} is already defined",
    "give every witness, ledger, signer and group a name of its own, and every option once",
)
POLICY_KEY_TWICE = rejected(
    "policy.key-twice", "the key already has a role: {name}", "a key has one role: ask its owner for another key"
)
POLICY_LEDGER_TWICE = rejected(
    "policy.ledger-twice", "the ledger {ledger} is already defined", "a ledger counts once: keep one of the lines"
)
POLICY_TOO_MANY_LEDGERS = undetermined(
    "policy.too-many-ledgers", "the policy has more than {limit} ledgers", "keep those that you rely on"
)
POLICY_LINE_TWICE = rejected("policy.line-twice", "there is already a {word} line", "keep one of them")
POLICY_SORT = rejected(
    "policy.sort",
    "{name} is of the sort {found}; expected: {expected}",
    "a group and a quorum are of one sort: witnesses, ledgers or signers",
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
    "trust.malformed", "not a valid trust file of version 1: {problem}", "make one with: carbonseal trust gather"
)

_REFRESH = "have the passport refreshed"
_FROM_NOW = " (it then shows the status from that day on, never that of an earlier one)"
_ORIGINAL = "ask for the original passport"

SEAL_MISSING = undetermined("seal.missing", "the passport has no seal for this document", _REFRESH)
SEAL_OTHER_ENTRY = rejected(
    "seal.other-entry", "entry {index} of the log is not a record entry with this document's commitment", _ORIGINAL
)
SEAL_TWO_LOGS = rejected("seal.two-logs", "the seal has heads of two logs, {one} and {other}", _ORIGINAL)
SEAL_HEADS_UNSORTED = rejected(
    "seal.heads-unsorted",
    "the head follows one of size {smaller}, and is smaller or the same",
    "sort the heads by size, each once",
)
SEAL_UNLINKED = noted(
    "seal.unlinked",
    "no consistency proof from the head of size {smaller}: the heads before and from here on do not count together",
    "have the passport refreshed, so that it carries the consistency proof",
)
SEAL_EVIDENCE_SHARED = noted(
    "seal.evidence-shared",
    "the evidence is also given for another head; one piece of evidence proves one anchor",
    "have the passport refreshed, so that each head has its own",
)
SEAL_INCLUDED = shown("seal.included", "entry {index} of the log {origin} is included")
SEAL_WITHOUT_HEAD = undetermined(
    "seal.without-head",
    "no head of the seal is signed by a log of the policy",
    "add the log's line to the policy if you trust it",
)

LOG_NOT_LISTED = noted(
    "log.not-listed", "the policy lists no log {origin}", "add the log's line to the policy if you trust it"
)

HEAD_UNSIGNED = noted(
    "head.unsigned",
    "the checkpoint has no signature by the key that the policy lists for {origin}",
    "compare the key with the log operator's",
)

LOG_EQUIVOCATION = rejected(
    "log.equivocation",
    "{origin} signed two histories, which differ at {what}",
    "rely on nothing that this log sealed, and keep the passport: it proves equivocation (a split view)",
)

LEDGER_NOT_LISTED = noted(
    "ledger.not-listed", "the policy lists no ledger {ledger}", "add the ledger's line to the policy if you trust it"
)
LEDGER_VERIFIER_BROKEN = noted(
    "ledger.verifier-broken",
    "the anchor counts for nothing: the code of the package {package} that checks its evidence broke off: {reason}",
    "ask its authors, or take package= and its ledger out of the policy",
)
LEDGER_SAME = noted(
    "ledger.same",
    "{ledgers} are one ledger, by what their evidence proves: together they count once",
    "keep one of these lines in the policy",
)
LEDGER_WITNESSED = shown("ledger.witnessed", "the log's checkpoint is cosigned by {witnesses}")
LEDGER_NOT_WITNESSED = noted(
    "ledger.not-witnessed",
    "too few witnesses cosigned the log's checkpoint: {witnesses}; the ledger's line also requires {lacking}",
    "have the passport refreshed, or change quorum= on the ledger's line",
)
LEDGER_QUORUM_MET = shown("ledger-quorum.met", "anchored on {ledgers}")
LEDGER_QUORUM_UNMET = undetermined(
    "ledger-quorum.unmet",
    "too few ledgers agree: {ledgers}; the policy also requires {lacking}",
    "for each that is lacking, a finding says who can mend it",
)
LEDGER_ABSENT = noted(
    "ledger.absent",
    "the passport carries no anchor on {name} ({ledger}) for this document",
    "its holder or issuer: have the passport refreshed. If that brings none, ask the issuer to anchor on this ledger",
)
LEDGER_NOT_SHOWN = noted(
    "ledger.not-shown",
    "the passport carries an anchor on {name} ({ledger}), and it does not count",
    "you: its own finding says why, most often that trust is lacking (carbonseal trust gather, carbonseal trust pin)",
)
LEDGER_NOT_DATED = noted(
    "ledger.not-dated",
    "the anchor on {name} ({ledger}) is shown, and has no date",
    "you: require time by other ledgers; of a log, name witnesses that date it, with quorum= on its line",
)

WITNESS_COSIGNED = noted("witness-quorum.cosigned", "{witness} cosigned this head at {time}, by its own clock")
WITNESS_QUORUM_MET = shown("witness-quorum.met", "cosigned by {witnesses}")
WITNESS_QUORUM_UNMET = undetermined(
    "witness-quorum.unmet",
    "too few witnesses cosigned: {witnesses}; the policy also requires {lacking}",
    "its holder or issuer: have the passport refreshed. If that brings none, ask the log's operator to ask these witnesses",
)

TIME_QUORUM_MET = shown("time-quorum.met", "existed by {time}")
TIME_QUORUM_UNMET = undetermined(
    "time-quorum.unmet",
    "too few ledgers give a time: {ledgers}; the policy also requires {lacking}",
    "for each that is lacking, a finding says who can mend it",
)
TIME_AFTER_INSTANT = undetermined(
    "time.after-instant", "it existed by {time}, which is later than the instant {at}", "ask about a later instant"
)
TIME_NO_DATE = noted(
    "time.no-date",
    "{seconds} seconds since 1970 is not a valid time: the anchor dates nothing",
    "ask whoever runs the ledger",
)

SIGNER_NOT_LISTED = undetermined(
    "signer.not-listed", "the policy lists no issuer {issuer}", "add a signer line if you trust it"
)
SIGNER_KEY_NOT_LISTED = undetermined(
    "signer.key-not-listed",
    "the policy lists the issuer {issuer} with another key",
    "ask the issuer, over another channel, whether the key is its own",
)
SIGNER_TIME_UNKNOWN = undetermined(
    "signer.time-unknown",
    "the key {name} has a window in the policy, and no time is proved",
    "require a time that the anchors can prove",
)
SIGNER_KEY_ENDED = undetermined(
    "signer.key-ended",
    "the document existed by {time}, and the window of the key {name} ended at {until}",
    "the issuer has to sign again with a key that is in force",
)
SIGNER_KEY_NOT_YET = undetermined(
    "signer.key-not-yet",
    "the document was signed, or existed, by {time}, and the window of the key {name} begins at {start}",
    "the issuer has to sign again with a key that is in force",
)

SIGNER_OTHER_PRODUCT = undetermined(
    "signer.other-product",
    "the key {name} may attest products whose ids begin with {products}; expected such an id, found {subject}",
    "ask the issuer which of its keys is for this product",
)

CREDENTIAL_SIGNED = shown("credential.signed", "signed by {issuer}, {name} in the policy")
CREDENTIAL_EXPIRED = undetermined(
    "credential.expired", "the credential is valid until {until}", "ask the issuer for a new one"
)
CREDENTIAL_NOT_YET_VALID = undetermined(
    "credential.not-yet-valid", "the credential is valid from {start}", "ask about a later instant"
)

RECORD_DISCLOSED = shown("record.disclosed", "the record, {profile}, is disclosed and is the one that was sealed")
RECORD_WITHHELD = noted("record.withheld", "the record is not disclosed")
RECORD_REQUIRED = undetermined(
    "record.required",
    "the policy requires the record of the role {role} to be disclosed, and it is withheld: {commitment}",
    "ask the holder for a passport that discloses it",
)
RECORD_NOT_LISTED = undetermined(
    "record.not-listed",
    "the policy requires a record of the role {role} to be disclosed, and the credential lists none",
    "ask the issuer for a credential with such a record",
)
RECORD_OTHER_PROFILE = rejected(
    "record.other-profile", "the record is disclosed as {disclosed}, and the credential lists {listed}", _ORIGINAL
)
RECORD_NOT_SEALED = undetermined("record.not-sealed", "the passport has no seal for this record", _REFRESH)

COMPONENT_NOT_CARRIED = undetermined(
    "component.not-carried",
    "the passport does not carry the component {digest}",
    "ask for a passport with its components",
)

STATUS_NOT_NAMED = undetermined(
    "status.not-named",
    "the credential names no revocation list, so that a revocation could not be seen",
    "leave out 'require status' if that is acceptable",
)
STATUS_MISSING = undetermined(
    "status.missing", "the passport does not carry the {purpose} list {list}", "have the passport refreshed" + _FROM_NOW
)
STATUS_OTHER_PURPOSE = undetermined(
    "status.other-purpose",
    "the list {list} is carried, and none of its versions is a {purpose} list",
    "the issuer has to name a list with that purpose",
)
STATUS_NOT_YET = undetermined(
    "status.not-yet",
    "all versions of the list {list} that are carried are later: the first is valid from {start}",
    "ask about a later instant; a refresh adds later versions alone",
)
STATUS_STALE = undetermined(
    "status.stale",
    "the status list is valid from {start} until {until} only",
    "have the passport refreshed" + _FROM_NOW + "; or let the policy accept an older list, with within=",
)
STATUS_NO_POSITION = undetermined(
    "status.no-position",
    "position {index} is not in the status list, which has {positions}",
    "ask the issuer for a new list",
)
STATUS_VERSION_NOT_SHOWN = noted(
    "status.version-not-shown",
    "this version does not count: not all that the policy requires of it is shown",
    "another version decides; see what the policy lists and requires",
)
STATUS_REVOKED = rejected(
    "status.revoked",
    "revoked by its issuer: position {index} of {list}",
    "ask the issuer why, and for what replaces it",
)
STATUS_SUSPENDED = undetermined(
    "status.suspended",
    "suspended by its issuer: position {index} of {list}, in the version valid from {start}",
    "ask the issuer why, and when it will be reinstated; then have the passport refreshed" + _FROM_NOW,
)
STATUS_CURRENT = shown("status.current", "not {state} in the issuer's list that is valid from {start}")

CHECK_UNAVAILABLE = undetermined(
    "check.unavailable",
    "this version has no check {check}",
    "use a version that has it, name the package that brings it (package=DIST), or take the line out",
)
CHECK_NOT_INSTALLED = undetermined(
    "check.not-installed",
    "no installed package {package} has the check {check}",
    "install {package} where you verify, or take the line out",
)
CHECK_BROKEN = undetermined(
    "check.broken",
    "the check {check} of the package {package} broke off: {reason}",
    "ask the package's authors; until then take the line out",
)

LEDGERS_NOT_ASKED = not_asked("ledger-quorum.not-asked", "anchors on ledgers")

WITNESSES_NOT_ASKED = not_asked("witness-quorum.not-asked", "cosignatures of witnesses")

TIME_NOT_ASKED = not_asked("time-quorum.not-asked", "the time by which it existed")

HISTORY_NOT_ASKED = not_asked("history.not-asked", "whether all heads of a log lie on one line")

RECORD_NOT_ASKED = not_asked("record.not-asked", "which records are disclosed")

STATUS_NOT_ASKED = not_asked("status.not-asked", "whether it was revoked")

FLOW_NOT_ASKED = not_asked("flow.not-asked", "carbon-flow checks")

OBSERVATIONS_MALFORMED = rejected(
    "observations.malformed",
    "not a valid file of observations: {problem}",
    "make one with: carbonseal verify --observations",
)
OBSERVATIONS_UNSORTED = rejected(
    "observations.unsorted",
    "the line is not behind the one before it, or has its place, value and note",
    "merge the files with: carbonseal examine",
)
OBSERVATIONS_UNKNOWN_VERSION = undetermined(
    "observations.unknown-version",
    "the file has version {version}; observations/1 is known",
    "use a version that knows it",
)
OBSERVATIONS_UNKNOWN_KIND = undetermined(
    "observations.unknown-kind", "observations of kind {kind} are not known here", "use a version that knows them"
)
OBSERVATIONS_OTHER_KEY = rejected(
    "observations.other-key",
    "goods were presented under different keys of offices, or once under a key and once in clear",
    "merge files of one key alone: the same --office-key",
)

LOG_CONTRADICTION = undetermined(
    "log.contradiction",
    "{origin}: {one} and {other} differ at {what}, and {places} places contradict in all",
    "examine with --policy, and with both files (--with): then a fraud proof can be made",
)
LOG_FRAUD = rejected(
    "log.fraud",
    "{origin} equivocates: {one} and {other} differ at {what}",
    "rely on nothing that this log sealed; keep both files, and give the fraud proof to whoever relies on the log",
)
LEDGER_FRAUD = noted(
    "ledger.fraud",
    "{ledger} counts for nothing: there is a fraud proof of this log",
    "have the passport refreshed, so that it is anchored on other ledgers",
)

HISTORY_SHOWN = shown("history.shown", "each of {heads} heads of {origin} leads to the one of size {size}")
HISTORY_UNLINKED = undetermined(
    "history.unlinked",
    "of {heads} heads of {origin}, {unled} are not shown to lead to the one of size {size}: the first is of size {first}",
    "give the log's tiles (--history), or have the passports refreshed",
)
