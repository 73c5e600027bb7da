"""Client of one witness (C2SP tlog-witness): sends it a head of one log, and verifies its cosignature.

- The old size is `taken`, the one that the witness reported last, 0 before that. The size in a 409 is an unsigned number: it only
  selects the next consistency proof. A size beyond all that the log has signed, or a conflict at the very size that it reported,
  is an alarm for the operator: this log may be an old copy. It accuses nobody.
- An answer is bounded in size and time. Errors are kept as the witness's `problem`, and raise nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carbonseal.findings import Finding, Refused
from carbonseal.keys.endpoints import redacted
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note, Signature
from carbonseal.log.text import decode_decimal
from carbonseal.log.witness_requests import WitnessRequest
from carbonseal.node.config import WitnessConfig
from carbonseal.transport import BodyTooLarge, read_chunks

from . import codes

if TYPE_CHECKING:  # a command that opens a node asks no witness
    import aiohttp

TIMEOUT = 10.0  # seconds for one answer
MAX_ANSWER = 64 * 1024  # bytes: a few signature lines
LAST_SECOND = 253_402_300_799  # since 1970: the end of the year 9999
TRIES = 3  # requests for one head: the first may only tell the size

Consistency = Callable[[int, int], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified cosignature on a head, and the time that it states, in seconds since 1970."""

    line: Signature
    time: int


class WitnessClient:
    """One witness of one log. `cosigned` is the largest size of which its cosignature is stored (`count`), `taken` the size that
    it reported last, `problem` why it did not cosign the last head."""

    def __init__(self, settings: WitnessConfig, consistency: Consistency) -> None:
        """`consistency` gives the log's proof from one size to another; raises Refused."""
        self.key = settings.key
        self.url = settings.url.rstrip("/")
        self.endpoint = redacted(settings.url)
        self.cosigned = 0
        self.time = 0  # of its newest cosignature, in seconds since 1970
        self.problem: Finding | None = None
        self._consistency = consistency
        self.taken = 0
        self._session: aiohttp.ClientSession | None = None

    @property
    def is_alarmed(self) -> bool:
        """Whether the witness claims to know more of the log than the log itself."""
        return self.problem is not None and self.problem.code in (codes.WITNESS_KNOWS_MORE, codes.WITNESS_OTHER_ROOT)

    async def cosign(self, head: Checkpoint, note: bytes, newest: int) -> Cosignature | None:
        """The cosignature on a head, verified; None where there is none: `problem` says why, or `taken` is a newer head. `newest`
        is the largest size that the log has signed."""
        from aiohttp import ClientError

        try:
            async with asyncio.timeout(TIMEOUT):
                signature = await self._ask(head, note, newest)
        except (ClientError, OSError, TimeoutError, BodyTooLarge) as error:
            self.problem = codes.WITNESS_UNREACHABLE(name=self.key.name, why=str(error) or type(error).__name__)
        except Refused as refused:
            self.problem = refused.finding
        else:
            self.problem = None
            return signature
        return None

    def count(self, size: int, given: Cosignature) -> None:
        """The cosignature on the head of this size is stored: the head is not sent again."""
        if size >= self.cosigned:
            self.cosigned, self.time = size, given.time

    async def _ask(self, head: Checkpoint, note: bytes, newest: int) -> Cosignature | None:
        for _ in range(TRIES):
            old = min(self.taken, head.size)
            proof = self._consistency(old, head.size) if 0 < old < head.size else ()
            status, body, kind = await self._post(WitnessRequest(old, tuple(proof), note).encode())
            if status == 200:
                return self._verified(head, body)
            taken = decode_decimal(body.decode("ascii", "replace").removesuffix("\n")) if status == 409 else None
            if taken is None or kind != "text/x.tlog.size":
                said = body[:200].decode("utf-8", "replace").strip()
                raise Refused(codes.WITNESS_REFUSES(name=self.key.name, status=status, said=said or "nothing"))
            if taken > newest:
                raise Refused(codes.WITNESS_KNOWS_MORE(name=self.key.name, known=taken, size=newest))
            if taken == head.size == old:
                raise Refused(codes.WITNESS_OTHER_ROOT(name=self.key.name, size=taken))
            self.taken = taken
            if taken > head.size:
                return None  # it has a newer head already, and is asked about that one
        raise Refused(codes.WITNESS_REFUSES(name=self.key.name, status=409, said="another size each time"))

    def _verified(self, head: Checkpoint, body: bytes) -> Cosignature:
        """The line by this witness's key, on the very text of the head; others are ignored. Of several the earliest. Raises Refused
        where there is none that verifies, or its time is no date."""
        text = head.encode()
        answered = Note.parse(
            text.encode() + b"\n" + body
        ).signatures  # their text may be longer: an answer may have an empty line
        own = [one for one in answered if (one.name, one.key_id) == (self.key.name, self.key.key_id)]
        times = {one: time for one in own if (time := Note(text, (one,)).cosigned_at(self.key)) is not None}
        if not times:
            raise Refused(codes.WITNESS_OTHER_KEY(name=self.key.name))
        line = min(times, key=times.__getitem__)
        if times[line] > LAST_SECOND:
            raise Refused(codes.WITNESS_NO_DATE(name=self.key.name, seconds=times[line]))
        self.taken = head.size
        return Cosignature(line, times[line])

    async def _post(self, body: bytes) -> tuple[int, bytes, str]:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT, sock_connect=TIMEOUT / 2),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept-Encoding": "identity"},
            )
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        url = f"{self.url}/add-checkpoint"
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            answer = await read_chunks(response.content.iter_any(), MAX_ANSWER)
            return response.status, answer, response.content_type

    async def close(self) -> None:
        """Let go of the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
