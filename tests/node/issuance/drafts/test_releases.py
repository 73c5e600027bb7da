"""Releases where the setting changes, and where the key does not sign."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.keys.codes import TOKEN_FAILED
from carbonseal.node.access.callers import OPERATOR, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.drafts.machine import Draft
from carbonseal.node.issuance.signers import Signer
from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.issuance.drafts.drafting import four_eyes, people, reviewed, wanted
from tests.node.issuance.drafts.driver import CARL
from tests.node.issuance.issuing import Clock, within
from tests.node.issuance.stating import refuses


@pytest.fixture
def directory(begin: Begin) -> Path:
    return four_eyes(begin)


def test_the_setting_off_and_on_again(directory: Path, clock: Clock) -> None:
    """Drafts are what they were, whatever the setting; without it, one who may issue does, beside them."""
    settings = directory / "node.toml"
    on = settings.read_text()

    async def begun(node: Node) -> Any:
        return (await reviewed(node, await wanted(node), await people(node))).draft

    draft = within(directory, clock, begun)

    async def off(node: Node) -> None:
        carl = replace(OPERATOR, name="carl", kind=Kind.PERSON, tenant="default", scopes=frozenset({Scope.RELEASE}))
        ben = replace(carl, name="ben")
        with refuses("draft.same-person"):
            await node.drafts.release(draft.number, draft.content, ben)
        await node.issue(await wanted(node), caller=OPERATOR)

    settings.write_text(on.replace('"four-eyes"', '"direct"'))
    within(directory, clock, off)
    settings.write_text(on)

    async def on_again(node: Node) -> None:
        carl = replace(OPERATOR, name="carl", kind=Kind.PERSON, tenant="default", scopes=frozenset({Scope.RELEASE}))
        with refuses("issue.needs-draft"):
            await node.issue(await wanted(node))
        assert (await node.drafts.release(draft.number, draft.content, carl)).document

    within(directory, clock, on_again)


def test_a_release_that_cannot_be_signed_waits_for_another_word(
    directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that does not sign, as one in a token that was pulled out: the draft is reviewed as before."""

    async def broken(*_arguments: object) -> None:
        raise Refused(TOKEN_FAILED(uri="pkcs11:object=maker", reason="it is not there"))

    async def work(node: Node) -> None:
        who = await people(node)
        draft = (await reviewed(node, await wanted(node), who)).draft
        monkeypatch.setattr(Signer, "sign", broken)
        with refuses("token.failed"):
            await node.drafts.release(draft.number, draft.content, who["carl"])
        monkeypatch.undo()
        shown = await node.drafts.show(draft.number, who["carl"])
        assert shown.stored.draft == draft
        assert [one.act for one in shown.acts][-2:] == ["release", "fail"]
        assert (await node.drafts.release(draft.number, draft.content, who["dora"])).draft.releaser == "dora"

    within(directory, clock, work)


def test_a_frozen_log_signs_nothing_of_a_draft(directory: Path, clock: Clock) -> None:
    async def begun(node: Node) -> Draft:
        draft = (await reviewed(node, await wanted(node), await people(node))).draft
        await node.sequence()
        return draft

    draft = within(directory, clock, begun)
    (directory / "guard" / "default").unlink()

    async def frozen(node: Node) -> None:
        with refuses("frozen.guard-missing"):
            await node.drafts.release(draft.number, draft.content, CARL)
        stored = (await node.drafts.show(draft.number, CARL)).stored
        assert (stored.draft, stored.document) == (draft, None)
        await node.adopt_guard()
        assert (await node.drafts.release(draft.number, draft.content, CARL)).document

    within(directory, clock, frozen)
