"""Characters that nobody sees are escapes wherever foreign text is printed."""

from __future__ import annotations

import json
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.escaping import escape_invisible, guard_formulas, json_line, unguard_formulas

# Default_Ignorable_Code_Point (Unicode 15.1, DerivedCoreProperties.txt), and what has no glyph.
IGNORABLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip
BLANK = [0x2800, 0x13441, 0x13442, 0x16FE4, 0x1D159]
VISIBLE = "carbon 12.5 kg CO₂e, “Türlesegerät”, 門禁讀卡器, قارئ, दरवाज़ा, 문, e\u0301, ⠃, ᄀ, ✓ \U0001f333"


def test_nothing_invisible_is_left() -> None:
    letters = [chr(code) for first, last in IGNORABLE for code in range(first, last + 1)] + [*map(chr, BLANK)]
    kinds = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
    letters += [
        letter for letter in map(chr, range(0x110000)) if unicodedata.category(letter) in kinds and letter != " "
    ]
    escaped = escape_invisible("".join(letters))
    assert escaped.isascii()
    assert escaped.isprintable()
    assert escape_invisible("\u3164\u202e\U000e0100\x1b") == r"\u3164\u202e\U000e0100\x1b"


def test_what_is_seen_stays() -> None:
    assert escape_invisible(VISIBLE) == VISIBLE
    assert json_line({"name": VISIBLE}) == f'{{"name":"{VISIBLE}"}}'


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_json_means_what_it_did(value: object) -> None:
    line = json_line(value)
    assert escape_invisible(line) == line
    assert json.loads(line) == value


@given(st.text(st.sampled_from("a'=+-@;,\t\r\n\" ")))
def test_no_cell_begins_with_a_formula_wherever_cells_are_parted(text: str) -> None:
    guarded = guard_formulas(text)
    assert not any(cell.lstrip(' "').startswith(("=", "+", "-", "@")) for cell in re.split("[;\t\r\n]", guarded))
    assert guard_formulas(guarded) == guarded
    assert unguard_formulas(guarded) == unguard_formulas(text)
