"""What an export is to have, read where work is done: it may name a hundred thousand credentials, and be wrong in each.

Private.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.issuance.issue_desk import Request, read_request
from carbonseal.passport.schemas import DIGEST, Schema, Shape, closed, list_of

MOST_NAMED = 100_000  # credentials in one request
ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}  # of a job
WANTED = Shape(
    {
        "oneOf": [
            closed({"credentials": {**list_of(DIGEST), "minItems": 1, "maxItems": MOST_NAMED}}),
            closed({"job": ID}),
            closed({}, {"subject": {"type": "string"}, "issuer": {"type": "string"}}),
        ]
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The credentials that are named, as lines of their digests, each once; or else those of a job, or those that were issued about
    `subject`, by `issuer`."""

    named: bytes = b""
    job: str | None = None
    subject: str | None = None
    issuer: str | None = None


def wanted(request: Request) -> Wanted:
    """What a request wants. Raises Refused (`json.*`, `access.malformed`)."""
    read: Mapping[str, Any] = read_request(request)
    WANTED.check(read, ACCESS_MALFORMED)
    if "credentials" in read:
        return Wanted("".join(f"{one}\n" for one in dict.fromkeys(read["credentials"])).encode())
    return Wanted(**read)


class ExportDesk:
    """Reads requests."""

    def __init__(self, _ask: object = None) -> None:
        pass

    def read(self, request: Request) -> Wanted:
        """See `wanted`."""
        return wanted(request)
