"""Every wrong chain has exactly its finding, and the weight that the specification gives it."""

from __future__ import annotations

import pytest

from carbonseal.findings import Outcome
from carbonseal.flow.judging import judge
from carbonseal.flow.rules import CheckRequirement
from carbonseal.plugins import CHECKS
from tests.flow.chains import Chain, failures
from tests.flow.wrong_chains import WRONG, Wrong

REQUIRED = dict.fromkeys(CHECKS.built_in, CheckRequirement(is_required=True))


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_chain_has_exactly_its_finding(wrong: Wrong) -> None:
    chain = Chain()
    made = wrong.make(chain)
    assert failures(chain.results(made, wrong.at)) == [wrong.rule]
    weights = {
        finding.code.outcome
        for finding in judge(chain.graph(made), wrong.at, REQUIRED)
        if finding.code.outcome in (Outcome.REJECTED, Outcome.UNDETERMINED)
    }
    assert weights == {Outcome.REJECTED if wrong.rejects else Outcome.UNDETERMINED}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_it_is_told_where_nothing_is_required(wrong: Wrong) -> None:
    chain = Chain()
    told = [*judge(chain.graph(wrong.make(chain)), wrong.at, {})]
    assert f"{wrong.rule}-noted" in {finding.code.name for finding in told}
    assert {finding.code.outcome for finding in told} == {Outcome.NOTED}
