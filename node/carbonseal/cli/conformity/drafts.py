"""Drafts of a node, as commands show and list them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.conformity.documents import shown
from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.outputs import Output
from carbonseal.cli.targets import Target
from carbonseal.service.client.paging import every

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode

SIGNERS: Mapping[str, str] = {"issuer": "passport", "body": "statement", "accreditor": "accreditation"}
WAITS_FOR: Mapping[str, str] = {
    "draft": "waits for its review",
    "returned": "waits for who prepared it, to change or discard it",
    "reviewed": "waits for its release",
    "releasing": "is released, and being signed",
    "released": "is released",
    "discarded": "is discarded",
}


def kind_of(request: Any) -> str:
    """Of what a request is, by who is to sign it. Raises `Failed` where that is not said."""
    found = [kind for member, kind in SIGNERS.items() if isinstance(request, dict) and member in request]
    if len(found) != 1:
        raise Failed("the request names no issuer, body or accreditor, or several", "name the one who is to sign")
    return found[0]


def do(target: Target, act: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do an act on a draft, with warnings on standard error. Gives the draft as it is then."""
    answer = with_node(target, lambda node: node.operate(f"drafts/{act}", request))
    for warning in answer.get("warnings", ()):
        click.echo(plain(f"warning  {warning}"), err=True)
    draft: Mapping[str, Any] = answer["draft"]
    return draft


def say(draft: Mapping[str, Any]) -> None:
    """Say what became of a draft."""
    signed = f"; the {draft['kind']} {draft['document']}" if draft["document"] else ""
    click.echo(plain(f"draft {draft['number']} {WAITS_FOR[draft['state']]}{signed}; content {draft['content']}"))


def print_list(target: Target, *, waiting: bool) -> None:
    """Print the drafts that the caller sees, or those that wait for the caller."""

    async def print_all(node: AnyNode) -> None:
        async for one in every(node, "drafts/list", waiting=waiting):
            click.echo(plain(f"{one['number']}  {one['state']}  {_what(one)}, prepared by {_preparers(one)}"))

    with_node(target, print_all, read_only=True)


def print_one(target: Target, number: int) -> None:
    """Print all that there is to know of a draft before it is reviewed or released."""
    answer = with_node(target, lambda node: node.operate("drafts/show", {"draft": number}), read_only=True)
    for line in _lines(answer):
        click.echo(plain(line))


def write(target: Target, draft: Mapping[str, Any], output: Output) -> None:
    """Write the file of what was released."""
    from carbonseal.records.canonical import jcs

    kind, digest = draft["kind"], draft["document"]

    async def get(node: AnyNode) -> bytes:
        if kind == "passport":
            return await node.passport(bytes.fromhex(digest))
        answer = await node.operate(f"{kind}s/export", {kind: digest})
        return jcs(answer["file"]) + b"\n"

    output.write(with_node(target, get), f"the {kind} {digest}")


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    draft = answer["draft"]
    yield f"draft {draft['number']}: {_what(draft)}"
    yield f"  state     {draft['state']}: {WAITS_FOR[draft['state']]}"
    yield f"  content   {draft['content']}"
    yield f"  prepared  {_preparers(draft)}"
    for member, word in (("reviewer", "reviewed"), ("releaser", "released"), ("document", "document")):
        if draft[member]:
            yield f"  {word:<10}{draft[member]}"
    yield ""
    if answer["refusal"]:
        yield f"Now it would be refused: {answer['refusal']}"
    elif draft["state"] not in ("released", "discarded"):
        document = answer["document"]
        yield f"Now this would be signed by {document['issuer']}, valid until {document.get('validUntil', 'it is revoked')}:"
        yield from shown(document["credentialSubject"]).splitlines()
        yield from (f"warning  {warning}" for warning in answer["warnings"])
    yield ""
    for done in answer["acts"]:
        said = f": {done['text']}" if done["text"] else ""
        yield f"{done['at']}  {done['act']} by {done['who']} ({done['kind']}), content {done['content'][:8]}{said}"
    if draft["state"] not in ("releasing", "released"):
        yield "Nothing of it is signed."


def _what(draft: Mapping[str, Any]) -> str:
    return f"{draft['kind']} about {draft['title']}, by {draft['signer']}"


def _preparers(draft: Mapping[str, Any]) -> str:
    return ", ".join(draft["preparers"])
