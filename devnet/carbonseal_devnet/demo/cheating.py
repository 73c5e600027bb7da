"""Who cheats in the demo, in five passports. A sixth cheat is in no single one: a batch that was sold twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from carbonseal.findings import Verdict
from carbonseal.node import config
from carbonseal.node.node import Node
from carbonseal.passport.passports import Passport, parse
from carbonseal_devnet.demo import forgeries
from carbonseal_devnet.demo.certifying import FORKS, Documents, anchor
from carbonseal_devnet.demo.stage import Stage
from carbonseal_devnet.demo.world import write_settings


@dataclass(frozen=True, slots=True)
class Cheat:
    """A passport that customs should not accept: its file, what was done, and what the verdict on it means."""

    file: str
    doing: str
    verdict: Verdict
    codes: tuple[str, ...]  # of the findings that say why
    meaning: str


CHEATS = (
    Cheat(
        "figure-changed.json",
        "a holder divides the reader's figure by ten",
        Verdict.REJECTED,
        ("passport.wrong-key",),
        "What is sealed cannot be changed: the record is no longer the one that was signed.",
    ),
    Cheat(
        "ledger-missing.json",
        "a holder leaves out the consortium's evidence",
        Verdict.UNDETERMINED,
        ("ledger-quorum.unmet",),
        "What is left out is not shown. That accuses nobody: ask for the whole passport.",
    ),
    Cheat(
        "two-histories.json",
        "the log's operator keeps two histories, and anchors each on another ledger",
        Verdict.REJECTED,
        ("log.equivocation",),
        "An operator who signs two histories proves it against himself, with his own signatures.",
    ),
    Cheat(
        "out-of-scope.json",
        "a body that is accredited for transport vouches for the reader",
        Verdict.UNDETERMINED,
        ("accreditation.other-scope", "statement.unmet"),
        "Its statement is genuine and counts for nothing: the body was not accredited for products.",
    ),
    Cheat(
        "does-not-add-up.json",
        "a board maker signs less carbon than the parts of its board have",
        Verdict.REJECTED,
        ("contributions.exceed",),
        "One tier below the reader, a figure contradicts those that it is made of.",
    ),
)


async def cheat(node: Path, ledger: str, documents: Documents, out: Path, stage: Stage) -> None:
    """Write the passports of `CHEATS` to `out`. `ledger` is the one whose evidence is left out."""
    stage.act("Who cheats")
    changed, missing, forked, outside, light = CHEATS
    with stage.step(changed.doing):
        (out / changed.file).write_bytes(forgeries.tampered(documents.reader))
    with stage.step(missing.doing):
        (out / missing.file).write_bytes(forgeries.without(documents.reader, ledger).encode())
    with stage.step(forked.doing):
        one = await _fork(node.parent / FORKS[0], "eip155", documents.reader)
        other = await _fork(node.parent / FORKS[1], "tlog", documents.reader)
        (out / forked.file).write_bytes(forgeries.equivocation(one, other).encode())
    with stage.step(outside.doing):
        (out / outside.file).write_bytes(forgeries.vouched_by(documents.reader, documents.freight).encode())
    with stage.step(light.doing):
        (out / light.file).write_bytes(documents.light_reader.encode())
    stage.say("… and one of the suppliers sold a batch twice: that is in no single passport.")


async def _fork(directory: Path, scheme: str, passport: Passport) -> Passport:
    """Grow a copy of the log by an entry that the other copy does not have, and anchor it on the ledger of this scheme alone.
    Gives the passport with the head that it has there."""
    ledgers = config.load(directory).ledgers
    write_settings(directory, ledgers=tuple(ledger for ledger in ledgers if ledger.name.startswith(scheme)))
    async with Node.open(directory) as node:
        await node.submit(f'{{"only in": "{directory.name}"}}'.encode(), "json/1")
        await node.sequence()
        await anchor(node)
        return parse(await node.refresh(forgeries.unsealed(passport).encode()))
