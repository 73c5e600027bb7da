"""Secrets of receivers: files of mode 0600 below `keys/webhooks`. They are kept in clear, for every message is signed with them;
backups leave them out, as they do all keys.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.keys.codes import SECRET_MALFORMED
from carbonseal.keys.uris import read_uri
from carbonseal.node.secrets import open_secret, write_key

from .signing import decode_secret, new_secret

FOLDER = "keys/webhooks"


def make_secret(directory: Path) -> tuple[str, str]:
    """A new secret, durable in a file of its own: its URI, and the secret as its receiver takes it."""
    secret, uri = new_secret(), f"file:{FOLDER}/{secrets.token_hex(8)}.secret"
    write_key(_path(directory, uri), secret.encode() + b"\n")
    return uri, secret


def read_key(directory: Path, uri: str) -> bytes:
    """The key of a secret. Raises Refused, with a finding that does not hold it."""
    key = decode_secret(open_secret(uri, directory).decode("ascii", "replace"))
    if key is None:
        raise Refused(SECRET_MALFORMED(uri=read_uri(uri, {})))
    return key


def drop_secret(directory: Path, uri: str) -> None:
    """Remove the file of a secret that signs nothing more."""
    with suppress(FileNotFoundError):
        _path(directory, uri).unlink()


def _path(directory: Path, uri: str) -> Path:
    return directory / uri.removeprefix("file:")
