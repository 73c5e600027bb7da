"""The way of a label: a node issues and serves, a label is printed, a camera reads it, and what it says is verified."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from carbonseal.service.listeners import Listener
from tests.cli.commands.issuing.pictures import decoded, read_png, turned
from tests.cli.test_way import carbonseal, good

NAME = "id.example.com"
REQUEST = """
issuer = "maker"
subject = "urn:example:reader"
name = "Door reader"
identifiers = ["https://id.gs1.org/01/09506000134352"]
records = [{{role = "footprint", commitment = "{commitment}"}}]
batch = {{number = "L/7", quantity = 500, unit = "piece", serials = ["0001", "0002"]}}
"""


@contextmanager
def public(directory: Path) -> Iterator[str]:
    """Where the public listener of a node is, as long as the block lasts."""
    url: list[str] = []
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with Node.open(directory) as node, serving(node, listener=Listener.PUBLIC, hosts=[NAME]) as at:
            url.append(at)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield url[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def status(url: str, path: str, host: str) -> int:
    """The status of a GET, as a proxy passes it on."""
    address, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((address, int(port))) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


def test_from_a_label_to_a_verdict(tmp_path: Path) -> None:
    node, passport, label = (tmp_path / name for name in ("node", "reader.json", "label.png"))
    good("init", node, "--origin", "certifier.example/label", "--issuer", "maker did:web:maker.example")
    (tmp_path / "record.json").write_text('{"kilograms": "12.50"}')
    commitment = good("seal", node, tmp_path / "record.json", "--profile", "json/1").split()[0]
    (tmp_path / "request.toml").write_text(REQUEST.format(commitment=commitment))
    good("passport", "issue", node, "--request", tmp_path / "request.toml", "-o", passport)
    good("passport", "qr", passport, "--base", f"https://{NAME}", "--serial", "0002", "-o", label)
    (scanned,) = decoded(turned(read_png(label.read_bytes()), 7, 300))
    digest = parse(passport.read_bytes()).root.hex()
    assert scanned == f"https://{NAME}/01/09506000134352/10/L%2F7/21/0002?digest={digest}"

    with public(node) as url:
        path = scanned.removeprefix(f"https://{NAME}")
        assert [status(url, path, host) for host in (NAME, "elsewhere.example")] == [200, 421]
        assert status(url, path.partition("?")[0], NAME) == 404
        told = carbonseal("verify", url + path)
        assert told.status == 3  # without a policy
        assert "[carrier.digest]" in told.out
        assert "carrier.other" not in told.out
        other = carbonseal("verify", url + path.replace("/21/0002", "/21/0003"), "--json")
        assert re.findall(r'"code":"(carrier\.[a-z-]+)"', other.out) == ["carrier.digest", "carrier.other-goods"]
        missing = carbonseal("verify", url + path.replace(digest, "0" * 64))
        assert missing.status == 1
        assert "HTTP status 404: this node has issued no passport with that digest" in missing.out
