"""How the node is, and the two things that commands ask of it while it runs: sequence now, anchor now."""

from __future__ import annotations

from aiohttp import web

from .bodies import require_type
from .context import NODE, answer

ROUTES = web.RouteTableDef()
