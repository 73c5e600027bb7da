"""Goods that were presented, in files of observations: lots of which more was presented than they yielded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from carbonseal.examining.observation_files import checked_file
from carbonseal.findings import Finding

OVER_PRESENTED = "consignment.over-presented"


def presented_findings(files: Sequence[Path]) -> Iterator[Finding]:
    """A finding for each such lot: without proof, as declarations are not sealed. In a file under a key, a lot has no name but
    its HMAC. Raises `Refused`, OSError."""
    from carbonseal.verification.consignment.matching import exceeded
    from carbonseal.verification.observing.observations import merge
    from carbonseal.verification.observing.presented import presented_balances

    balances = presented_balances(merge(*map(checked_file, files)))
    for lot, balance in sorted(balances.items()):
        if balance.is_exceeded:
            yield exceeded(balance).under(f"a lot of {lot.rpartition(' ')[0]}" if " " in lot else f"the lot {lot}")
