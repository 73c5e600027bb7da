"""JSON in findings: the pointer to a value, printable text, and the kind of a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from carbonseal.escaping import escape_invisible

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "null"}


def pointer(path: Iterable[str]) -> tuple[str, ...]:
    """A finding's place: the JSON pointer (RFC 6901) of `path`; empty for the document itself. Invisible characters
    are escaped, and names are cut after 200."""
    tokens = [printable(token.replace("~", "~0").replace("/", "~1"), 200) for token in path]
    return ("".join("/" + token for token in tokens),) if tokens else ()


def printable(text: str, limit: int = 40) -> str:
    """`text` as a message can carry it: invisible characters as escapes, and cut after `limit` characters."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return escape_invisible(short)


def kind_of(value: Any) -> str:
    """The kind of a JSON value in words: "an object", "a number"."""
    return _KINDS.get(type(value), "a number")
