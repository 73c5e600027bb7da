"""What of an address may be shown: never what may be an access key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.keys.endpoints import origin, redacted, redirected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ethereum+https://rpc.example/v3/KEY", "ethereum+https://rpc.example"),
        ("ethereum+https://user:PASS@RPC.example.:443?key=KEY#KEY", "ethereum+https://rpc.example"),
        ("ethereum+http://127.0.0.1:8545", "ethereum+http://127.0.0.1:8545"),
        ("ethereum+http://[::1]:8545/KEY", "ethereum+http://[::1]:8545"),
        ("fabric+grpcs://peer0.org1.example:7051", "fabric+grpcs://peer0.org1.example:7051"),
        ("tlog+https://log.example:443/v1/logs/default", "tlog+https://log.example"),
        ("sim+file:///home/KEY", "sim+file://…"),
        ("http://host:KEY/", "http://…"),
        ("KEY", "…"),
        ("", "…"),
    ],
)
def test_scheme_host_and_port_remain(address: str, expected: str) -> None:
    assert redacted(address) == expected


@given(st.text())
def test_any_text_can_be_redacted(text: str) -> None:
    assert len(redacted(f"https://{text}@host.example/{text}")) < 1000
    try:
        stored = origin(text)
    except ValueError:
        assert "…" in redacted(text)
    else:
        assert redacted(text) == stored == origin(stored)


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://rpc.example/key", "https://rpc.example"),
        ("//other.example:8545/key", "http://other.example:8545"),
        ("/key", "another path there"),
        ("", "another path there"),
        ("https://user:word@other.example:99999/", "https://…"),
        ("http://[", "no address"),
    ],
)
def test_where_a_redirect_leads_is_said_without_keys(location: str, place: str) -> None:
    assert f"a redirect to {place}, which is" in redirected("http://rpc.example/key", 301, location)
