"""Groups and quorums over named members (C2SP tlog-policy): the same rule for witnesses and for ledgers.

- A group has a threshold, 1 to the number of its members; a member is a name or a group that was defined before.
- No member is in a group twice, however deep: it would count twice towards one quorum. No group is in itself.
- In a tlog-policy a name is, moreover, a member of one group only (`exclusive`).
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from carbonseal.findings import Refused
from carbonseal.log.text import decode_decimal
from carbonseal.values import dataclass

from . import codes

NONE = "none"
MAX_NAMES = 256  # in one policy, members and groups together


@dataclass(frozen=True, slots=True)
class Group:
    """Satisfied where at least `threshold` of its members are. Raises Refused (`group.*`) where a rule is broken."""

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

    def __hash__(self) -> int:  # in one policy it says all, and groups are in keys
        return hash(self.name)

    def names(self) -> list[str]:
        """The names of all members and groups in this group, however deep."""
        below: list[str] = []
        for member in self.members:
            below += [member] if isinstance(member, str) else [member.name, *member.names()]
        return below


Quorum = str | Group | None  # a member's own name, a group, or none asked for


def names_in(quorum: Quorum) -> frozenset[str]:
    """The names of the members that a quorum is made of, however deep."""
    if quorum is None or isinstance(quorum, str):
        return frozenset(() if quorum is None else (quorum,))
    return frozenset[str]().union(*map(names_in, quorum.members))


def satisfied(quorum: Quorum, have: Set[str]) -> bool:
    """Whether the members named in `have` satisfy `quorum`. Where none is asked for (None), they always do."""
    if quorum is None:
        return True
    if isinstance(quorum, str):
        return quorum in have
    return sum(satisfied(member, have) for member in quorum.members) >= quorum.threshold


def lacking(quorum: Quorum, have: Set[str]) -> str:
    """What the members named in `have` leave to be satisfied of `quorum`, in words; empty where it is satisfied.

    >>> lacking(Group("g", 3, ("a", "b", Group("h", 1, ("c", "d")))), {"a"})
    'b and 1 of (c, d)'
    >>> lacking(Group("g", 2, ("a", "b", "c")), {"a"})
    '1 of (b, c)'
    """
    if quorum is None or satisfied(quorum, have):
        return ""
    if isinstance(quorum, str):
        return quorum
    missing = [words for member in quorum.members if (words := lacking(member, have))]
    wanted = quorum.threshold - (len(quorum.members) - len(missing))
    return " and ".join(missing) if wanted == len(missing) else f"{wanted} of ({', '.join(missing)})"


def missing_in(quorum: Quorum, have: Set[str]) -> frozenset[str]:
    """The names of the members that could still help to satisfy `quorum`: those that `lacking` names."""
    if satisfied(quorum, have):
        return frozenset()
    if quorum is None or isinstance(quorum, str):
        return names_in(quorum)
    return frozenset[str]().union(*(missing_in(member, have) for member in quorum.members))


class Groups:
    """The names that one policy defines, line by line.

    `exclusive`: a name may be a member of one group only. Ledgers have several quorums, and may be in a group of each.
    """

    def __init__(self, *, exclusive: bool = True) -> None:
        self._exclusive = exclusive
        self._defined: dict[str, str | Group] = {}
        self._members: dict[str, str] = {}  # whose member a name is already

    def member(self, name: str) -> None:
        """Define a witness or a ledger. Raises Refused where the name is taken or reserved, or there are too many."""
        self._define(name, name)

    def group(self, name: str, threshold: str, members: Sequence[str]) -> Group:
        """Define a group; `threshold` is ``all``, ``any`` or a decimal. Raises Refused (`group.*`)."""
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
        """The quorum that a line names: a member or group defined before, or ``none``. Raises Refused on another name."""
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
