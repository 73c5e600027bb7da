"""Addresses that a node may be sent to connect to: public unicast ones, and those that the operator allows. Pure.

A receiver's URL is another's choice. Without this rule the node would reach, for whoever names one, what only its own network
reaches: services on loopback, machines behind the firewall, the metadata of a cloud. What is asked about is the address that a
connection is made to, after its name was looked up: no name service decides anything.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What is not public: IANA's special-purpose registries (RFC 6890), written out, for Python's own list changes with its version.
_SPECIAL: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # metadata of a cloud, at an address that looks public
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
            "2001::/23",  # Teredo, ORCHID, benchmarking
            "2001:db8::/32",
            "2002::/16",  # 6to4: leads to an IPv4 address of any sort
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out; NAT64, mapped and local ones are elsewhere


def read_address(text: str) -> Address:
    """An address as a socket has it, an IPv4-mapped one as the IPv4 address that it is. Raises ValueError."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Whether everybody may be there."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return not is_among(address, _SPECIAL)


def is_among(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks has the address."""
    return any(address in network for network in networks)
