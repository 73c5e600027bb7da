"""What a fraud proof of the kind *batch* shows."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

_BATCH = "batch {batch} of {product} ({maker}) yielded {stated} {unit}; {taken} are claimed"

FRAUD_PROOF_LOT_EXCEEDED = rejected(
    "fraud-proof.lot-exceeded",
    f"{_BATCH} by one credential of {{issuers}}: {{difference}} too many",
    "ask {issuers} for a credential whose quantities the batch allows; rely on none that takes of it until then",
)
FRAUD_PROOF_LOT_EXCEEDED_TOGETHER = undetermined(
    "fraud-proof.lot-exceeded-together",
    f"{_BATCH} by {{takes}} credentials of {{issuers}}: {{difference}} too many",
    "one of these credentials is wrong or was replaced, and none shows which: ask {maker} whom the batch went to, and {issuers}"
    " for what replaces theirs",
)
