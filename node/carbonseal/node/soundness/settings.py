"""Settings `[scrub]` of `node.toml`: how a running node looks for rot."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.node.toml_tables import Table


@dataclass(frozen=True, slots=True)
class ScrubConfig:
    """`[scrub]`: how a running node looks for rot."""

    rate: float = 1_000_000  # bytes a second that it reads at most; 0: it does not look
    interval: float = 86_400  # seconds from one pass to the next


STANDARD = ScrubConfig()


def read_scrub(table: Table) -> ScrubConfig:
    """The section of that name. Raises Refused."""
    rate, interval = table.number("rate", STANDARD.rate, least=0), table.number("interval", STANDARD.interval, least=60)
    scrub = ScrubConfig(rate, interval)
    table.end()
    return scrub
