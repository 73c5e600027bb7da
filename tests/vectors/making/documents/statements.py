"""Vectors of passports with statements and accreditations, and the verdicts on them, which are written by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from carbonseal.instants import format_instant
from carbonseal.passport.conformity.scopes import Scope
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.records import strict
from tests.flow.chains import footprint, used
from tests.passport.stated import ACCREDITED, BODY, POLICY, opinion, program
from tests.vectors.cases import Case, case
from tests.vectors.making.verdicts import SINCE, Verdicts, policy_with
from tests.vectors.scene import Scene, Value
from tests.verification.conformity.scenes import OTHER_BODY, commitments
from tests.verification.conformity.scenes import Scene as Chained
from tests.world import AT, BLOCK_TIME, SIGNED, Issuer, suspendable

DAY = timedelta(days=1)
DIRECT: dict[str, Any] = {"status": "", "body": POLICY["body"], "statement": "require statement by=tuev"}
BY_ACCREDITOR: dict[str, Any] = {"status": "", "body": ACCREDITED["body"], "statement": "require statement by=dakks"}


def verdicts() -> dict[str, Any]:
    made = Verdicts()
    made.base("stated", _stated)
    made.base("in vain", _in_vain)
    made.base("unaccredited", _unaccredited)
    made.base("by a supplier", _by_a_supplier)
    made.base("of nothing", _of_nothing)
    made.base("of another product", _of_another_product)
    made.base("without statements", _without)
    made.base("no list of then", _no_list)
    _of_bodies(made)
    _of_accreditors(made)
    _refused(made)
    made.cases += _alone()
    return {"policies": made.policies, "trusts": made.trusts, "passports": made.passports, "cases": made.cases}


def _stated(world: Scene) -> Passport:
    """A reader of 10 kg with two cells of 3; a body's statement on the reader, an accredited one's on the cell."""
    scene = Chained(world)
    cell = scene.chain.product("cell", "3")
    reader = scene.chain.product("reader", "10", parts=[used(cell, "2")])
    accreditation = scene.stated.accreditation(body=OTHER_BODY)
    direct = scene.stated.statement(opinion(commitments(reader)))
    accredited = scene.stated.statement(
        opinion(commitments(cell)), body=OTHER_BODY, accreditations=[accreditation], versions=[]
    )
    return scene.passport(reader, direct, accredited)


def _in_vain(world: Scene) -> Passport:
    """Statements of a listed body that count for nothing: withdrawn, suspended, replaced, at an end; and one on a programme."""
    scene = Chained(world)
    reader = scene.chain.product("reader", "10")
    given = opinion(commitments(reader))
    stated = scene.stated
    lists = [((7,), SIGNED, REVOCATION), ((9,), SIGNED, SUSPENSION)]
    first = stated.statement(given, versions=[])
    reasons = ("figures of another year",)
    second = stated.statement(
        opinion(commitments(reader), corrects=first.root, opinion="adverse", qualifications=reasons), versions=[]
    )
    suspended = stated.statement(given, change=suspendable, versions=lists)
    ended = stated.statement(given, change=lambda draft: draft.update(validUntil="2026-11-21T00:00:00Z"), versions=[])
    stated.number = 6
    withdrawn = stated.statement(given, versions=[])
    return scene.passport(reader, first, second, suspended, ended, withdrawn, stated.statement(program(), versions=[]))


def _unaccredited(world: Scene) -> Passport:
    """A statement outside of every accreditation that its body has."""
    scene = Chained(world)
    reader = scene.chain.product("reader", "10")
    stated = scene.stated
    lists = [((7,), SIGNED, REVOCATION), ((9,), SIGNED, SUSPENSION)]
    accreditations = [
        stated.accreditation(since=BLOCK_TIME + DAY, versions=lists),
        stated.accreditation(until=SIGNED - DAY, versions=[]),
        stated.accreditation(scope=[Scope("iso-14067:2018", "validation")], versions=[]),
        stated.accreditation(change=suspendable, versions=[]),
    ]
    stated.number = 6
    accreditations.append(stated.accreditation(versions=[]))
    statement = stated.statement(opinion(commitments(reader)), accreditations=accreditations)
    return scene.passport(reader, statement)


def _by_a_supplier(world: Scene) -> Passport:
    scene = Chained(world)
    cell = scene.chain.product("cell", "3", issuer="supplier")
    reader = scene.chain.product("reader", "10", parts=[used(cell, "2")])
    body = Issuer("did:web:supplier.example", BODY.key)
    return scene.passport(reader, scene.stated.statement(opinion(commitments(reader)), body=body))


def _of_nothing(world: Scene) -> Passport:
    scene = Chained(world)
    reader = scene.chain.product("reader", "0")
    return scene.passport(reader, scene.stated.statement(opinion(commitments(reader))))


def _of_another_product(world: Scene) -> Passport:
    """The record that the body looked at is another product's."""
    scene = Chained(world)
    clean = scene.chain.product("clean", "10")
    reader = scene.chain.product("reader", document=footprint("clean", "10"))
    return scene.passport(reader, scene.stated.statement(opinion(commitments(clean))))


