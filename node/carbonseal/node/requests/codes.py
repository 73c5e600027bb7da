"""Findings about requests: keys under which they are repeated, and their turns."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

IDEMPOTENCY_MALFORMED = rejected(
    "idempotency.malformed",
    "the header Idempotency-Key is not one text of 1 to {most} visible ASCII characters",
    'write one, in quotation marks: Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"',
)
IDEMPOTENCY_OTHER_REQUEST = rejected(
    "idempotency.other-request",
    "this Idempotency-Key was sent before, with another request",
    "take another key for another request; to repeat the first, send the same bytes",
)
IDEMPOTENCY_UNDER_WAY = undetermined(
    "idempotency.under-way",
    "the request that was sent first with this Idempotency-Key is still worked on",
    "send it again, with the same key, in a second",
)
ISSUE_BUSY = undetermined(
    "issue.busy",
    "{waiting} requests wait to be issued, too many of yours or too large ones",
    "send it again in a second",
)
