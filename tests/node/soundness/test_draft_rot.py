"""A draft that rotted: what nobody saw is neither reviewed nor released, and `fsck` says so."""

from __future__ import annotations

from carbonseal.node.access.callers import OPERATOR, Caller
from carbonseal.node.issuance.drafts.machine import State
from carbonseal.node.node import Node
from carbonseal.node.soundness.fsck import fsck
from tests.node.conftest import Begin
from tests.node.issuance.drafts.drafting import four_eyes, people, prepared, reviewed, wanted
from tests.node.issuance.issuing import Clock, within
from tests.node.issuance.stating import refuses
from tests.node.soundness.test_fsck import codes_of, sql


def test_what_rotted_is_not_reviewed_or_released(begin: Begin) -> None:
    directory, clock = four_eyes(begin), Clock()

    async def begun(node: Node) -> None:
        who = await people(node)
        asked = await wanted(node, name="Cell 100")
        await prepared(node, asked, who["anna"])
        await reviewed(node, asked, who)

    async def looked_at(node: Node) -> None:
        ben, carl = (node.access.principals.named(name) for name in ("ben", "carl"))
        callers = [Caller(one.name, one.kind, one.tenant, one.scopes) for one in (ben, carl)]
        for stored in node.drafts.listed(OPERATOR):
            draft = stored.draft
            with refuses("draft.damaged"):
                if draft.state is State.DRAFT:
                    await node.drafts.review(draft.number, draft.content, callers[0])
                else:
                    await node.drafts.release(draft.number, draft.content, callers[1])
            await node.drafts.discard(draft.number, callers[0], "it rotted")
        assert not node.issued()

    within(directory, clock, begun)
    assert fsck(directory).exit_status == 0
    sql(directory / "node.db", "UPDATE drafts SET request = CAST(replace(request, 'Cell 100', 'Cell 900') AS BLOB)")
    report = fsck(directory)
    assert codes_of(report) == {"fsck.draft-damaged"} and len(report.damage) == 2
    within(directory, clock, looked_at)
    assert fsck(directory).exit_status == 0
