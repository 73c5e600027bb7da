"""Signs for outputs whose encoding lacks ours (cp1252, cp437): never ``?``, which means *undetermined*.

An error handler (PEP 293) of the standard streams. What has no other sign is written as JSON writes it, ``\\u4e2d``: so a line of
JSON stays what it is.
"""

from __future__ import annotations

import codecs

OTHER_SIGNS = "carbonseal-signs"  # the handler's name
SIGNS = {
    "✓": "+",
    "✗": "x",
    "·": ".",
    "…": "...",
    "—": "-",
    "–": "-",
    "‖": "||",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "−": "-",
}


def _other_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_sign, error.object[error.start : error.end])), error.end


def _sign(letter: str) -> str:
    """
    >>> _sign("✓"), _sign("中")
    ('+', '\\\\u4e2d')
    """
    units = letter.encode("utf-16-be", "surrogatepass")
    escaped = "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    return SIGNS.get(letter, escaped)


codecs.register_error(OTHER_SIGNS, _other_signs)
