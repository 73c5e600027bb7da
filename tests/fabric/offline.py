"""Checks evidence in a process that has neither network nor grpc nor a protobuf library:

offline.py FILE        {"ledger", "options", "config": base64, "anchors": [{"statement", "type", "version", "data"}, ...]}
"""

import base64
import json
import socket
import sys
from pathlib import Path


def refuse(*_args: object, **_kwargs: object) -> None:
    raise OSError("there is no network here")


for name in ("socket", "create_connection", "getaddrinfo"):
    setattr(socket, name, refuse)
ABSENT = ("grpc", "google", "google.protobuf", "fabric_protos", "aiohttp", "sqlalchemy", "web3", "carbonseal_devnet")
sys.modules.update(dict.fromkeys(ABSENT))  # type: ignore[arg-type]  # None: importing it fails

from carbonseal.ledger import Evidence, Statement, TrustItem  # noqa: E402
from carbonseal_adapters.fabric.checking.evidence import VERIFIER  # noqa: E402
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value  # noqa: E402

given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
ledger = given["ledger"]
pins = VERIFIER.pin(ledger, given["options"])
block = item_value(ledger, base64.b64decode(given["config"]))
trust = [TrustItem(ledger, CONFIG_BLOCK, block, "test", "2026-01-01T00:00:00Z")]
proved = 0
for anchor in given["anchors"]:
    evidence = Evidence(anchor["type"], anchor["version"], base64.b64decode(anchor["data"]))
    statement = Statement.decode(bytes.fromhex(anchor["statement"]))
    checked = VERIFIER.check(evidence, statement, pins, trust)
    assert checked.proved is not None, checked.findings
    assert VERIFIER.check(evidence, statement, pins, []).proved is None
    proved += 1
print(proved)
