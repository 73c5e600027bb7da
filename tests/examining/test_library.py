"""`carbonseal.Examination`: typed reports, one by one and together, as the developers' page shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import carbonseal
from carbonseal import CheckOutcome, Verdict
from tests.examining.bulk.conftest import Night, made_night, night
from tests.flow.example import example_passport
from tests.repository.sources import REPOSITORY
from tests.world import AT, World

__all__ = ["made_night", "night"]  # fixtures

CONSUMER = """
from datetime import UTC, datetime
from fractions import Fraction

import carbonseal


def failing(policy: bytes, trust: list[bytes], folder: str) -> dict[str, list[carbonseal.CheckResult]]:
    found: dict[str, list[carbonseal.CheckResult]] = {}
    with carbonseal.Examination(policy, trust, at=datetime.now(UTC), jobs=2) as examination:
        for one in examination.add(folder):
            verdict: carbonseal.Verdict | None = one.verdict
            print(one.file, verdict)
        for one in examination:
            found[one.file] = [check for check in one.checks if check.outcome is carbonseal.CheckOutcome.FAILS]
    return found


def total(one: carbonseal.FileReport) -> Fraction | None:
    figures: carbonseal.Footprint | None = one.figures
    tree: carbonseal.Branch | None = one.tree
    names: list[str] = [branch.product.credential.name for branch in tree.walk()] if tree else []
    print(names, [finding.code.name for finding in one.findings])
    return None if figures is None or figures.total is None else figures.total.value
"""


def test_reports_one_by_one_and_together(night: Night) -> None:
    with carbonseal.Examination(night.policy, [night.trust], at=AT) as examination:
        alone = {Path(one.file).name: one for one in examination.add(night.folder / "a.json", night.folder / "b.json")}
        assert {one.verdict for one in alone.values()} == {Verdict.VERIFIED}
        more = examination.add(night.folder / "c.pdf", night.folder / "e.json")
        first = next(more)  # the other one is judged by `reports`
        assert (first.verdict, first.report, first.tree, first.checks) == (None, None, None, ())
        assert first.problem == "not a passport: this is a PDF"
        together = {Path(one.file).name: one for one in examination}
        assert [*together] == ["a.json", "b.json", "c.pdf", "e.json"]
        verdicts = [one.verdict for one in together.values()]
        assert verdicts == [Verdict.VERIFIED, Verdict.REJECTED, None, Verdict.REJECTED]
        assert any(finding.code.name.startswith("batch.") for finding in together["b.json"].findings)
        assert examination.logs == {}
        assert [*examination.observations()]
    good = together["b.json"]
    assert good.tree is not None
    assert [branch.product.credential.name for branch in good.tree.walk()] == ["door reader", "metal"]
    assert {check.outcome for check in good.checks} >= {CheckOutcome.NOT_CHECKABLE}
    assert all(check.check and check.message for check in good.checks)


def test_figures_are_exact() -> None:
    """Of a product with components, all disclosed."""
    raw = example_passport(World()).encode()
    one = carbonseal.FileReport("example.json", None, carbonseal.parse_passport(raw))
    assert one.figures is not None
    assert one.figures.total is not None
    assert one.tree is not None
    assert one.tree.product.figure == one.figures.total
    assert isinstance(one.figures.total.value, Fraction)
    assert all(isinstance(branch.share, Fraction) for branch in one.tree.below)
    assert carbonseal.FileReport("x.json", None).figures is None


def test_in_other_processes_it_is_the_same(night: Night) -> None:
    found = []
    for jobs in (None, 2):
        with carbonseal.Examination(night.policy, [night.trust], at=AT, jobs=jobs) as examination:
            list(examination.add(night.folder))
            found.append([(one.file, one.verdict, one.findings, one.problem, one.checks) for one in examination])
    assert found[0] == found[1]


def test_nothing_added_is_nothing_found(night: Night) -> None:
    with carbonseal.Examination(night.policy, at=AT) as examination:
        assert [*examination] == [*examination.observations()] == []
        with pytest.raises(carbonseal.Refused, match="there is no passport"):
            examination.add()
    with pytest.raises(carbonseal.Refused, match="policy"):
        carbonseal.Examination(b"", at=AT)


def test_the_developers_page(night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = (REPOSITORY / "docs" / "developers.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"## Verifying from a program\n.*?```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(night.folder.parent)
    Path("customs.policy").write_bytes(night.policy)
    Path("trust.json").write_bytes(night.trust)
    night.folder.rename("deliveries")
    exec(program.replace("datetime.now(UTC)", "AT"), {"AT": AT})
    said = capsys.readouterr().out
    assert "deliveries/a.json verified" in said
    assert "deliveries/c.pdf not a passport: this is a PDF" in said


def test_a_consumer_is_typed(tmp_path: Path) -> None:
    """As somebody's own checker sees it, strictly."""
    (tmp_path / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    strict = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--config-file=",
        "--no-error-summary",
    ]
    cache = REPOSITORY / ".mypy_cache" / "consumer"
    done = subprocess.run(
        [*strict, f"--cache-dir={cache}", "consumer.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": f"{REPOSITORY / 'node'}:{REPOSITORY / 'adapters'}"},
    )
    assert (done.returncode, done.stdout) == (0, "")
