"""Issuers of a node with the keys that they sign with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.instants import from_seconds
from carbonseal.log.notes import SigningKey
from carbonseal.node.config import IssuerConfig
from carbonseal.passport.credentials import sign_document


@dataclass(frozen=True, slots=True)
class Signer:
    """One issuer of `node.toml`, with its key."""

    config: IssuerConfig
    key: SigningKey

    async def sign(self, document: Mapping[str, Any], now: int) -> dict[str, Any]:
        """The document with a proof that was created `now`, in seconds since 1970. In a thread: a token takes its time. Raises
        Refused where the key does not sign."""
        public_key = self.key.public_key().public_bytes_raw()
        return await asyncio.to_thread(sign_document, document, self.key.sign, public_key, from_seconds(now))
