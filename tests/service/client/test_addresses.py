"""Where a client sends a token to, and where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.service.client.remote import RemoteNode


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("node.example.org", "client.malformed-address"),
        ("ftp://node.example.org", "client.malformed-address"),
        ("https://", "client.malformed-address"),
        ("https://anna:secret@node.example.org", "client.malformed-address"),
        ("https://node.example.org/?token=secret", "client.malformed-address"),
        ("https://node.example.org:x", "client.malformed-address"),
        ("http://node.example.org", "client.token-in-clear"),
        ("http://127.0.0.1.example.org", "client.token-in-clear"),
        ("http://192.0.2.1", "client.token-in-clear"),
    ],
)
def test_an_address_that_no_token_is_sent_to(url: str, expected: str) -> None:
    with pytest.raises(Refused) as refused:
        RemoteNode(url, token="secret")
    assert refused.value.finding.code.name == expected
    assert "secret" not in f"{refused.value.finding.message}{refused.value.finding.remedy}"


def test_where_a_token_may_go(tmp_path: Path) -> None:
    for url in (
        "https://node.example.org/carbonseal/",
        "http://127.0.0.1:9100",
        "http://[::1]:9100",
        "http://localhost",
    ):
        assert RemoteNode(url, token="secret").url == url.rstrip("/")
    assert RemoteNode("http://192.0.2.1").url == "http://192.0.2.1"
    with pytest.raises(Refused) as refused:
        RemoteNode("https://node.example.org", authorities=tmp_path / "none.pem")
    assert refused.value.finding.code.name == "client.authorities-unusable"
