"""How findings speak of JSON: where something is, and what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "null"}


def pointer(path: Iterable[str]) -> tuple[str, ...]:
    """A finding's place: the JSON pointer (RFC 6901) of `path`, or nothing for the document itself. What cannot be
    printed is escaped, and overlong names are cut."""
    tokens = [printable(token.replace("~", "~0").replace("/", "~1"), 200) for token in path]
    return ("".join("/" + token for token in tokens),) if tokens else ()


def printable(text: str, limit: int = 40) -> str:
    """`text` as a message can carry it: no control characters, no lone surrogates, not endless."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def kind_of(value: Any) -> str:
    """What kind of JSON value it is, in words."""
    return _KINDS.get(type(value), "a number")
