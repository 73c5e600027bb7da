"""Ledger adapter for another operator's log: posts checkpoints to that operator's node (spec section 19).

The anchor is the signed checkpoint itself, with the proof that it continues the head which the other node took last (C2SP
tlog-witness's request): the other node enters the statement into its log once, and one history of each log. Handing over the
same checkpoint again is harmless, so attempts use up no slot. A head that a larger one has overtaken there is never taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Evidence,
    Observation,
    OvertakenError,
    PermanentError,
    Statement,
    TransientError,
    log_id,
)
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.log.text import decode_decimal
from carbonseal.log.tiles import WIDTH, Tile, TileReader
from carbonseal.log.tree import inclusion_proof
from carbonseal_adapters.tlog.checking.evidence import TYPE, VERIFIER, VERSION, TlogPins, ledger_name, read_key

from .remote import Answer, Remote
from .submission import Submission

ANCHORS = "/foreign-anchors"
TAKEN = "/taken-heads"
UNKNOWN_LOG = "foreign.unknown-log"  # the code with which a log refuses what it has no key of
EARLIER = 8  # attempts that may arrive before the one that is prepared
NOTHING_SIGNED = "http.no-checkpoint"  # the code with which a log without entries answers


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> TlogLedger:
    """The log at `uri`, ``tlog+http://host:port/v1/logs/name``, whose verifier key is the option ``key``. Needs no
    secret, and sends nothing yet. Raises `Refused` on a wrong address or option."""
    del secret
    return TlogLedger(Remote(uri), read_key(options))


class TlogLedger:
    """The `Ledger` of one other log. The publisher is left open: it is whichever log signed the checkpoint."""

    capabilities = Capabilities(
        tells_publisher=True,
        refuses_second_root=True,
        knows_latest=True,
        needs_money=False,
        can_be_asked_later=True,
        gives_time=False,
    )
    expires: float | None = None
    replace_after: float | None = None  # another attempt would be the same checkpoint

    def __init__(self, remote: Remote, key: VerifierKey) -> None:
        self.name = ledger_name(key)
        self.publisher = ""
        self._remote = remote
        self._key = key

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        """The signed checkpoint, with proofs from the head that the log took last, and from those that may arrive before it.

        Raises `PermanentError` where the log would be its own ledger, or holds another root; `OvertakenError` where it took a
        larger head."""
        statement = anchor.statement
        if statement.log_id == log_id(self._key.name):
            raise PermanentError(
                f"{self._key.name} cannot anchor in itself", "name another operator's log in node.toml"
            )
        state = await self._state(statement)
        if state is not None and state.get("root") != statement.root.hex():
            raise self._conflict(statement)
        taken = await self._head(f"{TAKEN}/{statement.log_id.hex()}", statement.log_id)
        if taken is not None and taken.size == statement.size and taken.root != statement.root:
            raise self._conflict(statement)
        size = taken.size if taken else 0
        if size > statement.size:
            if state is None:
                raise self._overtaken(statement, size)
            size = statement.size  # entered already: to send it again is a success
        before = [one.statement.size for one in earlier if one.statement.log_id == statement.log_id][-EARLIER:]
        sizes = [size, *(old for old in before if size < old < statement.size), statement.size]
        payload = Submission(anchor.checkpoint, {old: tuple(_proof(anchor, old)) for old in sizes}).encode()
        return Attempt(statement, hashlib.sha256(payload).hexdigest(), "", payload)

    async def send(self, attempt: Attempt) -> bytes:
        """Hand the checkpoint over, with the proof that the log asks for. Where there is none, what the log took last is the
        answer, and `follow` says that another attempt is needed.

        Raises `PermanentError` where the log refuses it for good, `OvertakenError`, else as `Remote.post` does."""
        submission, statement = Submission.parse(attempt.payload), attempt.statement
        answer = await self._remote.post(ANCHORS, submission.request(submission.first()))
        if (asked := _taken(answer)) is not None and asked != submission.first() and asked in submission.proofs:
            answer = await self._remote.post(ANCHORS, submission.request(asked))
        if answer.status in (200, 202):
            return b""
        taken = _taken(answer)
        if taken is None:
            raise self._refusal(answer, submission.checkpoint)
        state = await self._state(statement)
        if state is not None and state.get("root") == statement.root.hex():
            return b""  # it is entered already
        if state is not None or taken == statement.size:
            raise self._conflict(statement)
        if taken > statement.size:
            raise self._overtaken(statement, taken)
        return b"taken %d" % taken

    async def follow(self, attempts: Sequence[Attempt], _proved: Mapping[str, Any] | None = None, /) -> Observation:
        """FINAL once the log's published checkpoint reaches past the entry: a log takes nothing back."""
        newest = attempts[0]
        statement = newest.statement
        state = await self._state(statement)
        if state is None and newest.answer:
            reason = f"the log took another head meanwhile ({newest.answer.decode()})"
            return Observation(AttemptStatus.REFUSED, newest.id, reason=reason)
        if state is None:
            return Observation(AttemptStatus.MISSING, newest.id)
        if state.get("root") != statement.root.hex():
            return Observation(
                AttemptStatus.REFUSED, newest.id, reason=f"the log holds another root for size {statement.size}"
            )
        index = state.get("index")
        if not isinstance(index, int):
            return Observation(AttemptStatus.PENDING, newest.id)
        _, checkpoint = await self._checkpoint()
        if index >= checkpoint.size:
            return Observation(AttemptStatus.PENDING, newest.id)
        facts = {"index": index, "size": checkpoint.size}
        return Observation(AttemptStatus.FINAL, newest.id, facts)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        """The entry's inclusion under the log's newest checkpoint, computed here from the log's static tiles.

        Raises `TransientError` where the log does not bear out what it said."""
        facts = observation.facts or {}
        statement = attempt.statement
        index = int(facts["index"])
        note, checkpoint = await self._checkpoint()
        if checkpoint.size < facts["size"]:
            raise TransientError(
                f"{self.name} shows a checkpoint of size {checkpoint.size}, and it had {facts['size']}"
            )
        hashes = await self._inclusion(index, checkpoint.size)
        evidence = Evidence(TYPE, VERSION, TlogProof(index, hashes, note).encode())
        checked = VERIFIER.check(evidence, statement, TlogPins(self._key), ())
        if checked.proved is None:
            raise TransientError(f"{self.name} does not bear out its own state: {checked.findings[0]}")
        return evidence

    async def latest(self, log: bytes) -> Statement | None:
        """The largest head of `log` that the other node says it entered."""
        return await self._head(f"{ANCHORS}/{log.hex()}", log)

    async def pins(self) -> Mapping[str, str]:
        """The log's own verifier key. Raises `TransientError` where what answers is not this log; one that has signed
        nothing yet is
        believed."""
        answer = await self._remote.get("/checkpoint")
        if answer.code != NOTHING_SIGNED:
            self._open(answer)
        return {"key": self._key.encode()}

    async def balance(self) -> Balance | None:
        return None

    async def close(self) -> None:
        await self._remote.close()

    def _refusal(self, answer: Answer, checkpoint: bytes) -> PermanentError:
        if answer.code == UNKNOWN_LOG or answer.status == 403:
            return PermanentError(f"{self.name} does not know this log: {answer.message}", _introduction(checkpoint))
        remedy = (
            "look whether the address is that of a log, http://host:port/v1/logs/NAME, of a node of the same version"
        )
        return PermanentError(f"{self.name} refused the checkpoint: {answer.message}", remedy)

    def _conflict(self, statement: Statement) -> PermanentError:
        reason = f"{self.name} holds another root for size {statement.size}"
        return PermanentError(
            reason, "two heads of one size were signed: stop this log, keep both, and start a successor"
        )

    def _overtaken(self, statement: Statement, taken: int) -> OvertakenError:
        return OvertakenError(
            f"{self.name} took a head of size {taken} already, and this one has size {statement.size}",
            "where this log has no larger head, it is an old copy: bring back the newest directory, or begin a successor",
        )

    async def _head(self, path: str, log: bytes) -> Statement | None:
        """The head of `log` that the other node says it has at `path`; None where it has none."""
        answer = await self._remote.get(path)
        if answer.status == 404:
            return None
        state = _expect(answer)
        try:
            return Statement(log, int(state["size"]), bytes.fromhex(state["root"]))
        except (KeyError, TypeError, ValueError) as error:
            raise TransientError(f"{self.name} answered something else than a head") from error

    async def _state(self, statement: Statement) -> dict[str, Any] | None:
        """The foreign anchor's state as the log reports it; None where it has none."""
        answer = await self._remote.get(f"{ANCHORS}/{statement.log_id.hex()}/{statement.size}")
        return None if answer.status == 404 else _expect(answer)

    async def _checkpoint(self) -> tuple[bytes, Checkpoint]:
        """The log's newest checkpoint, signed by its pinned key. Raises `TransientError` where it is not."""
        answer = await self._remote.get("/checkpoint")
        return answer.body, self._open(answer)

    def _open(self, answer: Answer) -> Checkpoint:
        if answer.status != 200:
            raise TransientError(f"{self.name} shows no checkpoint: HTTP {answer.status}")
        try:
            return open_checkpoint(answer.body, self._key)
        except Refused as refused:
            raise TransientError(f"{self.name} shows a checkpoint that is not its own: {refused.finding}") from refused

    async def _inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The inclusion proof, from the few tiles that it asks for."""
        tiles = _Tiles()
        while True:
            try:
                return inclusion_proof(index, size, tiles)
            except _Wanted as wanted:
                tiles.fetched[wanted.tile] = await self._tile(wanted.tile)

    async def _tile(self, tile: Tile) -> bytes:
        """The hashes of a tile; where the partial tile is gone, the full one begins with them (C2SP tlog-tiles)."""
        answer = await self._remote.get(f"/{tile.path}")
        if answer.status == 404 and tile.width < WIDTH:
            answer = await self._remote.get(f"/{Tile(tile.level, tile.index).path}")
        if answer.status != 200 or len(answer.body) < 32 * tile.width:
            raise TransientError(f"{self.name} lacks {tile.path}: HTTP {answer.status}, {len(answer.body)} bytes")
        return answer.body[: 32 * tile.width]


class _Wanted(Exception):
    """A proof asks for a tile that was not fetched yet."""

    def __init__(self, tile: Tile) -> None:
        super().__init__(tile)
        self.tile = tile


class _Tiles(TileReader):
    """The tiles fetched so far; asking for another one raises `_Wanted`."""

    def __init__(self) -> None:
        self.fetched: dict[Tile, bytes] = {}

    def tile(self, level: int, index: int, width: int) -> bytes:
        tile = Tile(level, index, width)
        if tile not in self.fetched:
            raise _Wanted(tile)
        return self.fetched[tile]

    def entries(self, index: int, width: int) -> bytes:
        raise NotImplementedError("an inclusion proof reads no entries")


def _proof(anchor: Anchor, old: int) -> Sequence[bytes]:
    return () if old in (0, anchor.statement.size) else anchor.consistency(old)


def _taken(answer: Answer) -> int | None:
    """The size in a conflict (tlog-witness); None for any other answer."""
    text = answer.body[:-1].decode("ascii", "replace") if answer.status == 409 and answer.body[-1:] == b"\n" else ""
    return decode_decimal(text)


def _expect(answer: Answer) -> dict[str, Any]:
    """The state in a good answer. Raises `TransientError`."""
    if answer.status != 200:
        raise TransientError(f"the log does not report its state: {answer.message}")
    return answer.json()


def _introduction(checkpoint: bytes) -> str:
    """The remedy: ask the other operator to list this log's key."""
    begins = {f"{signature.name}+{signature.key_id.hex()}+" for signature in Note.parse(checkpoint).signatures}
    lines = " or ".join(f'[[foreign]] key = "{start}..."' for start in sorted(begins))
    return f"ask the operator to add this to its node.toml, with your log's verifier key in full: {lines}"


if TYPE_CHECKING:
    from carbonseal.ledger import Connect

    _: Connect = connect
