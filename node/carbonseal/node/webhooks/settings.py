"""Settings `[webhooks]` of `node.toml`: which networks receivers may be in, beside what is public, and whom they are trusted by."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.node.outgoing.reach import Reach, read_reach
from carbonseal.node.toml_tables import Table


@dataclass(frozen=True, slots=True)
class WebhookConfig(Reach):
    """`[webhooks]`."""


PUBLIC_ONLY = WebhookConfig()


def read_webhooks(table: Table) -> WebhookConfig:
    """The section of that name. Raises Refused."""
    reach = read_reach(table)
    table.end()
    return WebhookConfig(reach.allow, reach.authorities)
