"""A node over HTTP, from a program (Python's asyncio; ``pip install 'carbonseal[node]'``).

A record is sealed once its receipt is there: it is durable, and its place in the log is fixed. ::

    import asyncio
    from pathlib import Path

    from carbonseal.client import Client


    async def main() -> None:
        async with Client("https://node.example.org", token=Path("erp.token").read_text().strip()) as node:
            receipt = await node.submit(Path("footprint.json").read_bytes(), "pact/3.0")
            print(receipt.commitment.hex())


    asyncio.run(main())

=====================  ==============================================================================================
what                   how
=====================  ==============================================================================================
records                `Client.submit`; `Client.submit_many` for a stream of `Source`, with a `Submitted` for each, in
                       bounded memory; `Client.state`, `Client.content`, `Client.seal`, `Client.find_records`
passports              `Client.issue`, `Client.refresh`, `Client.passport`, `Client.all_issued`, `Client.revoke`,
                       `Client.suspend`, `Client.reinstate`
statements             `Client.issue_statement`, `Client.statements`, `Client.statement`, `Client.mark_statement`; the
                       same of accreditations
four eyes              `Client.drafts`: `Drafts.prepare`, `Drafts.all`, `Drafts.show`, `Drafts.review`, `Drafts.release`, ...
webhooks               `Client.webhooks`: `Webhooks.add`, `Webhooks.all`, `Webhooks.dead`, `Webhooks.replay`, ...
who reads what         `Client.grant`, `Client.revoke_grant`, `Client.grants`
the node               `Client.health`, `Client.sequence`, `Client.anchor`, `Client.wait_for_anchors`, `Client.proof`
anything else          `Client.operate`: the answer of one of the service's operations, by its name, as JSON
=====================  ==============================================================================================

What a node does not do raises `Refused`, with its `Finding`: a code that never changes its meaning, a message, the place in
what was sent, and a remedy. `BrokenOff`, which is a `Refused`, means that it may be tried again: no answer came, or the node's
disk is full. What may be repeated is tried again for some seconds before that.
"""

from __future__ import annotations

from carbonseal.findings import BrokenOff, Finding, Outcome, Refused
from carbonseal.log.proofs import TlogProof
from carbonseal.node.access.grants import Grant
from carbonseal.node.admission.submitted import Submitted
from carbonseal.node.issuance.issued import Issued
from carbonseal.node.sealing.queue import Receipt
from carbonseal.passport.seals import Seal
from carbonseal.records.sources import Source
from carbonseal.service.client.client import (
    Client,
    Content,
    DocumentFile,
    FoundRecord,
    IssuedDocument,
    RecordState,
)
from carbonseal.service.client.drafts import Draft, Drafts, ShownDraft
from carbonseal.service.client.webhooks import DeadLetter, Webhook, Webhooks

__all__ = [
    "BrokenOff",
    "Client",
    "Content",
    "DeadLetter",
    "DocumentFile",
    "Draft",
    "Drafts",
    "Finding",
    "FoundRecord",
    "Grant",
    "Issued",
    "IssuedDocument",
    "Outcome",
    "Receipt",
    "RecordState",
    "Refused",
    "Seal",
    "ShownDraft",
    "Source",
    "Submitted",
    "TlogProof",
    "Webhook",
    "Webhooks",
]
