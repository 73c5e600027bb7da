"""Signers to test with: a peer that speaks Web3Signer's protocol strictly and lies on demand, and geth's own Clef."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from eth_account import Account

KEY = bytes.fromhex("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")
ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"
FIELDS = {"from", "to", "gas", "value", "nonce", "chainId", "data"}
FEES = ({"maxFeePerGas", "maxPriorityFeePerGas"}, {"gasPrice"})
QUANTITIES = {"gas", "value", "nonce", "chainId", "maxFeePerGas", "maxPriorityFeePerGas", "gasPrice"}


def signed(asked: Mapping[str, str | None], key: bytes = KEY, **changes: Any) -> str:
    """What a signer gives, by another implementation than ours: eth-account's."""
    fields: dict[str, Any] = {
        name: int(value, 16) if name in QUANTITIES else value
        for name, value in {**asked, **changes}.items()
        if name != "from" and value is not None
    }
    if "gasPrice" not in fields:
        fields["type"] = 2
    if "to" in fields:
        fields["to"] = bytes.fromhex(fields["to"][2:])
    return str(Account.sign_transaction(fields, key).raw_transaction.to_0x_hex())


def check_request(headers: Message, request: dict[str, Any], method: str) -> dict[str, str]:
    """JSON-RPC 2.0 and the transaction as execution-apis has it: nothing missing, nothing more, nothing left to guess."""
    assert headers["Content-Type"].startswith("application/json")
    assert request.keys() == {"jsonrpc", "id", "method", "params"}
    assert request["jsonrpc"] == "2.0"
    assert request["method"] == method
    asked: dict[str, str]
    (asked,) = request["params"]
    common = asked.keys() - FEES[0] - FEES[1]
    assert asked.keys() - common in FEES
    assert common in (FIELDS, FIELDS - {"to"})
    for name in QUANTITIES & asked.keys():
        assert asked[name] == hex(int(asked[name], 16))  # no leading zeros
    assert asked["from"] == ADDRESS
    assert asked["data"].startswith("0x")
    return asked


@contextmanager
def peer(method: str, answer: Callable[[dict[str, str]], Any]) -> Iterator[str]:
    """An endpoint that takes `method` alone. `answer(asked)` gives the result, an HTTP status, or raises; an event makes it
    wait. Yields its address; whatever was wrong with a request is raised at the end."""
    wrong: list[AssertionError] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                given = answer(check_request(self.headers, request, method))
            except AssertionError as error:
                wrong.append(error)
                given = 400
            if isinstance(given, threading.Event):
                given.wait(30)
                given = 503
            if isinstance(given, int):
                self.send_error(given)
                return
            reply = given if isinstance(given, dict) and "error" in given else {"result": given}
            body = (
                given
                if isinstance(given, bytes)
                else json.dumps({"jsonrpc": "2.0", "id": request["id"], **reply}).encode()
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
    assert not wrong, wrong


# --- Clef ----------------------------------------------------------------------------------------------------------

OPERATORS = Path(__file__).parents[2] / "docs" / "operators" / "keys.md"


def documented_rules(contract: str) -> str:
    """The rules that the operators' page gives, for their contract."""
    found = re.search("rules.js <<'END'\n(.*?)\nEND\n", OPERATORS.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1].replace("REGISTRY, IN LOWER CASE", contract)


def clef_program() -> str | None:
    return os.environ.get("CARBONSEAL_CLEF") or shutil.which("clef")


@contextmanager
def clef(
    program: str,
    folder: Path,
    port: int,
    chain_id: int,
    contract: str,
    calls: dict[str, str],
) -> Iterator[str]:
    """Clef with the account ADDRESS, which signs by the documented rules for a contract's `calls` (selectors and their
    signatures)."""
    rules, raw, known = folder / "rules.js", folder / "raw.key", folder / "4byte.json"
    rules.write_text(documented_rules(contract))
    raw.write_text(KEY.hex() + "\n")
    known.write_text(json.dumps(calls))
    options = [
        "--suppress-bootwarn",
        "--lightkdf",
        "--configdir",
        str(folder / "clef"),
        "--keystore",
        str(folder / "keys"),
    ]

    def run(*words: str, typed: str) -> None:
        subprocess.run([program, *options, *words], input=typed, text=True, check=True, capture_output=True, timeout=60)

    run("init", typed="master-password\n" * 2)
    run("importraw", str(raw), typed="key-password\n" * 2)
    run("setpw", ADDRESS, typed="key-password\n" * 2 + "master-password\n")
    run("attest", sha256(rules.read_bytes()).hexdigest(), typed="master-password\n")
    command = [program, *options, "--ipcdisable", "--http", "--http.port", str(port), "--chainid", str(chain_id)]
    command += ["--rules", str(rules), "--4bytedb-custom", str(known), "--auditlog", ""]
    log = (folder / "clef.log").open("w")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True)
    assert process.stdin is not None
    try:
        process.stdin.write("master-password\n")
        process.stdin.flush()
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        log.close()


def _wait(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError):
                return
        time.sleep(0.05)
    raise AssertionError("clef does not answer")
