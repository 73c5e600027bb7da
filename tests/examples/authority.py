"""A real time-stamp authority (RFC 3161) on loopback: `openssl ts` behind an HTTP server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SETTINGS = """
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = Example time-stamp authority
[extensions]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = settings
[settings]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256
{accuracy}
"""
ACCURACY = "accuracy = secs:1, millisecs:500"
NEW_KEY = {"rsa": ("-newkey", "rsa:2048"), "ec": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")}


@dataclass
class Authority:
    """`url` takes queries; the certificate is in `folder`/tsa.pem. While `down`, it answers 503."""

    url: str
    folder: Path
    down: bool = False

    def answer(self, query: bytes) -> bytes:
        """The TimeStampResp that openssl gives."""
        (self.folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query"]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True).stdout


@contextmanager
def served(folder: Path, kind: str = "rsa", digest: str = "sha256", accuracy: str = ACCURACY) -> Iterator[Authority]:
    """An authority with a new key, until the block ends. Without `accuracy` it states none: what it stamped existed at once."""
    (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder, digest=digest, accuracy=accuracy), encoding="ascii")
    (folder / "serial").write_text("01\n", encoding="ascii")
    make = [
        "openssl",
        "req",
        "-x509",
        *NEW_KEY[kind],
        "-nodes",
        "-keyout",
        "tsa.key",
        "-out",
        "tsa.pem",
        "-days",
        "36500",
    ]
    subprocess.run([*make, "-config", "tsa.cnf"], cwd=folder, check=True, capture_output=True)
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with one_at_a_time:
                body = b"" if authority.down else authority.answer(query)
            self.send_response(503 if authority.down else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority = Authority(f"http://127.0.0.1:{server.server_port}/", folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
