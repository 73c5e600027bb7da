"""A consignment as an office has it: passports of readers in lots, a policy, trust, and declarations, written for each test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from carbonseal.passport.passports import Passport
from tests.cli.conftest import AT, Run
from tests.verification.examination.lots import batch
from tests.world import Issuer, World

MRN = "26DE27364916384835"
REGISTRATION = "https://registry.example/passports/reader"
HS = {"scheme": "urn:carbonseal:hs:2022", "code": "852352"}
HEADER = ("MRN", "11 03", "version", "status", "11 09", "18 09", "18 01", "18 02", "unit", "12 03")
LINE = {"MRN": MRN, "11 03": "1", "11 09": "4000", "18 09": "8523520010", "18 02": "40", "unit": "NAR"}


def reader(
    world: World,
    number: str = "L1",
    *,
    yielded: str = "100",
    unit: str = "piece",
    serials: Sequence[str] = (),
    name: str = "door reader",
    codes: Sequence[Mapping[str, str]] = (HS,),
    registration: str = REGISTRATION,
    issuer: Issuer | None = None,
    change: Callable[[dict[str, Any]], None] = lambda draft: None,
) -> Passport:
    """A passport of a lot of readers, of every piece where the lot has no number."""

    def changed(draft: dict[str, Any]) -> None:
        subject = draft["credentialSubject"]
        subject |= {"classifications": [*codes], "identifiers": [registration] if registration else []}
        if number:
            batch(draft, number, yielded, unit)
            if serials:
                subject["batch"]["serials"] = [*serials]
        change(draft)

    return world.passport(issuer, name=name, change=changed)


@dataclass
class Office:
    """A folder with deliveries, a policy and trust; `check` runs the command there."""

    folder: Path
    run: Run
    world: World

    def deliver(self, *passports: Passport) -> None:
        for number, passport in enumerate(passports):
            (self.folder / "deliveries").mkdir(exist_ok=True)
            (self.folder / "deliveries" / f"{number}.json").write_bytes(passport.encode())

    def declare(self, *lines: Mapping[str, str], name: str = "declaration.csv") -> Path:
        """Write a declaration; what a line does not say is as in LINE."""
        rows = [HEADER, *([{**LINE, **line}.get(column, "") for column in HEADER] for line in lines)]
        return self.write(name, "".join(",".join(row) + "\n" for row in rows))

    def pack(self, *lines: str) -> Path:
        """Write a packing list, of lines `item,lot,serial,quantity,unit`."""
        header = "MRN,item,lot,serial,quantity,unit\n"
        return self.write("packing.csv", header + "".join(f"{MRN},{line}\n" for line in lines))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def arguments(self, declaration: Path, *more: object) -> list[object]:
        self.write("customs.policy", "\n".join(self.world.lines().values()) + "\n")
        (self.folder / "trust.json").write_bytes(self.world.trust().encode())
        files = ["--policy", self.folder / "customs.policy", "--trust", self.folder / "trust.json", "--at", AT]
        return ["verify", self.folder / "deliveries", *files, "--consignment", declaration, *more]

    def check(self, declaration: Path, *more: object) -> tuple[int, list[tuple[str, set[str]]]]:
        """The exit status; and of each line its outcome and the codes of its findings."""
        done = self.run(*self.arguments(declaration, *more), "--json")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found = [line for line in lines if "declaration" in line]
        assert found, done.output
        return done.exit_code, [(line["outcome"], {one["code"] for one in line["findings"]}) for line in found]


@pytest.fixture
def office(tmp_path: Path, run: Run) -> Office:
    return Office(tmp_path, run, World())
