"""Operations on drafts: prepared, changed, shown, commented on, reviewed, sent back, released, discarded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from carbonseal.findings import Finding
from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.drafts.codes import DRAFT_MALFORMED
from carbonseal.node.issuance.drafts.drafts import KINDS, Drafts
from carbonseal.node.issuance.drafts.machine import Act, State
from carbonseal.node.issuance.drafts.tables import PREPARE, Done, Stored
from carbonseal.node.issuance.previews import Preview
from carbonseal.node.node import Node
from carbonseal.passport import schemas
from carbonseal.passport.schemas import INSTANT, TEXT, Schema, list_of
from carbonseal.service.openapi.schemas import BOOLEAN, STRING, null_or

from .operation import AFTER, DIGEST, Json, Operation, closed

_NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": (1 << 63) - 1}
_OBJECT: Schema = {"type": "object"}  # whose form the node checks as issuing does
_DRAFT = schemas.closed(
    {
        "number": _NUMBER,
        "kind": {"enum": list(KINDS)},
        "signer": STRING,
        "title": STRING,
        "state": {"enum": [state.value for state in State]},
        "content": DIGEST,
        "prepared": INSTANT,
        "preparers": list_of(STRING),
        "reviewer": STRING,
        "releaser": STRING,
        "document": null_or(DIGEST),
    }
)
_DONE = schemas.closed(
    {
        "act": {"enum": [PREPARE, *(act.value for act in Act)]},
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


async def _prepare(node: Node, caller: Caller, request: Json) -> Json:
    comment = request.get("comment", "")
    stored, preview = await node.drafts.prepare(request["kind"], request["request"], caller, comment)
    return _warned(stored, preview.warnings)


async def _change(node: Node, caller: Caller, request: Json) -> Json:
    seen, comment = bytes.fromhex(request["content"]), request.get("comment", "")
    stored, preview = await node.drafts.change(request["draft"], seen, request["request"], caller, comment)
    return _warned(stored, preview.warnings)


async def _list(node: Node, caller: Caller, request: Json) -> Json:
    found = node.drafts.listed(caller, request["after"], waiting=request.get("waiting", False))
    return {"drafts": [_told(one) for one in found]}


async def _show(node: Node, caller: Caller, request: Json) -> Json:
    shown = await node.drafts.show(request["draft"], caller)
    return {
        "draft": _told(shown.stored),
        "request": shown.request,
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


def _say(
    act: Callable[[Drafts], Callable[[int, Caller, str], Awaitable[Stored]]], member: str
) -> Callable[[Node, Caller, Json], Awaitable[Json]]:
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


_LISTED = closed({"drafts": list_of(_DRAFT)})
_NAMED: Schema = {"draft": _NUMBER}
_SEEN: Schema = {"draft": _NUMBER, "content": DIGEST}
_COMMENT: Schema = {"comment": TEXT}
_PREPARED = closed({"kind": {"enum": list(KINDS)}, "request": _OBJECT}, _COMMENT)
_CHANGED = closed({**_SEEN, "request": _OBJECT}, _COMMENT)
_SAYS = closed({**_SEEN}, _COMMENT)
_REASON = closed({**_NAMED, "reason": TEXT})

# READ lets in; the machine asks for the scope of the act where one of several will do.
OPERATIONS: Mapping[str, Operation] = {
    "drafts/prepare": Operation(
        Scope.ISSUE, "Prepare a draft", _PREPARED, _ONE_WARNED, _prepare, DRAFT_MALFORMED, is_large=True
    ),
    "drafts/change": Operation(
        Scope.ISSUE, "Change what a draft asks for", _CHANGED, _ONE_WARNED, _change, DRAFT_MALFORMED, is_large=True
    ),
    "drafts/list": Operation(
        Scope.READ,
        "What drafts there are",
        closed({"after": AFTER}, {"waiting": BOOLEAN}),
        closed({"drafts": list_of(_DRAFT)}),
        _list,
    ),
    "drafts/show": Operation(Scope.READ, "One draft, with what would be signed", closed(_NAMED), _SHOWN, _show),
    "drafts/comment": Operation(
        Scope.READ,
        "Comment on a draft",
        closed({**_NAMED, **_COMMENT}),
        _ONE,
        _say(lambda drafts: drafts.comment, "comment"),
    ),
    "drafts/review": Operation(Scope.REVIEW, "Say that a draft may be released", _SAYS, _ONE, _review),
    "drafts/return": Operation(
        Scope.READ, "Send a draft back", _REASON, _ONE, _say(lambda drafts: drafts.send_back, "reason")
    ),
    "drafts/release": Operation(Scope.RELEASE, "Have signed what a draft asks for", _SAYS, _ONE_WARNED, _release),
    "drafts/discard": Operation(
        Scope.READ, "Refuse a draft, or give it up", _REASON, _ONE, _say(lambda drafts: drafts.discard, "reason")
    ),
}
