"""Segmented reading of long JSON documents, so that a malformed one costs little more to refuse than a valid one to read.

- A segment ends at a comma outside strings. With brackets before and after it, for the containers that are open where it
  begins and ends, it is a document of its own, and a quick reader decides whether it is valid.
- Where the first invalid segment begins, the exact reader of :mod:`carbonseal.records.scanner` takes over: it has some thousand
  values to read, and not millions. Both give the same value, or the same code, place and position.

Measured on documents of 62 MiB with one fault, CPU seconds with segments and with the exact reader alone (2026-11-29, CPython
3.11, one core): a passport that is cut at its end 5.5 and 19.9, with a comma too many in its middle 2.2 and 8.3; a list of
numbers with a comma too many in its middle 0.7 and 58. A passport with one fraction in it, which is valid, 5.2 and 19.4.
`python -m benchmarks records` has a row for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from carbonseal.records.scanner import Container, decoded, scan

SEGMENT = 1 << 15  # bytes

_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OTHER_SIDE = bytes.maketrans(b"[{", b"]}")

Quick = Callable[[bytes, int], Any]  # a document and the most depth to its value; ValueError where it is not valid


def read_in_segments(raw: bytes, max_depth: int, quick: Quick, size: int = SEGMENT) -> Any:
    """The value of a document, as `scan` gives it. Raises Refused as `scan` does: with a ``json.*`` code and the place.

    `quick` takes only documents that `scan` reads to the same value. Segments have `size` bytes, or more where no comma comes
    within so many.
    """
    text = decoded(raw)
    at = 0
    nesting = b""  # the brackets of the containers that are open there
    opened: list[Container] = []  # and these, with all that was read of them so far, the outermost first
    try:
        while (found := _segment(raw, at, size)) is not None:
            comma, brackets = found
            segment = raw[at:comma]
            if segment.rstrip().endswith((b"[", b"{")):
                raise ValueError("nothing before the comma")
            after = _unpaired(nesting + brackets, max_depth)
            value = quick(_opening(nesting, segment) + segment + after[::-1].translate(_OTHER_SIDE), max_depth)
            _add(value, opened)
            at, nesting, opened = comma + 1, after, _opened(opened[0] if opened else value, len(after))
        value = quick(_opening(nesting, raw[at:]) + raw[at:], max_depth)
        _add(value, opened)
        return opened[0] if opened else value
    except ValueError:
        return scan(text, max_depth, len(raw[:at].decode()), opened)


def _segment(raw: bytes, start: int, size: int) -> tuple[int, bytes] | None:
    """The position of the comma at which the segment that begins at `start` ends, and the brackets in it outside strings; None
    where no comma follows. It is the last comma outside strings within `size` bytes, or else the first one after.
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
    """The opening brackets, one at least, that are left when pairs are removed. Raises ValueError where others are left."""
    for _ in range(max_depth):
        before, brackets = brackets, brackets.replace(b"[]", b"").replace(b"{}", b"")
        if before == brackets:
            break
    if not brackets or brackets.strip(b"[{"):
        raise ValueError("brackets that do not match, or the end of the document")
    return brackets


def _opening(nesting: bytes, segment: bytes) -> bytes:
    """What is put before a segment for the open containers: each holds the next, and the innermost 0."""
    key = hashlib.sha256(segment).hexdigest().encode()  # cannot be in the segment
    return nesting.replace(b"{", b'{"%s":' % key) + (b"0," if nesting else b"")


def _add(value: Any, opened: Sequence[Container]) -> None:
    """Add a segment's members and items to the containers that were open where it begins; the first of each stands for what
    is there already, and is left out. Raises ValueError, and adds nothing, where a key would be there twice."""
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
    """The containers that are open after a segment: each is the last value in the one before it."""
    opened = [outermost]
    while len(opened) < depth:
        container = opened[-1]
        opened.append(container[-1] if isinstance(container, list) else container[next(reversed(container))])
    return opened
