"""Acts on the status of statements and accreditations: withdrawn for ever, suspended, reinstated, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller
from carbonseal.node.issuance.issuance import Record
from carbonseal.node.issuance.sealed_credentials import CredentialSealer
from carbonseal.node.issuance.signers import Signer
from carbonseal.node.requests.idempotency import Unkeyed
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.storage.writer_thread import WriterThread

from .reasons import Reasons

STATEMENT_KIND, ACCREDITATION_KIND = "statement", "accreditation"
WITHDRAW, SUSPEND, REINSTATE = "withdraw", "suspend", "reinstate"
_BITS = {WITHDRAW: (REVOCATION, True), SUSPEND: (SUSPENSION, True), REINSTATE: (SUSPENSION, False)}


class Acts:
    """Acts on documents of any signer of this node. Whether the document is of here, and the caller's, is for the caller to see."""

    def __init__(self, sealer: CredentialSealer, reasons: Reasons, *, record: Record, thread: WriterThread) -> None:
        self._sealer = sealer
        self._reasons = reasons
        self._record_act = record
        self._thread = thread

    async def issued(self, kind: str, document: bytes, signer: Signer, caller: Caller, key: Unkeyed) -> None:
        """Add to the audit chain that a document (its digest), a statement or an accreditation, is handed out."""
        about = {kind: document.hex(), "signer": signer.config.name, "tenant": signer.config.tenant, **key.about}
        await self._record_act(caller, f"issue-{kind}", about, "")

    async def do(self, act: str, kind: str, document: bytes, reason: str, caller: Caller) -> bool:
        """Do an act on a document (its digest), a statement or an accreditation, and keep the reason. Whether that is new. Raises
        Refused, `Busy`, `Frozen`."""
        purpose, is_set = _BITS[act]
        await self._record_act(caller, f"{act}-{kind}", {kind: document.hex()}, reason)
        is_new = await self._sealer.mark(document, purpose, is_set=is_set)
        # Durable: the act, and in the audit chain its reason. A crash here loses the reason that `with_state` shows.
        if is_new:
            await self._thread.run(self._reasons.keep, document, act, reason, self._sealer.now())
        return is_new

    def with_state(self, rows: Iterable[Mapping[str, Any]], member: str) -> list[dict[str, Any]]:
        """Rows of a list as the service answers them; `member` has the document's digest. With the state of each, and the reason of
        the last act on it."""
        listed = list(rows)
        documents = [bytes(row[member]) for row in listed]
        among = self._sealer.statuses.among
        withdrawn, suspended = among(documents, REVOCATION), among(documents, SUSPENSION)
        reasons = self._reasons.last(documents)
        return [
            {
                **{name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()},
                "issued": format_seconds(row["issued"]),
                "state": "withdrawn" if digest in withdrawn else "suspended" if digest in suspended else "issued",
                "reason": reasons.get(digest, ""),
            }
            for row, digest in zip(listed, documents, strict=True)
        ]

    def is_withdrawn(self, document: bytes) -> bool:
        """Whether a document of here (its digest) is withdrawn."""
        return bool(self._sealer.statuses.among([document], REVOCATION))
