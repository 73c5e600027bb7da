"""Settings `[listen]` of `node.toml`: the addresses that a node answers at, and the names by which it is called."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from carbonseal.findings import Refused

from .codes import CONFIG_WRONG_VALUE
from .toml_tables import Table


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener listens: an IP address or a name of this machine, and a port (0: a free one)."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP address, or `localhost`, which is one everywhere."""
        try:
            return bool(ipaddress.ip_address(self.host))
        except ValueError:
            return self.host == "localhost"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it. Of names, `localhost` alone."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


PRIVATE = Address("127.0.0.1", 9100)


@dataclass(frozen=True, slots=True)
class ListenConfig:
    """`[listen]`. Without an address a listener is not there; the private one has all routes."""

    private: Address = PRIVATE
    public: Address | None = None
    admin: Address | None = None
    certificate: str = ""  # path of a chain in PEM; empty: no TLS
    certificate_key: str = ""  # path of its key
    hosts: tuple[str, ...] = ()  # names that a request's Host may have, beside localhost and IP addresses
    connections: int = 4096  # open at one time, of each listener
    connections_each: int = 512  # of one address; 0: as many as there are


STANDARD = ListenConfig()


def parse_address(text: str) -> Address | None:
    """`127.0.0.1:9100`, `[::1]:9100` or `localhost:9100`; None where it is none of these."""
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.netloc != text or parts.username is not None:
        return None
    return Address(parts.hostname, port)


def read_listen(table: Table) -> ListenConfig:
    """The section of that name. Raises Refused."""
    listen = ListenConfig(
        private=_address(table, "private") or PRIVATE,
        public=_address(table, "public"),
        admin=_address(table, "admin"),
        certificate=table.text("certificate", ""),
        certificate_key=table.text("certificate-key", ""),
        connections=table.count("connections", STANDARD.connections),
        connections_each=table.count("connections-each", STANDARD.connections_each, least=0),
        hosts=tuple(name.lower() for name in table.texts("hosts") or ()),
    )
    table.end()
    if bool(listen.certificate) != bool(listen.certificate_key):
        expected = "there where certificate is, and only there"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="certificate-key", expected=expected))
    for name in listen.hosts:
        if not name or urlsplit(f"//{name}").hostname != name:
            expected = "a list of names without ports, such as passports.example.org"
            raise Refused(CONFIG_WRONG_VALUE(*table.place, key="hosts", expected=expected))
    return listen


def _address(table: Table, key: str) -> Address | None:
    text = table.text(key, "")
    if not text:
        return None
    address = parse_address(text)
    if address is None:
        expected = "an address and a port, such as 127.0.0.1:9100"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key=key, expected=expected))
    return address
