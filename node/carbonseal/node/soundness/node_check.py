"""Checks of the node's own databases: each passport that was issued is the one that its row names, each draft asks for what was
prepared, and the index has what the logs say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from carbonseal.findings import Finding, Refused
from carbonseal.node.lookup.index_check import IndexCheck
from carbonseal.passport.passports import parse
from carbonseal.storage.database import Database

from . import codes
from .damage import Damage
from .status_check import Lookup, StatusCheck, position_problem
from .stored import drafts, passports, position_of

DATABASE = "node.db"


class PassportCheck:
    """One pass over the passports. `damage` says what was found."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.damage: list[Damage] = []
        self.verdict: list[Finding] = []  # no guard knows this database

    def steps(self) -> Iterator[int]:
        """Make the pass: the number of bytes that each step, of one passport, looked at."""
        after = 0
        while rows := passports(self._database, after):
            ((after, credential, about, raw),) = rows
            if reason := _problem(raw, credential, about) or self._position_problem(raw, credential):
                self.damage.append(Damage(codes.FSCK_PASSPORT_DAMAGED(path=DATABASE, number=after, reason=reason)))
            yield len(raw)

    def _position_problem(self, raw: bytes, credential: bytes) -> str:
        return position_problem(position_of(self._database, credential), parse(raw).credential.status)


class DraftCheck:
    """One pass over the open drafts. `damage` says what was found."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.damage: list[Damage] = []

    def steps(self) -> Iterator[int]:
        """Make the pass: the number of bytes that each step, of one draft, looked at."""
        after = 0
        while rows := drafts(self._database, after):
            ((after, content, request),) = rows
            if hashlib.sha256(request).digest() != content:
                self.damage.append(Damage(codes.FSCK_DRAFT_DAMAGED(path=DATABASE, number=after)))
            yield len(request)


class NodeCheck:
    """One pass over all of them: passports, drafts, status lists, then the index."""

    def __init__(self, database: Database, lookup: Lookup, index: IndexCheck) -> None:
        self._checks = (PassportCheck(database), DraftCheck(database), StatusCheck(database, lookup), index)
        self.verdict: list[Finding] = []  # no guard knows this database

    @property
    def damage(self) -> list[Damage]:
        """What was found."""
        return [one for check in self._checks for one in check.damage]

    def steps(self) -> Iterator[int]:
        """Make the pass."""
        for check in self._checks:
            yield from check.steps()


def _problem(raw: bytes, credential: bytes, about: list[str]) -> str:
    try:
        passport = parse(raw)
    except Refused as refused:
        return refused.finding.message
    root = passport.credential
    if passport.root != credential:
        return "it is about another credential"
    return "" if [root.issuer, root.subject, root.name] == about else "its row names another issuer, subject or name"
