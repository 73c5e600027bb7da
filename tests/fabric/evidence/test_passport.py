"""One checkpoint on three ledgers of different kinds, verified offline by one pure function."""

from __future__ import annotations

from dataclasses import dataclass, replace

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence, Statement
from carbonseal.passport.seals import Head
from tests.fabric.scenes.scene import Scene, scene
from tests.world import BLOCK_TIME, MemoryLog, World, codes

TIME = int(BLOCK_TIME.timestamp()) - 60


@dataclass
class Consortium(World):
    """The world, with a Fabric channel in the place of the log of another operator, or beside it."""

    attesters: int = 2

    def scene(self, statement: Statement) -> Scene:
        made = scene(statement)
        made = replace(made, call=replace(made.call, time=TIME))
        answers = tuple(made.question(made.channel.peer(at), time=TIME + 5) for at in range(self.attesters))
        return replace(made, answers=answers)

    def anchored_head(self, index: int, size: int, *, witnessed: bool = False, log: MemoryLog | None = None) -> Head:
        head = super().anchored_head(index, size, witnessed=witnessed, log=log)
        made = self.scene(self.log.checkpoint(size).statement())
        item = made.trust()
        if item not in self.trusted:
            self.trusted.append(item)
        anchor = type(head.anchors[0])(made.ledger, self.changed(made.evidence().encode()))
        return replace(head, anchors=(*head.anchors, anchor))

    def changed(self, evidence: Evidence) -> Evidence:
        return evidence

    def lines(self) -> dict[str, str]:
        made = scene(Statement(bytes(32), 1, bytes(32)))
        pins = " ".join(f"{option}={value}" for option, value in made.options.items())
        lines = super().lines()
        before = dict(list(lines.items())[: list(lines).index("both")])
        rest = {name: line for name, line in lines.items() if name not in before}
        rest["both"] = "group both all chain other consortium"
        rest["time"] = "require time by=consortium"
        return before | {"consortium": f"ledger consortium {made.ledger} {pins}"} | rest


def test_three_ledgers() -> None:
    world = Consortium()
    report = world.verify(world.passport())
    assert report.verdict is Verdict.VERIFIED, report.findings
    assert report.existed_by is not None
    assert int(report.existed_by.timestamp()) == TIME
    assert {"fabric.ordered", "fabric.valid"} <= codes(report)
    assert {item.kind for item in report.trusted} == {"block", "config-block"}


def test_ordered_and_not_shown_to_be_valid() -> None:
    world = Consortium(attesters=1)
    report = world.verify(world.passport())
    assert report.verdict is Verdict.UNDETERMINED
    assert {"fabric.ordered", "fabric.attesters-missing"} <= codes(report)
    assert "fabric.valid" not in codes(report)


class Spoiled(Consortium):
    def changed(self, evidence: Evidence) -> Evidence:
        return replace(evidence, data=evidence.data.replace(b'"index":0', b'"index":1'))


def test_wrong_evidence_rejects() -> None:
    world = Spoiled()
    report = world.verify(world.passport())
    assert report.verdict is Verdict.REJECTED
    assert "fabric.index-outside" in codes(report)
