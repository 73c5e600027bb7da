"""The form of the header `Idempotency-Key` (IETF draft idempotency-key-header), as requests have it and the document says it."""

from __future__ import annotations

from typing import Any

HEADER = "Idempotency-Key"
LONGEST = 255  # characters
QUOTED, BARE = r'"((?:[ !#-\[\]-~]|\\["\\])+)"', r"[!#-\[\]-~]+"  # RFC 8941, section 3.3.3; without quotation marks
PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A text of the caller's own choice: the same request under the same key is done once, for 7 days",
    "schema": {"type": "string", "pattern": f"^(?:{QUOTED}|{BARE})$", "maxLength": LONGEST},
}
