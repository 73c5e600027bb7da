"""One passport against the signatures in it: what `verify` takes beside cryptography's Ed25519 for the same signatures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import carbonseal.log.notes
import carbonseal.passport.data_integrity
from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence, Statement
from carbonseal.log.entries import RecordEntry
from carbonseal.verification.verify import verify
from carbonseal_devnet.ethereum.evidence import synthesise
from tests.world import AT, BLOCK_TIME, CHAIN, World

from .measure import Row, Rows, side_by_side

ENTRIES = 1_000  # in each log before the passport's own
REPEAT = 50
CHECKERS: tuple[ModuleType, ...] = (carbonseal.log.notes, carbonseal.passport.data_integrity)

Signed = tuple[bytes, bytes, bytes]  # public key, signature, message


class Mainnet(World):
    """The tests' world with evidence as deep as mainnet's: eight account nodes, four storage nodes."""

    def on_chain(self, statement: Statement) -> Evidence:
        made = synthesise(statement, number=1000 + statement.size, timestamp=int(BLOCK_TIME.timestamp()))
        self.options = made.options
        self.trusted += [item for item in made.trust(CHAIN) if item not in self.trusted]
        return made.evidence


@contextmanager
def recorded() -> Iterator[list[Signed]]:
    """What is verified inside: the list fills up as signatures are checked."""
    seen: list[Signed] = []

    class Recording:
        def __init__(self, public_key: bytes) -> None:
            self.public_key = public_key

        from_public_bytes = classmethod(lambda cls, public_key: cls(public_key))

        def verify(self, signature: bytes, message: bytes) -> None:
            seen.append((self.public_key, bytes(signature), bytes(message)))
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)

    try:
        for module in CHECKERS:
            setattr(module, "Ed25519PublicKey", Recording)  # noqa: B010
        yield seen
    finally:
        for module in CHECKERS:
            setattr(module, "Ed25519PublicKey", Ed25519PublicKey)  # noqa: B010


def rows() -> Rows:
    world = Mainnet()
    for log in (world.log, world.other):
        for number in range(ENTRIES):
            log.append(RecordEntry(number.to_bytes(32, "big")))
    passport = world.passport().encode()
    policy, trust = world.policy(), world.trust()
    with recorded() as signatures:
        report = verify(passport, policy, trust, at=AT)
    assert report.verdict is Verdict.VERIFIED, report.findings

    def whole() -> None:
        for _ in range(REPEAT):
            verify(passport, policy, trust, at=AT)

    def bare() -> None:
        for _ in range(REPEAT):
            for public_key, signature, message in signatures:
                Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)

    times = side_by_side(7, whole=whole, signatures=bare)
    note = f"{len(signatures)} signatures, {len(passport):,} bytes, {times.each('whole', REPEAT)}"
    yield Row("passports", "two ledgers: Ed25519 alone / verify", times.ratio("signatures", "whole"), ">=", 0.5, note)
