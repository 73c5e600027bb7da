"""Invisible characters as escapes: a forger's text must not control a terminal, turn its direction, or hide in another text.

Escaped are:

- what `str.isprintable` refuses: control and format characters (bidirectional and zero-width ones), line and paragraph
  separators, spaces other than U+0020, surrogates, private use, and what this Python's Unicode does not know;
- the rest of Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt): fillers such as U+3164 and U+115F, the
  grapheme joiner, variation selectors;
- letters and symbols without a glyph: U+2800 (blank Braille pattern), U+13441, U+13442, U+16FE4, U+1D159.

>>> print(escape_invisible("a\\u3164b\\x1b[2J"))
a\\u3164b\\x1b[2J
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00013441\U00013442\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)


def escape_invisible(text: str) -> str:
    r"""`text` with each invisible character as Python writes it: ``\x1b``, ``\u3164``, ``\U000e0100``."""
    return _escaped(text, lambda letter: letter.encode("unicode_escape").decode())


def json_line(value: Any) -> str:
    r"""`value` as one line of JSON. Invisible characters are JSON's own escapes, ``\u3164``: what is parsed is `value`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _escaped(text, lambda letter: json.dumps(letter)[1:-1])  # they are inside strings alone


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    if text.isprintable() and (text.isascii() or not _BLANK.search(text)):
        return text
    return "".join(escape(letter) if not letter.isprintable() or _BLANK.match(letter) else letter for letter in text)
