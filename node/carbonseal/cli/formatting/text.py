"""Text on a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """`text` with all that does not print (control characters, escape sequences, marks that turn the direction of
    writing) shown as an escape: what a passport says must not move the cursor of whoever verifies it.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
