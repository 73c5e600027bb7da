"""Taking heads of other logs (C2SP tlog-witness; docs/spec.md, section 19): cosigned, and entered where that is asked for.

- Only of origins whose key `node.toml` has; never of a log of this node.
- A head continues the one that was taken last of its origin, as its proof shows, or is that very head again. So this node cosigns,
  and its log holds, one history of each log.
- The order of a take, in the one thread that writes the log: the guard, durably; then one transaction with the stored head and,
  where it is entered, the entry; then the cosignatures. A crash before the transaction leaves the guard ahead: the head may be sent
  again, and is the last one taken already.

A request is read anywhere (`open`); only `take` needs the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Statement, log_id
from carbonseal.log import entries
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.cosignatures import MAX_NAME
from carbonseal.log.fraud_proofs import FraudProof
from carbonseal.log.notes import Cosigner, Note, Signature, SubtreeSigner, VerifierKey
from carbonseal.log.tree import EMPTY_ROOT, verify_consistency
from carbonseal.log.witness_requests import WitnessRequest
from carbonseal.node import failpoints
from carbonseal.node.sealing.queue import EntryQueue
from carbonseal.storage.database import Database, Kept

from . import anchors, codes, taken
from .anchors import ForeignAnchor
from .forks import Fork, Forks, fork_between
from .guard import HeadsGuard, TakenHead


class Conflict(Refused):
    """The head does not continue the one that was taken last of its origin, whose size is `taken` (0: none was)."""

    taken: int = 0

    @classmethod
    def over(cls, size: int, refused: Refused) -> Conflict:
        """The conflict with the last head, of this size."""
        conflict = cls(refused.finding)
        conflict.taken = size
        return conflict


@dataclass(frozen=True, slots=True)
class Submission:
    """A request, read: a signed head of a known log. The note has the signatures by that log's keys alone."""

    request: WitnessRequest
    head: TakenHead


