"""docs/check-of-your-own.md: its module is examples/check-clinker's, installed, and required by a policy that names the package."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbonseal.api import Result
from carbonseal.flow.checks import Check, Setting
from carbonseal.passport.products import Classification
from carbonseal.plugins import CHECKS
from carbonseal.verification.policy import parse_policy
from tests.flow.chains import AT, Chain, Made, footprint
from tests.installed import install
from tests.repository.sources import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "check-clinker"
MODULE = (EXAMPLE / "carbonseal_clinker.py").read_text(encoding="utf-8")
PROJECT = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (REPOSITORY / "docs" / "check-of-your-own.md").read_text(encoding="utf-8")
CN = "https://publications.europa.eu/resource/authority/cn2026"
LINE = "require clinker package=carbonseal-clinker if-unknown=undetermined within=5%"


@pytest.fixture(scope="module")
def clinker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """The example's check, installed as pip would."""
    folder: Path = tmp_path_factory.mktemp("site")
    install(folder, PROJECT["name"], PROJECT["entry-points"], {"carbonseal_clinker": MODULE})
    sys.path.insert(0, str(folder))
    try:
        yield CHECKS.find("clinker", Check)
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("carbonseal_clinker", None)


def test_the_page_shows_the_example() -> None:
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    assert blocks["python"] == MODULE
    assert tomllib.loads(blocks["toml"])["project"]["entry-points"] == PROJECT["entry-points"]
    assert blocks["text"].strip() == LINE


def test_the_policy_finds_it(clinker: Check) -> None:
    read = parse_policy(f"carbonseal-policy v1\n{LINE}\n")
    assert read.installed_checks["clinker"].check is clinker
    assert read.installed_checks["clinker"].requirement.unknown_counts


def made(chain: Chain, total: str, code: str = "25231000", **more: str) -> Made:
    facts = {"unit": "kilogram", "amount": "1000", "mass": "1000", **more}
    document = footprint("clinker", total, **facts)
    return chain.product("clinker", document=document, classifications=[Classification(CN, code)])


def results(check: Check, chain: Chain, root: Made) -> list[Result]:
    return [*check.run(chain.graph(root), Setting(AT))]


@pytest.mark.parametrize(
    ("total", "more", "rule"),
    [
        ("850", {}, "clinker.holds"),
        ("515", {}, "clinker.holds"),  # 520 less 1 %
        ("514", {}, "clinker.below"),
        ("0.85", {"amount": "1", "mass": "1"}, "clinker.holds"),
        ("400", {"unit": "cubic meter", "amount": "1", "mass": "1000"}, "clinker.below"),
        ("400", {"unit": "cubic meter", "amount": "1", "mass": "0"}, "clinker.not-checkable"),
    ],
)
def test_outcomes(clinker: Check, total: str, more: dict[str, str], rule: str) -> None:
    chain = Chain()
    assert [result.rule.name for result in results(clinker, chain, made(chain, total, **more))] == [rule]


def test_another_product_is_not_looked_at(clinker: Check) -> None:
    chain = Chain()
    assert results(clinker, chain, made(chain, "1", code="25232900")) == []
