"""Previews: what issuing would make, refuse and warn of, without anything being signed in anybody's name or kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Finding, Refused

Making = Callable[[Callable[[Finding], None]], Awaitable[Mapping[str, Any]]]  # is given what takes warnings


@dataclass(frozen=True, slots=True)
class Preview:
    """`document` as it would be signed, without its id, proof and status entries; None where that is refused. `validFrom` is the
    time of the preview."""

    document: Mapping[str, Any] | None
    refusal: Finding | None
    warnings: tuple[Finding, ...]


async def previewed(make: Making) -> Preview:
    """What comes of making a document, which is handed over with a worthless proof."""
    warnings: list[Finding] = []
    try:
        document = await make(warnings.append)
    except Refused as refused:
        return Preview(None, refused.finding, tuple(warnings))
    return Preview(
        {name: value for name, value in document.items() if name not in ("id", "proof")}, None, tuple(warnings)
    )
