"""The codes that somebody who verifies meets."""

from __future__ import annotations

from tests.repository.texts import codes
from tests.repository.texts.families import GROUPS
from tests.repository.texts.rejections import NO_VERDICT

VERIFICATION = next(families for group, families in GROUPS.items() if group.startswith("Verification"))
FLOW = next(families for group, families in GROUPS.items() if group.startswith("Carbon flow"))
DOCUMENTS = {"passport", "credential", "status-list"}
BELOW = {
    "json",
    "entry",
    "tree",
    "inclusion",
    "consistency",
    "note",
    "checkpoint",
    "fraud-proof",
    "ethereum",
    "fabric",
    "tlog",
}


def met(name: str) -> bool:
    """Whether somebody who verifies passports can meet this code."""
    known = {*VERIFICATION, *FLOW, *DOCUMENTS, *BELOW}
    return codes.family_of(name) in known and not any(one.covers(name) for one in NO_VERDICT)
