"""The desks at which statements and accreditations are made (`working.work`), as passports are at `issue_desk`.

What a request gives stays here: the accreditations of a body, as files. The node is told what is asked for, and keeps what is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carbonseal.findings import Refused
from carbonseal.node.issuance import codes
from carbonseal.node.issuance.issue_desk import Request, Reviewing, read_request, review, reviewed
from carbonseal.passport.assembly import Link, assemble_accreditation, assemble_statement, attach
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.conformity.accreditations import Accreditation
from carbonseal.passport.conformity.files import (
    AccreditationFile,
    parse_accreditation,
    parse_statement,
    read_accreditation,
)
from carbonseal.passport.conformity.statements import Opinion, Statement
from carbonseal.passport.credentials import Carried
from carbonseal.passport.seals import Seal
from carbonseal.passport.status_lists import StatusList

from . import requests
from .objects import same_object


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """What a statement request asks for: an opinion of the body of this name in node.toml."""

    body: str
    opinion: Opinion
    ends: datetime | None
    original: requests.Original | None
    attach: bool


class StatementDesk:
    """One statement request, and its file. `link` asks the node for consistency proofs. Methods raise Refused."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._request: Mapping[str, Any] = {}
        self._given: list[AccreditationFile] = []
        self._held: dict[bytes, AccreditationFile] = {}

    def open(self, request: Request, now: int) -> AskedStatement:
        """Read a request: what it says but for its accreditations."""
        read = self._request = read_request(request)
        opinion, ends = requests.read_statement_request(read, now)
        return AskedStatement(read["body"], opinion, ends, requests.read_original(read), read.get("attach", False))

    def given(self, body: str, reviewing: Reviewing) -> None:
        """Read the accreditations that the request gives, which have to be of this body (its id)."""
        for number, value in enumerate(self._request.get("accreditations", ())):
            try:
                file = read_accreditation(value)
                if file.accreditation.body != body:
                    raise Refused(codes.ISSUE_OTHER_BODY(found=file.accreditation.body, body=body))
                review(file, reviewing)
            except Refused as refused:
                raise refused.under("accreditations", str(number)) from refused
            self._given.append(file)

    def join(self, held: Collection[bytes]) -> dict[bytes, bytes]:
        """Add what is given to the accreditations that the body has been given before, as files: those that this made others, by
        their digests."""
        self._held = {file.root: file for file in map(parse_accreditation, held)}
        for file in self._given:
            before = self._held.get(file.root)
            self._held[file.root] = file if before is None else attach(before, [file])
        return {file.root: self._held[file.root].encode() for file in self._given}

    def covers(self, opinion: Opinion, key: bytes, now: int) -> bool | None:
        """Whether an accreditation of those that are joined lets the body state this with this key now; None without any."""
        held = [file.accreditation for file in self._held.values()]
        return any(requests.covers(one, opinion, key, now) for one in held) if held else None

    def is_about_the_same(self, file: bytes, opinion: Opinion) -> bool:
        """Whether the statement of another file is about the same object and period."""
        return same_object(opinion, parse_statement(file).statement.opinion)

    def make(
        self,
        root: Carried[Statement],
        disclosed: Mapping[bytes, Disclosed],
        seals: Mapping[bytes, Seal],
        status_lists: Sequence[Carried[StatusList]],
        reviewing: Reviewing,
    ) -> bytes:
        """The file about this statement, with what is joined, which our own verifier has looked at."""
        file = assemble_statement(
            root,
            accreditations=self._held.values(),
            records=disclosed,
            seals=seals,
            status_lists=status_lists,
            link=self._link,
        )
        return reviewed(file, reviewing)


@dataclass(frozen=True, slots=True)
class AskedAccreditation:
    """What an accreditation request asks for, of the accreditor of this name in node.toml."""

    accreditor: str
    granted: requests.Granted


class AccreditationDesk:
    """One accreditation request, and its file. Methods raise Refused."""

    def __init__(self, _link: Link) -> None:
        pass

    def open(self, request: Request, now: int) -> AskedAccreditation:
        """Read a request."""
        read = read_request(request)
        granted = requests.read_accreditation_request(read, now)
        return AskedAccreditation(read["accreditor"], granted)

    def make(
        self,
        root: Carried[Accreditation],
        seals: Mapping[bytes, Seal],
        status_lists: Sequence[Carried[StatusList]],
        reviewing: Reviewing,
    ) -> bytes:
        """The file about this accreditation, which our own verifier has looked at."""
        return reviewed(assemble_accreditation(root, seals=seals, status_lists=status_lists), reviewing)
