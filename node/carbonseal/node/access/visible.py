"""What a caller sees of records: those of the own tenant, and those that were granted. The operator sees all.

What is not the caller's to see is answered as what is not there.
"""

from __future__ import annotations

from collections.abc import Iterable

from carbonseal.findings import Refused
from carbonseal.node.codes import NODE_UNKNOWN_COMMITMENT
from carbonseal.node.sealing.logs import Logs, SealedRecord

from .callers import Caller
from .grants import Grants


class VisibleRecords:
    """The records of a node's logs, as callers see them."""

    def __init__(self, logs: Logs, grants: Grants) -> None:
        self._logs = logs
        self._grants = grants

    def record(self, commitment: bytes, caller: Caller) -> SealedRecord:
        """The record with this commitment: the caller's own, or one that was granted. Raises Refused
        (`node.unknown-commitment`)."""
        found = self.records([commitment], caller)
        if commitment not in found:
            raise Refused(NODE_UNKNOWN_COMMITMENT(commitment=commitment.hex()))
        return found[commitment]

    def records(self, commitments: Iterable[bytes], caller: Caller) -> dict[bytes, SealedRecord]:
        """The records with these commitments that the caller sees, by commitment: the own before those that were granted."""
        own: dict[bytes, SealedRecord] = {}
        granted: dict[bytes, SealedRecord] = {}
        for record in self._logs.find_all(*commitments):
            tenant, commitment = record.stored.tenant, record.receipt.commitment
            if caller.may_see(tenant):
                own.setdefault(commitment, record)
            elif self._grants.allows(caller.name, tenant, commitment):
                granted.setdefault(commitment, record)
        return granted | own
