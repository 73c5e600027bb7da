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
EXPORT_NO_WORD = undetermined(
    "export.no-word", "{format} has no word for {what}", "hand on the original, which says it"
)
EXPORT_NOT_ENDORSED = undetermined(
    "export.not-endorsed",
    "no accreditation of {issuer} that fits is carried, and {level} says that an authority or a scheme endorses it",
    "leave the level out, or take a file that carries the accreditation",
)
