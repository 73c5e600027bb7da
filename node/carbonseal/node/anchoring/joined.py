"""The ledger workers of a node, one for each `[[ledger]]`, which share the tables of anchoring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from carbonseal.node import failpoints
from carbonseal.node.config import NodeConfig
from carbonseal.node.sealing.logs import Logs
from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .balances import Balances
from .certificates import CertificateExpiry
from .evidence import EvidenceStore
from .outbox import Outbox
from .status import LedgerState
from .tracked import Limits
from .worker import LedgerWorker


def open_workers(
    settings: NodeConfig,
    directory: Path,
    database: Database,
    logs: Logs,
    *,
    outbox: Outbox,
    writer: WriterThread,
    limits: Limits,
    clock: Callable[[], float],
    reached: failpoints.Reached,
) -> list[LedgerWorker]:
    """A worker for each ledger, in the order of the settings."""
    balances, certificates, evidence = Balances(database), CertificateExpiry(database), EvidenceStore(database)
    return [
        LedgerWorker(
            ledger,
            directory,
            logs=logs.values(),
            outbox=outbox,
            balances=balances,
            certificates=certificates,
            evidence=evidence,
            writer=writer,
            limits=limits,
            clock=clock,
            reached=reached,
        )
        for ledger in settings.ledgers
    ]


def states_of(workers: Sequence[LedgerWorker]) -> list[LedgerState]:
    """The state of every ledger."""
    return [worker.state() for worker in workers]
