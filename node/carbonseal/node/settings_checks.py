"""What `node.toml` says, compared with what is in its directory and in its keys, before anything is opened with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from carbonseal.findings import Refused

from .codes import CONFIG_KEY_TWO_ROLES, CONFIG_LOG_MISSING
from .config import FILE, NodeConfig
from .issuance.signers import Signer
from .sealing.log import FOLDER, SealingLog


def check_all_listed(directory: Path, settings: NodeConfig) -> None:
    """A log that is here must be in node.toml: its records and anchors are still asked for. Raises Refused."""
    listed = {log.name for log in settings.logs}
    for path in sorted((directory / FOLDER).glob("*.db")):
        if path.stem not in listed:
            raise Refused(CONFIG_LOG_MISSING(path=path))


def check_roles(logs: Iterable[SealingLog], signers: Iterable[Signer]) -> None:
    """A key has one role: log, witness or signer. Raises Refused where one has two."""
    roles: dict[bytes, str] = {}
    for log in logs:
        for role, key in ((f"the log {log.name}", log.verifier), *(("the cosigner", key) for key in log.cosigners)):
            if (other := roles.setdefault(key.public_key, role)) != role:
                raise Refused(CONFIG_KEY_TWO_ROLES(FILE, one=other, other=role))
    for signer in signers:
        role, public_key = f"the signer {signer.config.name}", signer.key.public_key().public_bytes_raw()
        if (other := roles.setdefault(public_key, role)) != role:
            raise Refused(CONFIG_KEY_TWO_ROLES(FILE, one=other, other=role))
