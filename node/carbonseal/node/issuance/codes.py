"""Findings of issuing."""

from __future__ import annotations

from carbonseal.findings import noted, rejected, undetermined

ISSUE_NEEDS_DRAFT = rejected(
    "issue.needs-draft",
    'node.toml says release = "four-eyes": nothing is signed at the word of one person or system',
    "prepare a draft of it, which two other persons review and release: carbonseal draft prepare, or POST /v1/drafts/prepare",
)
ISSUE_STATUS_UNSAID = undetermined(
    "issue.status-unsaid",
    "the status list {list} is not signed: {why}. What was changed is kept",
    "see that the key of the signer {signer} signs: the list is signed as soon as it does; until then nothing is given out that "
    "would say otherwise",
)
ISSUE_STATUS_LATE = undetermined(
    "issue.status-late",
    "the status list {list} is not signed anew: {why}",
    "see that the key of the signer {signer} signs before {until}, when the newest version of the list ends",
)
ISSUE_MALFORMED = rejected(
    "issue.malformed",
    "not a request to issue a passport, statement or accreditation: {problem}",
    "see docs/spec.md, section 18",
)
ISSUE_ENDED = rejected(
    "issue.ended", "the credential would end at {until}, and it is {now}", "name a later validUntil, or leave it out"
)
ISSUE_OWN_COMPONENT = rejected(
    "issue.own-component",
    "the product {subject} would be a component of itself: {identifier} is one of its identifiers",
    "list the component's passport, and not the product's own",
)
ISSUE_UNKNOWN_UNIT = rejected(
    "issue.unknown-unit",
    "{unit} is not a unit that is known",
    "write PACT's word (kilogram, piece, kilowatt hour) or UN/ECE's code (KGM, H87, KWH): docs/spec.md, section 12",
)
ISSUE_ZERO = rejected(
    "issue.zero", "the quantity {quantity} {unit} is zero", "write how much it is, or leave the line out"
)
ISSUE_TOO_LARGE = rejected(
    "issue.too-large",
    "the passport would have {size} bytes; at most {limit}",
    'withhold records: "disclose": false, and hand them over beside the passport',
)
ISSUE_COMPONENT_ENDS_FIRST = noted(
    "issue.component-ends-first",
    "its credential ends at {until}, before the product's own: the passport is undetermined from then on",
    "name a validUntil that is not later, or ask its issuer for a credential that is valid for longer",
)
ISSUE_OTHER_PRODUCT = noted(
    "issue.other-product",
    "the record of its footprint names the product {recorded}, and the credential {named}: no statement on it covers this one",
    "if these are one product, list the record's id among its identifiers",
)
ISSUE_SUPERSEDES_UNKNOWN = noted(
    "issue.supersedes-unknown",
    "it supersedes {digest}, which was not issued here",
    "check the digest: carbonseal passport list",
)
ISSUE_IDENTIFIER = noted(
    "issue.identifier",
    "{problem}",
    "correct it and issue again: whoever looks for the product by the right one does not find this passport",
)
ISSUE_NOT_CANONICAL = noted(
    "issue.not-canonical",
    "{found} is a GS1 Digital Link in another spelling than the canonical one",
    "write {canonical}: identifiers are compared letter by letter",
)
ISSUE_NOT_TO_DISCLOSE = rejected(
    "issue.not-to-disclose",
    "the record is another tenant's, who lets you read and cite it, and disclose it to nobody",
    'write "disclose": false: whose it is hands it over',
)
ISSUE_UNKNOWN_ISSUER = rejected(
    "issue.unknown-issuer",
    "there is no issuer {name} here; there is: {known}",
    "name one of those, or add an [[issuer]] to node.toml",
)
ISSUE_UNKNOWN_BODY = rejected(
    "issue.unknown-body",
    "node.toml has no certification body {name} for you; it has: {known}",
    "name one of those, or add a [[body]]",
)
ISSUE_UNKNOWN_ACCREDITOR = rejected(
    "issue.unknown-accreditor",
    "node.toml has no accreditor {name} for you; it has: {known}",
    "name one of those, or add an [[accreditor]]",
)
ISSUE_FUTURE = rejected(
    "issue.future", "{when} is still to come: it is {now}", "correct the date, or issue the statement afterwards"
)
ISSUE_SECOND_STATEMENT = rejected(
    "issue.second-statement",
    "{body} has a current statement about the same object and period, {digest}",
    "name it as `supersedes` or `corrects`; or withdraw it first: carbonseal statement withdraw",
)
ISSUE_REPLACES_OTHER_BODY = rejected(
    "issue.replaces-other-body",
    "the statement {digest} that it replaces is not {body}'s",
    "a body replaces its own statements: name one of those",
)
ISSUE_OTHER_BODY = rejected(
    "issue.other-body",
    "the accreditation is of {found}; the statement's body is {body}",
    "give the accreditation that the accreditor issued for this body",
)
ISSUE_SELF_ACCREDITATION = rejected(
    "issue.self-accreditation", "{accreditor} would accredit itself", "name another body, with keys of its own"
)
ISSUE_NO_REINSTATEMENT = rejected(
    "issue.no-reinstatement",
    "a bit of an accreditor's status list is never cleared",
    "issue another accreditation: carbonseal accreditation issue",
)
ISSUE_REPLACES_UNKNOWN = noted(
    "issue.replaces-unknown",
    "it replaces the statement {digest}, which was not issued here",
    "check the digest: carbonseal statement list",
)
ISSUE_FOOTPRINTS_UNKNOWN = noted(
    "issue.footprints-unknown",
    "of its footprints {count} were not sealed here, or are not yours to read, such as {commitment}",
    "compare them with the passport that lists them: carbonseal passport show",
)
ISSUE_NOT_ACCREDITED = noted(
    "issue.not-accredited",
    "no accreditation that this node has of {body} covers, with the key that signs: {scope}",
    "give the accreditor's file with the request (accreditations), or correct the scope",
)

NODE_UNKNOWN_STATEMENT = rejected(
    "node.unknown-statement", "no statement {digest} was issued here", "see which were: carbonseal statement list"
)
NODE_UNKNOWN_ACCREDITATION = rejected(
    "node.unknown-accreditation",
    "no accreditation {digest} was issued here",
    "see which were: carbonseal accreditation list",
)
NODE_UNKNOWN_CREDENTIAL = rejected(
    "node.unknown-credential", "no credential {digest} was issued here", "see which were: carbonseal passport list"
)
NODE_UNRELATED_PASSPORT = rejected(
    "node.unrelated-passport",
    "nothing in this file was sealed here, and no statement of here is about it",
    "have it refreshed where it was issued",
)
