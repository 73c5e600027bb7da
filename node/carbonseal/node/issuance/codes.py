"""Findings of issuing."""

from __future__ import annotations

from carbonseal.findings import rejected

ISSUE_MALFORMED = rejected("issue.malformed", "not an issue request: {problem}", "see docs/spec.md, 'Issue request'")
ISSUE_ENDED = rejected(
    "issue.ended", "the credential would end at {until}, and it is {now}", "name a later validUntil, or leave it out"
)
ISSUE_OWN_COMPONENT = rejected(
    "issue.own-component",
    "the product {subject} would be a component of itself",
    "list the component's passport, and not the product's own",
)
ISSUE_UNKNOWN_ISSUER = rejected(
    "issue.unknown-issuer", "node.toml has no issuer {name}; it has: {known}", "name one of those, or add an [[issuer]]"
)

NODE_UNKNOWN_CREDENTIAL = rejected(
    "node.unknown-credential", "no credential {digest} was issued here", "see which were: carbonseal passport list"
)
NODE_UNRELATED_PASSPORT = rejected(
    "node.unrelated-passport",
    "no credential in this passport was sealed here",
    "have it refreshed where it was issued",
)
