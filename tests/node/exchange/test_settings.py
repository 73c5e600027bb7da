"""Settings `[pact]`: read, written, and refused with their place."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import pytest

from carbonseal.findings import Refused
from carbonseal.node.config import parse
from carbonseal.node.config_file import render
from carbonseal.node.exchange.settings import ClientConfig, ExchangeConfig, PartnerConfig
from carbonseal.node.listen_config import Address
from carbonseal.node.outgoing.reach import Reach
from tests.nodes import settings

PARTNER = PartnerConfig("buyer", "https://pact.buyer.example/base", "our id", "file:keys/buyer.secret")
CLIENT = ClientConfig("buyer", ("urn:gtin:0401234", "urn:x:"))
REACH = Reach((ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/8")), "authorities.pem")
PACT = ExchangeConfig(Address("0.0.0.0", 9443), "https://pact.example.org", (PARTNER,), REACH, (CLIENT,))


@pytest.mark.parametrize("pact", [None, PACT, ExchangeConfig(PACT.listen, PACT.url)], ids=["none", "all", "least"])
def test_what_is_written_is_read(pact: ExchangeConfig | None) -> None:
    config = replace(settings(), pact=pact)
    assert parse(render(config)) == config


def test_a_partner_is_known_by_client_and_source() -> None:
    for source in ("", "/", "/3/events", "/3/events/"):
        assert PACT.partner("buyer", PARTNER.url + source) == PARTNER
    for client, source in (("other", PARTNER.url), ("buyer", "https://pact.buyer.example"), ("buyer", "")):
        assert PACT.partner(client, source) is None


LEAST = '[pact]\nlisten = "127.0.0.1:9443"\nurl = "https://pact.example.org"\n'
ONE = '[[pact.partner]]\nclient = "a"\nurl = "https://a.example"\nclient-id = "x"\nclient-secret = "env:X"\n'


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('[pact]\nurl = "https://a.example"\n', "config.missing-key", "pact"),
        ('[pact]\nlisten = "127.0.0.1:1"\n', "config.missing-key", "pact"),
        (LEAST.replace("9443", "x"), "config.wrong-value", "pact"),
        (LEAST.replace("https://", "ftp://"), "config.wrong-value", "pact"),
        (LEAST.replace('org"', 'org?q=1"'), "config.wrong-value", "pact"),
        (LEAST + 'allow = ["10.0.0.1/8"]\n', "config.wrong-value", "pact"),
        (LEAST + "colour = 1\n", "config.unknown-key", "pact"),
        (LEAST + ONE + ONE, "config.repeated-name", "partner"),
        (LEAST + ONE.replace('"x"', '"x:y"'), "config.wrong-value", "partner"),
        (LEAST + ONE.replace('client-id = "x"\n', ""), "config.missing-key", "partner"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(text: str, code: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(render(settings()) + "\n" + text)
    assert refused.value.finding.code.name == code
    assert place in refused.value.finding.place
