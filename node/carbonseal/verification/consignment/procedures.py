"""Customs procedures: does a line use up goods of a lot? (UCC delegated act, annex B, data elements 11 09 and 11 10.)

Goods are used up where they are released for free circulation for the first time. The same goods are declared more often: on
their way (transit), in a warehouse, for processing, and when they come back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from carbonseal.findings import wordings

RELEASED = frozenset({"01", "07", "40", "42", "43", "44", "45", "46", "48"})
OTHERS = {
    **dict.fromkeys(("T", "T1", "T2", "T2F", "T2SM", "TIR", "TD"), "transit"),
    **dict.fromkeys(("71", "76", "77", "78"), "warehousing"),
    **dict.fromkeys(("61", "63", "68"), "returned goods"),
    "31": "re-export",
    **dict.fromkeys(("10", "11"), "export"),
    **dict.fromkeys(("21", "22", "23"), "temporary export"),
    "51": "inward processing",
    "53": "temporary admission",
    "49": "trade with special fiscal territories",
}
NOT_NAMED = "that is not named"
WORDS = wordings(dict.fromkeys((*OTHERS.values(), NOT_NAMED)))
RETURNED = frozenset({"F01", "F02", "F03"})  # additional procedures
_FORM = re.compile(r"[0-9]{2}(?:[0-9]{2})?|T|T1|T2|T2F|T2SM|TIR|TD")


def is_procedure(text: str) -> bool:
    """Whether a text has the form of a procedure: 2 or 4 digits, or a kind of transit declaration."""
    return _FORM.fullmatch(text) is not None


def not_counted(procedure: str, additional: Sequence[str]) -> str | None:
    """Why goods of such a line are not used up, in words; empty where they are; None where the procedure is not known."""
    if RETURNED.intersection(additional):
        return "returned goods"
    requested = procedure[:2] if procedure[:1].isdigit() else procedure
    return "" if requested in RELEASED else OTHERS.get(requested)
