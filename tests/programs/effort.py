"""How long tests look for faults: usually as long as finds all that were seeded; with HYPOTHESIS_PROFILE=long, longer."""

from __future__ import annotations

import os

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def examples(usual: int) -> int:
    """Examples of a property: so many in a usual run, and ten times as many where one looks for long."""
    return 10 * usual if LONG else usual


def stride(usual: int) -> int:
    """Of a loop over all places: one of so many in a usual run, each where one looks for long."""
    return 1 if LONG else usual
