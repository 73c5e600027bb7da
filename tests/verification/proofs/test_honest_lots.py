"""Honest histories of a lot, with corrections: whatever of one somebody shows, and leaves out, names nobody guilty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.chains import Made
from tests.verification.proofs.lots import Lots, judged

HOLDS_TOGETHER = "fraud-proof.lot-exceeded-together"
HOLDS_ALONE = "fraud-proof.lot-exceeded"


@dataclass
class History:
    """All credentials of one lot: its yields, and what was taken of it, corrections included."""

    lots: Lots
    yields: list[Made]
    takes: list[Made]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Some lots of two issuers took of a lot; each number may have been wrong at first, and what counts in the end fits. No
    credential by itself takes more than the yield that it cites says: its issuer's own verifier would have told."""
    lots = Lots()
    amounts = draw(st.lists(st.integers(1, 50), min_size=1, max_size=4))
    final = sum(amounts) + draw(st.integers(0, 5))
    yields: list[Made] = []
    for stated in (*draw(st.lists(st.integers(50, 250), max_size=2)), final):
        yields.append(lots.metal(str(stated), supersedes=yields[-1] if yields else None))
    stated_of = dict(zip([one.digest for one in yields], [_stated(one) for one in yields], strict=True))
    takes: list[Made] = []
    for number, amount in enumerate(amounts):
        before: Made | None = None
        issuer = draw(st.sampled_from(["mill", "forge"]))
        for taken in (*draw(st.lists(st.integers(1, 50), max_size=2)), amount):
            cited = draw(st.sampled_from([one for one in yields if stated_of[one.digest] >= taken] or [yields[-1]]))
            name = draw(st.sampled_from([f"N{number}", f"N-{number}"]))
            quantity = str(min(taken, stated_of[cited.digest]))
            before = lots.taker(name, [(cited, quantity)], by=issuer, supersedes=before)
            takes.append(before)
    return History(lots, yields, takes)


def _stated(made: Made) -> int:
    batch = made.credential.signed.batch
    assert batch is not None
    return int(batch.quantity)


def _some(draw: st.DataObject, several: Sequence[Made]) -> list[Made]:
    return draw.draw(st.lists(st.sampled_from(several), min_size=1, unique_by=lambda one: one.digest))


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_nothing_that_is_left_out_makes_an_honest_party_guilty(history: History, data: st.DataObject) -> None:
    proof = history.lots.proof(_some(data, history.yields), _some(data, history.takes))
    assert HOLDS_ALONE not in judged(proof.encode(), history.lots.policy())


@settings(max_examples=40, deadline=None)
@given(histories())
def test_where_nothing_is_left_out_nothing_holds(history: History) -> None:
    """Of the credentials that count in the end, and of all."""
    policy = history.lots.policy()
    replaced = {one.credential.signed.supersedes for one in history.takes}
    current = [one for one in history.takes if one.digest not in replaced]
    for takes in (current, history.takes):
        assert judged(history.lots.proof(history.yields, takes).encode(), policy) == ("fraud-proof.shows-nothing",)
