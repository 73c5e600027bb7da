"""Failures: what of a node needs its operator, by what it is about. A node that has one is *failing*, or *frozen*.

| subject | what is wrong |
|---|---|
| ``log/NAME`` | it signs nothing, and no other log here is its successor |
| ``log/NAME/batches`` | its last batch failed: a key that does not sign, a full disk |
| ``log/NAME/disk``, ``node.db`` | something rotted on the disk |
| ``log/NAME/other-logs`` | it takes no heads of other logs |
| ``log/NAME/witness/WITNESS`` | it claims to know more of the log, or a head waits for it and it does not answer |
| ``signer/NAME/PURPOSE-list`` | a status list is not signed: a revocation that no list says, or a version that is about to end |
| ``draft/NUMBER`` | its release is not completed |
| ``ledger/NAME`` | it cannot be used, an anchor failed or is delayed, or the balance pays for no more |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from carbonseal.findings import Finding
from carbonseal.node.anchoring.status import LedgerState
from carbonseal.node.sealing.log import SealingLog
from carbonseal.node.soundness.found import Found


@dataclass(frozen=True, slots=True)
class Failure:
    """`frozen`: a log signs nothing; else something fails that was meant to work."""

    problem: str
    remedy: str
    frozen: bool = False


def failures(
    logs: Iterable[SealingLog], ledgers: Iterable[LedgerState], found: Found, issuing: Mapping[str, Finding]
) -> dict[str, Failure]:
    """The failures of a node with these logs, ledgers and damage beyond its logs. `issuing` has those of what it issues, by what
    they are about."""
    all_logs = list(logs)
    succeeded = {log.predecessor.origin for log in all_logs if log.predecessor}
    raised: dict[str, Failure] = {}
    for log in all_logs:
        if log.frozen and log.origin not in succeeded:
            raised[f"log/{log.name}"] = _failure(log.frozen, frozen=True)
        raised.update(_of_log(log))
    if found.findings:
        raised["node.db"] = _failure(found.findings[0])
    raised.update((about, _failure(finding)) for about, finding in issuing.items())
    raised.update(
        (f"ledger/{ledger.name}", Failure(ledger.trouble, ledger.trouble_remedy))
        for ledger in ledgers
        if ledger.failing
    )
    return raised


def unasked(ledgers: Iterable[LedgerState]) -> set[str]:
    """Ledgers of which nothing is known since the node was opened: those that failed before may fail still."""
    return {f"ledger/{ledger.name}" for ledger in ledgers if not ledger.compared and not ledger.failing}


def _of_log(log: SealingLog) -> Iterator[tuple[str, Failure]]:
    about = f"log/{log.name}"
    if log.batch_problem is not None:
        yield f"{about}/batches", _failure(log.batch_problem)
    if log.found.findings:
        yield f"{about}/disk", _failure(log.found.findings[0])
    if log.witness_problem is not None:
        yield f"{about}/other-logs", _failure(log.witness_problem)
    for witness in log.witnesses:
        stuck = log.unpublished is not None and witness.problem is not None
        if witness.problem is not None and (witness.is_alarmed or stuck):
            yield f"{about}/witness/{witness.key.name}", _failure(witness.problem)


def _failure(finding: Finding, *, frozen: bool = False) -> Failure:
    return Failure(finding.message, finding.remedy, frozen)
