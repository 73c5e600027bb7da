"""Names, groups and keys of one policy.

- Witnesses, ledgers, signers and groups share one space of names; a name is defined before it is used.
- A group, and a quorum, is of one sort.
- A key has one role, under one name: nobody counts twice, or vouches for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from carbonseal.findings import Refused
from carbonseal.log.quorums import NONE, Groups, Quorum
from carbonseal.verification import codes

from .words import Word


class Sort(StrEnum):
    """What a name refers to, directly or as the name of a group of such."""

    WITNESS = "witness"
    LEDGER = "ledger"
    SIGNER = "signer"


class Names:
    """What the lines so far have defined. Every method raises Refused, with the place of the word at fault."""

    def __init__(self) -> None:
        self._sorts: dict[str, Sort] = {}
        self._groups = {sort: Groups(exclusive=sort is Sort.WITNESS) for sort in Sort}
        self._keys: dict[bytes, str] = {}

    def member(self, word: Word, sort: Sort) -> str:
        """Define the name of a witness, a ledger or a signer. Raises Refused (`policy.name-twice`, `policy.value`)."""
        name = self._new(word)
        with word.placing():
            self._groups[sort].member(name)
        self._sorts[name] = sort
        return name

    def group(self, name: Word, threshold: Word, members: Sequence[Word]) -> None:
        """Define a group. Raises Refused (`policy.name-twice`, `policy.sort`, `group.*`)."""
        new = self._new(name)
        known = [member for member in members if member.text in self._sorts]
        sort = self._sorts[known[0].text] if known else Sort.WITNESS  # nothing known: refused below
        for member in known:
            self._check_sort(member, member.text, sort)
        try:
            self._groups[sort].group(new, threshold.text, [member.text for member in members])
        except Refused as refused:
            code, facts = refused.finding.code, refused.finding.facts
            at_fault = facts.get("member") or facts.get("name")
            printed = ((code(fact=member.text).facts["fact"], member) for member in reversed(members))
            word = next((member for text, member in printed if text == at_fault), threshold)
            raise refused.under(*word.place) from refused
        self._sorts[new] = sort

    def quorum(self, word: Word, name: str, sort: Sort) -> Quorum:
        """The member or group called `name`, or none. Raises Refused (`policy.sort`, `group.member-unknown`)."""
        self._check_sort(word, name, sort)
        with word.placing():
            return self._groups[sort].quorum(name)

    def key(self, word: Word, key: bytes, name: str) -> None:
        """Give a key its role. Raises Refused (`policy.key-twice`)."""
        if key in self._keys:
            raise word.refused(codes.POLICY_KEY_TWICE, name=self._keys[key])
        self._keys[key] = name

    def _new(self, word: Word) -> str:
        if word.text == NONE:
            raise word.refused(
                codes.POLICY_VALUE, problem=f"{NONE} cannot be a name: it means that no quorum is required"
            )
        if word.text in self._sorts:
            raise word.refused(codes.POLICY_NAME_TWICE, name=word.text)
        return word.text

    def _check_sort(self, word: Word, name: str, sort: Sort) -> None:
        found = self._sorts.get(name, sort)
        if found is not sort:
            raise word.refused(codes.POLICY_SORT, name=name, found=found, expected=sort)
