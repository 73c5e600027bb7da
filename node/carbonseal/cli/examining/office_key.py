"""The key that offices share: observations of goods under it tell nobody else which declarations they are about."""

from __future__ import annotations

from pathlib import Path

from carbonseal.verification.observing.presented import CLEAR, OfficeKey


def office_key(uri: str | None) -> OfficeKey:
    """The key at a URI (``file:`` or ``env:``), or in a file: 32 bytes as 64 hexadecimal digits. In clear without one. Raises
    `Refused`."""
    if uri is None:
        return CLEAR
    from carbonseal.node.secrets import open_key

    return OfficeKey(open_key(uri if uri.startswith(("file:", "env:")) else f"file:{uri}", Path()))
