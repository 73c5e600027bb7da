"""Findings on identifiers and codes of goods."""

from __future__ import annotations

from carbonseal.findings import rejected

GOODS_MALFORMED = rejected(
    "goods.malformed", "{value} is not {kind}: {problem}", "see docs/spec.md, section 25, for the form"
)
GOODS_CHECK_DIGIT = rejected(
    "goods.check-digit",
    "{value} is not {kind}: it ends in the check digits {found}, and {expected} would be right",
    "compare it with the label, the document or the register that it was copied from",
)
