"""The examples of docs/policies.md are read, and decide as the page says."""

from __future__ import annotations

import re
from functools import cache

from carbonseal.findings import Outcome, Verdict
from carbonseal.passport.passports import Passport
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.policy.language import KEYWORDS
from carbonseal.verification.policy.requirements import REQUIREMENTS
from carbonseal.verification.verify import Report, verify
from tests.repository.sources import REPOSITORY
from tests.world import AT, BLOCK_TIME, World, codes

PAGE = (REPOSITORY / "docs" / "policies.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^<!-- policy: (\w+) -->\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@cache
def world() -> tuple[World, Passport, Passport]:
    """The passport of a reader with a cell in it, which was sealed under an older head; that of a part; all heads are cosigned."""
    made = World(other_cosigned=True)
    part = made.passport(made.supplier, "cell", witnessed=True)
    return made, made.passport(components=[part], witnessed=True), made.passport(name="part", witnessed=True)


def report_on(name: str, passport: Passport, *more: str) -> Report:
    policy = parse_policy(EXAMPLES[name] + "".join(f"{line}\n" for line in more))
    return verify(passport, policy, world()[0].trust(), at=AT)


def not_asked(report: Report) -> set[str]:
    return {finding.code.name for finding in report.findings if finding.code.outcome is Outcome.NOT_ASKED}


def test_there_are_three_examples() -> None:
    assert set(EXAMPLES) == {"buyer", "customs", "procurement"}
    assert len(EXAMPLES["buyer"].splitlines()) == 5


def test_the_buyers_five_lines() -> None:
    _, _, part = world()
    report = report_on("buyer", part)
    assert report.verdict is Verdict.VERIFIED
    asked_not = {"time-quorum", "status", "witness-quorum", "history", "record", "flow", "statement"}
    assert not_asked(report) == {f"{name}.not-asked" for name in asked_not}


def test_the_customs_offices() -> None:
    made, reader, part = world()
    report = report_on("customs", part)
    assert report.verdict is Verdict.VERIFIED, [str(one) for one in report.findings]
    assert {"witness-quorum.met", "time-quorum.met", "status.current", "history.shown"} <= codes(report)
    assert not_asked(report) == {"flow.not-asked", "statement.not-asked"}
    assert "history.unlinked" in codes(report_on("customs", reader))
    assert "witness-quorum.unmet" in codes(report_on("customs", made.passport(name="another part")))


def test_the_procurement_offices() -> None:
    _, reader, _ = world()
    report = report_on("procurement", reader)
    assert report.verdict is Verdict.VERIFIED, [str(one) for one in report.findings]
    assert "ledger.witnessed" in codes(report)
    assert report.existed_by == BLOCK_TIME


def test_what_the_version_lacks() -> None:
    _, reader, _ = world()
    report = report_on("procurement", reader, "require over-allocation")
    assert report.verdict is Verdict.UNDETERMINED
    assert "check.unavailable" in codes(report)


def test_every_keyword_and_every_check_is_taught() -> None:
    assert not [word for word in KEYWORDS if not re.search(rf"^{word} ", "\n".join(EXAMPLES.values()), re.MULTILINE)]
    assert not [check for check in REQUIREMENTS if f"`require {check}" not in PAGE]
