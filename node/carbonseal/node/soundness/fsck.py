"""fsck: checks all of a node's directory, and repairs by one rule what rotted.

- What can be made again is repaired only where the computed root at the guard's size is the guard's root (`LogCheck.is_guards`).
- The guard itself is never repaired: `carbonseal log adopt` adopts, after it asked all ledgers.
- Without `repair` nothing is written, and another process may serve the node meanwhile; to repair, the directory is locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from carbonseal.findings import BrokenOff, Finding, Outcome, Refused
from carbonseal.log.notes import LogSigner, NoteSigner, SubtreeSigner
from carbonseal.node import config
from carbonseal.node.config import LogConfig, NodeConfig
from carbonseal.node.lock import Lock, Locked, ReadLock
from carbonseal.node.lookup.index import Index
from carbonseal.node.lookup.index_check import FILE as INDEX_FILE
from carbonseal.node.lookup.index_check import IndexCheck
from carbonseal.node.sealing.files import LogFiles, replace_file
from carbonseal.node.sealing.guard import Frozen, Guard
from carbonseal.node.sealing.queue import EntryQueue
from carbonseal.node.secrets import open_key, open_ml_dsa_44, open_signer
from carbonseal.records.commitments import commit
from carbonseal.storage.codes import NODE_DATABASE_DAMAGED, NODE_DATABASE_OLDER
from carbonseal.storage.database import Database
from carbonseal.storage.schema import INDEX, LOG, NODE, Schema

from . import codes
from .damage import Damage, PutEntry, PutSalt, PutStatus, RebuildIndex, RemoveFile, Repair, SignHead, WriteFile
from .log_check import MOST, LogCheck
from .node_check import DATABASE, DraftCheck, PassportCheck
from .notes import Notes
from .status_check import StatusCheck
from .stored import StoredLog, put_status

FOLDER = "logs"


@dataclass(slots=True)
class Report:
    """What was found. `damage` is there still; `repaired` was; `verdict` says why a log is not the one that its guard knows."""

    damage: list[Finding] = field(default_factory=list)
    repaired: list[Finding] = field(default_factory=list)
    verdict: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    entries: int = 0  # that were looked at

    @property
    def exit_status(self) -> int:
        """0: sound, or sound again; 3: something rotted, or it is not known what the log signed last; 4: this is another history of
        a log than its guard knows."""
        if any(finding.code.outcome is Outcome.REJECTED for finding in self.verdict):
            return 4
        return 3 if self.damage or self.verdict else 0

    def to_json(self) -> dict[str, object]:
        """As `carbonseal fsck --json` prints it."""
        return {
            "entries": self.entries,
            "verdict": [finding.to_json() for finding in self.verdict],
            "damage": [finding.to_json() for finding in self.damage],
            "repaired": [finding.to_json() for finding in self.repaired],
            "notes": [finding.to_json() for finding in self.notes],
        }


def fsck(directory: Path, *, repair: bool = False, progress: Callable[[int], None] = lambda _size: None) -> Report:
    """Check the node in `directory`. `progress` is called with the number of bytes that each step looked at. Raises `Locked` where
    `repair` is asked for while another process has the node open; Refused on settings; OSError."""
    settings = config.load(directory)
    report = Report()
    with ExitStack() as stack:
        live = stack.enter_context(_held(directory, repair))
        queues: list[EntryQueue] = []
        read: dict[str, EntryQueue] = {}  # by the origins of their logs
        for own in settings.logs:
            path = directory / FOLDER / f"{own.name}.db"
            database = stack.enter_context(_sound_database(path, LOG, report, repair=repair, live=live))
            if database is not None:
                _check_log(directory, settings, own, database, report, repair=repair, live=live, progress=progress)
                with suppress(BrokenOff):  # it was told
                    queues.append(EntryQueue(database))
                    read[own.origin] = queues[-1]
        opening = _sound_database(directory / DATABASE, NODE, report, repair=repair, live=live)
        if (database := stack.enter_context(opening)) is not None:
            may_repair = repair and not report.verdict
            checks: list[PassportCheck | DraftCheck | StatusCheck] = [PassportCheck(database), DraftCheck(database)]
            if len(queues) == len(settings.logs):
                checks.append(StatusCheck(database, partial(_record, queues)))
            for check in checks:
                _run(check.steps(), DATABASE, report, progress)
                for one in check.damage:
                    if may_repair and isinstance(one.repair, PutStatus):
                        to = one.repair
                        put_status(database, to.list_id, to.purpose, to.position, is_set=to.is_set)
                        report.repaired.append(one.finding)
                    else:
                        report.damage.append(one.finding)
        if len(read) == len(settings.logs):
            _check_index(directory / INDEX_FILE, read, report, repair=repair, live=live, progress=progress)
    return report


def _check_index(
    path: Path,
    logs: Mapping[str, EntryQueue],
    report: Report,
    *,
    repair: bool,
    live: bool,
    progress: Callable[[int], None],
) -> None:
    """Check the index for look-ups, which is made again from the logs where it is missing or of another version."""
    if not path.exists():
        return
    found = Report()
    try:
        with closing(Database.read_only(path, INDEX, live=live)) as database:
            found.damage += [codes.FSCK_DATABASE_DAMAGED(path=path.name, problem=one) for one in database.problems()]
            check = IndexCheck(Index(database), logs)
            if not found.damage:
                _run(check.steps(), path.name, found, progress)
            found.damage += [one.finding for one in check.damage]
    except BrokenOff as broken:
        if broken.finding.code is not NODE_DATABASE_DAMAGED:
            raise
        found.damage.append(codes.FSCK_DATABASE_DAMAGED(path=path.name, problem=broken.finding.facts["reason"]))
    except Refused as refused:
        if refused.finding.code is NODE_DATABASE_OLDER:  # it is made again when it is next opened
            return
        found.damage.append(codes.FSCK_DATABASE_DAMAGED(path=path.name, problem=refused.finding.message))
    if repair and found.damage:
        for part in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            part.unlink(missing_ok=True)
        report.repaired += found.damage
    else:
        report.damage += found.damage


def _record(queues: Sequence[EntryQueue], commitment: bytes) -> bytes | None:
    """The RFC 8785 bytes of the record with this commitment, where they open it."""
    for queue in queues:
        for stored in queue.find(commitment):
            raw, receipt = queue.payload(stored.index), stored.receipt
            if commit(receipt.profile, receipt.salt, raw) == commitment:
                return raw
    return None


@contextmanager
def _held(directory: Path, repair: bool) -> Iterator[bool]:
    """Keep others from the directory, as far as need be. Gives whether another process has it open meanwhile."""
    if repair:
        with closing(Lock(directory)):
            yield False
        return
    try:
        lock = ReadLock(directory)
    except Locked:
        yield True
        return
    with closing(lock):
        yield False


@contextmanager
def _sound_database(
    path: Path, schema: Schema, report: Report, *, repair: bool, live: bool
) -> Iterator[Database | None]:
    """The database, once its own check was asked; None where it cannot be opened at all."""
    try:
        database = Database(path, schema) if repair else Database.read_only(path, schema, live=live)
    except BrokenOff as broken:
        if broken.finding.code is not NODE_DATABASE_DAMAGED:
            raise
        problem = broken.finding.facts["reason"]
        report.damage.append(codes.FSCK_DATABASE_DAMAGED(path=_name(path), problem=problem))
        yield None
        return
    with closing(database):
        problems = [codes.FSCK_DATABASE_DAMAGED(path=_name(path), problem=one) for one in database.problems()]
        if problems and repair:
            _reindex(database)
            left = [codes.FSCK_DATABASE_DAMAGED(path=_name(path), problem=one) for one in database.problems()]
            report.repaired += [one for one in problems if one not in left]
            problems = left
        report.damage += problems
        yield database


def _reindex(database: Database) -> None:
    try:
        database.reindex()
    except BrokenOff:  # no index is the reason: what is wrong is told once more by the second check
        return


def _name(path: Path) -> str:
    return path.name if path.parent.name != FOLDER else f"{FOLDER}/{path.name}"


# --- one log -----------------------------------------------------------------------------------------------------------


def _check_log(
    directory: Path,
    settings: NodeConfig,
    own: LogConfig,
    database: Database,
    report: Report,
    *,
    repair: bool,
    live: bool,
    progress: Callable[[int], None],
) -> None:
    stored = StoredLog(database, LogFiles(directory / FOLDER / own.name), own.name)
    signers = _signers(directory, own, report)
    notes = Notes(own.origin, signers, [witness.key for witness in settings.witnesses])
    guard = Guard(directory / own.guard, own.origin)
    keys = _salt_keys(directory, settings, own)
    try:
        last = guard.read()
        report.verdict += last.frozen
    except Frozen as frozen:
        last = None
        report.verdict.append(frozen.finding)
    while True:
        check = LogCheck(stored, last, notes, salt_keys=keys, live=live)
        _run(check.steps(), stored.path, report, progress)
        mended = [one for one in check.damage if repair and check.is_guards and _can(one, notes)]
        for one in mended:
            assert one.repair is not None
            apply(one.repair, stored, notes)
        report.repaired += [one.finding for one in mended]
        if not mended:  # the last pass shows that what was mended is sound
            break
    report.entries += check.size
    report.verdict += [one for one in check.verdict if one not in report.verdict]
    report.damage += [one.finding for one in check.damage]
    if check.is_cut:
        report.notes.append(codes.FSCK_CUT(own.name, count=MOST))


def _run(steps: Iterator[int], path: str, report: Report, progress: Callable[[int], None]) -> None:
    """Make a pass to its end, or to where the database cannot be read."""
    try:
        for size in steps:
            progress(size)
    except BrokenOff as broken:
        if broken.finding.code is not NODE_DATABASE_DAMAGED:
            raise
        report.damage.append(codes.FSCK_DATABASE_DAMAGED(path=path, problem=broken.finding.facts["reason"]))


def _signers(directory: Path, own: LogConfig, report: Report) -> Sequence[LogSigner]:
    """The log's keys; none, and a note, where they cannot be opened: in a backup, for example."""
    try:
        signers: list[LogSigner] = [NoteSigner(own.origin, open_signer(own.key, directory))]
        if own.ml_dsa_44_key is not None:
            signers.append(SubtreeSigner(own.origin, open_ml_dsa_44(own.ml_dsa_44_key, directory)))
    except Refused as refused:
        report.notes.append(codes.FSCK_SIGNATURES_UNCHECKED(own.name, reason=refused.finding.message))
        return []
    return signers


