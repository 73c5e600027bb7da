"""Passports against the floor (`benchmarks.floor`): one by itself, and many under shared heads; and from the command to the verdict
(`benchmarks.command`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from carbonseal.findings import Verdict
from carbonseal.verification.checked.caches import Caches
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import verify
from tests.world import AT

from . import command
from .floor import Primitives, recorded
from .mainnet import mainnet, under_one_head
from .measure import Row, Rows, step_by_step

REPEAT = 5  # times that one passport is verified in a step
LONG = 40  # steps of one passport: the first few after each collection of garbage take 3 % more
MANY = 500
STEPS = 10
ROUNDS = 15


def rows() -> Rows:
    yield one()
    yield from many()
    yield from command.rows()


def one() -> Row:
    """One passport on two ledgers."""
    world = mainnet()
    passport = world.passport().encode()
    policy, trust = world.policy(), world.trust()
    primitives = worked_on([passport], policy, trust)
    floor, by = primitives.floor()

    def whole() -> Iterator[None]:
        for _ in range(LONG):
            for _ in range(REPEAT):
                verify(passport, policy, trust, at=AT)
            yield

    def bare() -> Iterator[None]:
        for _ in range(LONG):
            for _ in range(REPEAT):
                floor()
            yield

    times = step_by_step(ROUNDS, whole=whole, floor=bare)
    note = f"{primitives}, {len(passport):,} bytes, {times.each('whole', LONG * REPEAT)}; floor by {by}"
    return Row("passports", "one, two ledgers: floor / verify", times.ratio("floor", "whole"), ">=", 0.35, note)


def many() -> Rows:
    """Many passports under one head, its anchors and one status list."""
    world = mainnet()
    passports = under_one_head(world, MANY)
    policy, trust = world.policy(), world.trust()
    primitives = worked_on(passports, policy, trust)
    floors, by = primitives.floors(STEPS)
    distinct, _ = primitives.distinct().floors(STEPS)

    def verified(caches: Caches | None) -> Iterator[None]:
        for first in range(STEPS):
            for passport in passports[first::STEPS]:
                verify(passport, policy, trust, at=AT, caches=caches)
            yield

    def bare(parts: Sequence[Callable[[], None]]) -> Iterator[None]:
        for part in parts:
            yield part()

    times = step_by_step(
        ROUNDS,
        whole=lambda: verified(Caches()),
        alone=lambda: verified(None),
        floor=lambda: bare(floors),
        distinct=lambda: bare(distinct),
    )
    note = f"{MANY:,} passports, {times.each('whole', MANY)} each; floor by {by}"
    yield Row("passports", "many under one head: floor / verify", times.ratio("floor", "whole"), ">=", 0.6, note)
    note = f"{times.each('distinct', MANY)} of {times.each('floor', MANY)}: what is the same in all, counted once"
    yield Row("passports", "… shared / each by itself", times.ratio("whole", "alone"), note=times.each("alone", MANY))
    yield Row("passports", "… floor of the distinct pieces / verify", times.ratio("distinct", "whole"), note=note)


def worked_on(passports: Sequence[bytes], policy: Policy, trust: Trust) -> Primitives:
    """The signatures and hashes of passports, each verified by itself."""
    with recorded() as primitives:
        for passport in passports:
            report = verify(passport, policy, trust, at=AT)
            assert report.verdict is Verdict.VERIFIED, report.findings
    return primitives
