"""The section `[oidc]`: what it says, and what it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.oidc.config import USUAL, OidcConfig
from carbonseal.node.config import parse
from carbonseal.node.config_file import render
from tests.nodes import log_config, settings

BARE = settings(log_config())
ISSUER = 'issuer = "https://login.example.org/realms/acme"\n'


def read(section: str) -> OidcConfig | None:
    return parse(render(BARE) + section).oidc


def test_what_it_says_is_read_and_written() -> None:
    assert read("") is None
    usual = read(f'[oidc]\n{ISSUER}audience = "carbonseal"\n')
    assert usual == OidcConfig("https://login.example.org/realms/acme", "carbonseal", USUAL)
    whole = OidcConfig("http://127.0.0.1:8080", "a", ("ES384",), "keys.json", "ca.pem", loopback_http=True)
    for one in (usual, whole):
        assert parse(render(replace(BARE, oidc=one))).oidc == one


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ('audience = "a"', "issuer"),
        (ISSUER, "audience"),
        (ISSUER + 'audience = ""', "audience"),
        ('issuer = "http://login.example.org"\naudience = "a"', "issuer"),
        ('issuer = "http://login.example.org"\naudience = "a"\nloopback-http = true', "issuer"),
        ('issuer = "http://127.0.0.1"\naudience = "a"', "issuer"),
        ('issuer = "https://u:p@login.example.org"\naudience = "a"', "issuer"),
        ('issuer = "https://login.example.org/?a=b"\naudience = "a"', "issuer"),
        ('issuer = "https://login.example.org/#a"\naudience = "a"', "issuer"),
        ('issuer = "login.example.org"\naudience = "a"', "issuer"),
        (ISSUER + 'audience = "a"\nalgorithms = ["HS256"]', "algorithms"),
        (ISSUER + 'audience = "a"\nalgorithms = ["RS256", "none"]', "algorithms"),
        (ISSUER + 'audience = "a"\nloopback-http = "yes"', "loopback-http"),
        (ISSUER + 'audience = "a"\nscopes = "admin"', "scopes"),
    ],
)
def test_what_it_must_not_say(section: str, key: str) -> None:
    with pytest.raises(Refused) as refused:
        read(f"[oidc]\n{section}\n")
    assert refused.value.finding.code.name.startswith("config.")
    assert f"{key}" in refused.value.finding.message
    assert refused.value.finding.place == ("node.toml", "oidc")
