"""Replacing the keys with which a node cosigns other logs' heads: the way out where the guard of those heads is lost or old.

- A new key has cosigned nothing, so that nothing it cosigned can be forgotten. It begins from the newest head of each origin
  that the database or the guard knows: what this node entered in its logs goes on as one history.
- `replace_keys` replaces all of them. `add_ml_dsa_44` adds an ML-DSA-44 key, or replaces that alone: the Ed25519 key goes on,
  so the guard has to be whole.
- A key that ever cosigned here is not taken again, however long ago: what it cosigned may be forgotten. `[cosigner] retired`
  remembers them, beside the settings that every backup has.
- Everything is checked before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.log.notes import SubtreeSigner, VerifierKey
from carbonseal.node.config import FILE, NodeConfig, load, parse
from carbonseal.node.config_file import with_cosigner
from carbonseal.node.lock import Lock
from carbonseal.node.sealing.files import replace_file
from carbonseal.node.sealing.log import FOLDER
from carbonseal.node.secrets import make_key, make_ml_dsa_44_key, open_ml_dsa_44, open_signer
from carbonseal.storage.database import Database
from carbonseal.storage.schema import LOG

from . import taken
from .codes import FOREIGN_KEY_HAS_ROLE, FOREIGN_RETIRED_KEY, FOREIGN_SAME_KEY
from .cosigners import open_cosigners
from .guard import HeadsGuard, TakenHead
from .settings import CosignerConfig


def replace_keys(directory: Path, uri: str = "", name: str = "") -> tuple[VerifierKey, ...]:
    """Make a new Ed25519 witness key for the node in `directory`, or use the one at `uri`, and a new ML-DSA-44 key where it has
    one: their verifier keys. `name` is the keys' name, the old one where it is empty. Raises Refused where the key is in use, in
    this role or another, or the settings would not be valid; `Locked` while the node is open."""
    with closing(Lock(directory)):
        settings = load(directory)
        cosigner = replace(settings.cosigner, name=name or settings.cosigner.name)
        _settings_with(directory, cosigner)
        made = _NewFiles(directory)
        cosigner = replace(cosigner, key=uri or made.ed25519())
        if cosigner.ml_dsa_44_key is not None:
            cosigner = replace(cosigner, ml_dsa_44_key=made.ml_dsa_44())
        return _write(directory, settings, cosigner)


def add_ml_dsa_44(directory: Path, uri: str = "") -> tuple[VerifierKey, ...]:
    """Make an ML-DSA-44 key that cosigns beside the Ed25519 one, or use the one at `uri`: all verifier keys. Raises as
    `replace_keys` does, and Refused (`foreign.guard-*`) where the guard is not whole."""
    with closing(Lock(directory)):
        settings = load(directory)
        _settings_with(directory, replace(settings.cosigner, ml_dsa_44_key=uri or "file:"))
        kept = open_cosigners(replace(settings.cosigner, ml_dsa_44_key=None), directory)
        for log in settings.logs:
            HeadsGuard(directory / log.guard, (one.verifier for one in kept)).read()
        cosigner = replace(settings.cosigner, ml_dsa_44_key=uri or _NewFiles(directory).ml_dsa_44())
        return _write(directory, settings, cosigner, kept=[one.verifier for one in kept])


def _write(
    directory: Path, settings: NodeConfig, cosigner: CosignerConfig, kept: Iterable[VerifierKey] = ()
) -> tuple[VerifierKey, ...]:
    """Change guards and `node.toml` to these keys, of which `kept` are in use already."""
    keys = tuple(one.verifier for one in open_cosigners(cosigner, directory))
    guards = {log.name: HeadsGuard(directory / log.guard, keys) for log in settings.logs}
    used, others = _used(directory, settings, guards), _others(directory, settings)
    for one in kept:
        used.pop(one.public_key, None)
    retired = {one.public_key for one in settings.cosigner.retired}
    for key, uri in zip(keys, (cosigner.key, cosigner.ml_dsa_44_key), strict=False):
        if key.public_key in used:
            code = FOREIGN_RETIRED_KEY if key.public_key in retired else FOREIGN_SAME_KEY
            raise Refused(code(uri=str(uri).partition("?")[0]))
        if role := others.get(key.public_key):
            raise Refused(FOREIGN_KEY_HAS_ROLE(uri=str(uri).partition("?")[0], role=role))
    heads = {name: _newest(directory, name, guard) for name, guard in guards.items()}
    text = _settings_with(directory, replace(cosigner, retired=tuple(used.values())))
    for log, guard in guards.items():
        guard.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # a lost one is why keys are replaced
        guard.write(heads[log])
    # Durable: the guards, of the new keys. After a crash here node.toml has old ones, with which they take nothing in.
    replace_file(directory / FILE, text.encode(), 0o600)
    return keys


def _settings_with(directory: Path, cosigner: CosignerConfig) -> str:
    """The text of `node.toml` with this `[cosigner]`. Raises Refused where it is not valid."""
    text = with_cosigner((directory / FILE).read_text("utf-8"), cosigner)
    parse(text)
    return text


class _NewFiles:
    """Makes key files that have names of their own below ``keys/``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def ed25519(self) -> str:
        """The URI of a new Ed25519 key."""
        path = self._free("witness", ".key")
        make_key(self._directory / path)
        return f"file:{path}"

    def ml_dsa_44(self) -> str:
        """The URI of a new ML-DSA-44 key."""
        path = self._free("witness-ml-dsa", ".pem")
        make_ml_dsa_44_key(self._directory / path)
        return f"file:{path}"

    def _free(self, stem: str, suffix: str) -> str:
        number = 2
        while (self._directory / f"keys/{stem}-{number}{suffix}").exists():
            number += 1
        return f"keys/{stem}-{number}{suffix}"


def _used(directory: Path, settings: NodeConfig, guards: Mapping[str, HeadsGuard]) -> dict[bytes, VerifierKey]:
    """The keys that ever cosigned here, by public key, as far as settings and guards tell: the oldest first."""
    used = [*settings.cosigner.retired]
    with suppress(Refused):  # it may be what was lost
        used += [one.verifier for one in open_cosigners(replace(settings.cosigner, ml_dsa_44_key=None), directory)]
    if settings.cosigner.ml_dsa_44_key is not None:
        with suppress(Refused):
            key = open_ml_dsa_44(settings.cosigner.ml_dsa_44_key, directory)
            used.append(SubtreeSigner(settings.cosigner.name, key).verifier)
    for guard in guards.values():
        with suppress(Refused):
            used += map(VerifierKey.parse, guard.load().witnesses)
    return {one.public_key: one for one in used}


def _others(directory: Path, settings: NodeConfig) -> dict[bytes, str]:
    """What else each key of the node is for, as far as it can be read."""
    others: dict[bytes, str] = {}
    uris = [
        *((f"the log {log.name}", log.key) for log in settings.logs),
        *((f"the signer {signer.name}", signer.key) for signer in settings.signers),
    ]
    for role, uri in uris:
        with suppress(Refused):
            others[open_signer(uri, directory).public_key().public_bytes_raw()] = role
    for log in settings.logs:
        if log.ml_dsa_44_key is not None:
            with suppress(Refused):
                others[open_ml_dsa_44(log.ml_dsa_44_key, directory).public_key().public_bytes_raw()] = (
                    f"the log {log.name}"
                )
    return others


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
