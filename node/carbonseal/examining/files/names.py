"""What names of files may be, beside paths. Private."""

from __future__ import annotations

STDIN = "-"


def is_stored(name: str) -> bool:
    """Whether a name is a URL of a store, not a path nor the address of a passport."""
    scheme, found, _ = name.partition("://")
    return bool(found) and scheme.isascii() and scheme.isalnum() and scheme.lower() not in ("http", "https")
