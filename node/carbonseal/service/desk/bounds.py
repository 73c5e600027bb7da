"""Bounds of a desk: what comes with one request, and how many requests have files here at one time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskBounds:
    """`requests` at one time, of which one address has `requests_each`; of each, `files` and `bytes`, which all have to come within
    `seconds`. So a desk's disk holds at most `requests` times `bytes`."""

    files: int = 1000
    bytes: int = 256 << 20
    requests: int = 16
    requests_each: int = 8
    seconds: float = 300.0


USUAL = DeskBounds()
