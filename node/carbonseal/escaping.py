"""What a forger's text may not do: control a terminal, turn its direction, hide in another text, or be a formula in a table.

Escaped are invisible characters:

- what `str.isprintable` refuses: control and format characters (bidirectional and zero-width ones), line and paragraph
  separators, spaces other than U+0020, surrogates, private use, and what this Python's Unicode does not know;
- the rest of Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt): fillers such as U+3164 and U+115F, the
  grapheme joiner, variation selectors;
- letters and symbols without a glyph: U+2800 (blank Braille pattern), U+13441, U+13442, U+16FE4, U+1D159.

>>> print(escape_invisible("a\\u3164b\\x1b[2J"))
a\\u3164b\\x1b[2J

A spreadsheet program takes a cell of CSV for a formula that begins with = + - or @, whoever wrote it; and where it takes ; or a
tab for what parts cells, as it does in most of Europe, or a line feed for the end of a line, a cell can begin there, too.
`guard_formulas` puts an apostrophe before each such beginning, as those programs themselves do; `unguard_formulas` takes it off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_BLANK = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00013441\U00013442\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)

_CELL = r"(?:\A|(?<=[;\t\r\n]))"  # where a cell may begin
_FORMULA = '(?=[" ]*[=+@\t\r\n-])'  # blanks and quotes may be dropped
_UNGUARDED = _CELL + _FORMULA
_GUARDED = f"{_CELL}'{_FORMULA}"


def guard_formulas(text: str) -> str:
    """`text` as a cell of CSV, parted at commas, of which no program takes a part for a formula, wherever else it parts cells.

    >>> guard_formulas("=1+1"), guard_formulas("a;=1+1"), guard_formulas("a-1")
    ("'=1+1", "a;'=1+1", 'a-1')
    """
    return re.sub(_UNGUARDED, "'", text)


def unguard_formulas(text: str) -> str:
    """What a cell says: without the apostrophes of `guard_formulas`."""
    return re.sub(_GUARDED, "", text)


def escape_invisible(text: str) -> str:
    r"""`text` with each invisible character as Python writes it: ``\x1b``, ``\u3164``, ``\U000e0100``."""
    return text if _is_visible(text) else _escaped(text, lambda letter: letter.encode("unicode_escape").decode())


def json_line(value: Any) -> str:
    r"""`value` as one line of JSON. Invisible characters are JSON's own escapes, ``\u3164``: what is parsed is `value`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if _is_visible(text):
        return text
    return _escaped(text, lambda letter: json.dumps(letter)[1:-1])  # they are inside strings alone


def _is_visible(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not re.search(_BLANK, text))


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    return "".join(
        escape(letter) if not letter.isprintable() or re.match(_BLANK, letter) else letter for letter in text
    )