def _salt_keys(directory: Path, settings: NodeConfig, own: LogConfig) -> Mapping[str, bytes | None]:
    """The salt keys of the tenants that submit to a log; None for one that cannot be opened."""
    keys: dict[str, bytes | None] = {}
    for tenant in settings.tenants:
        if tenant.log == own.name:
            try:
                keys[tenant.name] = open_key(tenant.salt_key, directory)
            except Refused:
                keys[tenant.name] = None
    return keys


# --- repairing ---------------------------------------------------------------------------------------------------------


def _can(damage: Damage, notes: Notes) -> bool:
    return damage.repair is not None and (notes.can_sign or not isinstance(damage.repair, SignHead))


def apply(repair: Repair, stored: StoredLog, notes: Notes) -> None:
    """Mend one damaged place, durably. Raises `BrokenOff`, OSError."""
    root = stored.files.root
    match repair:
        case WriteFile(path, data):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            replace_file(root / path, data)
        case RemoveFile(path):
            (root / path).unlink(missing_ok=True)
        case PutEntry(number, entry):
            stored.put_entry(number, entry)
        case PutSalt(number, salt):
            stored.put_salt(number, salt)
        case SignHead(checkpoint, damaged):
            stored.put_head(checkpoint.size, checkpoint.root, notes.sign(checkpoint, damaged))
        case RebuildIndex():
            stored.rebuild_index()
