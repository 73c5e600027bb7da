"""Findings of OpenID Connect: why a token of the issuer lets nobody in. None of them repeats a token."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

OIDC_MALFORMED = rejected(
    "oidc.malformed",
    "the token that was sent cannot be used: {problem}",
    "send an access token that the issuer signed for this node",
)
OIDC_ALGORITHM = rejected(
    "oidc.algorithm",
    "the token is signed with {algorithm}; expected one of {allowed}",
    "have the issuer sign with one of these, or ask the node's operator: algorithms in [oidc] of node.toml",
)
OIDC_UNKNOWN_KEY = rejected(
    "oidc.unknown-key",
    "the issuer {issuer} has no key with which this token could be signed",
    "get a new token; where the issuer has a new key, try again in a minute",
)
OIDC_SIGNATURE = rejected("oidc.signature", "the token's signature is not the issuer's", "get a token from the issuer")
OIDC_NOT_FOR_HERE = rejected(
    "oidc.not-for-here",
    "the token is not for this node: {problem}",
    "ask the issuer for an access token with this node's issuer and audience",
)
OIDC_EXPIRED = rejected("oidc.expired", "the token expired at {expired}", "get a new one from the issuer")
OIDC_NOT_YET = rejected(
    "oidc.not-yet", "the token is valid from {begin} on only", "compare this node's clock with the issuer's"
)
OIDC_UNKNOWN_IDENTITY = rejected(
    "oidc.unknown-identity",
    "the token is good, and this node does not know {subject} of {issuer}",
    "ask the node's operator to add it: carbonseal token identity add",
)
OIDC_UNREACHABLE = undetermined(
    "oidc.unreachable",
    "the keys of the issuer {issuer} are not known: {reason}",
    "try again later, or with a token that the node's operator made",
)
LOGINS = (
    OIDC_MALFORMED,
    OIDC_ALGORITHM,
    OIDC_UNKNOWN_KEY,
    OIDC_SIGNATURE,
    OIDC_NOT_FOR_HERE,
    OIDC_EXPIRED,
    OIDC_NOT_YET,
    OIDC_UNKNOWN_IDENTITY,
)  # that let nobody in
OIDC_KEYS_UNUSABLE = undetermined(
    "oidc.keys-unusable",
    "{place} has no keys that can be used: {problem}",
    "expected a discovery document, or a JSON Web Key Set (RFC 7517), of the issuer that [oidc] in node.toml names",
)
OIDC_NOT_SET = rejected(
    "oidc.not-set", "this node names no issuer", "add the section [oidc] to node.toml: docs/operators/access.md"
)
OIDC_IDENTITY_TAKEN = rejected(
    "oidc.identity-taken",
    "{subject} of {issuer} belongs to {principal} already",
    "take it from there first: carbonseal token identity remove",
)
OIDC_NO_SUCH_IDENTITY = rejected(
    "oidc.no-such-identity", "{subject} of {issuer} belongs to nobody here", "carbonseal token identity list shows all"
)
