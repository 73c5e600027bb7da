"""Findings of webhooks: why a receiver is refused."""

from __future__ import annotations

from carbonseal.findings import rejected

WEBHOOK_URL = rejected(
    "webhook.url",
    "a receiver cannot be at {url}: {reason}",
    "name an address such as https://erp.example.org/hooks/carbon",
)
WEBHOOK_ADDRESS = rejected(
    "webhook.address",
    "{address} is not a public address",
    "the operator lists in [webhooks] of node.toml which other networks receivers may be in: allow = [...]",
)
WEBHOOK_NAME_TAKEN = rejected(
    "webhook.name-taken", "there is a receiver {name} already", "choose another name, or remove that one first"
)
WEBHOOK_UNKNOWN = rejected("webhook.unknown", "there is no receiver {name}", "carbonseal webhook list shows all")
WEBHOOK_TYPE = rejected("webhook.type", "this receiver gets no events {type}", "choose among: {known}")
WEBHOOK_TOO_MANY = rejected(
    "webhook.too-many", "there are {limit} receivers already, as many as may be", "remove one that is not needed"
)
