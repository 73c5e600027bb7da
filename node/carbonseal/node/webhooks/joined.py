"""Webhooks of an open node: the sources that its parts are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from carbonseal.findings import Finding
from carbonseal.node.access.access import Access
from carbonseal.node.anchoring.outbox import Outbox
from carbonseal.node.anchoring.status import LedgerState
from carbonseal.node.config import NodeConfig, SignerConfig
from carbonseal.node.issuance.conformity.accreditation_tables import AccreditationTables
from carbonseal.node.issuance.conformity.statement_tables import StatementTables
from carbonseal.node.issuance.drafts.tables import DraftTables
from carbonseal.node.issuance.issued import IssuedPassports
from carbonseal.node.issuance.status_tables import StatusTables
from carbonseal.node.lookup.lookup import Lookup
from carbonseal.node.sealing.logs import Logs
from carbonseal.node.soundness.found import Found
from carbonseal.node.webhooks.failures import Failure, failures, unasked
from carbonseal.storage.database import Database
from carbonseal.storage.paging import Span

from .sources import AnchorChanges, DraftActs, IssuedDocuments, SealedRecords, SecondFigures, Source, StatusChanges
from .webhooks import Webhooks


def open_webhooks(
    directory: Path,
    settings: NodeConfig,
    database: Database,
    logs: Logs,
    outbox: Outbox,
    *,
    lookup: Lookup,
    access: Access,
    states: Callable[[], list[LedgerState]],
    found: Found,
    issuing: Callable[[], Mapping[str, Finding]],
) -> Webhooks:
    """The webhooks of the node in `directory`. `outbox` is that of its anchors, `states` gives those of its ledgers, `found` is
    what rotted beyond its logs, `issuing` gives what of issuing needs the operator."""
    tenants = {tenant.name: logs[tenant.log] for tenant in settings.tenants}
    of_log = {log.name: [one.name for one in settings.tenants if one.log == log.name] for log in logs.values()}
    origins = {name: log.origin for name, log in tenants.items()}
    sources: list[Source] = [
        *(SealedRecords(log, of_log[log.name]) for log in logs.values()),
        AnchorChanges(outbox, logs.values(), tenants),
        *_documents(settings, database, origins),
        *(SecondFigures(lookup, log, tenants) for log in logs.values()),
    ]

    def failing() -> dict[str, Failure | None]:
        ledgers = states()
        return {**dict.fromkeys(unasked(ledgers)), **failures(logs.values(), ledgers, found, issuing())}

    return Webhooks(
        directory,
        settings.webhooks,
        database,
        sources,
        tenants=[*tenants],
        origin=settings.logs[0].origin,
        failing=failing,
        record=access.record,
        thread=access.thread,
        clock=access.clock,
    )


def _documents(settings: NodeConfig, database: Database, origins: Mapping[str, str]) -> list[Source]:
    """What is issued, and its status. `origins` are those of the tenants' logs."""
    passports, statements, accreditations = (
        IssuedPassports(database),
        StatementTables(database),
        AccreditationTables(database),
    )
    bodies, accreditors = _tenants(settings.bodies), _tenants(settings.accreditors)

    def about(digest: bytes) -> tuple[str, str] | None:
        if tenant := passports.tenant(digest):
            return "passport", tenant
        if (row := statements.find(digest)) and row["body"] in bodies:
            return "statement", bodies[row["body"]]
        if (row := accreditations.find(digest)) and row["accreditor"] in accreditors:
            return "accreditation", accreditors[row["accreditor"]]
        return None

    return [
        IssuedDocuments("passport", origins, passports.last, lambda tenant, after: passports.page(tenant, Span(after))),
        IssuedDocuments(
            "statement",
            origins,
            statements.last,
            lambda tenant, after: statements.page([name for name, one in bodies.items() if one == tenant], Span(after)),
        ),
        IssuedDocuments(
            "accreditation",
            origins,
            accreditations.last,
            lambda tenant, after: accreditations.page(
                [name for name, one in accreditors.items() if one == tenant], Span(after)
            ),
        ),
        DraftActs(DraftTables(database), origins),
        StatusChanges(StatusTables(database, settings.status.url), origins, about),
    ]


def _tenants(signers: Iterable[SignerConfig]) -> dict[str, str]:
    return {signer.name: signer.tenant for signer in signers}
