"""What the documents say of messages: the program of the page verifies them, and the specification's example is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook

from carbonseal.instants import from_seconds
from carbonseal.node.webhooks.delivery.signing import decode_secret, new_secret, signed_headers
from carbonseal.node.webhooks.events import Event, EventType
from tests.node.webhooks.receiving import START
from tests.repository.sources import REPOSITORY

PAGE = (REPOSITORY / "docs" / "webhooks.md").read_text("utf-8")
SPEC = (REPOSITORY / "docs" / "spec.md").read_text("utf-8")
EVENT = Event(EventType.FINAL, "log.example/ü 1", "sim:1/7", int(START), {"kind": "anchor", "size": 7})


@pytest.fixture
def verify() -> Callable[..., Any]:
    """The function of the page."""
    program = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(program[0], names)
    function: Callable[..., Any] = names["verify"]
    return function


def message(*secrets: str) -> tuple[dict[str, str], bytes]:
    body = EVENT.encode(1)
    keys = [key for secret in secrets if (key := decode_secret(secret))]
    return signed_headers(EVENT.id, int(START), body, keys), body


def test_the_page_verifies_what_is_sent_as_the_library_does(verify: Callable[..., Any]) -> None:
    old, new = new_secret(), new_secret()
    headers, body = message(new, old)
    for secret in (old, new):
        assert verify(secret, headers, body, START + 299)["data"] == EVENT.data
        signature = Webhook(secret).sign(EVENT.id, from_seconds(START), body.decode())
        assert signature in headers["webhook-signature"].split(" ")


def test_the_page_refuses_everything_else(verify: Callable[..., Any]) -> None:
    secret = new_secret()
    headers, body = message(secret)
    wrong = [
        (new_secret(), headers, body, START),
        (secret, headers, body.replace(b"7", b"8"), START),
        (secret, {**headers, "webhook-id": "msg_1"}, body, START),
        (secret, {**headers, "webhook-timestamp": str(int(START) + 1)}, body, START),
        (secret, headers, body, START + 301),
        (secret, headers, body, START - 301),
    ]
    for arguments in wrong:
        with pytest.raises(ValueError, match=r"secret's|old"):
            verify(*arguments)


def test_the_example_of_the_specification() -> None:
    digest = "5f0c" + "0" * 60
    event = Event(
        EventType.REVOKED, "log.example.org/2026", digest, 1796000000, {"kind": "passport", "credential": digest}
    )
    body = event.encode(7)
    headers = signed_headers(event.id, 1796000003, body, [bytes(range(32))])
    assert body.decode() in SPEC
    for name, value in headers.items():
        assert f"{name}: {value}\n" in SPEC


def test_the_page_has_every_type() -> None:
    named = set(
        re.findall(r"`([a-z]+)`", " ".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")))
    )
    told = {type_.value for type_ in EventType} - {"test"}
    assert told <= named | set(re.findall(r"carbonseal\.([a-z]+)", PAGE))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_AAAA", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_%%%"]
)
def test_what_is_no_secret(secret: str) -> None:
    assert decode_secret(secret) is None
