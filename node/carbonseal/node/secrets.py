"""Secrets by URI: ``file:`` (relative to the node's directory) and ``env:``. What is read is never logged."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from carbonseal.findings import SECRET_MALFORMED, SECRET_MISSING, SECRET_UNSUPPORTED, Refused

KEY_BYTES = 32


def open_secret(uri: str, base: Path) -> bytes:
    """The bytes behind `uri`, without surrounding white space. Raises `Refused`; the finding never holds the secret."""
    scheme, _, rest = uri.partition(":")
    if scheme == "env":
        value = os.environ.get(rest)
        if value is None:
            raise Refused(SECRET_MISSING(uri=uri, reason="the variable is not set"))
        return value.strip().encode()
    if scheme != "file":
        raise Refused(SECRET_UNSUPPORTED(scheme=scheme))
    try:
        return (base / rest).read_bytes().strip()
    except OSError as error:
        raise Refused(SECRET_MISSING(uri=uri, reason=error.strerror or "unreadable")) from error


def open_key(uri: str, base: Path) -> bytes:
    """A key of 32 bytes, kept as 64 hexadecimal digits. Raises `Refused`."""
    text = open_secret(uri, base)
    try:
        key = bytes.fromhex(text.decode().removeprefix("0x"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused(SECRET_MALFORMED(uri=uri))
    return key


def make_key(path: Path) -> bytes:
    """A new random key in a new file that only its owner may read. Raises FileExistsError: no key is ever overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key
