"""One message to one receiver: what receivers, name services and certificates may do to a node."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.node.webhooks.codes import WEBHOOK_ADDRESS, WEBHOOK_URL
from carbonseal.node.webhooks.delivery.machine import Accepted, Failed, Outcome
from carbonseal.node.webhooks.delivery.sending import Sender, check_url
from carbonseal.node.webhooks.settings import PUBLIC_ONLY, WebhookConfig
from tests.node.webhooks.receiving import Receiver, receiving, run
from tests.service.access.test_tls import CHAIN, KEY, write

LOOPBACK = WebhookConfig((ipaddress.ip_network("127.0.0.0/8"),))
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def names(*answers: list[str]) -> Callable[[str, int], list[Any]]:
    """A name service that gives these answers, one after the other, and the last for ever."""
    left = list(answers)

    def lookup(_host: str, port: int) -> list[Any]:
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return lookup


def absent(reason: str) -> Failed:
    return Failed(reason, is_absent=True)


async def post(url: str, settings: WebhookConfig = LOOPBACK, **options: Any) -> Outcome:
    sender = Sender(url, settings, None, **{"timeout": 5.0, **options})
    try:
        return await sender.post(b"{}", {"webhook-id": "msg_1"})
    finally:
        await sender.close()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server that does with connections whatever it likes."""
    opened: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        await handler(reader, writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for writer in opened:
            writer.transport.abort()
        await asyncio.sleep(0)


# --- where it goes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1/", WEBHOOK_ADDRESS),
        ("https://[::1]/", WEBHOOK_ADDRESS),
        ("https://[::ffff:10.0.0.1]:8443/", WEBHOOK_ADDRESS),
        ("https://169.254.169.254/latest/meta-data/", WEBHOOK_ADDRESS),
        ("http://erp.example.org/", WEBHOOK_URL),
        ("ftp://erp.example.org/", WEBHOOK_URL),
        ("file:///etc/passwd", WEBHOOK_URL),
        ("https:///nowhere", WEBHOOK_URL),
        ("https://erp.example.org:99999/", WEBHOOK_URL),
        ("https://user:word@erp.example.org/", WEBHOOK_URL),
        ("https://erp.example.org/#fragment", WEBHOOK_URL),
        ("https://erp.example.org/a b", WEBHOOK_URL),
        ("https://erp.example.org/\r\nHost: other", WEBHOOK_URL),
        ("https://erp.example.org/" + "a" * 1000, WEBHOOK_URL),
        ("https://[::1/", WEBHOOK_URL),
    ],
)
def test_urls_that_no_receiver_has(url: str, code: Any) -> None:
    with pytest.raises(Refused) as refused:
        check_url(url, PUBLIC_ONLY)
    assert refused.value.finding.code == code


@pytest.mark.parametrize(
    "url", ["https://erp.example.org/hooks?key=1", "https://8.8.8.8:8443/", "https://xn--bcher-kva.example/"]
)
def test_urls_that_one_may_have(url: str) -> None:
    check_url(url, PUBLIC_ONLY)


def test_what_is_not_allowed_is_not_connected_to() -> None:
    """Whatever the name is: an address in another spelling, or a name that leads inside."""

    async def attack() -> None:
        async with receiving(Receiver()) as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            for host in ("127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost", "[::ffff:127.0.0.1]"):
                outcome = await post(f"http://{host}:{port}/", PUBLIC_ONLY)
                assert isinstance(outcome, Failed), host
            inside = await post(f"http://inside.example:{port}/", PUBLIC_ONLY, lookup=names(["127.0.0.1"]))
            assert inside == absent("its address is not public, and [webhooks] of node.toml does not allow it")
            assert receiver.messages == []

    run(attack())


def test_a_name_that_leads_elsewhere_meanwhile() -> None:
    """DNS rebinding: the first answer is allowed, every later one is not. What is connected to is what was looked up for it."""

    async def attack() -> None:
        async with receiving(Receiver()) as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            other = WebhookConfig((ipaddress.ip_network("127.0.0.2/32"),))
            lookup = names(["127.0.0.2"], ["127.0.0.1"])
            sender = Sender(f"http://rebind.example:{port}/", other, None, lookup=lookup, timeout=5.0)
            assert isinstance(await sender.post(b"{}", {}), Failed)  # nobody listens there
            for _ in range(3):
                assert isinstance(await sender.post(b"{}", {}), Failed)
            await sender.close()
            assert receiver.messages == []

    run(attack())


