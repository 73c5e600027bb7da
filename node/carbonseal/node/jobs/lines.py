"""Work of jobs: what is done with one line, for each kind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from carbonseal.findings import Finding, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance import codes as issue_codes
from carbonseal.node.issuance.issuance import Issuing
from carbonseal.node.issuance.issue_desk import LIMITS
from carbonseal.node.requests.idempotency import Idempotency, digest

LONGEST_LINE = LIMITS.max_bytes  # as one issue request


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line came to: the digest of a credential, or a finding. `passport` is what an export keeps."""

    credential: bytes | None = None
    refused: Finding | None = None
    warnings: tuple[Finding, ...] = ()
    passport: bytes = b""

    def to_json(self, line: int) -> bytes:
        """A line of the results: ``{"line", "credential", "warnings"}`` or ``{"line", "error"}``."""
        said: dict[str, Any] = {"line": line}
        if self.refused is not None:
            said["error"] = self.refused.outline()
        elif self.credential is not None:
            said |= {"credential": self.credential.hex(), "warnings": [one.outline() for one in self.warnings]}
        return orjson.dumps(said) + b"\n"


class LineWork(Protocol):
    """Of one kind of job."""

    @property
    def needs(self) -> Scope:
        """The scope that the job's caller has to have, also while it is done."""

    async def do(self, line: bytes, key: bytes, caller: Caller, /) -> Outcome:
        """Do one line; `key` is that of a request, under which it is done once. Raises Refused."""


class IssueWork:
    """A line is an issue request."""

    needs = Scope.ISSUE

    def __init__(self, issuing: Issuing, idempotency: Idempotency) -> None:
        self._issuing = issuing
        self._idempotency = idempotency

    async def do(self, line: bytes, key: bytes, caller: Caller) -> Outcome:
        """As `LineWork` has it."""
        warnings: list[Finding] = []
        async with self._idempotency.under(key, digest(line), lifetime=None) as keyed:
            root, _ = await self._issuing.issue_named(line, caller, warnings.append, key=keyed)
        return Outcome(root, warnings=tuple(warnings))


class ExportWork:
    """A line is the digest of a credential. `refresh` gives a passport with all that is newer."""

    needs = Scope.READ

    def __init__(self, issuing: Issuing, refresh: Callable[[bytes, str], Awaitable[bytes]]) -> None:
        self._issuing = issuing
        self._refresh = refresh

    async def do(self, line: bytes, _key: bytes, caller: Caller) -> Outcome:
        """As `LineWork` has it."""
        credential = bytes.fromhex(line.decode("ascii"))
        found = await asyncio.to_thread(self._issuing.find, credential, caller)
        if found is None:
            raise Refused(issue_codes.NODE_UNKNOWN_CREDENTIAL(digest=credential.hex()))
        return Outcome(credential, passport=await self._refresh(found, caller.name))
