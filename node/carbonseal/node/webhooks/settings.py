"""Settings `[webhooks]` of `node.toml`: which networks receivers may be in, beside what is public, and whom they are trusted by."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal.node.codes import CONFIG_WRONG_VALUE
from carbonseal.node.toml_tables import Table

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """`[webhooks]`."""

    allow: tuple[Network, ...] = ()  # networks that are not public, in which receivers may be; and plain http goes
    authorities: str = ""  # path of certificates in PEM that are trusted beside this machine's


PUBLIC_ONLY = WebhookConfig()


def read_webhooks(table: Table) -> WebhookConfig:
    """The section of that name. Raises Refused."""
    try:
        allow = tuple(ipaddress.ip_network(text) for text in table.texts("allow") or ())
    except ValueError as error:
        expected = f"a list of networks such as 10.1.0.0/16 ({error})"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="allow", expected=expected)) from error
    settings = WebhookConfig(allow, table.text("authorities", ""))
    table.end()
    return settings
