"""Operations on drafts: prepared, changed, shown, commented on, reviewed, sent back, released, discarded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from carbonseal.findings import Finding
from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.drafts import machine
from carbonseal.node.issuance.drafts.codes import DRAFT_MALFORMED
from carbonseal.node.issuance.drafts.drafts import KINDS, Drafts
from carbonseal.node.issuance.drafts.tables import PREPARE, Done, Stored
from carbonseal.node.issuance.issue_desk import Request
from carbonseal.node.issuance.previews import Preview
from carbonseal.node.node import Node
from carbonseal.passport import schemas
from carbonseal.passport.schemas import INSTANT, SAID, TEXT, Schema, Shape, list_of
from carbonseal.records.strict import parse
from carbonseal.service.openapi.schemas import BOOLEAN, NUMBER, STRING, null_or

from .listing import Page, listing
from .operation import DIGEST, Act, Json, Operation, closed

_NUMBER: Schema = {**NUMBER, "minimum": 1}
_OBJECT: Schema = {"type": "object"}  # whose form the node checks as issuing does
_MEMBERS: Schema = {
    "number": _NUMBER,
    "kind": {"enum": list(KINDS)},
    "signer": STRING,
    "title": STRING,
    "state": {"enum": [state.value for state in machine.State]},
    "content": DIGEST,
    "prepared": INSTANT,
    "preparers": list_of(STRING),
    "reviewer": STRING,
    "releaser": STRING,
    "document": null_or(DIGEST),
}
_DRAFT = schemas.closed(_MEMBERS)
_DONE = schemas.closed(
    {
        "act": {"enum": [PREPARE, *(act.value for act in machine.Act)]},
        "who": STRING,
        "kind": {"enum": [*(kind.value for kind in Kind), "node"]},
        "at": INSTANT,
        "content": DIGEST,
        "text": STRING,
    }
)
_WARNINGS: Schema = {"warnings": list_of(STRING)}
_ONE = closed({"draft": _DRAFT})
_ONE_WARNED = closed({"draft": _DRAFT, **_WARNINGS})
_SHOWN = closed(
    {
        "draft": _DRAFT,
        "request": _OBJECT,
        "document": null_or(_OBJECT),
        "refusal": null_or(STRING),
        **_WARNINGS,
        "acts": list_of(_DONE),
    }
)


async def _prepare(node: Node, caller: Caller, request: Json | bytes) -> Json:
    said, asked = await _opened(node, caller, request, _PREPARED)
    stored, preview = await node.drafts.prepare(said["kind"], asked, caller, said.get("comment", ""))
    return _warned(stored, preview.warnings)


async def _change(node: Node, caller: Caller, request: Json | bytes) -> Json:
    said, asked = await _opened(node, caller, request, _CHANGED)
    seen, comment = bytes.fromhex(said["content"]), said.get("comment", "")
    stored, preview = await node.drafts.change(said["draft"], seen, asked, caller, comment)
    return _warned(stored, preview.warnings)


async def _opened(node: Node, caller: Caller, request: Json | bytes, shape: Shape) -> tuple[Json, Request]:
    """What a request says, and what it wants the draft to ask for. Of one that came as bytes that stays as bytes."""
    if not isinstance(request, bytes):
        return request, request["request"]
    asked, rest = await node.drafts.opened(request, caller)
    said: Json = await asyncio.to_thread(parse, rest)
    shape.check(said, DRAFT_MALFORMED)
    return said, asked


async def _list(node: Node, caller: Caller, page: Page) -> list[Json]:
    waiting = page.filters.get("waiting", False)
    found = await asyncio.to_thread(node.drafts.listed, caller, page.after, page.limit, waiting=waiting)
    return [_told(one) for one in found]


async def _show(node: Node, caller: Caller, request: Json) -> Json:
    shown = await node.drafts.show(request["draft"], caller)
    return {
        "draft": _told(shown.stored),
        "request": orjson.Fragment(shown.request),
        **_previewed(shown.preview),
        "acts": [_done(one) for one in shown.acts],
    }


async def _review(node: Node, caller: Caller, request: Json) -> Json:
    seen, comment = bytes.fromhex(request["content"]), request.get("comment", "")
    return {"draft": _told(await node.drafts.review(request["draft"], seen, caller, comment))}


async def _release(node: Node, caller: Caller, request: Json) -> Json:
    seen, comment = bytes.fromhex(request["content"]), request.get("comment", "")
    warnings: list[Finding] = []
    stored = await node.drafts.release(request["draft"], seen, caller, warnings.append, comment)
    return _warned(stored, warnings)


def _say(act: Callable[[Drafts], Callable[[int, Caller, str], Awaitable[Stored]]], member: str) -> Act:
    """The operation of an act that has nothing but a text, which is that member of the request."""

    async def said(node: Node, caller: Caller, request: Json) -> Json:
        return {"draft": _told(await act(node.drafts)(request["draft"], caller, request[member]))}

    return said


def _told(stored: Stored) -> dict[str, Any]:
    draft = stored.draft
    return {
        "number": draft.number,
        "kind": stored.kind,
        "signer": stored.signer,
        "title": stored.title,
        "state": draft.state.value,
        "content": draft.content.hex(),
        "prepared": format_seconds(stored.prepared),
        "preparers": list(draft.preparers),
        "reviewer": draft.reviewer,
        "releaser": draft.releaser,
        "document": None if stored.document is None else stored.document.hex(),
    }


def _warned(stored: Stored, warnings: tuple[Finding, ...] | list[Finding]) -> Json:
    return {"draft": _told(stored), "warnings": [str(one) for one in warnings]}


def _previewed(preview: Preview) -> Json:
    return {
        "document": preview.document,
        "refusal": None if preview.refusal is None else str(preview.refusal),
        "warnings": [str(one) for one in preview.warnings],
    }


def _done(done: Done) -> Json:
    return {
        "act": done.act,
        "who": done.who,
        "kind": done.kind,
        "at": format_seconds(done.at),
        "content": done.content.hex(),
        "text": done.said,
    }


_NAMED: Schema = {"draft": _NUMBER}
_SEEN: Schema = {"draft": _NUMBER, "content": DIGEST}
_COMMENT: Schema = {"comment": TEXT}
_PREPARED = closed({"kind": {"enum": list(KINDS)}, "request": _OBJECT}, _COMMENT)
_CHANGED = closed({**_SEEN, "request": _OBJECT}, _COMMENT)
_SAYS = closed({**_SEEN}, _COMMENT)
_WAITING: Schema = {"waiting": {**BOOLEAN, "description": "Whether only those that wait for who asks"}}
_COMMENTED = closed({**_NAMED, **_COMMENT})
_REASON = closed({**_NAMED, "reason": SAID})

_CONFLICT = (409,)  # the draft is in another state, or has another content


def _act(needs: Scope, summary: str, shape: Shape, act: Act, answer: Shape = _ONE, **more: Any) -> Operation:
    return Operation(needs, summary, shape, answer, act, DRAFT_MALFORMED, refused=_CONFLICT, **more)


# READ lets in; the machine asks for the scope of the act where one of several will do.
OPERATIONS: Mapping[str, Operation] = {
    "drafts/prepare": _act(
        Scope.ISSUE, "Prepare a draft", _PREPARED, _prepare, _ONE_WARNED, takes_key=True, is_read_at_desk=True
    ),
    "drafts/change": _act(
        Scope.ISSUE, "Change what a draft asks for", _CHANGED, _change, _ONE_WARNED, is_read_at_desk=True
    ),
    "drafts/list": listing(Scope.READ, "Drafts of the tenant", _MEMBERS, _list, _WAITING),
    "drafts/show": Operation(Scope.READ, "One draft, with what would be signed", closed(_NAMED), _SHOWN, _show),
    "drafts/comment": _act(
        Scope.READ, "Comment on a draft", _COMMENTED, _say(lambda drafts: drafts.comment, "comment")
    ),
    "drafts/review": _act(Scope.REVIEW, "Say that a draft may be released", _SAYS, _review),
    "drafts/return": _act(Scope.READ, "Send a draft back", _REASON, _say(lambda drafts: drafts.send_back, "reason")),
    "drafts/release": _act(Scope.RELEASE, "Have signed what a draft asks for", _SAYS, _release, _ONE_WARNED),
    "drafts/discard": _act(
        Scope.READ, "Refuse a draft, or give it up", _REASON, _say(lambda drafts: drafts.discard, "reason")
    ),
}
