"""The logs of a node, and which tenant submits to which: where records go in, and where they are found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal.node.codes import NODE_UNKNOWN_COMMITMENT, NODE_UNKNOWN_LOG, NODE_UNKNOWN_TENANT
from carbonseal.node.config import TenantConfig
from carbonseal.records.admission import Record
from carbonseal.records.commitments import commit

from .guard import Frozen
from .log import SealingLog
from .queue import Receipt, Stored, Submission


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record that is durable in a log, which has it as entry `index` or will."""

    log: SealingLog
    stored: Stored

    @property
    def index(self) -> int:
        """Its entry's index."""
        return self.stored.index

    @property
    def receipt(self) -> Receipt:
        """What its submitter got."""
        return self.stored.receipt

    def canonical(self) -> bytes:
        """Its RFC 8785 bytes, read from the database."""
        return self.log.payload(self.index)


class Logs(Mapping[str, SealingLog]):
    """Open logs by their names in `node.toml`."""

    def __init__(self, logs: Iterable[SealingLog], tenants: Iterable[TenantConfig]) -> None:
        self._logs = {log.name: log for log in logs}
        self._tenants = {tenant.name: self._logs[tenant.log] for tenant in tenants}

    def __getitem__(self, name: str) -> SealingLog:
        return self._logs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._logs)

    def __len__(self) -> int:
        return len(self._logs)

    def named(self, name: str) -> SealingLog:
        """The log of this name. Raises Refused where there is none."""
        if name not in self._logs:
            raise Refused(NODE_UNKNOWN_LOG(log=name, known=", ".join(self._logs)))
        return self._logs[name]

    def of_tenant(self, tenant: str) -> SealingLog:
        """The log that a tenant submits to. Raises Refused where there is no such tenant."""
        if tenant not in self._tenants:
            raise Refused(NODE_UNKNOWN_TENANT(tenant=tenant, known=", ".join(self._tenants) or "none"))
        return self._tenants[tenant]

    # --- records ---------------------------------------------------------------------------------------------------

    def submission(self, record: Record, tenant: str) -> Submission:
        """An admitted record with its salt and commitment, as `submit` would store it. Raises Refused where there is no such
        tenant."""
        return self.of_tenant(tenant).intake.submission(record, tenant)

    async def submit(self, record: Record, tenant: str) -> SealedRecord:
        """Store an admitted record: durable on return. Raises Refused, `Busy`, `Frozen`."""
        log = await self.open_log(tenant)
        return SealedRecord(log, await log.intake.store(log.intake.submission(record, tenant)))

    async def open_log(self, tenant: str) -> SealingLog:
        """The log that a tenant submits to, which takes records. Raises Refused, `Frozen`."""
        log = self.of_tenant(tenant)
        if log.frozen:
            await log.check()
        return log

    def find_all(self, *commitments: bytes) -> Iterator[SealedRecord]:
        """The records with these commitments: tenants with one salt key have the same ones."""
        for log in self._logs.values():
            for stored in log.find(*commitments):
                yield SealedRecord(log, stored)

    def find(self, commitment: bytes) -> SealedRecord | None:
        """The record with this commitment, whose ever it is, or None."""
        return next(self.find_all(commitment), None)

    def record(self, commitment: bytes) -> SealedRecord:
        """The record with this commitment, whose ever it is. Raises Refused where there is none."""
        record = self.find(commitment)
        if record is None:
            raise Refused(NODE_UNKNOWN_COMMITMENT(commitment=commitment.hex()))
        return record

    def payload(self, commitment: bytes) -> bytes | None:
        """The RFC 8785 bytes of the record with this commitment, where there is one and they open it."""
        for record in self.find_all(commitment):
            raw = record.canonical()
            if commit(record.receipt.profile, record.receipt.salt, raw) == commitment:
                return raw
        return None

    # --- sequencing ------------------------------------------------------------------------------------------------

    async def unfrozen(self) -> list[SealingLog]:
        """The logs that sign, after ledgers had a moment to take back what they claimed. Raises `Frozen` where none does."""
        signing: list[SealingLog] = []
        refusals: list[Frozen] = []
        for log in self._logs.values():
            try:
                await log.check()
                signing.append(log)
            except Frozen as frozen:
                refusals.append(frozen)
        if not signing:
            raise refusals[0]
        return signing

    async def sequence(self) -> dict[str, bytes]:
        """Let everything that waits join its log. Gives the new signed checkpoint of each log that something joined. A
        frozen log is left out; raises `Frozen` where there is no other."""
        notes: dict[str, bytes] = {}
        for log in await self.unfrozen():
            with suppress(Frozen):  # just now, and its state says so
                if note := await log.sequence():
                    notes[log.name] = note
        await self.unfrozen()
        return notes

    def consistency(self, origin: str, old_size: int, new_size: int) -> tuple[bytes, ...] | None:
        """The proof that the log of this origin, when it had `new_size` entries, began with its first `old_size`; None where
        it is not a log of this node. Raises Refused."""
        log = next((log for log in self._logs.values() if log.origin == origin), None)
        return None if log is None else log.consistency(old_size, new_size)
