"""The desk that takes what a draft asks for out of the body that it came in (`working.work`).

Private.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from carbonseal.node.issuance.issue_desk import read_request
from carbonseal.records.canonical import jcs


class Envelopes:
    """Reads bodies."""

    def __init__(self, _ask: Callable[..., Any]) -> None:
        pass

    def open(self, body: bytes) -> tuple[bytes, bytes]:
        """What the member `request` has, as RFC 8785 bytes, and the body as JSON with an empty object in its place. Where there is
        no such member, the body is what its form refuses. Raises Refused (`json.*`)."""
        said = read_request(body)
        asked = said.get("request") if isinstance(said, dict) else None
        if not isinstance(asked, dict):
            return b"{}", orjson.dumps(said)
        return jcs(asked), orjson.dumps({**said, "request": {}})
