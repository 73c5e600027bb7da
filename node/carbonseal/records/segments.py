"""A long document piece by piece, so that what is wrong with it costs little more to find than the document costs to read.

A piece ends at a comma. With brackets in front and behind, for the containers that are open where it begins and ends, it is a
document of its own, and a quick reader tells whether anything is wrong with it. Where the first such piece begins, the exact
reader of :mod:`carbonseal.records.scanner` takes over: it has some thousand values to read, and not millions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from carbonseal.records.scanner import Container, decoded, scan

PIECE = 1 << 15  # bytes

_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OTHER_SIDE = bytes.maketrans(b"[{", b"]}")

Quick = Callable[[bytes, int], Any]


def read_in_pieces(raw: bytes, max_depth: int, quick: Quick, size: int = PIECE) -> Any:
    """What `scan` makes of a document: its value, or the `Refused` that says what is wrong with it and where.

    `quick` gives the value of a document that is no deeper than its second argument, or raises ValueError. Pieces have
    `size` bytes, or more where no comma comes for so long.
    """
    text = decoded(raw)
    at = 0
    nesting = b""  # the brackets of the containers that are open there
    opened: list[Container] = []  # and these, with all that was read of them so far, the outermost first
    try:
        while (found := _piece(raw, at, size)) is not None:
            comma, brackets = found
            piece = raw[at:comma]
            if piece.rstrip().endswith((b"[", b"{")):
                raise ValueError("nothing before the comma")
            after = _unpaired(nesting + brackets, max_depth)
            value = quick(_opening(nesting, piece) + piece + after[::-1].translate(_OTHER_SIDE), max_depth)
            _add(value, opened)
            at, nesting, opened = comma + 1, after, _opened(opened[0] if opened else value, len(after))
        value = quick(_opening(nesting, raw[at:]) + raw[at:], max_depth)
        _add(value, opened)
        return opened[0] if opened else value
    except ValueError:
        return scan(text, max_depth, len(raw[:at].decode()), opened)


def _piece(raw: bytes, start: int, size: int) -> tuple[int, bytes] | None:
    """The comma at which the piece that begins here ends, and the brackets in it but for those in strings; None where no
    comma follows. It is the last one outside strings among `size` bytes, or else the first to come.
    """
    width = size
    while True:
        window = raw[start : start + width]
        if b"\\" in window:
            window = window.replace(rb"\\", b"__").replace(rb"\"", b"__")
        parts = window.split(b'"')  # outside strings, inside, outside, ...
        outside = b'"'.join(parts[::2])
        comma = outside.rfind(b",") if width == size else outside.find(b",")
        if comma >= 0:
            strings = outside.count(b'"', 0, comma)
            inside = len(b"".join(parts[1 : 2 * strings : 2])) + strings  # with one quote of each, as in `outside`
            return start + comma + inside, outside[:comma].translate(None, _ALL_BUT_BRACKETS)
        if start + width >= len(raw):
            return None
        width *= 2


def _unpaired(brackets: bytes, max_depth: int) -> bytes:
    """The opening brackets, one at least, that are left when pairs are taken away. Raises ValueError on any others."""
    for _ in range(max_depth):
        before, brackets = brackets, brackets.replace(b"[]", b"").replace(b"{}", b"")
        if before == brackets:
            break
    if not brackets or brackets.strip(b"[{"):
        raise ValueError("brackets that do not match, or the end of the document")
    return brackets


def _opening(nesting: bytes, piece: bytes) -> bytes:
    """What stands in front of a piece for the open containers: each holds the next, and the innermost 0."""
    key = hashlib.sha256(piece).hexdigest().encode()  # sure not to stand in the piece
    return nesting.replace(b"{", b'{"%s":' % key) + (b"0," if nesting else b"")


def _add(value: Any, opened: Sequence[Container]) -> None:
    """Add a piece's members and items to the containers that were open where it begins, but for the first ones, which stand
    for what is there already. Raises ValueError, and adds nothing, where a key would be there twice."""
    added: list[Any] = []
    for container in opened:
        added.append(value)
        value = value.pop(0) if isinstance(value, list) else value.pop(next(iter(value)))
        if isinstance(container, dict) and not container.keys().isdisjoint(added[-1]):
            raise ValueError("duplicate keys")
    for container, more in zip(opened, added, strict=True):
        if isinstance(container, dict):
            container.update(more)
        else:
            container.extend(more)


def _opened(outermost: Container, depth: int) -> list[Container]:
    """The containers that are open after a piece: each is the last thing in the one before it."""
    opened = [outermost]
    while len(opened) < depth:
        container = opened[-1]
        opened.append(container[-1] if isinstance(container, list) else container[next(reversed(container))])
    return opened
