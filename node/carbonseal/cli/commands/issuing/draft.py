"""`carbonseal draft`: prepare, change, list, show, comment, review, return, release, discard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from carbonseal.cli.conformity import drafts
from carbonseal.cli.issue_requests import BATCH, COMPONENTS, read_request
from carbonseal.cli.options import DIGEST, INPUT, REASON, Once
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.cli.targets import NodeCommand, Target

REQUEST = click.option(
    "--request",
    "file",
    required=True,
    cls=Once,
    type=INPUT,
    help="What is to be issued, as JSON; or TOML, in a .toml file: a request for a passport, statement or accreditation.",
)
COMMENT = click.option(
    "--comment", cls=Once, default=None, metavar="TEXT", help="What others are to know. The audit keeps it."
)
NUMBER = click.argument("number", type=click.IntRange(min=1))
CONTENT = click.argument("content", type=DIGEST)


@click.group(short_help="Prepare, review and release what is to be signed.")
def draft() -> None:
    """A draft is what is to be signed: a passport, statement or accreditation. Who prepares it, who reviews it and who releases it
    are three, of whom the two who review and release are persons, each with a token of their own (--token). With
    release = "four-eyes" in node.toml nothing is signed in any other way.

    \b
    Examples:
      carbonseal draft prepare our-node --request opinion.json --token file:anna.token
      carbonseal draft list our-node --waiting --token file:ben.token
      carbonseal draft show our-node 1 --token file:ben.token
      carbonseal draft review our-node 1 5f0c… --token file:ben.token
      carbonseal draft release our-node 1 5f0c… --token file:carl.token -o statement.json
    """


@draft.command(cls=NodeCommand, short_help="Prepare a draft.")
@REQUEST
@COMPONENTS
@BATCH
@COMMENT
def prepare(
    *,
    target: Target,
    file: Path,
    components: tuple[dict[str, Any], ...],
    batch: dict[str, Any] | None,
    comment: str | None,
) -> None:
    """Prepare a draft of what the request asks for. What issuing would refuse is refused, and what it would warn of is a warning.
    Nothing is signed.

    \b
    Example:
      carbonseal draft prepare our-node --request opinion.json --token file:anna.token
    """
    request = read_request(file, components, batch)
    drafts.say(drafts.do(target, "prepare", {"kind": drafts.kind_of(request), "request": request, **_comment(comment)}))


@draft.command(cls=NodeCommand, short_help="Put another request in the place of a draft's.")
@NUMBER
@CONTENT
@REQUEST
@COMPONENTS
@BATCH
@COMMENT
def change(
    *,
    target: Target,
    number: int,
    content: bytes,
    file: Path,
    components: tuple[dict[str, Any], ...],
    batch: dict[str, Any] | None,
    comment: str | None,
) -> None:
    """Put another request in the place of CONTENT, which the draft has: it waits for a review then, and an earlier one counts no
    more. Who changes a draft has prepared it.

    \b
    Example:
      carbonseal draft change our-node 1 5f0c… --request opinion.json --token file:anna.token
    """
    request = read_request(file, components, batch)
    drafts.say(drafts.do(target, "change", {**_seen(number, content), "request": request, **_comment(comment)}))


@draft.command("list", cls=NodeCommand, short_help="List drafts, or those that wait for me.")
@click.option("--waiting", is_flag=True, help="Only what waits for the owner of the token.")
def list_(*, target: Target, waiting: bool) -> None:
    """List the drafts of the tenant: number, state, what they are of, and who prepared them.

    \b
    Example:
      carbonseal draft list our-node --waiting --token file:ben.token
    """
    drafts.print_list(target, waiting=waiting)


@draft.command(cls=NodeCommand, short_help="Show a draft, and what would be signed.")
@NUMBER
def show(*, target: Target, number: int) -> None:
    """Show what would be signed now, what issuing would refuse or warn of, and all that was done to the draft. The content that is
    printed is the one to name where the draft is reviewed and released.

    \b
    Example:
      carbonseal draft show our-node 1 --token file:ben.token
    """
    drafts.print_one(target, number)


@draft.command(cls=NodeCommand, short_help="Say something about a draft.")
@NUMBER
@click.argument("text")
def comment(*, target: Target, number: int, text: str) -> None:
    """Say something about a draft, to all who see it.

    \b
    Example:
      carbonseal draft comment our-node 1 "which meter was it?" --token file:ben.token
    """
    drafts.say(drafts.do(target, "comment", {"draft": number, "comment": text}))


@draft.command(cls=NodeCommand, short_help="Say that a draft may be released.")
@NUMBER
@CONTENT
@COMMENT
def review(*, target: Target, number: int, content: bytes, comment: str | None) -> None:
    """Say that CONTENT, as `draft show` prints it, may be released: to be done by a person who prepared none of the draft.

    \b
    Example:
      carbonseal draft review our-node 1 5f0c… --token file:ben.token
    """
    drafts.say(drafts.do(target, "review", {**_seen(number, content), **_comment(comment)}))


@draft.command("return", cls=NodeCommand, short_help="Send a draft back to who prepared it.")
@NUMBER
@REASON
def return_(*, target: Target, number: int, reason: str) -> None:
    """Send a draft back to who prepared it: it is reviewed again once it was changed.

    \b
    Example:
      carbonseal draft return our-node 1 --reason "the meter is missing" --token file:ben.token
    """
    drafts.say(drafts.do(target, "return", {"draft": number, "reason": reason}))


@draft.command(cls=NodeCommand, short_help="Have signed what a draft asks for.")
@NUMBER
@CONTENT
@COMMENT
@click.option("-o", "--output", cls=Once, type=WRITABLE, help="The file of what is signed; - is standard output.")
@FORCE
def release(
    *, target: Target, number: int, content: bytes, comment: str | None, output: Path | None, force: bool
) -> None:
    """Have CONTENT signed and sealed, as it was reviewed: to be done by a person who neither prepared nor reviewed it. Released
    again by the same person, it is the same document.

    \b
    Example:
      carbonseal draft release our-node 1 5f0c… --token file:carl.token -o statement.json
    """
    file = None if output is None else Output(output, over=force)
    released = drafts.do(target, "release", {**_seen(number, content), **_comment(comment)})
    if file is None:
        drafts.say(released)
    else:
        drafts.write(target, released, file)


@draft.command(cls=NodeCommand, short_help="Refuse a draft for ever, or give it up.")
@NUMBER
@REASON
def discard(*, target: Target, number: int, reason: str) -> None:
    """Refuse a draft for ever, or give it up. It stays in the list, with the reason.

    \b
    Example:
      carbonseal draft discard our-node 1 --reason "the client took it back" --token file:anna.token
    """
    drafts.say(drafts.do(target, "discard", {"draft": number, "reason": reason}))


def _seen(number: int, content: bytes) -> dict[str, Any]:
    return {"draft": number, "content": content.hex()}


def _comment(comment: str | None) -> dict[str, str]:
    return {} if comment is None else {"comment": comment}
