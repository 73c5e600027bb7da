"""Who must act on a finding: whoever can mend what it says. Each remedy names it in words; this table is what a page sorts by.

The table is by code, else by family (the word before the dot), and complete for all codes that can decide a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from carbonseal.findings import Code


class Who(Enum):
    """Who can mend it."""

    VERIFIER = "verifier"  # who reads this: the policy, the trust file, the installation
    HOLDER = "holder"  # who presented the file
    ISSUER = "issuer"  # who signed the product's credential: its maker
    BODY = "body"  # the certification body
    LOG = "log"  # the log's operator


FAMILIES: Mapping[str, Who] = {
    # what was handed in
    **dict.fromkeys(("passport", "json", "carrier"), Who.HOLDER),
    **dict.fromkeys(
        ("seal", "head", "ledger", "ledger-quorum", "witness-quorum", "time-quorum", "component"), Who.HOLDER
    ),
    **dict.fromkeys(("ethereum", "fabric", "tlog", "note", "checkpoint", "inclusion", "entry"), Who.HOLDER),
    # what the maker signed, and its figures
    **dict.fromkeys(("credential", "signer", "record", "status", "status-list", "commitment"), Who.ISSUER),
    **dict.fromkeys(("figures", "total", "biogenic", "validity", "consistency", "exemption", "current"), Who.ISSUER),
    **dict.fromkeys(("order", "quantities", "contributions", "batch", "mass", "comparable", "stages"), Who.ISSUER),
    **dict.fromkeys(("primary-data", "duplicate", "transport", "flow"), Who.ISSUER),
    # what others vouch for, and keep
    **dict.fromkeys(("statement", "accreditation"), Who.BODY),
    **dict.fromkeys(("log", "tree", "fraud-proof"), Who.LOG),
    # what the verifier chose
    **dict.fromkeys(("check", "history", "policy", "trust", "time"), Who.VERIFIER),
}
CODES: Mapping[str, Who] = {
    "passport.unknown-version": Who.VERIFIER,
    "passport.unknown-member": Who.VERIFIER,
    "credential.unknown-member": Who.VERIFIER,
    "credential.unknown-value": Who.VERIFIER,
    "credential.not-yet-valid": Who.VERIFIER,
    "seal.without-head": Who.VERIFIER,
    "signer.not-listed": Who.VERIFIER,
    "signer.time-unknown": Who.VERIFIER,
    "record.required": Who.HOLDER,
    "record.not-sealed": Who.HOLDER,
    "status.missing": Who.HOLDER,
    "status.stale": Who.HOLDER,
    "status.not-yet": Who.VERIFIER,
    "batch.claimed": Who.VERIFIER,
    "statement.absent": Who.HOLDER,
    "statement.not-checkable": Who.HOLDER,
    "policy.not-given": Who.VERIFIER,
    # consistency proofs, whose family is that of a check too
    "consistency.empty-root-differs": Who.LOG,
    "consistency.fork": Who.LOG,
    "consistency.new-root-differs": Who.LOG,
    "consistency.old-root-differs": Who.LOG,
    "consistency.shrinks": Who.LOG,
    "consistency.too-long": Who.LOG,
    "consistency.too-short": Who.LOG,
}


def who_acts(code: Code) -> Who:
    """Who can mend what this code says; the holder, who can ask everybody else, where the table does not say."""
    return CODES.get(code.name) or FAMILIES.get(code.name.partition(".")[0], Who.HOLDER)
