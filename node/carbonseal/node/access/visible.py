"""What a caller sees of records: those of the own tenant, and those that were granted. The operator sees all.

What is not the caller's to see is answered as what is not there.
"""

from __future__ import annotations

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
        granted: SealedRecord | None = None
        for record in self._logs.find_all(commitment):
            tenant = record.stored.tenant
            if caller.may_see(tenant):
                return record
            if granted is None and self._grants.allows(caller.name, tenant, commitment):
                granted = record
        if granted is None:
            raise Refused(NODE_UNKNOWN_COMMITMENT(commitment=commitment.hex()))
        return granted

    def sees(self, commitment: bytes, caller: Caller) -> bool:
        """Whether `record` gives one."""
        try:
            self.record(commitment, caller)
        except Refused:
            return False
        return True
