"""The floor: what a verification worked on, and no more."""

from __future__ import annotations

import hashlib

from benchmarks.floor import recorded
from carbonseal import public_keys
from carbonseal.passport import data_integrity
from tests.world import World


def test_every_signature_and_hash_is_written_down_once_for_each_time_it_is_worked_on() -> None:
    world = World()
    raw = world.passport().encode()
    before = world.verify(raw)
    plain = hashlib.sha256
    with recorded() as first:
        assert world.verify(raw) == before
    assert hashlib.sha256 is plain, "what was replaced is put back"
    assert vars(data_integrity)["verifies_ed25519"] is public_keys.verifies_ed25519
    with recorded() as twice:
        world.verify(raw)
        world.verify(raw)
    assert len(first.ed25519) == 4, "two heads, the credential and the status list"
    assert twice.ed25519 == first.ed25519 * 2
    assert twice.keccak256 == first.keccak256 * 2
    assert twice.sha256 == first.sha256 * 2
    assert twice.distinct() == first.distinct()
    floor, by = first.floor()
    floor()
    assert by
