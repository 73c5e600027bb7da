"""Findings of access: who is not let in, and why."""

from __future__ import annotations

from carbonseal.findings import rejected

ACCESS_NO_TOKEN = rejected(
    "access.no-token",
    "this needs a token, and the request has none",
    "send the header Authorization: Bearer TOKEN; the node's operator makes tokens with carbonseal token create",
)
ACCESS_UNKNOWN_TOKEN = rejected(
    "access.unknown-token", "this node does not know the token that was sent", "check that it was copied whole"
)
ACCESS_TOKEN_EXPIRED = rejected(
    "access.token-expired", "the token {token} expired at {expired}", "ask the node's operator for another one"
)
ACCESS_TOKEN_REVOKED = rejected(
    "access.token-revoked", "the token {token} was revoked", "ask the node's operator for another one"
)
ACCESS_SCOPE_MISSING = rejected(
    "access.scope-missing",
    "this needs the scope {scope}, and {caller} has: {scopes}",
    "ask the node's operator for the scope",
)
ACCESS_OPERATOR_ONLY = rejected(
    "access.operator-only",
    "this is for who has the node's directory, and no token has the scope for it",
    "run the command on the node's machine, as the user who owns the directory",
)
ACCESS_MALFORMED = rejected("access.malformed", "the request is not valid: {problem}", "correct the request")
ACCESS_NAME_TAKEN = rejected(
    "access.name-taken",
    "there is a token {name} already",
    "choose another name, or follow it by another one: carbonseal token rotate",
)
ACCESS_NO_SUCH_TOKEN = rejected(
    "access.no-such-token", "there is no token {name} that still works", "carbonseal token list shows all"
)
ACCESS_NO_SUCH_PRINCIPAL = rejected(
    "access.no-such-principal", "there is no person or system {name} here", "correct the name"
)
ACCESS_NEW_PRINCIPAL = rejected(
    "access.new-principal",
    "{name} is new here, and needs a tenant and scopes",
    "correct the name, or say tenant and scopes too",
)
ACCESS_PRINCIPAL_DIFFERS = rejected(
    "access.principal-differs",
    "{name} is there already, as a {kind} of the tenant {tenant} with the scopes {scopes}",
    "leave tenant and scopes out for another token of it; carbonseal token scopes changes the scopes of all its tokens",
)
ACCESS_SCOPES_TOGETHER = rejected(
    "access.scopes-together",
    "{name} cannot have the scope {scope}: {reason}",
    "give the scope to another person",
)

AUDIT_BROKEN = rejected(
    "audit.broken",
    "event {number} of the audit chain does not continue the events before it: one of them was changed, or taken out",
    "compare with the newest backup: events up to the last head that a log has cannot be changed without a trace",
)
AUDIT_HEAD_UNKNOWN = rejected(
    "audit.head-unknown",
    "entry {entry} of the log {log} is a head that the audit chain does not have: it was made anew, or its end was taken out",
    "bring back node.db from the newest backup, or keep both and find out who could write the directory",
)
