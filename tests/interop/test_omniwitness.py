"""omniwitness (transparency-dev) cosigns a log of ours, through a real node; x/mod, formats and torchwood read what comes of it."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import Refused
from carbonseal.log.notes import Cosigner, Note, NoteSigner
from carbonseal.node.config import WitnessConfig
from carbonseal.node.node import Node
from carbonseal.node.secrets import make_key, verifier_of
from tests import nodes
from tests.interop.parts import ask, needed
from tests.service.nodes import free_port

SEED = b"o" * 32
NAME = "omniwitness.example/w1"
WITNESS = Cosigner(NAME, Ed25519PrivateKey.from_private_bytes(SEED))
STARTS = 30.0  # seconds


def private_key() -> str:
    """The witness's key as `golang.org/x/mod/sumdb/note` writes one."""
    key_id = NoteSigner(NAME, Ed25519PrivateKey.from_private_bytes(SEED)).verifier.key_id.hex()
    return f"PRIVATE+KEY+{NAME}+{key_id}+{base64.b64encode(bytes([1]) + SEED).decode()}"


@contextmanager
def omniwitness(folder: Path, origin: str, vkey: str) -> Iterator[str]:
    """The program, running, with one log in its configuration: its address."""
    program, port = needed("CARBONSEAL_OMNIWITNESS"), free_port()
    log = {"Origin": origin, "PublicKey": vkey, "URL": "http://127.0.0.1:9/", "Feeder": "none"}
    (folder / "logs.yaml").write_text(json.dumps({"Logs": [log]}))  # which is YAML
    (folder / "key").write_text(private_key())
    flags = {
        "additional_logs": folder / "logs.yaml",
        "db_file": folder / "w.db",
        "listen": f"127.0.0.1:{port}",
        "metrics_listen": "",
        "private_key_path": folder / "key",
    }
    command = [str(program), *(f"-{name}={value}" for name, value in flags.items())]
    with (folder / "omniwitness.log").open("w") as log_file:
        process = subprocess.Popen(command, stdout=log_file, stderr=log_file)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


async def sequence(node: Node) -> None:
    """Sequence what waits, which needs the witness: tried again while the program starts."""
    end = time.monotonic() + STARTS
    while True:
        try:
            await node.sequence()
            return
        except Refused:
            if time.monotonic() > end:
                raise


def test_omniwitness_cosigns_our_log(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """With a quorum of one, nothing is published before it has: three heads, a restart between the last two."""
    directory, log = tmp_path / "node", nodes.log_config(quorum=1)
    make_key(directory / log.key.removeprefix("file:"))
    vkey = verifier_of(log.origin, log.key, directory)
    heads: list[bytes] = []
    with omniwitness(tmp_path, log.origin, vkey.encode()) as url:
        nodes.make_node(directory, nodes.settings(log, witnesses=(WitnessConfig(WITNESS.verifier, url),)))

        async def grow(numbers: range) -> None:
            async with Node.open(directory) as node:
                for number in numbers:
                    await node.submit(b'{"n": %d}' % number, "json/1")
                    await sequence(node)
                    heads.append(node.log().head(node.log().size).note)

        asyncio.run(grow(range(2)))
        asyncio.run(grow(range(2, 3)))
    assert len(heads) == 3
    times = [Note.parse(head).cosigned_at(WITNESS.verifier) for head in heads]
    assert all(times)
    asked = [
        {"note": base64.b64encode(head).decode(), "key": key.encode()}
        for head in heads
        for key in (vkey, WITNESS.verifier)
    ]
    answers = ask("CARBONSEAL_FORMATS", asked)
    assert [answer["signed"] for answer in answers] == [True] * 6
    assert [answer["time"] for answer in answers[1::2]] == times
    record_property("counted", f"omniwitness: {len(heads)} heads of ours cosigned; x/mod and formats read them")
