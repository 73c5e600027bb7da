"""Findings of issuing."""

from __future__ import annotations

from carbonseal.findings import rejected

ISSUE_MALFORMED = rejected("issue.malformed", "not an issue request: {problem}", "see docs/spec.md, 'Issue request'")
ISSUE_UNKNOWN_ISSUER = rejected(
    "issue.unknown-issuer", "node.toml has no issuer {name}; it has: {known}", "name one of those, or add an [[issuer]]"
)

NODE_UNKNOWN_CREDENTIAL = rejected(
    "node.unknown-credential", "no credential {digest} was issued here", "see which were: carbonseal passport list"
)
NODE_UNRELATED_PASSPORT = rejected(
    "node.unrelated-passport",
    "nothing in this passport is of this node: no log, no issuer",
    "have it refreshed where it was issued",
)
