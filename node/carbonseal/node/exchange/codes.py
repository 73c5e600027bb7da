"""Findings of the exchange with partners: what a PACT host refuses."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

EXCHANGE_CLIENT_UNKNOWN = rejected(
    "exchange.client-unknown",
    "there is no such client, or this is not its secret",
    "send client id and secret by HTTP Basic: a person or system of the node, and one of its tokens",
)
EXCHANGE_CLIENT_SCOPE = rejected(
    "exchange.client-scope",
    "the client {client} has no scope exchange",
    "ask the node's operator for the scope",
)
EXCHANGE_GRANT_TYPE = rejected(
    "exchange.grant-type",
    "the token request is not valid: {problem}",
    "send grant_type=client_credentials as a form (RFC 6749, section 4.4)",
)
EXCHANGE_TOKEN_UNKNOWN = rejected(
    "exchange.token-unknown", "this is no access token that works here", "ask for one: POST /auth/token"
)
EXCHANGE_TOKEN_EXPIRED = rejected(
    "exchange.token-expired", "the access token has expired", "ask for another one: POST /auth/token"
)
EXCHANGE_UNKNOWN_FOOTPRINT = undetermined(
    "exchange.unknown-footprint", "there is no footprint {id} for this client", "check the id"
)
EXCHANGE_PARAMETER = rejected("exchange.parameter", "the parameter {name} is not valid: {problem}", "correct it")
EXCHANGE_EVENT = rejected("exchange.event", "the event is not valid: {problem}", "correct the event")
EXCHANGE_EVENT_DIFFERS = rejected(
    "exchange.event-differs",
    "another event of this source came with the id {id} before",
    "give each event an id of its own",
)
EXCHANGE_NO_CALL_BACK = rejected(
    "exchange.no-call-back",
    "this host cannot call back {client} at {source}",
    "ask the host's operator for a section [[pact.partner]]; or ask for the footprints: GET /3/footprints",
)
EXCHANGE_BUSY = undetermined(
    "exchange.busy", "{count} requests of this client are not answered yet", "wait until some of them are"
)
