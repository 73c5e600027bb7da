"""Findings of the verification desk."""

from __future__ import annotations

from carbonseal.findings import undetermined

DESK_TOO_MANY_FILES = undetermined(
    "desk.too-many-files", "more than {most} files came with the request", "put them into an archive, or send fewer"
)
