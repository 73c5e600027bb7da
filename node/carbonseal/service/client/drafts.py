"""Drafts of a node, typed: what is to be signed is prepared, reviewed and released by different persons, each with a token of their
own, and so with a client of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.instants import parse_instant
from carbonseal.service.client.paging import Operates, every


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft: `kind` is what it is of, `signer` in whose name it would be signed, `content` (32 bytes) what those who review and
    release it have seen, `document` the digest of what was signed, or None. `prepared` is in seconds since 1970."""

    number: int
    kind: str
    signer: str
    title: str
    state: str
    content: bytes
    prepared: int
    preparers: tuple[str, ...]
    reviewer: str
    releaser: str
    document: bytes | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft, the `request`, what would be signed (`document`), why that would be refused (None: it would not), and what was done
    and said so far."""

    draft: Draft
    request: Mapping[str, Any]
    document: Mapping[str, Any] | None
    refusal: str | None
    acts: tuple[Mapping[str, Any], ...]


class Drafts:
    """Methods raise Refused as the node's four eyes have it (``draft.*``): who prepared neither reviews nor releases."""

    def __init__(self, node: Operates) -> None:
        self._node = node

    async def prepare(self, kind: str, request: Mapping[str, Any], comment: str = "") -> Draft:
        """A draft of what a request asks for; `kind` is passport, statement or accreditation."""
        return await self._say("prepare", kind=kind, request=request, comment=comment)

    async def change(self, number: int, content: bytes, request: Mapping[str, Any], comment: str = "") -> Draft:
        """Another request in the place of the one that was seen."""
        return await self._say("change", draft=number, content=content.hex(), request=request, comment=comment)

    async def all(self, *, waiting: bool = False) -> AsyncIterator[Draft]:
        """Every draft of the caller's tenant, in order; or what waits for the caller."""
        async for one in every(self._node, "drafts/list", waiting=waiting):
            yield _draft(one)

    async def show(self, number: int) -> ShownDraft:
        """One draft, with what would be signed."""
        told = await self._node.operate("drafts/show", {"draft": number})
        draft = _draft(told["draft"], told["warnings"])
        return ShownDraft(draft, told["request"], told["document"], told["refusal"], tuple(told["acts"]))

    async def comment(self, number: int, comment: str) -> Draft:
        """Say something to all who see the draft."""
        return await self._say("comment", draft=number, comment=comment)

    async def review(self, number: int, content: bytes, comment: str = "") -> Draft:
        """Say that what was seen may be released."""
        return await self._say("review", draft=number, content=content.hex(), comment=comment)

    async def send_back(self, number: int, reason: str) -> Draft:
        """Send a draft back to who prepared it."""
        return await self._say("return", draft=number, reason=reason)

    async def release(self, number: int, content: bytes, comment: str = "") -> Draft:
        """Have signed what was seen and reviewed."""
        return await self._say("release", draft=number, content=content.hex(), comment=comment)

    async def discard(self, number: int, reason: str) -> Draft:
        """Refuse a draft, or give it up."""
        return await self._say("discard", draft=number, reason=reason)

    async def _say(self, act: str, **said: Any) -> Draft:
        request = {name: value for name, value in said.items() if value != "" or name != "comment"}
        answer = await self._node.operate(f"drafts/{act}", request)
        return _draft(answer["draft"], answer.get("warnings", ()))


def _draft(told: Mapping[str, Any], warnings: tuple[str, ...] | list[str] = ()) -> Draft:
    return Draft(
        told["number"],
        told["kind"],
        told["signer"],
        told["title"],
        told["state"],
        bytes.fromhex(told["content"]),
        int(parse_instant(told["prepared"]).timestamp()),
        tuple(told["preparers"]),
        told["reviewer"],
        told["releaser"],
        None if told["document"] is None else bytes.fromhex(told["document"]),
        tuple(warnings),
    )
