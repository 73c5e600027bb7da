"""Groups and quorums over named members (C2SP tlog-policy): the same rule for witnesses and for ledgers.

A group holds what was defined before it and nothing twice, however deep: no group is in itself, and no member counts in
two ways towards one quorum. In a tlog-policy, moreover, a name is a member of one group only.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal.log.text import decode_decimal

from . import codes

NONE = "none"
MAX_NAMES = 256  # in one policy, members and groups together


@dataclass(frozen=True, slots=True)
class Group:
    """Agrees where at least `threshold` of its members do; a member is a name, or another group."""

    name: str
    threshold: int
    members: tuple[str | Group, ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise Refused(codes.GROUP_EMPTY(name=self.name))
        if not 1 <= self.threshold <= len(self.members):
            raise Refused(codes.GROUP_THRESHOLD(name=self.name, threshold=self.threshold, members=len(self.members)))
        seen: set[str] = {self.name}
        for name in self.names():
            if name in seen:
                raise Refused(codes.GROUP_MEMBER_TWICE(name=self.name, member=name))
            seen.add(name)

    def names(self) -> list[str]:
        """Every name below this group, of members and of groups."""
        below: list[str] = []
        for member in self.members:
            below += [member] if isinstance(member, str) else [member.name, *member.names()]
        return below


Quorum = str | Group | None  # a member's own name, a group, or none asked for


def satisfied(quorum: Quorum, have: Set[str]) -> bool:
    """Whether the members named in `have` agreeing is enough. `none` always is."""
    if quorum is None:
        return True
    if isinstance(quorum, str):
        return quorum in have
    return sum(satisfied(member, have) for member in quorum.members) >= quorum.threshold


class Groups:
    """The names of one policy as its lines define them, in order.

    `exclusive`: a name may be a member of one group only. Ledgers have several quorums, and may stand in a group for
    each.
    """

    def __init__(self, *, exclusive: bool = True) -> None:
        self._exclusive = exclusive
        self._defined: dict[str, str | Group] = {}
        self._members: dict[str, str] = {}  # whose member a name is already

    def member(self, name: str) -> None:
        """Define a witness or a ledger. Raises Refused where the name is taken."""
        self._define(name, name)

    def group(self, name: str, threshold: str, members: Sequence[str]) -> Group:
        """Define a group: `threshold` is ``all``, ``any`` or a decimal. Raises Refused."""
        numbers = {"all": len(members), "any": 1}
        number = numbers[threshold] if threshold in numbers else decode_decimal(threshold)
        if number is None:
            raise Refused(codes.GROUP_THRESHOLD_MALFORMED(name=name, threshold=repr(threshold)))
        seen: set[str] = set()
        for member in members:
            if member in seen:
                raise Refused(codes.GROUP_MEMBER_TWICE(name=name, member=member))
            seen.add(member)
        for member in members:
            if member == name:
                raise Refused(codes.GROUP_IN_ITSELF(name=name))
            if self._exclusive and member in self._members:
                raise Refused(codes.GROUP_MEMBER_TAKEN(name=name, member=member, other=self._members[member]))
        group = Group(name, number, tuple(self._lookup(member) for member in members))
        self._define(name, group)
        self._members.update(dict.fromkeys(members, name))
        return group

    def quorum(self, name: str) -> Quorum:
        """What a quorum line names: a member or group defined before, or ``none``. Raises Refused."""
        return None if name == NONE else self._lookup(name)

    def _lookup(self, name: str) -> str | Group:
        if name not in self._defined:
            raise Refused(codes.GROUP_MEMBER_UNKNOWN(member=name))
        return self._defined[name]

    def _define(self, name: str, meaning: str | Group) -> None:
        if name == NONE:
            raise Refused(codes.GROUP_NAME_RESERVED(name=name))
        if name in self._defined:
            raise Refused(codes.GROUP_NAME_TAKEN(name=name))
        if len(self._defined) == MAX_NAMES:
            raise Refused(codes.GROUP_TOO_MANY_NAMES(limit=MAX_NAMES))
        self._defined[name] = meaning
