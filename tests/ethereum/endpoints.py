"""A faulty endpoint: a proxy of a real one, on loopback, that changes requests or answers as a test says."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from carbonseal_devnet.ethereum.network import Network

Answer = Callable[[], Any]  # asks the real endpoint
Change = Callable[[str, list[Any], Answer], Any]  # method, parameters


@contextmanager
def before(network: Network, change: Change) -> Iterator[str]:
    """`change(method, params, answer)` returns the JSON to give, bytes to give as they are, an HTTP status (perhaps with the
    seconds of a Retry-After), or None to hang up. `answer()` asks the real endpoint."""

    address = urllib.parse.urlsplit(network.endpoint).netloc

    class Handler(BaseHTTPRequestHandler):
        """A connection of a client, and one to the real endpoint."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are sent one after the other

        def handle(self) -> None:
            with closing(http.client.HTTPConnection(address, timeout=30)) as self.real:
                super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = json.loads(body)

            def answer() -> Any:
                self.real.request("POST", "/", body, {"Content-Type": "application/json"})
                return json.load(self.real.getresponse())

            given = change(asked["method"], asked["params"], answer)
            if given is None:
                self.close_connection = True
                return
            if isinstance(given, int):
                self.send_error(given)
                return
            if isinstance(given, tuple):
                self.send_response(given[0])
                self.send_header("Retry-After", str(given[1]))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            sent = given if isinstance(given, bytes) else json.dumps(given).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
