"""Previews: what issuing would sign, refuse and warn of, with nothing signed, sealed or kept; and `release = "four-eyes"`, with
which nothing is signed at one word."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Finding
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.issuance.drafts.setting import ReleaseRule
from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock, request, within
from tests.node.issuance.stating import (
    ACCREDITOR,
    BODY,
    accreditation_request,
    footprint,
    multikey,
    refuses,
    statement_request,
    subject,
)

AT_RELEASE = ("id", "proof", "credentialStatus")


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,), bodies=(BODY,), accreditors=(ACCREDITOR,))


def kept(directory: Path) -> list[str]:
    """All that the node's databases hold."""
    paths = sorted(directory.rglob("*.db"))
    return [line for path in paths for line in _dump(path)]


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def unsigned(file: bytes, section: str) -> dict[str, Any]:
    (one,) = json.loads(file)[section].values()
    return {name: value for name, value in one["document"].items() if name not in AT_RELEASE}


def test_a_preview_says_what_is_signed_then_and_keeps_nothing(directory: Path, clock: Clock) -> None:
    async def work(node: Node) -> None:
        commitment = await footprint(node)
        await node.sequence()
        asked = request(commitment, identifiers=["urn:example:other-name"], supersedes="ab" * 32)
        original = {"media": "application/pdf", "data": base64.b64encode(b"signed").decode(), "disclose": True}
        stated = statement_request(subject([commitment, bytes(32)]), original=original)
        accredited = accreditation_request(multikey(node.directory))
        before = kept(directory)
        previews = [
            await node.passports.preview(asked, OPERATOR),
            await node.statements.preview(stated, OPERATOR),
            await node.accreditations.preview(accredited, OPERATOR),
        ]
        assert kept(directory) == before
        warned: list[Finding] = []
        files = [
            await node.passports.issue(asked, OPERATOR, warned.append),
            await node.statements.issue(stated, OPERATOR, warned.append),
            await node.accreditations.issue(accredited, OPERATOR),
        ]
        for preview, file, section in zip(
            previews, files, ("credentials", "statements", "accreditations"), strict=True
        ):
            assert preview.refusal is None
            assert preview.document == unsigned(file, section)
        assert [one for preview in previews for one in preview.warnings] == warned
        assert {one.code.name for one in warned} == {"issue.supersedes-unknown", "issue.footprints-unknown"}

    within(directory, clock, work)


def test_a_preview_says_what_would_be_refused(directory: Path, clock: Clock) -> None:
    async def work(node: Node) -> list[str]:
        commitment = await footprint(node)
        wrong = [
            await node.passports.preview({}, OPERATOR),
            await node.passports.preview(request(bytes(32)), OPERATOR),
            await node.passports.preview(request(commitment, validUntil="2020-01-01T00:00:00Z"), OPERATOR),
            await node.statements.preview(statement_request(subject([commitment], opinion="maybe")), OPERATOR),
            await node.accreditations.preview(accreditation_request(multikey(directory, ACCREDITOR)), OPERATOR),
        ]
        await node.statements.issue(statement_request(subject([commitment])), OPERATOR)
        wrong.append(await node.statements.preview(statement_request(subject([commitment])), OPERATOR))
        assert all(one.document is None and one.refusal is not None for one in wrong)
        return [one.refusal.code.name for one in wrong if one.refusal]

    assert within(directory, clock, work) == [
        "issue.malformed",
        "node.unknown-commitment",
        "issue.ended",
        "issue.malformed",
        "issue.self-accreditation",
        "issue.second-statement",
    ]


def test_with_four_eyes_nothing_is_signed_at_one_word(begin: Begin, clock: Clock) -> None:
    four_eyes = {"release": ReleaseRule.FOUR_EYES}
    directory = begin(issuers=(MAKER,), bodies=(BODY,), accreditors=(ACCREDITOR,), **four_eyes)
    assert 'release = "four-eyes"' in (directory / "node.toml").read_text()

    async def work(node: Node) -> None:
        commitment = await footprint(node)
        before = kept(directory)
        with refuses("issue.needs-draft"):
            await node.issue(request(commitment))
        with refuses("issue.needs-draft"):
            await node.statements.issue(statement_request(subject([commitment])), OPERATOR)
        with refuses("issue.needs-draft"):
            await node.accreditations.issue(accreditation_request(multikey(directory)), OPERATOR)
        assert kept(directory) == before
        preview = await node.passports.preview(request(commitment), OPERATOR)
        assert preview.document is not None

    within(directory, clock, work)


def test_another_word_is_no_rule(directory: Path, clock: Clock) -> None:
    settings = directory / "node.toml"
    settings.write_text(settings.read_text().replace('release = "direct"', 'release = "two"'))
    with refuses("config.wrong-value") as caught:
        within(directory, clock, footprint)
    assert "release" in str(caught.value)
