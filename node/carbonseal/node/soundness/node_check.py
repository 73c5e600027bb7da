"""Checks of the node's own database: each passport that was issued is the one that its row names."""

from __future__ import annotations

from collections.abc import Iterator

from carbonseal.findings import Finding, Refused
from carbonseal.passport.passports import parse
from carbonseal.storage.database import Database

from . import codes
from .damage import Damage
from .stored import passports

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
            if reason := _problem(raw, credential, about):
                self.damage.append(Damage(codes.FSCK_PASSPORT_DAMAGED(path=DATABASE, number=after, reason=reason)))
            yield len(raw)


def _problem(raw: bytes, credential: bytes, about: list[str]) -> str:
    try:
        passport = parse(raw)
    except Refused as refused:
        return refused.finding.message
    root = passport.credential
    if passport.root != credential:
        return "it is about another credential"
    return "" if [root.issuer, root.subject, root.name] == about else "its row names another issuer, subject or name"