class ForeignHeads:
    """The heads of those logs whose keys are known, in one log of a node."""

    def __init__(
        self,
        database: Database,
        queue: EntryQueue,
        guard: HeadsGuard,
        cosigners: Sequence[Cosigner | SubtreeSigner],
        *,
        others: Iterable[HeadsGuard],
        forks: Forks,
        own: Iterable[str],
        keys: Iterable[VerifierKey],
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        """`own` are the origins of this node's logs, `keys` those of the logs whose heads are taken in this one. `others` are the
        guards of this node's other logs: all cosign with the same keys."""
        self._database = database
        self._taken: Kept[Sequence[TakenHead]] = Kept(database)
        self._queue = queue
        self._guard = guard
        self._cosigners = tuple(cosigners)
        self._others = tuple(others)
        self._forks = forks
        self._own = frozenset(own)
        self._keys = frozenset(keys)
        self._clock = clock
        self._reached = reached

    def introduce(self, key: VerifierKey) -> None:
        """Take the heads of this log too, until the node ends: `node.toml` is for whoever calls to write."""
        self._keys |= {key}

    # --- reading a request -----------------------------------------------------------------------------------------

    def open(self, body: bytes) -> Submission:
        """The request in `body`, its head signed by a key of its log. Raises Refused (`foreign.*`)."""
        try:
            request = WitnessRequest.parse(body)
            note = Note.parse(request.note)
            origin = note.text.partition("\n")[0]
            self._check_origin(origin)
            signed = self._signed(note, origin)
            checkpoint = Checkpoint.parse(note.text)
        except Refused as refused:
            if refused.finding.code.name.startswith("foreign."):
                raise
            raise Refused(codes.FOREIGN_MALFORMED(why=refused.finding.message)) from refused
        if request.old > checkpoint.size:
            raise Refused(codes.FOREIGN_OLD_BEYOND_SIZE(old=request.old, size=checkpoint.size))
        return Submission(request, TakenHead(checkpoint, signed.encode()))

    def _check_origin(self, origin: str) -> None:
        if origin in self._own:
            raise Refused(codes.FOREIGN_OWN_LOG(origin=origin))
        if all(key.name != origin for key in self._keys):
            raise Refused(codes.FOREIGN_UNKNOWN_LOG(origin=origin))

    def _signed(self, note: Note, origin: str) -> Note:
        """The note with those signatures alone that known keys of its log verify. Raises Refused where there is none."""
        good: list[Signature] = []
        for key in self._keys:
            if key.name == origin and _is_signed(note, key):
                good += [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.key_id)]
        if not good:
            raise Refused(codes.FOREIGN_UNSIGNED(origin=origin))
        return Note(note.text, tuple(good))

    # --- taking a head ---------------------------------------------------------------------------------------------

    def cosign(self, submission: Submission) -> tuple[Signature, ...]:
        """Take the head and cosign it: a cosignature by each key. Raises as `take` does."""
        self.take(submission, enter=False)
        return self._cosignatures(submission)

    def enter(self, submission: Submission) -> tuple[tuple[Signature, ...], int]:
        """Take the head, enter it and cosign it: the cosignatures, and the entry's index. Raises as `take` does."""
        index = self.take(submission, enter=True)
        assert index is not None
        return self._cosignatures(submission), index

    def take(self, submission: Submission, *, enter: bool) -> int | None:
        """Take the head, durably; where it is entered, its entry's index. Raises `Conflict`, and Refused (`foreign.*`)."""
        head = submission.head
        if enter and head.checkpoint.size == 0:
            raise Refused(codes.FOREIGN_EMPTY())
        origin, log = head.checkpoint.origin, log_id(head.checkpoint.origin)
        self.check(submission)
        heads = self._guard.read()
        found = anchors.find(self._database, log, head.checkpoint.size) if enter else None
        known = heads.get(origin)
        if known is None or known.checkpoint != head.checkpoint:
            self._guard.write({**heads, origin: head})
        # Durable: the guard's head. After a crash here it is the last one taken, and whoever sends it again gets its cosignature.
        self._reached(failpoints.HEAD_GUARDED)
        if enter and found is None:
            return self._enter(head)
        stored = taken.find(self._database, log)
        if stored is None or stored.checkpoint != head.checkpoint:
            with self._database.write() as connection:
                taken.put(connection, head)
        # Durable: the stored head. From here on a guard that is lost is noticed.
        self._reached(failpoints.HEAD_TAKEN)
        return None if found is None else found.index

    def _enter(self, head: TakenHead) -> int:
        statement = head.checkpoint.statement()
        with self._queue.appending([entries.ForeignAnchor(statement)]) as (connection, index):
            anchors.add(connection, ForeignAnchor(statement, head.note, index))
            taken.put(connection, head)
        # Durable: the entry, and with it the stored head.
        self._reached(failpoints.HEAD_TAKEN)
        return index

    def _last(self, guarded: TakenHead | None, origin: str) -> TakenHead | None:
        """The last head taken of this origin. Raises Refused where the database knows a newer one than the guard, or another."""
        stored = taken.find(self._database, log_id(origin))
        if stored is None or (guarded is not None and guarded.checkpoint.size > stored.checkpoint.size):
            return guarded
        if guarded is None or guarded.checkpoint != stored.checkpoint:
            size = guarded.checkpoint.size if guarded else 0
            facts = {"path": self._guard.path, "origin": origin, "guarded": size, "stored": stored.checkpoint.size}
            raise Refused(codes.FOREIGN_GUARD_OLD(**facts))
        return guarded

    def _elsewhere(self, log: bytes) -> TakenHead | None:
        """The newest head of the log with this id that another log of this node took: node.toml may have moved it here since.
        Raises Refused where one of their guards is missing, malformed or another key's."""
        newest: TakenHead | None = None
        for guard in self._others:
            for origin, head in guard.read().items():
                if log_id(origin) == log:
                    newest = _larger(newest, head)
        return newest

    def check(self, submission: Submission) -> None:
        """The checks of tlog-witness, in its order: whether the head continues the one that was taken last. A fork is kept. Raises
        `Conflict`, Refused (`foreign.*`)."""
        request, head = submission.request, submission.head
        origin, size, old = head.checkpoint.origin, head.checkpoint.size, request.old
        here = self._last(self._guard.read().get(origin), origin)
        last = _larger(here, self._elsewhere(log_id(origin)))
        before = last.checkpoint if last else Checkpoint(origin, 0, EMPTY_ROOT)
        if self._root_differs(last, head) or (size == before.size and head.checkpoint.root != before.root):
            raise Conflict.over(before.size, Refused(codes.FOREIGN_OTHER_ROOT(origin=origin, size=size)))
        if old != before.size:
            finding = codes.FOREIGN_OTHER_SIZE(old=old, origin=origin, taken=before.size)
            raise Conflict.over(before.size, Refused(finding))
        try:
            verify_consistency(old, before.root, size, head.checkpoint.root, request.proof)
        except Refused as refused:
            if last is not None and (fork := fork_between(last, head, request.proof)):
                self._keep(fork)
            raise Refused(codes.FOREIGN_PROOF_FAILS(old=old, size=size, why=refused.finding.message)) from refused

    def _root_differs(self, last: TakenHead | None, head: TakenHead) -> bool:
        """Whether a head of the same size and another root was taken, or entered, before. Such a fork is kept."""
        anchored = anchors.find(self._database, log_id(head.checkpoint.origin), head.checkpoint.size)
        entered = None if anchored is None else TakenHead.parse(anchored.note)
        for known in (last, entered):
            if known is not None and (fork := fork_between(known, head)):
                self._keep(fork)
                return True
        return False

    def _keep(self, proof: FraudProof) -> None:
        self._forks.keep(proof, int(self._clock()))

    def _cosignatures(self, submission: Submission) -> tuple[Signature, ...]:
        """One by each key that can sign this head: ML-DSA-44 signs no origin of more than 255 bytes."""
        head, now = submission.head.checkpoint, int(self._clock())
        is_short = len(head.origin.encode()) <= MAX_NAME
        signing = (one for one in self._cosigners if is_short or isinstance(one, Cosigner))
        return tuple(one.sign(head.encode(), now) for one in signing)

    # --- what is known ---------------------------------------------------------------------------------------------

    def anchor(self, log: bytes, size: int | None) -> ForeignAnchor | None:
        """The anchor of the log with this id at `size`, or its largest one; None without any."""
        return anchors.find(self._database, log, size)

    def newest(self, log: bytes) -> Statement | None:
        """The last head that was taken of the log with this id, entered or only cosigned; None without any. Raises Refused as
        `take` does."""
        found = _larger(taken.find(self._database, log), self._elsewhere(log))
        return found.checkpoint.statement() if found and found.checkpoint.size else None

    def forks(self) -> Sequence[Fork]:
        """The forks of other logs that are kept."""
        return self._forks.every()

    @property
    def problem(self) -> Finding | None:
        """Why nothing of any log is taken, or None."""
        try:
            heads = self._guard.read()
            for head in self._taken.get(lambda: taken.every(self._database)):
                self._last(heads.get(head.checkpoint.origin), head.checkpoint.origin)
            for guard in self._others:
                guard.read()
        except Refused as refused:
            return refused.finding
        return None


def _larger(one: TakenHead | None, other: TakenHead | None) -> TakenHead | None:
    """The head of the larger size; of equal ones the first."""
    if one is None or other is None:
        return one or other
    return other if other.checkpoint.size > one.checkpoint.size else one


def _is_signed(note: Note, key: VerifierKey) -> bool:
    """Whether `key` signed the note. Signatures that do not verify count as none (tlog-witness)."""
    try:
        return note.signed_by(key)
    except Refused:
        return False
