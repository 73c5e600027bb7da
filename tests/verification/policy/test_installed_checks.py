"""Checks of installed packages: which a policy lets run, and what they can do to a verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbonseal.findings import Outcome, Refused, Verdict
from carbonseal.plugins import CHECKS
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import Report
from tests.installed import install
from tests.verification.policy.lines import policy, refused
from tests.world import World, codes

THEIRS = """
import sys
from carbonseal.api import Rejects, Result, Template, fails, holds, not_checkable, remark

HOLDS = holds("acme.holds", "places: {count}")
FAILS = fails("acme.fails", "{what} is wrong", "ask", Rejects.ALWAYS)
NEVER = fails("acme.never", "{what} is odd", "ask", Rejects.NEVER)
NOT_CHECKABLE = not_checkable("acme")
WEIGHT = Template("acme.weight", "the weight of {product}")

class Acme:
    def __init__(self, name, run):
        self.name, self.run = name, run

def lazily(graph, setting):
    yield Result(FAILS, facts={"what": "it"})
    raise ValueError("a defect")

def at_once(graph, setting):
    raise RecursionError("deep")

def leaves(graph, setting):
    sys.exit(0)

GOOD = Acme("acme", lambda graph, setting: [Result(HOLDS), Result(HOLDS)])
BAD = Acme("acme", lambda graph, setting: [Result(FAILS, (graph.root.label,), {"what": str(setting.within)})])
ODD = Acme("acme", lambda graph, setting: [Result(NEVER, facts={"what": "it"})])
BLIND = Acme("acme", lambda graph, setting: [Result(NOT_CHECKABLE, facts={"missing": WEIGHT(product="x")})])
NOTHING = Acme("acme", lambda graph, setting: [])
LAZILY, AT_ONCE, LEAVES = (Acme("acme", run) for run in (lazily, at_once, leaves))
TEXTS = Acme("acme", lambda graph, setting: ["holds"])
NONE = Acme("acme", lambda graph, setting: None)
UNFILLED = Acme("acme", lambda graph, setting: [Result(FAILS, facts={})])
NAMELESS = object()
OTHER = Acme("other", lambda graph, setting: [])
"""
LINE = "require acme package=acme-checks"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for module in ("acme_checks", "other_checks"):
        sys.modules.pop(module, None)


def put(folder: Path, target: str, package: str = "acme-checks", name: str = "acme", source: str = THEIRS) -> None:
    module = package.replace("-", "_")
    install(folder, package, {CHECKS.group: {name: f"{module}:{target}"}}, {module: source})


def report(line: str = LINE) -> Report:
    world = World()
    return world.verify(world.passport(), acme=line)


def outcomes(found: Report) -> dict[str, Outcome]:
    return {one.code.name: one.code.outcome for one in found.findings if one.code.name.partition(".")[0] == "acme"}


class TestWhichRun:
    @pytest.mark.parametrize("package", ["acme-checks", "Acme_Checks", "acme.checks"])
    def test_one_that_the_line_names(self, site: Path, package: str) -> None:
        put(site, "GOOD")
        found = report(f"require acme package={package}")
        assert found.verdict is Verdict.VERIFIED
        (shown,) = [one for one in found.findings if one.code.name == "acme.holds"]
        assert shown.message == "places: 2"

    def test_none_without_a_package(self, site: Path) -> None:
        put(site, "BAD")
        found = report("require acme")
        assert found.verdict is Verdict.UNDETERMINED
        assert "check.unavailable" in codes(found)
        assert "acme_checks" not in sys.modules  # nothing of it has run

    @pytest.mark.parametrize("line", ["require carbon-flow", "require total"])
    def test_none_beside_the_built_in_ones(self, site: Path, line: str) -> None:
        put(site, "BAD")
        assert outcomes(report(line)) == {}
        assert "acme_checks" not in sys.modules

    def test_none_of_another_package(self, site: Path) -> None:
        put(site, "BAD", package="other-checks")
        found = report()
        assert found.verdict is Verdict.UNDETERMINED
        assert "check.not-installed" in codes(found)
        assert "other_checks" not in sys.modules

    def test_none_that_is_not_installed(self, site: Path) -> None:
        found = report()
        (absent,) = [one for one in found.findings if one.code.name == "check.not-installed"]
        assert absent.facts == {"check": "acme", "package": "acme-checks"}

    def test_never_instead_of_a_built_in_one(self, site: Path) -> None:
        put(site, "BAD", name="total")
        with pytest.raises(Refused) as caught:
            parse_policy(policy() + "require total package=acme-checks\n")
        assert caught.value.finding.code.name == "policy.form"
        assert outcomes(report("require total")) == {}
        assert "acme_checks" not in sys.modules

    @pytest.mark.parametrize(
        ("target", "code"),
        [("ABSENT", "plugin.broken"), ("NAMELESS", "plugin.shape"), ("OTHER", "plugin.shape")],
    )
    def test_one_that_cannot_be_loaded_refuses_the_policy(self, site: Path, target: str, code: str) -> None:
        put(site, target)
        refused(policy((14, LINE)), code, 14, 9)

    def test_one_whose_import_ends_the_program_refuses_the_policy(self, site: Path) -> None:
        put(site, "GOOD", source="import sys\nsys.exit(0)\n")
        refused(policy((14, LINE)), "plugin.broken", 14, 9)

    def test_one_name_of_two_packages_refuses_the_policy(self, site: Path) -> None:
        put(site, "GOOD")
        put(site, "GOOD", package="other-checks")
        refused(policy((14, LINE)), "plugin.conflict", 14, 9)


class TestWhatTheyWeigh:
    @pytest.mark.parametrize(
        ("target", "line", "verdict", "found"),
        [
            ("BAD", LINE, Verdict.REJECTED, {"acme.fails": Outcome.REJECTED}),
            ("ODD", LINE, Verdict.UNDETERMINED, {"acme.never": Outcome.UNDETERMINED}),
            ("NOTHING", LINE, Verdict.VERIFIED, {}),
            ("BLIND", LINE, Verdict.VERIFIED, {"acme.not-checkable-noted": Outcome.NOTED}),
            (
                "BLIND",
                f"{LINE} if-unknown=undetermined",
                Verdict.UNDETERMINED,
                {"acme.not-checkable": Outcome.UNDETERMINED},
            ),
        ],
    )
    def test_as_the_built_in_ones(
        self, site: Path, target: str, line: str, verdict: Verdict, found: dict[str, Outcome]
    ) -> None:
        put(site, target)
        judged = report(line)
        assert (judged.verdict, outcomes(judged)) == (verdict, found)

    def test_they_are_given_the_bound(self, site: Path) -> None:
        put(site, "BAD")
        (wrong,) = [one for one in report(f"{LINE} within=5%").findings if one.code.name == "acme.fails"]
        assert wrong.message == "1/20 is wrong"


class TestWhatBreaks:
    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ("LAZILY", "ValueError: a defect"),
            ("AT_ONCE", "RecursionError: deep"),
            ("LEAVES", "SystemExit: 0"),
            ("TEXTS", "TypeError: a str is not a Result"),
            ("NONE", "TypeError: 'NoneType' object is not iterable"),
            ("UNFILLED", "KeyError: 'what'"),
        ],
    )
    def test_is_undetermined_and_nothing_else_of_it_counts(self, site: Path, target: str, reason: str) -> None:
        put(site, target)
        found = report()
        assert found.verdict is Verdict.UNDETERMINED
        (broken,) = [one for one in found.findings if one.code.name == "check.broken"]
        assert broken.facts == {"check": "acme", "package": "acme-checks", "reason": reason}
        assert outcomes(found) == {}
