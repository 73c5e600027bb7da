"""Text for a terminal."""

from __future__ import annotations

from carbonseal.escaping import escape_invisible


def plain(text: str) -> str:
    """`text` with everything that nobody sees (control characters, escape sequences, bidirectional marks, blank letters) as an
    escape: a passport's text must not control the terminal of whoever verifies it.

    >>> plain("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    return escape_invisible(text)
