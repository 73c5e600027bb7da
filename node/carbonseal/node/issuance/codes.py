"""Findings of issuing."""

from __future__ import annotations

from carbonseal.findings import noted, rejected

ISSUE_MALFORMED = rejected("issue.malformed", "not an issue request: {problem}", "see docs/spec.md, 'Issue request'")
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

NODE_UNKNOWN_CREDENTIAL = rejected(
    "node.unknown-credential", "no credential {digest} was issued here", "see which were: carbonseal passport list"
)
NODE_UNRELATED_PASSPORT = rejected(
    "node.unrelated-passport",
    "no credential in this passport was sealed here",
    "have it refreshed where it was issued",
)