def test_of_several_addresses_only_those_that_are_allowed() -> None:
    async def work() -> None:
        async with receiving(Receiver()) as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            only = WebhookConfig((ipaddress.ip_network("127.0.0.1/32"),))
            lookup = names(["10.255.255.1", "169.254.169.254", "127.0.0.1"])
            assert await post(f"http://several.example:{port}/", only, lookup=lookup) == Accepted()
            assert len(receiver.messages) == 1

    run(work())


def test_plain_http_goes_nowhere_public() -> None:
    outcome = run(post("http://public.example/", LOOPBACK, lookup=names(["8.8.8.8"])))
    assert outcome == absent("plain http is for networks that [webhooks] of node.toml allows")


def test_redirects_are_not_followed() -> None:
    async def attack() -> None:
        async with receiving(Receiver()) as inside:
            for status in (301, 302, 303, 307, 308):
                async with receiving(Receiver(status, {"Location": inside.url})) as receiver:
                    assert await post(receiver.url) == Failed(f"answered {status}: redirects are not followed")
            assert inside.messages == []

    run(attack())


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with receiving(Receiver()) as receiver:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, "http://127.0.0.1:9")
            assert await post(receiver.url) == Accepted()

    run(work())


# --- what comes back ---------------------------------------------------------------------------------------------------


def test_a_huge_answer_is_not_read() -> None:
    """A gibibyte is announced, and comes as fast as it is taken: nothing of it is."""
    sent = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        try:
            for _ in range(16_384):
                writer.write(bytes(65_536))
                sent += 65_536
                await writer.drain()
        except ConnectionError:
            pass

    async def attack() -> None:
        async with serving(answer) as url:
            assert await post(url) == Accepted()

    run(attack())
    assert sent < 16 << 20  # buffers of the machine


def test_slow_and_endless_answers_end() -> None:
    """One that says nothing, one a byte at a time, one with endless headers, one that is no HTTP."""

    async def nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def drops(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass

    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for number in range(1_000_000):
                writer.write(b"X-%d: %s\r\n" % (number, b"a" * 4096))
                await writer.drain()
        except ConnectionError:
            pass

    async def other(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    async def attack() -> None:
        for handler in (nothing, drops, endless, other):
            async with serving(handler) as url:
                outcome = await post(url, timeout=0.3)
                assert isinstance(outcome, Failed), handler
                assert "127.0.0.1" not in outcome.reason

    run(attack())


def test_a_name_service_that_hangs_holds_one_thread() -> None:
    asked, go_on = [], threading.Event()

    def hanging(host: str, _port: int) -> list[Any]:
        asked.append(host)
        go_on.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    async def attack() -> None:
        sender = Sender("http://hanging.example/", LOOPBACK, None, lookup=hanging, timeout=0.05)
        for _ in range(5):
            assert await sender.post(b"{}", {}) == absent("no answer within 0.05 seconds")
        assert len(asked) == 1
        await asyncio.to_thread(lambda: None)  # others' threads are free
        go_on.set()
        await sender.close()

    run(attack())


def test_no_reason_tells_the_url() -> None:
    async def work() -> None:
        url = "http://127.0.0.1:1/secret-path?key=secret"
        for outcome in (await post(url), await post(url, PUBLIC_ONLY), await post(url.replace("127", "no-name"))):
            assert isinstance(outcome, Failed)
            assert "secret" not in outcome.reason
            assert "127.0.0.1" not in outcome.reason

    run(work())


# --- TLS -----------------------------------------------------------------------------------------------------------------


def test_the_certificate_is_verified(tmp_path: Path) -> None:
    """Its name, and who made it: this machine's authorities, or the operator's."""
    write(tmp_path, "hooks.example")
    server, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    server.load_cert_chain(tmp_path / CHAIN, tmp_path / KEY)
    trusting.load_verify_locations(tmp_path / CHAIN)

    async def work() -> None:
        async with receiving(Receiver(), server) as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            for name, context, outcome in (
                ("hooks.example", trusting, Accepted()),
                ("hooks.example", None, absent("its certificate is not trusted, or is another name's")),
                ("other.example", trusting, absent("its certificate is not trusted, or is another name's")),
            ):
                url = f"https://{name}:{port}/"
                sender = Sender(url, LOOPBACK, context, lookup=names(["127.0.0.1"]), timeout=5.0)
                assert await sender.post(b"{}", {}) == outcome
                await sender.close()
            assert len(receiver.messages) == 1

    run(work())
