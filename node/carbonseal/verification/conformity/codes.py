"""Findings on statements and accreditations."""

from __future__ import annotations

from carbonseal.findings import not_asked, noted, shown, undetermined

_BODY = "{issuer}, the certification body: ask what became of it, and for one that is in force"
_REFRESH = "its holder: have the passport refreshed, where an anchor or a list is lacking"

STATEMENT_STANDS = noted(
    "statement.stands",
    "{engagement}, {opinion}, of {organisation}, covering {covers}: stated by {issuer}, {names} in the policy",
)
STATEMENT_UNKNOWN_BODY = noted(
    "statement.unknown-body",
    "it counts for nothing: the policy lists no body {issuer} with this key, and the passport carries no accreditation of it",
    "its holder: ask for the accreditation of {issuer}. You: list it only if you know by a second way whose key it is",
)
STATEMENT_UNACCREDITED = noted(
    "statement.unaccredited",
    "it counts for nothing, as no accreditation of {issuer} with this key counts",
    "see the finding on its accreditation: what that lacks is lacking here",
)
STATEMENT_SELF = noted(
    "statement.self",
    "it counts for nothing: {issuer} signed a product of the same passport",
    "its holder: ask for a statement by an independent body",
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
    "statement.not-valid",
    "it counts for nothing at this instant: {why}",
    "ask {issuer}, the certification body, for one that is in force; or ask about another instant",
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
_ASK = (
    "{body}, the certification body: ask for a statement within its accreditation; {issuer}: ask whether that covers it"
)
ACCREDITATION_TIME_UNKNOWN = noted(
    "accreditation.time-unknown",
    "{issuer} accredited {body} from {start} until {end}, and when it stated is not proved",
    "require a time that the anchors can prove",
)
ACCREDITATION_NOT_BEGUN = noted(
    "accreditation.not-begun", "{issuer} accredited {body} from {start} on, and it stated by {time}", _ASK
)
ACCREDITATION_ENDED = noted(
    "accreditation.ended", "{issuer} accredited {body} until {end}, and it stated by {time}", _ASK
)
ACCREDITATION_OTHER_SCOPE = noted(
    "accreditation.other-scope", "{issuer} did not accredit {body} for {scope}, but for {scopes}", _ASK
)
_WHEN = "{body}, the certification body: ask for a statement made while it was accredited; {issuer}: ask from when until when"
ACCREDITATION_SUSPENDED_THEN = noted(
    "accreditation.suspended-then",
    "{body} stated, by {time}, while its accreditation by {issuer} was suspended",
    _WHEN,
)
ACCREDITATION_WITHDRAWN_THEN = noted(
    "accreditation.withdrawn-then",
    "{body} stated, by {time}, after its accreditation by {issuer} was withdrawn",
    _WHEN,
)
ACCREDITATION_STATUS_UNKNOWN = noted(
    "accreditation.status-unknown",
    "whether the accreditation by {issuer} was in force when {body} stated, by {time}, is not shown: the passport carries no "
    "list of that time",
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
STATEMENT_ABSENT = undetermined(
    "statement.absent",
    "the passport carries no statement of a certification body; the policy requires that {required} of the figure be covered",
    "its holder or issuer: ask for a passport with one, by a body that the policy lists or its accreditor accredits",
)
STATEMENT_UNMET = undetermined(
    "statement.unmet",
    "statements that count cover {share} of the figure, and the policy requires {required}; not covered: {uncovered}",
    "first what the finding on each statement says; else its holder or issuer: ask for statements on what is not covered",
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
    "{issuer}, the certification body: ask for a statement of the kind that the policy requires",
)
STATEMENT_OTHER_PRODUCT = noted(
    "statement.other-product",
    "a statement on its footprint does not count: the record names the product {recorded}, and the credential {named}",
    "its issuer: ask whether these are one product, and for a credential that lists the record's id among its identifiers",
)
STATEMENT_NOT_ASKED = not_asked("statement.not-asked", "statements of certification bodies")
