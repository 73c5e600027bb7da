"""All that a node issues, joined: passports, statements, accreditations, their status, and the refresh of their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from carbonseal.findings import Finding
from carbonseal.node import failpoints
from carbonseal.node.access.access import Access
from carbonseal.node.access.visible import VisibleRecords
from carbonseal.node.config import NodeConfig, SignerConfig
from carbonseal.node.jobs.files import JobFiles
from carbonseal.node.jobs.job import JobKind
from carbonseal.node.jobs.jobs import Jobs
from carbonseal.node.jobs.lines import ExportWork, IssueWork, LineWork
from carbonseal.node.requests.idempotency import Idempotency
from carbonseal.node.requests.turns import Turns, issuing_turns
from carbonseal.node.sealing.logs import Logs
from carbonseal.node.seals import Seals
from carbonseal.node.working.work import Work
from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from . import codes
from .conformity.accreditation_tables import AccreditationTables
from .conformity.accreditations import Accreditations
from .conformity.acts import Acts
from .conformity.reasons import Reasons
from .conformity.signing import Signers
from .conformity.statement_tables import StatementTables
from .conformity.statements import Statements
from .drafts.drafts import KINDS, Drafts
from .drafts.setting import ReleaseRule
from .drafts.tables import DraftTables
from .issuance import Issuing
from .issued import IssuedPassports
from .refreshing import Refreshing
from .sealed_credentials import CredentialSealer
from .signers import Signer
from .status_tables import StatusTables
from .statuses import Statuses


@dataclass(frozen=True, slots=True)
class Issuance:
    """The parts of a node that issue."""

    passports: Issuing
    statements: Statements
    accreditations: Accreditations
    refreshing: Refreshing
    statuses: Statuses
    drafts: Drafts
    idempotency: Idempotency
    turns: Turns
    jobs: Jobs

    def problems(self) -> dict[str, Finding]:
        """What of issuing needs the operator, by what it is about: status lists, releases of drafts."""
        lists = {f"signer/{about}": finding for about, finding in self.statuses.problems().items()}
        return lists | {f"draft/{number}": finding for number, finding in self.drafts.problems().items()}

    @staticmethod
    def of(
        settings: NodeConfig,
        signers: Mapping[str, Signer],
        *,
        database: Database,
        logs: Logs,
        visible: VisibleRecords,
        access: Access,
        directory: Path,
        seals: Seals,
        thread: WriterThread,
        clock: Callable[[], float],
        reached: failpoints.Reached,
        work: Work,
    ) -> Issuance:
        """The parts for these settings, with all signers that they name."""

        def of_role(listed: tuple[SignerConfig, ...]) -> dict[str, Signer]:
            return {one.name: signers[one.name] for one in listed}

        tables, validity = StatusTables(database, settings.status.url), timedelta(days=settings.status.days)
        statuses = Statuses(tables, logs, signers, validity=validity, thread=thread, clock=clock)
        sealer = CredentialSealer(
            logs,
            seals,
            statuses,
            four_eyes=settings.release is ReleaseRule.FOUR_EYES,
            clock=clock,
            reached=reached,
        )
        acts, held = Acts(sealer, Reasons(database), record=access.record, thread=thread), AccreditationTables(database)
        bodies = Signers(of_role(settings.bodies), codes.ISSUE_UNKNOWN_BODY)
        accreditors = Signers(of_role(settings.accreditors), codes.ISSUE_UNKNOWN_ACCREDITOR)
        statements = Statements(
            StatementTables(database), held, sealer, acts, bodies, visible=visible, thread=thread, work=work
        )
        accreditations = Accreditations(held, sealer, acts, accreditors, thread=thread, work=work)
        passports = Issuing(
            IssuedPassports(database),
            sealer,
            of_role(settings.issuers),
            visible=visible,
            record=access.record,
            thread=thread,
            work=work,
        )
        drafts = Drafts(
            DraftTables(database),
            dict(zip(KINDS, (passports, statements, accreditations), strict=True)),
            access.principals,
            record=access.record,
            thread=thread,
            clock=clock,
            reached=reached,
            work=work,
        )
        refreshing = Refreshing(sealer, statements.joining, work)
        idempotency, turns = Idempotency(database, thread=thread, clock=clock), issuing_turns()
        works: dict[JobKind, LineWork] = {
            JobKind.ISSUE: IssueWork(passports, idempotency),
            JobKind.EXPORT: ExportWork(passports, refreshing.refresh),
        }
        jobs = Jobs(
            database,
            JobFiles(directory),
            passports,
            works,
            access=access,
            turns=turns,
            work=work,
            thread=thread,
            clock=clock,
            reached=reached,
        )
        return Issuance(passports, statements, accreditations, refreshing, statuses, drafts, idempotency, turns, jobs)
