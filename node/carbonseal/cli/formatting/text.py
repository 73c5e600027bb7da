"""Text for a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """`text` with everything that is not printable (control characters, escape sequences, bidirectional marks) as an escape: a
    passport's text must not control the terminal of whoever verifies it.

    >>> plain("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
