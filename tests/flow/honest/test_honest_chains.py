"""No honest chain fails a check, and each comes out as the notes on false positives say."""

from __future__ import annotations

import pytest

from tests.flow.chains import Chain, failures, outcome
from tests.flow.honest import Honest, components, formats, lots, single

CHAINS = (*single.CHAINS, *components.CHAINS, *lots.CHAINS, *formats.CHAINS)


@pytest.mark.parametrize("honest", CHAINS, ids=str)
def test_an_honest_chain_is_not_accused(honest: Honest) -> None:
    chain = Chain()
    found = chain.results(honest.make(chain))
    assert failures(found) == []
    assert honest.outcome in {kind for kind, _ in outcome(found, honest.check)}, outcome(found, honest.check)
