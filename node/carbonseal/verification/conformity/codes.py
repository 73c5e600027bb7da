"""Findings on statements and accreditations."""

from __future__ import annotations

from carbonseal.findings import not_asked, noted, shown, undetermined

_BODY = "its body: ask what became of it, and for one that is in force"
_REFRESH = "have the passport refreshed"

STATEMENT_STANDS = noted(
    "statement.stands",
    "{engagement}, {opinion}, of {organisation}, covering {covers}: stated by {issuer}, {names} in the policy",
)
STATEMENT_UNKNOWN_BODY = noted(
    "statement.unknown-body",
    "it counts for nothing: neither the policy nor an accreditation that counts names the body {issuer} with this key",
    "list the body, or its accreditor, in the policy if you trust it",
)
STATEMENT_SELF = noted(
    "statement.self",
    "it counts for nothing: {issuer} signed a product of the same passport",
    "ask for a statement by an independent body",
)
STATEMENT_NOT_SHOWN = noted(
    "statement.not-shown", "it counts for nothing, as not all that the policy requires of it is shown: {why}", _REFRESH
)
STATEMENT_WITHDRAWN = noted("statement.withdrawn", "it counts for nothing: withdrawn by {issuer}", _BODY)
STATEMENT_SUSPENDED = noted("statement.suspended", "it counts for nothing: suspended by {issuer}", _BODY)
STATEMENT_REPLACED = noted(
    "statement.replaced", "it counts for nothing: {issuer} stated {digest} in its place", "rely on the later one"
)
STATEMENT_NOT_VALID = noted(
    "statement.not-valid", "it counts for nothing at this instant: {why}", "ask about another instant, or its body"
)

ACCREDITATION_COUNTS = noted(
    "accreditation.counts", "{body} is accredited by {issuer}, {name} in the policy, as {number}"
)
ACCREDITATION_UNKNOWN_ACCREDITOR = noted(
    "accreditation.unknown-accreditor",
    "it counts for nothing: the policy lists no accreditor {issuer} with this key",
    "list the accreditor in the policy if you trust it",
)
ACCREDITATION_NOT_SHOWN = noted(
    "accreditation.not-shown",
    "it counts for nothing, as not all that the policy requires of it is shown: {why}",
    _REFRESH,
)
ACCREDITATION_KEY_TAKEN = noted(
    "accreditation.key-taken",
    "it gives {body} no key: the policy gives the key another role",
    "the body needs a key of its own: tell its accreditor",
)
_ASK = "its body: ask for a statement within its accreditation, or its accreditor"
ACCREDITATION_TIME_UNKNOWN = noted(
    "accreditation.time-unknown",
    "{issuer} accredited the body from {start} until {end}, and when it stated is not proved",
    "require a time that the anchors can prove",
)
ACCREDITATION_NOT_BEGUN = noted(
    "accreditation.not-begun", "{issuer} accredited the body from {start} on, and it stated by {time}", _ASK
)
ACCREDITATION_ENDED = noted(
    "accreditation.ended", "{issuer} accredited the body until {end}, and it stated by {time}", _ASK
)
ACCREDITATION_OTHER_SCOPE = noted("accreditation.other-scope", "{issuer} did not accredit the body for {scope}", _ASK)
ACCREDITATION_SUSPENDED_THEN = noted(
    "accreditation.suspended-then",
    "when the body stated, by {time}, its accreditation by {issuer} was suspended",
    _ASK,
)
ACCREDITATION_WITHDRAWN_THEN = noted(
    "accreditation.withdrawn-then",
    "when the body stated, by {time}, its accreditation by {issuer} was withdrawn",
    _ASK,
)
ACCREDITATION_STATUS_UNKNOWN = noted(
    "accreditation.status-unknown",
    "whether the accreditation by {issuer} was in force when the body stated, by {time}, is not shown: the passport carries "
    "no list of that time",
    _REFRESH,
)

STATEMENT_NOT_STANDING = undetermined(
    "statement.not-standing",
    "under this policy the statement does not stand",
    "the finding on it says why, and whom to ask",
)
STATEMENT_MET = shown(
    "statement.met", "statements by {names} cover {share} of the figure; the policy requires {required}"
)
STATEMENT_UNMET = undetermined(
    "statement.unmet",
    "statements that count cover {share} of the figure, and the policy requires {required}; not covered: {uncovered}",
    "its issuer or holder: ask for statements on what is not covered. The findings on each statement say why it does not count",
)
STATEMENT_NOT_CHECKABLE = undetermined(
    "statement.not-checkable",
    "what share of the figure statements cover cannot be computed, for want of {missing}",
    "ask the holder for a passport that discloses it",
)
STATEMENT_NOT_ROOT = undetermined(
    "statement.not-positive",
    "the figure is {figure} kg CO2e: of nothing, or less, no share can be covered",
    "judge by the statements themselves",
)
STATEMENT_OTHER = noted(
    "statement.other",
    "it does not count here: {why}",
    "its body: ask for a statement of the kind that the policy requires",
)
STATEMENT_OTHER_PRODUCT = noted(
    "statement.other-product",
    "a statement on its footprint does not count: the record names the product {recorded}, and the credential {named}",
    "its issuer: ask whether these are one product, and for a credential that lists the record's id among its identifiers",
)
STATEMENT_NOT_ASKED = not_asked("statement.not-asked", "statements of certification bodies")
