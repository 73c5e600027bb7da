"""Passports against the floor (`benchmarks.floor`): one by itself, and many under shared heads."""

from __future__ import annotations

from collections.abc import Sequence

from carbonseal.findings import Verdict
from carbonseal.verification.checked.caches import Caches
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import verify
from tests.world import AT

from .floor import Primitives, recorded
from .mainnet import mainnet, under_one_head
from .measure import Row, Rows, side_by_side

REPEAT = 50
MANY = 500


def rows() -> Rows:
    yield one()
    yield from many()


def one() -> Row:
    """One passport on two ledgers."""
    world = mainnet()
    passport = world.passport().encode()
    policy, trust = world.policy(), world.trust()
    primitives = worked_on([passport], policy, trust)
    floor, by = primitives.floor()

    def whole() -> None:
        for _ in range(REPEAT):
            verify(passport, policy, trust, at=AT)

    def bare() -> None:
        for _ in range(REPEAT):
            floor()

    times = side_by_side(7, whole=whole, floor=bare)
    note = f"{primitives}, {len(passport):,} bytes, {times.each('whole', REPEAT)}; floor by {by}"
    return Row("passports", "one, two ledgers: floor / verify", times.ratio("floor", "whole"), ">=", 0.35, note)


def many() -> Rows:
    """Many passports under one head, its anchors and one status list."""
    world = mainnet()
    passports = under_one_head(world, MANY)
    policy, trust = world.policy(), world.trust()
    primitives = worked_on(passports, policy, trust)
    floor, by = primitives.floor()
    distinct, _ = primitives.distinct().floor()

    def shared() -> None:
        caches = Caches()
        for passport in passports:
            verify(passport, policy, trust, at=AT, caches=caches)

    def alone() -> None:
        for passport in passports:
            verify(passport, policy, trust, at=AT)

    times = side_by_side(5, whole=shared, alone=alone, floor=floor, distinct=distinct)
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
