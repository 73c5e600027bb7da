"""Replacing the key with which a node cosigns other logs' heads: the way out where the guard of those heads is lost or old.

A new key has cosigned nothing, so that nothing it cosigned can be forgotten. It begins from the newest head of each origin that the
database or the guard knows: what this node entered in its logs goes on as one history.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.log.notes import Cosigner, VerifierKey
from carbonseal.node.config import FILE, CosignerConfig, NodeConfig, load, parse
from carbonseal.node.config_file import with_cosigner
from carbonseal.node.lock import Lock
from carbonseal.node.sealing.files import replace_file
from carbonseal.node.sealing.log import FOLDER
from carbonseal.node.secrets import make_key, open_signer
from carbonseal.storage.database import Database
from carbonseal.storage.schema import LOG

from . import taken
from .codes import FOREIGN_SAME_KEY
from .guard import HeadsGuard, TakenHead


def replace_key(directory: Path, uri: str = "", name: str = "") -> VerifierKey:
    """Make a new witness key for the node in `directory`, or use the one at `uri`: its verifier key. `name` is the key's name, the
    old one where it is empty. Raises Refused where the key is the one in use, `Locked` while the node is open."""
    with closing(Lock(directory)):
        settings = load(directory)
        uri = uri or _make(directory)
        cosigner = CosignerConfig(name or settings.cosigner.name, uri)
        key = Cosigner(cosigner.name, open_signer(uri, directory)).verifier
        guards = {log.name: HeadsGuard(directory / log.guard, key.encode()) for log in settings.logs}
        if key.public_key in _used(directory, settings, guards):
            raise Refused(FOREIGN_SAME_KEY(uri=uri.partition("?")[0]))
        heads = {name: _newest(directory, name, guard) for name, guard in guards.items()}
        text = with_cosigner((directory / FILE).read_text("utf-8"), cosigner)
        parse(text)
        for log, guard in guards.items():
            guard.write(heads[log])
        # Durable: the guards, of the new key. After a crash here node.toml has the old key, with which they take nothing in.
        replace_file(directory / FILE, text.encode(), 0o600)
        return key


def _make(directory: Path) -> str:
    number = 2
    while (directory / f"keys/witness-{number}.key").exists():
        number += 1
    make_key(directory / f"keys/witness-{number}.key")
    return f"file:keys/witness-{number}.key"


def _used(directory: Path, settings: NodeConfig, guards: Mapping[str, HeadsGuard]) -> set[bytes]:
    """The public keys that cosigned here, as far as settings and guards still tell."""
    used: set[bytes] = set()
    with suppress(Refused):  # it may be what was lost
        used.add(open_signer(settings.cosigner.key, directory).public_key().public_bytes_raw())
    for guard in guards.values():
        with suppress(Refused):
            if witness := guard.load().witness:
                used.add(VerifierKey.parse(witness).public_key)
    return used


def _newest(directory: Path, log: str, guard: HeadsGuard) -> dict[str, TakenHead]:
    """The newest head of each origin that the log's database or the old guard knows."""
    known: list[TakenHead] = []
    with suppress(Refused):  # missing or malformed: why the key is replaced
        known += guard.load().heads.values()
    path = directory / FOLDER / f"{log}.db"
    if path.exists():
        with closing(Database(path, LOG)) as database:
            known += taken.every(database)
    known.sort(key=lambda head: head.checkpoint.size)
    return {head.checkpoint.origin: head for head in known}