def _no_list(world: Scene) -> Passport:
    scene = Chained(world)
    reader = scene.chain.product("reader", "10")
    accreditation = scene.stated.accreditation(versions=[])
    return scene.passport(reader, scene.stated.statement(opinion(commitments(reader)), accreditations=[accreditation]))


def _alone() -> list[Case]:
    """A statement by itself, under the keys of a verifier who knows its body, and of one who does not."""
    world = Scene()
    file = strict.parse(Chained(world).stated.statement(opinion([bytes(32)])).encode())
    found = []
    for name, verdict, code, lines in (
        ("a statement that stands", "verified", "statement.stands", {**DIRECT, "statement": ""}),
        ("a statement of somebody unknown", "undetermined", "statement.not-standing", {"status": ""}),
    ):
        given = {"policy": policy_with(lines), "trust": world.trust_value(), "at": format_instant(AT)}
        expect: dict[str, Any] = {"verdict": verdict, "codes": [code]}
        if verdict == "verified":
            expect["existedBy"] = SINCE
        found.append(case(name, "verify-statement", expect, file=file, **given))
    return found


def _withheld(value: Value) -> None:
    value["records"].clear()


def _without(world: Scene) -> Passport:
    scene = Chained(world)
    return scene.passport(scene.chain.product("reader", "10"))


def _of_bodies(made: Verdicts) -> None:
    def add(name: str, verdict: str, *codes: str, **changes: Any) -> None:
        made.add(name, verdict, *codes, **{"of": "stated", **DIRECT, **changes})

    by = DIRECT["statement"]
    add("covered by a body's statement", "verified", "statement.stands", "statement.met", since=SINCE)
    add("statements not asked", "verified", "statement.stands", "statement.not-asked", statement="", since=SINCE)
    add("a body that is not listed", "undetermined", "statement.unknown-body", "statement.unmet", **BY_ACCREDITOR)
    add("of another coverage", "undetermined", "statement.other", "statement.unmet", statement=f"{by} covers=program")
    add("reasonable assurance", "verified", "statement.met", statement=f"{by} assurance=reasonable", since=SINCE)
    add("a review", "undetermined", "statement.other", statement=f"{by} engagement=critical-review")
    add(
        "before the key's window",
        "undetermined",
        "statement.not-shown",
        body=f"{POLICY['body']} from=2026-11-21T00:00:00Z",
    )
    add("a figure that is withheld", "undetermined", "statement.not-checkable", change=_withheld)
    add("no statement", "undetermined", "statement.absent", of="without statements")
    add("a figure of nothing", "undetermined", "statement.not-positive", of="of nothing")
    told = "statement.unmet", "statement.other-product"
    add("a record of another product", "undetermined", *told, of="of another product")
    supplier = f"signer tuev body did:web:supplier.example {encode_key(BODY.public)}"
    add("by a supplier of the same tree", "undetermined", "statement.self", of="by a supplier", body=supplier)


def _of_accreditors(made: Verdicts) -> None:
    def add(name: str, verdict: str, *codes: str, **changes: Any) -> None:
        made.add(name, verdict, *codes, **{"of": "stated", **BY_ACCREDITOR, **changes})

    share = f"{BY_ACCREDITOR['statement']} share=60%"
    met = "accreditation.counts", "statement.stands", "statement.met"
    add("covered in part by an accredited body", "verified", *met, statement=share, since=SINCE)
    add("covered too little", "undetermined", "statement.unmet", statement=share.replace("60", "60.1"))
    add("an accreditor that is not listed", "verified", "accreditation.unknown-accreditor", since=SINCE, **DIRECT)
    add("no time of a statement", "undetermined", "accreditation.time-unknown", statement=share, time="")
    until = f"{ACCREDITED['body']} until=2026-11-19T00:00:00Z"
    gone = "accreditation.not-shown", "statement.unaccredited"
    add("an accreditor's key that had ended", "undetermined", *gone, statement=share, body=until)
    taken = f"signer thief issuer did:web:thief.example {encode_key(OTHER_BODY.public)}"
    add("a key with another role", "undetermined", "accreditation.key-taken", statement=share, taken=taken)
    reasons = "not-begun", "ended", "other-scope", "suspended-then", "withdrawn-then"
    unknown: dict[str, Any] = {"of": "no list of then", "status": "require status"}
    add("no list of an accreditor", "undetermined", "accreditation.status-unknown", **unknown)
    add("outside of accreditations", "undetermined", *(f"accreditation.{one}" for one in reasons), of="unaccredited")


def _refused(made: Verdicts) -> None:
    reasons = "replaced", "suspended", "withdrawn", "not-valid", "other"
    codes = [f"statement.{one}" for one in reasons]
    made.add("statements in vain", "undetermined", *codes, of="in vain", **DIRECT)
    made.add(
        "an adverse opinion is never asked for",
        "undetermined",
        of="in vain",
        **{**DIRECT, "statement": f"{DIRECT['statement']} opinion=modified"},
    )
    program = f"{DIRECT['statement']} covers=product,program"
    made.add("a programme", "verified", "statement.met", of="in vain", since=SINCE, **{**DIRECT, "statement": program})
