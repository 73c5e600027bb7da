"""Findings of reading passports, credentials and status lists."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

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
