"""Lines of a policy that require statements, and what they say."""

from __future__ import annotations

STATEMENTS = (
    "require statement by=bureau\nrequire statement by=vouching covers=product,program assurance=limited"
    " engagement=verification,validation standard=iso-14067:2018 opinion=modified share=62.5%\n"
)
STATED = [
    {
        "by": "bureau",
        "covers": ["product"],
        "engagements": ["verification"],
        "opinions": ["unmodified"],
        "assurances": [],
        "standards": [],
        "share": "1",
    },
    {
        "by": "vouching",
        "covers": ["product", "program"],
        "engagements": ["verification", "validation"],
        "opinions": ["unmodified", "modified"],
        "assurances": ["reasonable", "limited"],
        "standards": ["iso-14067:2018"],
        "share": "5/8",
    },
]
