"""What a passport claims, for a reader without a policy, and what a policy would have to name. Nothing of it is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from click import style

from carbonseal.cli.formatting.reports import verdict_line
from carbonseal.cli.formatting.results import Results, Style
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.formatting.trees import tree
from carbonseal.escaping import json_line
from carbonseal.examining.files.codes import UNREAD_MEMORY
from carbonseal.examining.files.items import Item
from carbonseal.examining.labels import is_another, of_carrier
from carbonseal.examining.parts import PartResult, Work
from carbonseal.examining.results import FileResult
from carbonseal.findings import Refused, Verdict
from carbonseal.instants import format_instant
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.passport.credentials import Carried
    from carbonseal.passport.passports import Passport

Named = dict[tuple[str, ...], None]  # in the order in which they come, each once


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom the documents name: logs and witnesses with their key ids, signers with their keys, ledgers."""

    logs: Named
    witnesses: Named
    issuers: Named
    ledgers: Named
    status_lists: Named
    bodies: Named  # certification bodies with their keys, as accreditors
    accreditors: Named

    @staticmethod
    def of(passport: Passport) -> Claims:
        """What a passport claims."""
        from carbonseal.log.checkpoints import Checkpoint
        from carbonseal.log.notes import Note
        from carbonseal.passport.multibase import encode_key

        claims = Claims({}, {}, {}, {}, {}, {}, {})
        sections: list[tuple[Named, Iterable[Carried[Any]]]] = [
            (claims.bodies, passport.statements.values()),
            (claims.accreditors, passport.accreditations.values()),
        ]
        for named, documents in sections:
            named.update({(one.signed.issuer, encode_key(one.signed.key)): None for one in documents})
        for carried in passport.credentials.values():
            claims.issuers[carried.signed.issuer, encode_key(carried.signed.key)] = None
        for listed in passport.status_lists.values():
            signer = listed.signed.issuer, encode_key(listed.signed.key)
            if signer not in claims.bodies and signer not in claims.accreditors:
                claims.status_lists[signer] = None
        for head in (head for seal in passport.seals.values() for head in seal.heads):
            claims.ledgers.update(((anchor.ledger,), None) for anchor in head.anchors)
            try:
                note = Note.parse(head.checkpoint)
                origin = Checkpoint.parse(note.text).origin
            except Refused:
                continue  # it names nobody
            for signature in note.signatures:
                found = claims.logs if signature.name == origin else claims.witnesses
                found[signature.name, signature.key_id.hex()] = None
        return claims

    def lines(self) -> Iterator[str]:
        """What a policy would have to name, one a line."""
        yield from (f"log      {origin}, key id {key_id}: ask its operator for the key" for origin, key_id in self.logs)
        yield from (f"signer   issuer {issuer}, key {key}" for issuer, key in {**self.issuers, **self.status_lists})
        yield from (f"signer   body {body}, key {key}, or its accreditor" for body, key in self.bodies)
        yield from (f"signer   accreditor {accreditor}, key {key}" for accreditor, key in self.accreditors)
        yield from (f"ledger   {ledger}, with what you pin of it" for (ledger,) in self.ledgers)
        yield from (f"witness  {name}, key id {key_id}, for a quorum" for name, key_id in self.witnesses)
        if self.bodies:
            yield "require  statement by=NAME: the passport carries statements of certification bodies"
        if self.status_lists:
            yield "require  status: the passport carries status lists"

    def to_json(self) -> dict[str, Any]:
        """The same for a program."""
        return {
            "logs": [{"origin": origin, "keyId": key_id} for origin, key_id in self.logs],
            "issuers": [{"id": issuer, "key": key} for issuer, key in {**self.issuers, **self.status_lists}],
            "bodies": [{"id": body, "key": key} for body, key in self.bodies],
            "accreditors": [{"id": accreditor, "key": key} for accreditor, key in self.accreditors],
            "ledgers": [ledger for (ledger,) in self.ledgers],
            "witnesses": [{"name": name, "keyId": key_id} for name, key_id in self.witnesses],
        }


def claiming(results: Results) -> Work:
    """The work on items where there is no policy: what they claim."""
    return Work(_judge, results, results)


def _judge(results: Results) -> Callable[[Item], PartResult]:
    claims = claims_of(results)
    return lambda item: PartResult((claims(item),))


def claims_of(results: Results) -> Callable[[Item], FileResult]:
    """What gives the result of an item where there is no policy: undetermined, with what it claims."""
    from carbonseal.passport.passports import parse
    from carbonseal.verification.codes import POLICY_NOT_GIVEN
    from carbonseal.verification.verify import Report

    def run(item: Item) -> FileResult:
        if item.problem:
            return results.not_read(item.name, item.problem)
        try:
            passport = parse(item.raw)
        except Refused as refused:
            return results.refused(item.name, refused.finding)
        except MemoryError:
            return results.not_read(item.name, UNREAD_MEMORY())
        compared = of_carrier(item, passport)
        if is_another(compared):
            return results.report(item.name, Report(Verdict.UNDETERMINED, tuple(compared)))
        finding = POLICY_NOT_GIVEN()
        match results.style:
            case Style.FULL:
                said = results.language
                compared_lines = [*tree(compared, language=said), *([""] if compared else [])]
                lines = [*_about(passport, item.name, results), *compared_lines, *_wanted(passport)]
                text = "\n".join([*lines, said.message(finding), said.remedy(finding)])
            case Style.BRIEF:
                text = "\n".join([verdict_line(item.name, Verdict.UNDETERMINED, results.language), *_wanted(passport)])
            case Style.JSON:
                root = passport.credential
                text = json_line(
                    {
                        "file": item.name,
                        "verdict": Verdict.UNDETERMINED.value,
                        "credential": root.digest.hex(),
                        "subject": root.subject,
                        "name": root.name,
                        "claims": Claims.of(passport).to_json(),
                        "findings": [one.to_json() for one in (*compared, finding)],
                    }
                )
            case Style.QUIET:
                text = ""
        return FileResult(item.name, Verdict.UNDETERMINED.exit_status, Verdict.UNDETERMINED.value, text)

    return run


def _about(passport: Passport, name: str, results: Results) -> Iterator[str]:
    at, root = results.at, passport.credential
    until = f" to {format_instant(root.valid_until)}" if root.valid_until else ""
    over = ", which is over" if root.valid_until and root.valid_until <= at else ""
    disclosed = sum(record.commitment in passport.records for record in root.records)
    yield verdict_line(name, Verdict.UNDETERMINED, results.language)
    yield plain(f"  about          {root.name} ({root.subject})")
    yield f"  credential     {root.digest.hex()}"
    yield plain(f"  claimed by     {root.issuer}")
    yield f"  claimed valid  from {format_instant(root.valid_from)}{until}{over}"
    yield f"  records        {len(root.records)} listed, {disclosed} disclosed; components: {len(root.components)}"
    yield ""


def _wanted(passport: Passport) -> Iterator[str]:
    yield style("  To verify it, a policy would have to name", bold=True)
    yield from (plain(f"    {line}") for line in Claims.of(passport).lines())
