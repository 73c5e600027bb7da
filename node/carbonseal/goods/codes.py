"""Findings on identifiers and codes of goods, and on data carriers."""

from __future__ import annotations

from carbonseal.findings import noted, rejected, shown, undetermined

GOODS_MALFORMED = rejected(
    "goods.malformed", "{value} is not {kind}: {problem}", "see docs/spec.md, sections 25 and 27, for the form"
)
GOODS_CHECK_DIGIT = rejected(
    "goods.check-digit",
    "{value} is not {kind}: it ends in the check digits {found}, and {expected} would be right",
    "compare it with the label, the document or the register that it was copied from",
)

CARRIER_DIGEST = shown("carrier.digest", "the passport is the one with the digest {digest}, as expected")
CARRIER_OTHER_PASSPORT = undetermined(
    "carrier.other-passport",
    "this is the passport of the credential {found}; expected that of {expected}",
    "ask its issuer for the passport with the digest on the label; who answers at an address vouches for nothing",
)
CARRIER_OTHER_GOODS = undetermined(
    "carrier.other-goods",
    "the address names the {what} {found}; the passport states {stated}",
    "compare the goods with the passport: the label may be another product's, or wrong. Ask whoever put it there",
)
CARRIER_NOT_STATED = noted(
    "carrier.not-stated",
    "the address names the {what} {found}, and the passport states none",
    "nothing in the passport ties it to this {what}: compare the goods with what it says of them",
)
