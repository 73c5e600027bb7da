"""Signers of a node (issuers, certification bodies, accreditors) with the keys that they sign with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carbonseal.instants import from_seconds
from carbonseal.log.notes import SigningKey
from carbonseal.node.config import NodeConfig, SignerConfig
from carbonseal.node.secrets import open_key, open_signer
from carbonseal.passport.credentials import sign_document
from carbonseal.passport.products import batch_key


@dataclass(frozen=True, slots=True)
class Signer:
    """One signer of `node.toml`, with the keys that it signs with, and that the salts of an issuer's batches are derived from."""

    config: SignerConfig
    key: SigningKey
    batch_key: bytes = field(repr=False)  # 32 bytes, secret

    async def sign(self, document: Mapping[str, Any], now: int) -> dict[str, Any]:
        """The document with a proof that was created `now`, in seconds since 1970. In a thread: a token takes its time. Raises
        Refused where the key does not sign."""
        public_key = self.key.public_key().public_bytes_raw()
        return await asyncio.to_thread(sign_document, document, self.key.sign, public_key, from_seconds(now))


def open_signers(settings: NodeConfig, directory: Path) -> dict[str, Signer]:
    """The signers of a node by their names in `node.toml`, with their keys. Raises Refused on a secret."""
    salt_keys = {tenant.name: tenant.salt_key for tenant in settings.tenants}
    return {
        one.name: Signer(
            one, open_signer(one.key, directory), batch_key(open_key(salt_keys[one.tenant], directory), one.id)
        )
        for one in settings.signers
    }
