"""Who must act on a finding: whoever can mend what it says. Each remedy names it in words; this table says the same for a page.

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


FAMILIES: Mapping[str, Who] = {
    # what was handed in
    **dict.fromkeys(("passport", "json", "carrier"), Who.HOLDER),
    **dict.fromkeys(
        ("seal", "head", "ledger", "ledger-quorum", "witness-quorum", "time-quorum", "component"), Who.HOLDER
    ),
    **dict.fromkeys(("ethereum", "fabric", "tlog", "note", "checkpoint", "inclusion", "entry", "tree"), Who.HOLDER),
    # what the maker signed, and its figures
    **dict.fromkeys(("credential", "signer", "record", "status", "status-list", "commitment"), Who.ISSUER),
    **dict.fromkeys(("figures", "total", "biogenic", "validity", "consistency", "exemption", "current"), Who.ISSUER),
    **dict.fromkeys(("order", "quantities", "contributions", "batch", "mass", "comparable", "stages"), Who.ISSUER),
    **dict.fromkeys(("primary-data", "duplicate", "transport", "flow"), Who.ISSUER),
    # what others vouch for, and keep
    **dict.fromkeys(("statement", "accreditation"), Who.BODY),
    # what the verifier chose
    **dict.fromkeys(("check", "history", "policy", "trust", "time", "log", "fraud-proof"), Who.VERIFIER),
}
_OF_VERIFIERS = (
    "entry.reserved-kind entry.unknown-kind inclusion.index-beyond-size checkpoint.extension head.unsigned "
    "ledger.not-listed ledger.verifier-broken ledger.same ledger.not-shown ledger.not-dated status.not-named "
    "status.version-not-shown statement.unknown-body statement.replaced statement.not-positive "
    "statement.not-standing statement.unaccredited accreditation.unknown-accreditor accreditation.time-unknown "
    "ethereum.evidence-unknown ethereum.block-not-pinned ethereum.agreement-lacking ethereum.trust-contradicts "
    "ethereum.trust-other-chain ethereum.genesis-missing ethereum.trust-malformed ethereum.registry-differs "
    "ethereum.code-differs ethereum.slot-differs fabric.evidence-unknown fabric.publisher-not-listed "
    "fabric.config-missing fabric.trust-malformed fabric.genesis-differs fabric.config-newer fabric.config-older "
    "fabric.field-unknown fabric.config-unsupported fabric.certificate-malformed tlog.unknown-key "
    "tlog.unknown-proof tlog.unknown-checkpoint tlog.extra tlog.other-origin"
)
_OF_HOLDERS = (
    "statement.self statement.not-shown accreditation.not-shown accreditation.status-unknown consistency.shrinks "
    "consistency.too-short consistency.too-long consistency.old-root-differs consistency.new-root-differs "
    "consistency.empty-root-differs"
)
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
    **dict.fromkeys(_OF_VERIFIERS.split(), Who.VERIFIER),
    **dict.fromkeys(_OF_HOLDERS.split(), Who.HOLDER),
    "consistency.fork": Who.VERIFIER,  # to keep both: nobody mends it
    "fraud-proof.lot-exceeded": Who.ISSUER,
    "fraud-proof.lot-exceeded-together": Who.ISSUER,
    "statement.other-product": Who.ISSUER,
}


def who_acts(code: Code) -> Who:
    """Who can mend what this code says; the holder, who can ask everybody else, where the table does not say. The lighter codes
    of a check are those of its rule."""
    name = code.name.removesuffix("-noted")
    return CODES.get(code.name) or CODES.get(name) or FAMILIES.get(code.name.partition(".")[0], Who.HOLDER)
