"""Webhooks: events of a node, sent to receivers that were named for them. Private."""
