"""Findings of reading passports, credentials and status lists."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

_ORIGINAL = "it was changed after it was made: ask for the original passport"
_NEW_LIST = "ask the issuer for a new status list"

PASSPORT_MALFORMED = rejected(
    "passport.malformed",
    "not a valid passport of version 1: {problem}",
    "check that it is the right file; else it was damaged, or made by another program: ask for it again",
)
PASSPORT_OTHER_FILE = undetermined("passport.other-file", "not a passport: this is {what}", "{remedy}")
PASSPORT_UNKNOWN_VERSION = undetermined(
    "passport.unknown-version",
    "the passport is of version {version}; expected passport/1",
    "use a version of carbonseal that knows it",
)
PASSPORT_UNKNOWN_MEMBER = undetermined(
    "passport.unknown-member",
    "the passport has a member that version 1 does not know: {problem}",
    "use a version of carbonseal that knows it, or ask for a passport without it",
)
PASSPORT_OVER_LIMIT = undetermined(
    "passport.over-limit",
    "the passport has more than {limit} {what}, the limit of version 1",
    "ask for a passport within the limits",
)
PASSPORT_WRONG_KEY = rejected(
    "passport.wrong-key", "it does not match the digest that names it: its own is {digest}", _ORIGINAL
)
PASSPORT_NOT_CARRIED = rejected(
    "passport.not-carried", "the {what} {digest} is cited and not carried", "the file is incomplete: ask for it again"
)
PASSPORT_UNCITED = rejected("passport.uncited", "it is carried, and nothing in the passport cites it", _ORIGINAL)
PASSPORT_ANCHORS_UNSORTED = rejected(
    "passport.anchors-unsorted",
    "the anchors are not sorted, or one is there twice",
    "sort them by ledger and evidence, each once",
)

STATEMENT_FILE_MALFORMED = rejected(
    "statement-file.malformed",
    "not a valid statement file of version 1: {problem}",
    "check that it is the right file; else ask the body for it again",
)
STATEMENT_UNKNOWN_VERSION = undetermined(
    "statement-file.unknown-version",
    "the statement file is of version {version}; expected statement/1",
    "use a version of carbonseal that knows it",
)

ACCREDITATION_FILE_MALFORMED = rejected(
    "accreditation-file.malformed",
    "not a valid accreditation file of version 1: {problem}",
    "check that it is the right file; else ask the accreditor for it again",
)
ACCREDITATION_UNKNOWN_VERSION = undetermined(
    "accreditation-file.unknown-version",
    "the accreditation file is of version {version}; expected accreditation/1",
    "use a version of carbonseal that knows it",
)

CREDENTIAL_MALFORMED = rejected(
    "credential.malformed",
    "not a valid credential of version 1: {problem}",
    "ask the issuer for a credential in the form of docs/spec.md, section 12",
)
CREDENTIAL_UNKNOWN_MEMBER = undetermined(
    "credential.unknown-member",
    "the credential has a member that version 1 does not know: {problem}",
    "use a version of carbonseal that knows it, or ask the issuer for a credential without it",
)
CREDENTIAL_UNKNOWN_VALUE = undetermined(
    "credential.unknown-value",
    "version 1 does not know {value}; expected {known}",
    "use a version of carbonseal that knows it, or ask the issuer for a credential without it",
)
CREDENTIAL_LISTED_TWICE = rejected(
    "credential.listed-twice", "the {what} {which} is listed twice", "the issuer has to list it once"
)
CREDENTIAL_OVER_LIMIT = undetermined(
    "credential.over-limit",
    "the credential has more than {limit} {what}, the limit of version 1",
    "ask the issuer for a credential within the limits",
)
CREDENTIAL_BAD_SIGNATURE = rejected(
    "credential.bad-signature",
    "the signature by the key {method} is not valid: the document was changed after signing, or signed by somebody else",
    "ask whom the key names whether the document is theirs, and its holder where the file came from; keep the file",
)

STATUS_LIST_MALFORMED = rejected("status-list.malformed", "the status list cannot be unpacked: {problem}", _NEW_LIST)
STATUS_LIST_TOO_LONG = undetermined(
    "status-list.too-long",
    "the status list unpacks to more than {limit} bytes, the limit of version 1",
    "ask the issuer for a shorter one",
)
STATUS_LIST_TOO_SHORT = rejected(
    "status-list.too-short",
    "the status list has {positions} positions; W3C Bitstring Status List requires {least} or more",
    _NEW_LIST,
)
STATUS_LIST_TRAILING = rejected("status-list.trailing", "the packed status list is followed by other bytes", _NEW_LIST)
