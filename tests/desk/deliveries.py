"""What an officer is handed in, one file for each state: made once, for pictures and for tests of what pages say.

- ``reader.json``: a door reader with its whole chain, and a statement that covers it: verified.
- ``no-statement.json``: the same without the statement: undetermined.
- ``altered.json``: with a figure that was changed: rejected.
- ``sheet-*.json``: three offers of steel, of which two compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.instants import parse_instant
from carbonseal.passport.passports import Passport
from carbonseal.service.desk.examiner import Holding
from tests.flow.chains import Made
from tests.flow.example import example_passport, policy_lines
from tests.passport.stated import POLICY, footprints, opinion
from tests.verification.conformity.scenes import Scene, commitments

WORDS = """\
# Main customs office of Hamburg, division of carbon adjustment: what is asked of electronics and steel
# Decided by the head of the division on 1 November 2026
"""
HEADER = ("MRN", "11 03", "11 09", "18 09", "18 02", "unit", "12 03")
MRN = "26DE27364916384835"


@dataclass(frozen=True)
class Deliveries:
    """Files by their names, and the desk that judges them."""

    files: Mapping[str, bytes]
    holding: Holding


@cache
def deliveries() -> Deliveries:
    """All of them, in one world."""
    scene = Scene()
    bare = example_passport(scene.world)
    owner = bare.credential.issuer
    stated = scene.stated.attached(bare, scene.stated.statement(opinion(footprints(bare)[:1], owner)))
    sheets = {name: _sheet(scene, name, total, unit) for name, total, unit in SHEETS}
    lines = {**scene.world.lines(), **policy_lines(), **POLICY, "status": ""}
    lines["statement"] += " share=80%"
    first, *rest = [line for line in lines.values() if line]
    policy = "\n".join([first, WORDS.rstrip(), *rest]) + "\n"
    changed = parse_instant("2026-11-02T07:30:00Z")
    holding = Holding(
        NamedBytes("office/electronics.policy", policy.encode()),
        (NamedBytes("office/trust.json", scene.world.trust().encode()),),
        changed,
    )
    verified = stated.encode()
    files = {
        "reader.json": verified,
        "no-statement.json": bare.encode(),
        "altered.json": verified.replace(b'"pcfExcludingBiogenicUptake":"', b'"pcfExcludingBiogenicUptake":"1', 1),
        **{f"sheet-{name}.json": passport.encode() for name, passport in sheets.items()},
        "letter.pdf": b"%PDF-1.7 a letter",
    }
    return Deliveries(files, holding)


SHEETS = (("north", "3.9", "kilogram"), ("south", "2.1", "kilogram"), ("coil", "9400", "piece"))


def _sheet(scene: Scene, name: str, total: str, unit: str) -> Passport:
    made: Made = scene.chain.product(f"Steel sheet {name}", total, unit=unit, amount="2", mass="2")
    files = [scene.stated.statement(opinion(commitments(made)))] if name == "north" else []
    return scene.passport(made, *files)


def declaration() -> bytes:
    """A declaration of two items: door readers, by an identifier of their passport, and something of which no passport came."""
    reader = (MRN, "1", "4000", "8523520010", "40", "NAR", "https://id.tuerwacht.example/DR-4")
    other = (MRN, "2", "4000", "8507600000", "12", "NAR", "https://registry.example/passports/battery")
    return "\n".join(",".join(line) for line in (HEADER, reader, other)).encode()
