"""`carbonseal desk`: a page for verifying, on this machine."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

import click

from carbonseal.cli.errors import BrokeOff
from carbonseal.cli.files.policy_folder import FOLDER_OR_FILE, HELP, bring
from carbonseal.cli.options import READABLE

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(short_help="Verify in a browser: a page of your own machine.")
@click.option("--policy", required=True, type=FOLDER_OR_FILE, help=HELP)
@click.option("--trust", type=READABLE, help="Block hashes and the like: see `carbonseal trust gather`.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer at.")
@click.option("--port", type=click.IntRange(0, 65535), default=9200, show_default=True, help="0 takes any free one.")
@click.option("--name", "names", multiple=True, help="A name by which others call this machine; repeatable.")
def desk(policy: Path, trust: Path | None, host: str, port: int, names: tuple[str, ...]) -> None:
    """Answer with a page that takes passports, archives and a declaration, and says what was found: the verdict, why, what to do
    and who must do it. Programs send passports to /v1/verify. Until Ctrl-C.

    The desk holds your policy and trust, and nothing else: it asks nobody, and keeps nothing of what it is given. At an address
    that other machines reach, whoever reaches it can use it: there are no tokens here, put a proxy before it that asks for them.

    \b
    Examples:
      carbonseal desk --policy office/
      carbonseal desk --policy customs.policy --trust trust.json --port 8000
      curl --data-binary @passport.json -H 'Content-Type: application/json' http://127.0.0.1:9200/v1/verify
    """
    from carbonseal.desk.presenter import DeskResults
    from carbonseal.desk.sent_names import SentNames
    from carbonseal.examining.judging import Verifier, VerifyJob
    from carbonseal.languages.language import ENGLISH
    from carbonseal.service.desk.app import desk_at
    from carbonseal.service.desk.examiner import Holding

    brought = bring(policy, trust)
    changed = datetime.fromtimestamp(Path(brought.policy.name).stat().st_mtime, UTC)
    holding = Holding(brought.policy, tuple(brought.trust), changed)

    async def answer() -> None:
        async with desk_at(holding, host, port, hosts=names) as url:
            click.echo(f"verify at {url}")
            if host not in LOOPBACK:
                click.echo("other machines reach this address: whoever does can use the desk", err=True)
            await asyncio.Event().wait()

    Verifier(
        VerifyJob(holding.policy, holding.trust, DeskResults(changed, ENGLISH, SentNames("")))
    )  # policy and trust can be used
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(answer())
        except OSError as error:
            raise BrokeOff(
                f"cannot listen on {host}:{port}: {error.strerror or error}", "choose another --port"
            ) from error
