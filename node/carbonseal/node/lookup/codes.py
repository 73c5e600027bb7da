"""Findings of the look-up: what the index tells of a record."""

from __future__ import annotations

from carbonseal.findings import noted, rejected

LOOKUP_SECOND_FIGURE = noted(
    "lookup.second-figure",
    "the footprint {footprint} has two figures: this record says {figure}, the record {other} says {other_figure}",
    "ask who submitted them which one is meant; a corrected footprint has an id of its own, and names the old one",
)
LOOKUP_UNREADABLE = noted(
    "lookup.unreadable",
    "entry {entry} of the log {log} was not read into the index: {problem}",
    "run carbonseal fsck; afterwards carbonseal records index --rebuild",
)
LOOKUP_MALFORMED = rejected("lookup.malformed", "the filter is not valid: {problem}", "correct the filter")
