"""A supply chain that is sealed, with statements about it: what the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from carbonseal.log.entries import RecordEntry
from carbonseal.passport.conformity.files import StatementFile
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import FOOTPRINT
from carbonseal.verification.verify import Report
from tests.flow.chains import Chain, Made
from tests.passport.stated import ACCREDITED, POLICY, Stated
from tests.world import AT, SIGNED, Issuer, World, key

LATER = SIGNED + timedelta(days=1)
OTHER_BODY = Issuer("did:web:other-body.example", key("other body"))
NO_STATUS = {"status": ""}


class Scene:
    """A world with a chain of products in it."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.chain = Chain(maker=self.world.maker)
        self.stated = Stated(self.world)

    def passport(self, root: Made, *files: StatementFile) -> Passport:
        """The passport of a product of the chain, sealed, with these statements."""
        bare = self.chain.passport(root)
        commitments = sorted(bare.commitments())
        for commitment in commitments:
            self.world.log.append(RecordEntry(commitment))
        return self.stated.attached(replace(bare, seals=self.world.seals(commitments)), *files)

    def verify(self, passport: Passport, *signers: str, **changes: Any) -> Report:
        """Under a policy that requires no status of products (those of chains name no lists) and a statement by `tuev`. `signers`
        issue products, too; `changes` are those of `World.verify`."""
        lines = {f"signer {name}": issuer_line(name) for name in signers}
        written: dict[str, Any] = {**NO_STATUS, **lines, **POLICY, **changes}
        return self.world.verify(passport, **written)

    def accredited(self, passport: Passport, **changes: str) -> Report:
        """Under a policy that knows the accreditor alone."""
        return self.verify(passport, **{**ACCREDITED, **changes})


def issuer_line(name: str) -> str:
    issuer = Issuer(f"did:web:{name}.example", key(name))
    return f"signer {name} issuer {issuer.id} {encode_key(issuer.public)}"


def commitments(*made: Made) -> list[bytes]:
    """The commitments of the footprints of these products."""
    return [record.commitment for one in made for record in one.credential.signed.records if record.role == FOOTPRINT]


def found(report: Report, family: str = "statement") -> list[str]:
    """The codes of one family, or several, that a report has, in its order."""
    families: Iterable[str] = family.split()
    return [one.code.name for one in report.findings if one.code.name.split(".")[0] in families]


__all__ = ["AT", "LATER", "NO_STATUS", "OTHER_BODY", "Scene", "commitments", "found", "issuer_line"]
