"""Previews: what issuing would make, refuse and warn of, without anything being signed in anybody's name or kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.node.config import SignerConfig

# Is given what takes warnings; gives who would sign, and the document with a worthless proof.
Making = Callable[[Callable[[Finding], None]], Awaitable[tuple[SignerConfig, Mapping[str, Any]]]]
_OF_RELEASE = ("id", "proof")


@dataclass(frozen=True, slots=True)
class Preview:
    """`signer` and `document` as it would be signed, without its id, proof and status entries; None where that is refused.
    `validFrom` is the time of the preview."""

    signer: SignerConfig | None
    document: Mapping[str, Any] | None
    refusal: Finding | None
    warnings: tuple[Finding, ...]


async def previewed(make: Making) -> Preview:
    """What comes of making a document."""
    warnings: list[Finding] = []
    try:
        signer, document = await make(warnings.append)
    except Refused as refused:
        return Preview(None, None, refused.finding, tuple(warnings))
    shown = {name: value for name, value in document.items() if name not in _OF_RELEASE}
    return Preview(signer, shown, None, tuple(warnings))
