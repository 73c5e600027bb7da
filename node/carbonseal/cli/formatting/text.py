"""Text for a terminal."""

from __future__ import annotations

from unicodedata import east_asian_width

from carbonseal.escaping import escape_invisible


def plain(text: str) -> str:
    """`text` with everything that nobody sees (control characters, escape sequences, bidirectional marks, blank letters) as an
    escape: a passport's text must not control the terminal of whoever verifies it.

    >>> plain("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    return escape_invisible(text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese and Korean characters take two each.

    >>> columns("ab"), columns("验证")
    (2, 4)
    """
    return sum(2 if east_asian_width(one) in "FW" else 1 for one in text)


def padded(text: str, width: int) -> str:
    """`text` and spaces up to this width; one at least.

    >>> padded("ab", 4), padded("验证", 5), padded("ab", 1)
    ('ab  ', '验证 ', 'ab ')
    """
    return text + " " * max(1, width - columns(text))
