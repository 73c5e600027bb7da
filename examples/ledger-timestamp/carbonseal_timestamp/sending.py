"""Anchors checkpoints at a time-stamp authority: ``timestamp+https://tsa.example/tsr``; option `certificate`: a PEM file.

The authority remembers nothing. Its answer to `send` is the proof, and the outbox keeps it with the attempt.
"""

from __future__ import annotations

import asyncio
import hashlib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from carbonseal import api
from carbonseal_timestamp.checking import TYPE, VERIFIER, VERSION
from carbonseal_timestamp.token import read_response, request

MOST_BYTES, TIMEOUT = 64 * 1024, 30  # of an answer; seconds
CERTIFICATE = api.rejected("timestamp.certificate", "certificate= names no certificate: {problem}", "name a PEM file")


async def connect(uri: str, options: Mapping[str, str], secrets: api.Secrets) -> api.Ledger:
    """Reads the certificate, and asks the authority nothing yet. Raises `Refused` (timestamp.certificate)."""
    try:
        pem = await asyncio.to_thread(Path(secrets.directory, options["certificate"]).read_bytes)
        certificate = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    except (KeyError, OSError, ValueError) as error:
        raise api.Refused(CERTIFICATE("certificate", problem=repr(error))) from error
    return TimestampLedger(uri.removeprefix("timestamp+"), certificate)


class TimestampLedger:
    """Asks one authority for time-stamps; a `carbonseal.api.Ledger`."""

    capabilities = api.Capabilities(
        tells_publisher=False,
        refuses_second_root=False,
        knows_latest=False,
        needs_money=False,
        can_be_asked_later=False,
        gives_time=True,
    )
    publisher = "any"
    expires: float | None = None
    replace_after: float | None = None

    def __init__(self, url: str, certificate: bytes) -> None:
        self.name = f"timestamp:{hashlib.sha256(certificate).hexdigest()}"
        self._url, self._certificate = url, certificate

    async def prepare(self, anchor: api.Anchor, earlier: Sequence[api.Attempt]) -> api.Attempt:
        del earlier  # two time-stamps of one statement do no harm: no slot is used up
        digest = anchor.statement.digest()
        return api.Attempt(anchor.statement, digest.hex(), "", request(digest))

    async def send(self, attempt: api.Attempt) -> bytes:
        if attempt.answer:
            return b""  # the first time-stamp is the earliest: it stays
        answer = await asyncio.to_thread(self._ask, attempt.payload)
        try:
            read_response(answer, self._certificate)
        except (ValueError, IndexError) as error:
            raise api.PermanentError(f"{self.name} granted no time-stamp: {error}", "correct the address") from error
        return answer

    async def follow(
        self, attempts: Sequence[api.Attempt], _proved: Mapping[str, Any] | None = None, /
    ) -> api.Observation:
        for attempt in attempts:
            if attempt.answer:
                return api.Observation(api.AttemptStatus.FINAL, attempt.id, {})
        return api.Observation(api.AttemptStatus.MISSING, attempts[0].id)

    async def evidence(self, attempt: api.Attempt, observation: api.Observation) -> api.Evidence:
        del observation
        token = read_response(attempt.answer, self._certificate)
        evidence = api.Evidence(TYPE, VERSION, token.encode())
        checked = VERIFIER.check(evidence, attempt.statement, VERIFIER.pin(self.name, {}), ())
        if checked.proved is None:
            raise api.TransientError(f"the authority's answer is not a proof: {checked.findings[0]}")
        return evidence

    async def latest(self, log: bytes) -> api.Statement | None:  # noqa: ARG002 - the authority knows none
        return None

    async def pins(self) -> Mapping[str, str]:
        return {}  # the ledger's name says all

    async def balance(self) -> api.Balance | None:
        return None

    async def close(self) -> None:
        """There is no connection."""

    def _ask(self, query: bytes) -> bytes:
        asked = urllib.request.Request(self._url, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT) as response:  # noqa: S310 - the operator's own address
                return bytes(response.read(MOST_BYTES))
        except (urllib.error.HTTPError, TimeoutError) as error:
            raise api.TransientError(f"{self.name}: {error}") from error
        except OSError as error:
            raise api.UnreachableError(f"{self.name}: {error}") from error
