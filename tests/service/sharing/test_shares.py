"""Shares of what all clients use together: nobody takes those of others."""

from __future__ import annotations

import pytest

from carbonseal.findings import Refused
from carbonseal.service.listening.shares import Held, Shares


def test_a_client_has_its_share_and_leaves_the_others_theirs() -> None:
    shares = Shares("memory", most=5, each=3)
    with Held("a") as first, Held("b") as second:
        first.hold(shares, 2)
        first.hold(shares, 1)
        for one, amount in ((first, 1), (second, 3)):
            with pytest.raises(Refused, match="memory has no free slot"):
                one.hold(shares, amount)
        with Held("b") as third:
            third.hold(shares, 2)
    with Held("a") as first, Held("b") as second:  # all was given back
        first.hold(shares, 0)
        first.hold(shares, 3)
        second.hold(shares, 2)


class Noted(Shares):
    """Shares that note what is given back."""

    def __init__(self) -> None:
        super().__init__("memory", most=1000, each=1000)
        self.given_back: list[int] = []

    def give_back(self, client: str, amount: int) -> None:
        self.given_back.append(amount)
        super().give_back(client, amount)


def test_a_body_in_many_pieces_is_one_share() -> None:
    """A sender may send byte by byte: what is noted of each would be memory that no share counts."""
    shares, other = Noted(), Noted()
    with Held("a") as held:
        for _ in range(1000):
            held.hold(shares, 1)
        held.hold(other, 2)
    assert (shares.given_back, other.given_back) == ([1000], [2])
