"""How many JSON values a document has, counted in its bytes before anything is made of them.

A value in memory takes up to a hundred times its bytes: lists in lists, and objects of one member. So the number of values is
bounded beside the number of bytes (docs/spec.md, section 2). Names of members are not values.

A container with n > 0 items has n - 1 commas. So a document has one value, and one more for each comma and for each container
that is not empty; commas and brackets inside strings do not count.
"""

from __future__ import annotations

from collections.abc import Iterator

WINDOW = 1 << 20  # bytes that are looked at together

_SPACE = b" \t\n\r"


def has_more_values(raw: bytes, limit: int, window: int = WINDOW) -> bool:
    """Whether the document has more than `limit` values. Bytes that are not JSON are counted by the same rule. `window` bytes
    are looked at together.

    >>> has_more_values(b'{"a": [], "b": [1, "2, 3"]}', 5), has_more_values(b'{"a": [], "b": [1, "2, 3"]}', 4)
    (False, True)
    """
    if len(raw) < limit or 1 + raw.count(b",") + raw.count(b"[") + raw.count(b"{") <= limit:
        return False
    values, before = 1, b""
    for shape in _shapes(raw, window):
        joined = before + shape
        values += shape.count(b",") + shape.count(b"[") + shape.count(b"{")
        values -= joined.count(b"[]") + joined.count(b"{}")
        if values > limit + 1:  # one bracket may turn out to open an empty container
            return True
        before = shape[-1:] or before
    return values > limit


def _shapes(raw: bytes, size: int) -> Iterator[bytes]:
    """The document without white space and the insides of strings, window by window."""
    at, inside = 0, False
    while at < len(raw):
        end = min(at + size, len(raw))
        while end < len(raw) and raw[end - 1] == ord("\\"):  # an escape is never cut in two
            end += 1
        window = raw[at:end]
        if b"\\" in window:
            window = window.replace(rb"\\", b"__").replace(rb"\"", b"__")
        parts = window.split(b'"')
        outside = parts[inside::2]
        inside ^= len(parts) % 2 == 0
        yield b'"'.join([*outside, b""] if inside else outside).translate(None, _SPACE)
        at = end
