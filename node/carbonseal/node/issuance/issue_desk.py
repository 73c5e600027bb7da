"""The desk at which a passport is made (`working.work`): what reads, verifies, joins and writes passports, apart from the node.

Of a request, the passports of its components stay here, and the node is told what they are. Keys stay there, and what is signed
comes here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from carbonseal.findings import Finding, Refused
from carbonseal.log.notes import VerifierKey
from carbonseal.node.working.frames import in_pieces
from carbonseal.passport.assembly import Link, assemble
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.conformity.files import AnyFile
from carbonseal.passport.credentials import Carried
from carbonseal.passport.passports import PASSPORT_LIMITS, Passport, parse, parse_value
from carbonseal.passport.products import Component, ProductCredential
from carbonseal.passport.seals import Seal
from carbonseal.passport.status_lists import StatusList
from carbonseal.records.strict import Limits
from carbonseal.records.strict import parse as parse_json
from carbonseal.verification.review import AT_ISSUE, objections

from . import codes, requests
from .warnings import warnings

LIMITS = Limits(16 << 20, max_values=PASSPORT_LIMITS.max_values)  # of an issue request
MAX_PASSPORT = PASSPORT_LIMITS.max_bytes

Request = Mapping[str, Any] | bytes  # as JSON that was parsed strictly, or as it came


@dataclass(frozen=True, slots=True)
class Made:
    """What a passport is about: its credential's digest, issuer, subject, name, and the digest that it supersedes."""

    root: bytes
    issuer: str
    subject: str
    name: str
    supersedes: bytes | None


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What a review needs: the keys of the logs that are known here, by origin, and the instant."""

    logs: Mapping[str, VerifierKey]
    at: datetime


class IssueDesk:
    """One request, and its passport. `link` asks the node for consistency proofs. Methods raise Refused."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._given: Sequence[Mapping[str, Any]] = ()
        self._parts: list[Passport] = []
        self._passport: Passport
        self._encoded = b""

    def open(self, request: Request) -> Mapping[str, Any]:
        """Read a request: what it says but for its components."""
        read = read_request(request)
        requests.check(read)
        self._given = read.get("components", ())
        return {name: value for name, value in read.items() if name != "components"}

    def components(self, own: Collection[str], reviewing: Reviewing) -> list[Component]:
        """The lines of the credential about the components of a product with these identifiers, whose passports our own verifier
        looks at before anything is made of them."""
        return requests.add_up([self._component(at, part, own, reviewing) for at, part in enumerate(self._given)])

    def _component(self, number: int, part: Mapping[str, Any], own: Collection[str], reviewing: Reviewing) -> Component:
        try:
            passport = parse_value(part["passport"])
            inside = frozenset[str]().union(*(one.signed.identities for one in passport.credentials.values()))
            for identifier in sorted(inside.intersection(own)):
                raise Refused(codes.ISSUE_OWN_COMPONENT(subject=next(iter(own)), identifier=identifier))
            review(passport, reviewing)
        except Refused as refused:
            raise refused.under("components", str(number), "passport") from refused
        self._parts.append(passport)
        return requests.component(part, passport.root)

    def make(
        self,
        root: Carried[ProductCredential],
        disclosed: Mapping[bytes, Disclosed],
        seals: Mapping[bytes, Seal],
        status_lists: Sequence[Carried[StatusList]],
        reviewing: Reviewing,
    ) -> Made:
        """The passport about this credential, which our own verifier has looked at."""
        passport = assemble(
            root, records=disclosed, seals=seals, status_lists=status_lists, components=self._parts, link=self._link
        )
        self._encoded = reviewed(passport, reviewing)
        return self._made(passport)

    def made(self, encoded: bytes) -> Made:
        """What a passport that was made before is about."""
        self._encoded = encoded
        return self._made(parse(encoded))

    def _made(self, passport: Passport) -> Made:
        self._passport = passport
        about = passport.credential
        return Made(passport.root, about.issuer, about.subject, about.name, about.supersedes)

    def encoded(self) -> bytes:
        """The passport's bytes."""
        return self._encoded

    def warnings(self) -> list[Finding]:
        """What is known to be wrong with the passport, though nothing forbids it."""
        return warnings(self._passport, self._passport.credential.valid_from)


async def sendable(request: Request) -> Request:
    """A request as it is sent to a desk: as bytes, for to send what was parsed takes longer."""
    return in_pieces([request if isinstance(request, bytes) else await asyncio.to_thread(orjson.dumps, request)])


def read_request(request: Request) -> Mapping[str, Any]:
    """What a request says, whose form is still to be checked. Raises Refused (`json.*`)."""
    read: Mapping[str, Any] = parse_json(request, LIMITS) if isinstance(request, bytes) else request
    return read


def review(file: AnyFile, reviewing: Reviewing) -> None:
    """Raise Refused with what our own verifier has against handing this out (`carbonseal.verification.review`)."""
    if against := objections(file, reviewing.logs, at=reviewing.at, accepted=AT_ISSUE):
        raise Refused(against[0])


def reviewed(file: AnyFile, reviewing: Reviewing) -> bytes:
    """The bytes of a file that may be handed out. Raises Refused, also where it is too large: its credential may be sealed, and is
    in no file."""
    review(file, reviewing)
    encoded = file.encode()
    if len(encoded) > MAX_PASSPORT:
        raise Refused(codes.ISSUE_TOO_LARGE(size=len(encoded), limit=MAX_PASSPORT))
    return encoded
