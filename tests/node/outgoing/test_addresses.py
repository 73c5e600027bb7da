"""Addresses that a receiver may have, and those behind which the node's own network is."""

from __future__ import annotations

import pytest

from carbonseal.node.outgoing.addresses import is_public, read_address

INSIDE = (
    *(
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.1.2.3",
        "168.63.129.16",
        "169.254.169.254",
    ),
    *(
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
    ),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1"),
    *(
        "::ffff:169.254.169.254",
        "::ffff:7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "fc00::1",
        "fd00:ec2::254",
    ),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("2002:a9fe:a9fe::", "3fff::1", "5f00::1"),
)
PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.167.0.1", "223.255.255.1", "2606:4700::1111"),
    *("2a00:1450::1", "::ffff:8.8.8.8"),
)


@pytest.mark.parametrize("text", INSIDE)
def test_inside(text: str) -> None:
    assert not is_public(read_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(read_address(text))
