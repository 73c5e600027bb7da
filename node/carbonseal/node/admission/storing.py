"""What worker processes admitted, stored: its rows into the log of its tenant, and the receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from carbonseal.node.sealing.intake import Intake
from carbonseal.node.sealing.queue import Placed, Receipt, Submission

from .documents import Admitted


class Kind(NamedTuple):
    """What the records of one call have in common."""

    client: str
    tenant: str
    profile: str
    salt_key: bytes


def submissions(admitted: Admitted, kind: Kind) -> Iterator[Submission]:
    """What is to be stored of what was taken, in its order."""
    for row in zip(admitted.salts, admitted.commitments, admitted.canonicals, strict=True):
        yield Submission(kind.tenant, kind.profile, *row)


async def store(admitted: Admitted, kind: Kind, intake: Intake) -> list[Placed]:
    """Store what was taken: where each is, in their order. Durable on return."""
    return await intake.store_all([*submissions(admitted, kind)])


def receipts(admitted: Admitted, profile: str, placed: Iterable[Placed]) -> Iterator[Receipt]:
    """The receipts of what was taken, in their order."""
    for commitment, salt, one in zip(admitted.commitments, admitted.salts, placed, strict=True):
        yield Receipt(profile, commitment, salt, one.acknowledged)
