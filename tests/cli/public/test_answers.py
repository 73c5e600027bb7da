"""Requests of the base install, against hostile servers: each answer is bounded in time and memory, and refused in words."""

from __future__ import annotations

import gzip
import itertools
import threading
import tracemalloc
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbonseal.cli.public import answers
from carbonseal.cli.public.answers import NoAnswer, UnusableAnswer, get, is_address, post
from tests.cli.public.servers import answering, answering_by_tls, certified, sending

OK = b"HTTP/1.1 200 OK\r\n"
MIB = 1 << 20


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST", MIB)


def asked(pieces: Iterable[bytes]) -> str:
    """Why what a server sends is refused."""
    with sending(pieces) as url, pytest.raises((NoAnswer, UnusableAnswer)) as refused:
        get(url, "application/json")
    return f"{type(refused.value).__name__}: {refused.value}"


def test_a_body_without_end() -> None:
    body = itertools.chain([OK + b"\r\n"], itertools.repeat(b" " * 65536))
    assert asked(body) == f"UnusableAnswer: with more than {MIB} bytes"


def test_a_body_without_end_in_chunks() -> None:
    chunks = itertools.repeat(b"10000\r\n" + b" " * 65536 + b"\r\n")
    body = itertools.chain([OK + b"Transfer-Encoding: chunked\r\n\r\n"], chunks)
    assert asked(body) == f"UnusableAnswer: with more than {MIB} bytes"


@pytest.mark.parametrize(
    "length",
    ["Content-Length: 9999999999999999", "Transfer-Encoding: chunked", "Content-Length: -1", "Content-Length: x"],
)
def test_a_length_is_only_announced(length: str) -> None:
    """What is not there is not waited for in memory: neither a body, nor a chunk of 2^60 bytes."""
    tracemalloc.start()
    try:
        start = b"fffffffffffffff\r\n" if "chunked" in length else b""
        assert asked([OK + length.encode() + b"\r\n\r\n" + start + b" " * (2 * MIB)])
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "begun", [b"", b"H", OK, OK + b"\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n", b"HTTP/1.1 302 Found\r\n\r\n"]
)
def test_a_server_that_never_lets_go(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte by byte, before the answer, in its header fields, in its body, and in the body of a refusal."""

    def drip() -> Iterable[bytes]:
        yield begun
        pause = threading.Event()
        while not pause.wait(0.02):
            yield b"" if not begun else b"A" if begun == OK else b" "

    monkeypatch.setattr(answers, "LONGEST", 0.2)
    assert "did not come within" in asked(drip())


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-server\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n",
        OK + b"X: x\r\n" * 200 + b"\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"Content-Length: 10\r\n\r\nabc",
    ],
)
def test_what_is_no_answer(sent: bytes) -> None:
    assert asked([sent]).startswith("NoAnswer: ")


FIELDS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 302 Found",
        b"HTTP/1.1 100 Continue",
        b"HTTP/1.1 304",
        b"HTTP/9.9 599 \xff\xfe",
        b"Content-Length: 5",
        b"Content-Length: 99",
        b"Transfer-Encoding: chunked",
        b"Content-Encoding: gzip",
        b"Location: /\xe9",
        b"Location: http://127.0.0.1:1]/",
        b"Location: \x00",
        b": ",
        b" folded",
        b"",
        b"5\r\nhello",
        b"0",
        b"{}",
    ]
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FIELDS | st.binary(max_size=20), max_size=8))
def test_whatever_a_server_sends_is_an_answer_or_refused(lines: list[bytes]) -> None:
    with sending([b"\r\n".join([*lines, b"", b""])]) as url, suppress(NoAnswer, UnusableAnswer):
        assert get(url, "application/json").body is not None


def test_nothing_is_unpacked() -> None:
    bomb = gzip.compress(bytes(16 * MIB))
    head = OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
    for encoding in (b"gzip", b"x-gzip", b"br", b"identity, gzip"):
        assert "which was not asked for" in asked([head % (encoding, len(bomb)) + bomb])
    with sending([head % (b"identity", len(bomb)) + bomb]) as url:
        assert get(url, "application/json").body == bomb


def redirected(location: str) -> str:
    return asked([b"HTTP/1.1 302 Found\r\nLocation: " + location.encode() + b"\r\nContent-Length: 0\r\n\r\n"])


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/p/x",
        "//elsewhere.example/p/x",
        "http://127.0.0.1:1/",
        "https://127.0.0.1/",
        "http://user@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "data:application/json,{}",
        "http://[",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_to_elsewhere_is_named_and_not_followed(location: str) -> None:
    assert "which is not followed: name that address" in redirected(location)


def test_a_redirect_in_a_circle_ends() -> None:
    assert redirected("/again") == "UnusableAnswer: with more than 3 redirects"


def test_a_redirect_on_the_same_host_is_followed() -> None:
    moved = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /p/there\r\nContent-Length: 0\r\n\r\n"
    turns = iter([[moved], [OK + b"Content-Length: 2\r\n\r\n{}"]])
    with sending(itertools.chain.from_iterable(turns), one_each=True) as url:
        assert get(url + "/p/here", "application/json").body == b"{}"


def test_a_post_is_never_redirected() -> None:
    with answering(307, b"", Location="/elsewhere") as (url, paths):
        assert post(url + "/v1", b"{}", "application/json").status == 307
    assert paths == ["/v1"]


def test_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = certified(tmp_path)
    with answering_by_tls(context, 200, b"{}") as (url, paths):
        with pytest.raises(NoAnswer, match=r"not trusted: self-signed certificate \(SSL_CERT_FILE"):
            get(url, "application/json")
        assert paths == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert get(url, "application/json").body == b"{}"
        with pytest.raises(NoAnswer, match="certificate"):
            get(url.replace("127.0.0.1", "localhost"), "application/json")


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://id.example/p/x?y=z", True),
        ("HTTP://[::1]:80/", True),
        ("https://id.example/#a", False),
        ("https://u:p@id.example/", False),
        ("https://@id.example/", False),
        ("https://id.example/a b", False),
        ("https://id.example/\r\nX: y", False),
        ("https://id.example/é", False),
        ("https://id.example:0/", False),
        ("https://id.example:99999/", False),
        ("https://[/", False),
        ("https:///p", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_addresses(url: str, is_one: bool) -> None:
    assert is_address(url) is is_one
