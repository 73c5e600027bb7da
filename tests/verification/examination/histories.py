"""A log that has two histories: passports of each, which verify alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from carbonseal.log.entries import Heartbeat
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, SealedAnchor
from carbonseal_devnet.ethereum.evidence import synthesise
from tests.world import BLOCK_TIME, CHAIN, ORIGIN, OTHER_ORIGIN, MemoryLog, World


@dataclass
class TwoHistories:
    """A world and two passports. The second log has another entry 0, and is larger."""

    world: World
    one: Passport
    other: Passport
    fork: MemoryLog


def two_histories(longer: int = 1) -> TwoHistories:
    """Two histories of which the second is so many entries longer."""
    world = World()
    one = world.passport()
    fork = MemoryLog(ORIGIN)
    fork.encoded = [Heartbeat(1).encode(), *world.log.encoded[1:], *(Heartbeat(2).encode() for _ in range(longer))]
    head = Head(fork.head(fork.size), (), None, (_on_chain(world, fork), _in_other_log(world, fork)))
    seals = {
        commitment: replace(seal, heads=(replace(head, inclusion=fork.inclusion(seal.index, fork.size)),))
        for commitment, seal in one.seals.items()
    }
    return TwoHistories(world, one, replace(one, seals=seals), fork)


def _on_chain(world: World, fork: MemoryLog) -> SealedAnchor:
    """The fork's anchor, in a block of its own: the contract refuses it under the same publisher, the evidence is made up."""
    statement = fork.checkpoint(fork.size).statement()
    made = synthesise(statement, number=5000, account_nodes=3, storage_nodes=2, timestamp=int(BLOCK_TIME.timestamp()))
    world.trusted += [item for item in made.trust(CHAIN) if item not in world.trusted]
    return SealedAnchor(CHAIN, made.evidence)


def _in_other_log(world: World, fork: MemoryLog) -> SealedAnchor:
    return SealedAnchor(f"tlog:{OTHER_ORIGIN}", world.in_other_log(fork.checkpoint(fork.size).statement()))
