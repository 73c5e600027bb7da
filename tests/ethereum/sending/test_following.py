"""The status of an anchor, from what was read of it: each case of `decide`, and which of two that hold comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from carbonseal.ledger import Attempt, AttemptStatus
from carbonseal_adapters.ethereum.sending.branch import Block
from carbonseal_adapters.ethereum.sending.fees import GWEI, Fees
from carbonseal_adapters.ethereum.sending.following import Absent, Facts, Inclusion, Proof, decide
from carbonseal_adapters.ethereum.sending.transactions import Signature, Transaction
from tests.ethereum.networks import statement

HEAD = Block(100, "0x" + "aa" * 32, "0x" + "bb" * 32, base_fee=10 * GWEI)
FINAL_BLOCK = Block(90, "0x" + "cc" * 32, "0x" + "dd" * 32, base_fee=10 * GWEI)
ACCOUNT = "0x" + "11" * 20


def attempt(name: str, nonce: int, gwei: int = 20) -> Attempt:
    transaction = Transaction(1, nonce, b"\x22" * 20, b"", 90_000, Fees(gwei * GWEI, GWEI))
    return Attempt(statement(1), name, str(nonce), transaction.signed(Signature(0, 1, 1)))


FIRST, SECOND = attempt("first", 7), attempt("second", 7)  # the second replaces the first
FILLER = attempt("filler", 6)


PROOF = Proof(HEAD, is_final=False, is_watched=True, stage="1 of 12 confirmations")
PROVED = Proof(FINAL_BLOCK, is_final=True, is_watched=True, stage="")


def inclusion(of: Attempt, **changes: Any) -> Inclusion:
    there = Inclusion(of, on_branch=True, is_final=False, anchored=HEAD)
    return replace(there, **changes)


def facts(**changes: Any) -> Facts:
    """Nothing is known of either attempt, and nonce 7 is free."""
    waiting = (SECOND, FIRST)
    nothing = Facts(
        waiting, ACCOUNT, HEAD, (), 5, waiting, waiting, PROOF, used=7, absent=Absent(FINAL_BLOCK, False, 7)
    )
    return replace(nothing, **changes)


REPLACED = facts(used=8)  # another transaction has used nonce 7
LOST: dict[str, Any] = {"waiting": (), "writing": ()}
CASES = {
    "1. its evidence is of a final block": (
        facts(inclusions=[inclusion(FIRST, is_final=True)], proof=PROVED),
        AttemptStatus.FINAL,
        "first",
    ),
    "2. in a block that is not final": (facts(inclusions=[inclusion(FIRST)]), AttemptStatus.INCLUDED, "first"),
    "2. in a final block, and its evidence is not": (
        facts(inclusions=[inclusion(FIRST, is_final=True)]),
        AttemptStatus.INCLUDED,
        "first",
    ),
    "2 before 3": (
        facts(inclusions=[inclusion(SECOND, on_branch=False, anchored=None), inclusion(FIRST)]),
        AttemptStatus.INCLUDED,
        "first",
    ),
    "3. in a block that was reorged out": (
        facts(inclusions=[inclusion(FIRST, on_branch=False, anchored=None)]),
        AttemptStatus.PENDING,
        "first",
    ),
    "3. reverted, and not final yet": (
        facts(inclusions=[inclusion(FIRST, anchored=None)]),
        AttemptStatus.PENDING,
        "first",
    ),
    "4. in the pool": (facts(pooled=SECOND), AttemptStatus.PENDING, "second"),
    "4. in the pool, though its nonce counts as used by now": (
        facts(pooled=SECOND, used=8),
        AttemptStatus.PENDING,
        "second",
    ),
    "4, where an older attempt reverted for good": (
        facts(inclusions=[inclusion(FILLER, anchored=None, is_final=True)], pooled=SECOND),
        AttemptStatus.PENDING,
        "second",
    ),
    "5. anchored by an attempt that was lost, not proved yet": (
        facts(absent=Absent(FINAL_BLOCK, True, 7)),
        AttemptStatus.INCLUDED,
        "second",
    ),
    "5. anchored by an attempt that was lost": (
        facts(absent=Absent(FINAL_BLOCK, True, 7), proof=PROVED),
        AttemptStatus.FINAL,
        "second",
    ),
    "6. missing: of one nonce, the newest": (facts(), AttemptStatus.MISSING, "second"),
    "6. missing: of several, the lowest nonce": (
        facts(waiting=(SECOND, FIRST, FILLER), used=6),
        AttemptStatus.MISSING,
        "filler",
    ),
    "6. missing: not what has a used nonce": (
        facts(waiting=(SECOND, FIRST, FILLER)),
        AttemptStatus.MISSING,
        "second",
    ),
    "7. reverted for good": (
        facts(inclusions=[inclusion(FIRST, anchored=None, is_final=True)], **LOST),
        AttemptStatus.REFUSED,
        "second",
    ),
    "7. recorded as anchored, and reorged out": (facts(**LOST), AttemptStatus.REFUSED, "second"),
    "8. its nonce is used, and not final": (REPLACED, AttemptStatus.PENDING, "second"),
    "8. its nonce is used for good": (
        replace(REPLACED, absent=Absent(FINAL_BLOCK, False, 8)),
        AttemptStatus.REFUSED,
        "second",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_case_that_holds_decides(case: str) -> None:
    given, status, name = CASES[case]
    observation = decide(given)
    assert (observation.status, observation.attempt, observation.cost) == (status, name, 5)
    assert bool(observation.facts) == (status in {AttemptStatus.FINAL, AttemptStatus.INCLUDED})
    assert bool(observation.reason) == (
        status is AttemptStatus.REFUSED or (status is AttemptStatus.PENDING and given.pooled is None)
    )


def test_a_watched_anchor_is_final_and_asked_about_again() -> None:
    final = facts(inclusions=[inclusion(FIRST, is_final=True)], proof=PROVED)
    assert not decide(final).irreversible
    assert decide(replace(final, proof=replace(PROVED, is_watched=False))).irreversible


def test_what_a_transaction_in_the_pool_waits_for() -> None:
    assert "transaction 5 of the account comes first" in decide(facts(pooled=FIRST, used=5)).reason
    cheap = attempt("cheap", 7, gwei=9)
    assert "the base fee is 10 gwei, and 9 are offered" in decide(facts(pooled=cheap)).reason
