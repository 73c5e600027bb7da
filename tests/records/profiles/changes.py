"""One value of a document changed, and the published samples of others."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

from tests.records.documents import ABSENT

SAMPLES = Path(os.environ.get("CARBONSEAL_SAMPLES", "/nowhere"))


def changed(document: Any, place: str, value: Any) -> Any:
    """A copy of the document with another value at a JSON pointer; ABSENT takes the member or item away."""
    *parents, name = place.split("/")[1:]
    made = copy.deepcopy(document)
    target: Any = made
    for parent in parents:
        target = target[int(parent) if isinstance(target, list) else parent]
    key = int(name) if isinstance(target, list) else name
    if value is ABSENT:
        del target[key]
    else:
        target[key] = value
    return made
