"""Hooks of schemathesis: about half of the names that it makes up become those of what the node has, and each request has a key of
its own."""

from __future__ import annotations

import json
import os
import re
import zlib
from itertools import count
from typing import Any

import schemathesis
from schemathesis.generation.meta import CoverageScenario

from carbonseal.service.openapi.idempotency_key import HEADER, PARAMETER

DIGEST = re.compile("[0-9a-f]{64}")
KEY = re.compile(PARAMETER["schema"]["pattern"])
NUMBERS = count(1)
KNOWN: dict[str, str] = json.loads(os.environ.get("CARBONSEAL_KNOWN", "{}"))


def known(value: Any) -> Any:
    """The value with names of what is here in half of its members. What is not of the right type stays wrong."""
    if isinstance(value, dict):
        return {name: _chosen(name, known(one)) for name, one in value.items()}
    return [known(one) for one in value] if isinstance(value, list) else value


def _chosen(name: Any, value: Any) -> Any:
    if name not in KNOWN or not isinstance(value, str) or zlib.crc32(value.encode(errors="replace")) % 2:
        return value
    is_wrong = bool(DIGEST.fullmatch(KNOWN[name])) != bool(DIGEST.fullmatch(value))
    return value if is_wrong else KNOWN[name]


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> Any:
    """What is no text has no line."""
    return value.encode(errors="replace") if isinstance(value, str) else b""


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
    return known(path_parameters)


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    return known(body)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """A key names one request, and is refused for another: what no schema says. One that is not valid stays so. To a request that
    lacks what it needs, a changed one would be given it."""
    key, about = case.headers.get(HEADER), case.meta and case.meta.phase.data
    lacks = getattr(about, "scenario", None) is CoverageScenario.MISSING_PARAMETER
    if isinstance(key, str) and KEY.search(key) and not lacks:
        case.headers[HEADER] = f"{next(NUMBERS)}"
