"""Findings of copies in others' forms."""

from __future__ import annotations

from carbonseal.findings import undetermined

EXPORT_NOT_STATED = undetermined(
    "export.not-stated",
    "{format} requires what the credential does not state: {names}",
    "nothing is made up: ask {issuer} for a credential that states it",
)
EXPORT_WITHDRAWN = undetermined(
    "export.withdrawn",
    "its issuer {issuer} withdrew it, as the list of {since} that comes with it shows: no copy is made",
    "ask {issuer} what stands in its place",
)
