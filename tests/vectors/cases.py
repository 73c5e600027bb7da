"""The form of a vector: a name, what to do, with what, and what must come of it. See README.md beside this file."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

Case = dict[str, Any]


def case(name: str, do: str, expect: dict[str, Any], **given: Any) -> Case:
    return {"name": name, "do": do, **given, "expect": expect}


def refused(code: str, outcome: str = "rejected", **more: Any) -> dict[str, Any]:
    """That the input is refused, with this code. The code is written by hand, never asked of the implementation."""
    return {"refused": {"code": code, "outcome": outcome, **more}}


def undetermined(code: str, **more: Any) -> dict[str, Any]:
    return refused(code, "undetermined", **more)


def octets(data: bytes) -> str | dict[str, str]:
    """Bytes as a vector carries them: as text where they are UTF-8 that can be read, else as base64."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if all(letter == "\n" or letter.isprintable() for letter in text):
        return text
    return {"base64": base64.b64encode(data).decode()}


def repeated(*texts: tuple[str, int]) -> dict[str, list[list[Any]]]:
    """Bytes too long to write out: texts, each with how many times it is repeated."""
    return {"repeated": [list(text) for text in texts]}


def hexes(hashes: Iterable[bytes]) -> list[str]:
    return [value.hex() for value in hashes]


def patch(old: Any, new: Any, pointer: str = "") -> list[dict[str, Any]]:
    """The operations (RFC 6902: add, remove, replace) that make `new` of `old`; lists are replaced whole."""
    if type(old) is type(new) and old == new:
        return []
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [{"op": "replace", "path": pointer, "value": new}]
    found: list[dict[str, Any]] = []
    for key in sorted({*old, *new}):
        path = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in new:
            found.append({"op": "remove", "path": path})
        elif key not in old:
            found.append({"op": "add", "path": path, "value": new[key]})
        else:
            found += patch(old[key], new[key], path)
    return found
