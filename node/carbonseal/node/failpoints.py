"""The named points at which a node may be killed in a test. At each, what came before is done and what follows is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Reached = Callable[[str], None]  # called with a point's name; does nothing outside tests

STORED: Final = "stored"  # records are durable, no receipt was given
PLANNED: Final = "planned"  # a heartbeat, if one was due, has joined the queue; nothing of the batch is hashed
TILES_WRITTEN: Final = "tiles-written"
GUARDED: Final = "guarded"  # the guard knows the head that is about to be signed
SIGNED: Final = "signed"  # and nobody has seen the signature
PUBLISHED: Final = "published"  # the checkpoint file is durable
HEAD_RECORDED: Final = "head-recorded"
DUE: Final = "anchor-due"
PREPARED: Final = "anchor-prepared"  # signed by the adapter, stored nowhere
ATTEMPT_STORED: Final = "attempt-stored"  # and not sent
SENT: Final = "sent"  # the ledger has it, the outbox does not know; what it answered is stored nowhere
SENT_RECORDED: Final = "sent-recorded"  # with the answer
EVIDENCE_TAKEN: Final = "evidence-taken"  # stored nowhere
INCLUDED_RECORDED: Final = "included-recorded"  # with the evidence, if there is some
FINAL_RECORDED: Final = "final-recorded"  # with the evidence
HEAD_GUARDED: Final = "head-guarded"  # another log's head is in the guard, and not in the database
HEAD_TAKEN: Final = "head-taken"  # it is in the database, with its entry where it was entered, and not cosigned

RELEASE_DECIDED: Final = "release-decided"  # that a draft is released, is durable; nothing of it is signed
CREDENTIAL_SIGNED: Final = "credential-signed"  # durable, where its request has a key, and not sealed
CREDENTIAL_SEALED: Final = "credential-sealed"  # and in no file
FILE_KEPT: Final = "file-kept"  # and nobody was given it
RESULTS_WRITTEN: Final = "results-written"  # of some lines of a job, which does not know it

POINTS: Final = (
    STORED,
    PLANNED,
    TILES_WRITTEN,
    GUARDED,
    SIGNED,
    PUBLISHED,
    HEAD_RECORDED,
    DUE,
    PREPARED,
    ATTEMPT_STORED,
    SENT,
    SENT_RECORDED,
    EVIDENCE_TAKEN,
    INCLUDED_RECORDED,
    FINAL_RECORDED,
)

WITNESS_POINTS: Final = (HEAD_GUARDED, HEAD_TAKEN)  # those of a node that takes heads of other logs

ISSUE_POINTS: Final = (CREDENTIAL_SIGNED, CREDENTIAL_SEALED, FILE_KEPT)  # those of a node that issues

JOB_POINTS: Final = (*ISSUE_POINTS, RESULTS_WRITTEN)  # those of a node that does jobs


def nothing(_point: str) -> None:
    """Outside tests, nothing happens at a point."""
