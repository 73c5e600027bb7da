"""Settings `[pact]` of `node.toml`: where partners ask for footprints, and how they are called back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal.node.codes import CONFIG_REPEATED_NAME, CONFIG_WRONG_VALUE
from carbonseal.node.listen_config import Address, parse_address
from carbonseal.node.outgoing.reach import PUBLIC_ONLY, Reach, read_reach
from carbonseal.node.toml_tables import Table

URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartnerConfig:
    """A `[[pact.partner]]`: may ask for footprints by events, and is called back."""

    client: str  # the principal of this node as which the partner asks: its tenant's footprints are answered
    url: str  # of the partner's own host: what its events have as source
    client_id: str  # as which this node asks there for a token
    client_secret: str  # URI of the secret


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """A `[[pact.client]]`: sees those footprints alone of which a product id begins with one of `products`, in any case."""

    client: str  # the principal of this node as which the partner asks
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExchangeConfig:
    """`[pact]`."""

    listen: Address
    url: str  # by which partners reach the listener
    partners: tuple[PartnerConfig, ...] = ()
    reach: Reach = PUBLIC_ONLY  # where partners' hosts may be
    clients: tuple[ClientConfig, ...] = ()

    def partner(self, client: str, source: str) -> PartnerConfig | None:
        """The partner whose principal sent an event with this source; None where none is named."""
        url = source_url(source)
        return next((one for one in self.partners if (one.client, source_url(one.url)) == (client, url)), None)


def source_url(source: str) -> str:
    """The base URL of an event's source: partners write their host's, or that of its events.

    >>> source_url("https://pact.buyer.example/3/events"), source_url("https://pact.buyer.example/")
    ('https://pact.buyer.example', 'https://pact.buyer.example')
    """
    return source.removesuffix("/").removesuffix("/3/events").removesuffix("/")


def read_exchange(table: Table) -> ExchangeConfig | None:
    """The section of that name; None where there is none. Raises Refused."""
    if not table:
        return None
    address = parse_address(table.text("listen"))
    if address is None:
        expected = "an address and a port, such as 127.0.0.1:9443"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="listen", expected=expected))
    partners = tuple(map(_partner, table.tables("partner")))
    clients = tuple(map(_client, table.tables("client")))
    config = ExchangeConfig(address, _url(table), partners, read_reach(table), clients)
    table.end()
    seen: set[tuple[str, str]] = set()
    for number, partner in enumerate(config.partners):
        key = (partner.client, source_url(partner.url))
        if key in seen:
            raise Refused(CONFIG_REPEATED_NAME(*table.place, "partner", str(number), key="url", name=partner.url))
        seen.add(key)
    for number, one in enumerate(clients):
        if one.client in (other.client for other in clients[:number]):
            raise Refused(CONFIG_REPEATED_NAME(*table.place, "client", str(number), key="client", name=one.client))
    return config


def _client(table: Table) -> ClientConfig:
    client = ClientConfig(table.name("client"), table.texts("products") or ())
    table.end()
    if not client.products or not all(client.products):
        expected = 'what product ids begin with, such as ["urn:gtin:0401234"]'
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="products", expected=expected))
    return client


def _partner(table: Table) -> PartnerConfig:
    partner = PartnerConfig(table.name("client"), _url(table), table.text("client-id"), table.text("client-secret"))
    table.end()
    if ":" in partner.client_id or not partner.client_id.isascii():  # HTTP Basic ends the name there (RFC 7617)
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="client-id", expected="ASCII without ':'"))
    return partner


def _url(table: Table) -> str:
    url = table.text("url").rstrip("/")
    if not URL.fullmatch(url) or urlsplit(url).hostname is None:
        expected = "a URL without a query, such as https://pact.example.org"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="url", expected=expected))
    return url
