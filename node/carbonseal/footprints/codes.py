"""Findings of exports."""

from __future__ import annotations

from carbonseal.findings import undetermined

EXPORT_MISSING = undetermined(
    "export.missing",
    "{format} requires what the record does not state, or not in its form: {names}",
    "give each of them: --set {first}=VALUE",
)
EXPORT_UNFIT = undetermined(
    "export.unfit", "{format} cannot carry these figures: {reason}", "export them as json-ld, which carries any figures"
)
