"""Records in: one at a time, or a stream with a result for every line."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from aiohttp import web

from carbonseal.findings import Finding, Refused

from .bodies import Line, read_body, read_lines, require_type
from .context import BOUNDS, NODE, PATIENCE, STREAMS, answer, digest_in_path
from .errors import UNKNOWN_COMMITMENT, describe

ROUTES = web.RouteTableDef()

JSON = "application/json"
NDJSON = "application/x-ndjson"
