"""A batch that was sold twice: two offices exchange observations, a third machine proves it from the sources, and a fourth needs
the proof alone."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from carbonseal.verification.observing.observations import HEADER
from tests.cli.conftest import AT, Run
from tests.repository.sources import REPOSITORY
from tests.verification.examination.lots import lot, taker
from tests.world import World

TOGETHER, ALONE = "fraud-proof.lot-exceeded-together", "fraud-proof.lot-exceeded"


@dataclass
class Machines:
    """What each of four machines has, in a folder of its own."""

    north: Path
    south: Path
    third: Path
    fourth: Path
    policy: Path
    run: Run

    def observe(self, office: Path) -> Path:
        """The observations of an office, from the passports that it has."""
        file = office / "observed.ndjson"
        asked = ["--policy", self.policy, "--trust", self.policy.with_name("trust.json"), "--at", AT]
        assert self.run("verify", office / "in", *asked, "--observations", file, "--force").exit_code == 0
        return file

    def examine(self, *more: object) -> tuple[int, dict[str, list[str]], str]:
        """What the third machine finds: exit status, codes and fraud proofs, and all that is printed."""
        done = self.run("examine", self.observe(self.north), self.observe(self.south), *more, "--json")
        assert done.exit_code in (0, 3, 4), done.output
        value = json.loads(done.stdout)
        found = {"codes": [one["code"] for one in value["findings"]], "proofs": value["fraudProofs"]}
        return done.exit_code, found, done.stdout


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Passports, a policy and trust, made once."""
    world = World()
    metal = lot(world, "10000")
    passports = {
        "north": taker(world, metal, "door reader", "6000"),
        "south": taker(world, metal, "gate reader", "4420", world.supplier),
        "same": taker(world, metal, "gate reader", "4420"),
        "alone": taker(world, metal, "wall reader", "10420"),
    }
    files = {name: passport.encode() for name, passport in passports.items()}
    policy = "\n".join(world.lines().values()) + "\n"
    return {**files, "policy": policy.encode(), "trust": world.trust().encode()}


@pytest.fixture
def machines(made: dict[str, bytes], tmp_path: Path, run: Run) -> Machines:
    north, south, third, fourth = (tmp_path / name for name in ("north", "south", "third", "fourth"))
    for folder in (north, south, third, fourth):
        (folder / "in").mkdir(parents=True)
    (tmp_path / "customs.policy").write_bytes(made["policy"])
    (tmp_path / "trust.json").write_bytes(made["trust"])
    for folder in (north, south):
        (folder / "in" / f"{folder.name}.json").write_bytes(made[folder.name])
    return Machines(north, south, third, fourth, tmp_path / "customs.policy", run)


def sources(machines: Machines) -> list[object]:
    """The third machine got the passports that it asked for, under other names."""
    for office in (machines.north, machines.south):
        for number, path in enumerate(sorted((office / "in").iterdir())):
            shutil.copy(path, machines.third / "in" / f"{office.name}-{number}")
    return ["--policy", machines.policy, "--with", machines.third / "in", "--fraud-proofs", machines.third]


def test_from_observations_to_a_proof_that_a_fourth_machine_verifies(machines: Machines, run: Run) -> None:
    status, found, text = machines.examine()
    assert (status, found) == (3, {"codes": ["batch.claimed"], "proofs": []})
    assert "yielded 10000 kilogram; 10420 are claimed: 420 too many" in text
    for office in ("north", "south"):
        path = machines.policy.parent / office / "in" / f"{office}.json"
        assert f"{office}.json (SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()})" in text
    status, found, _ = machines.examine(*sources(machines))
    assert (status, found["codes"]) == (3, [TOGETHER])
    (proof,) = found["proofs"]
    for folder in (machines.north, machines.south):
        shutil.rmtree(folder)
    given = Path(shutil.copy(proof, machines.fourth / "proof.json"))
    done = run("verify", given, "--policy", machines.policy)
    assert done.exit_code == 3
    assert "batch L1 of urn:example:product:metal (did:web:supplier.example) yielded 10000 kilogram" in done.output
    assert "10420 are claimed by 2 credentials of did:web:maker.example, did:web:supplier.example" in done.output


def test_it_ends_with_the_status_of_what_the_proof_shows(machines: Machines, run: Run, made: dict[str, bytes]) -> None:
    (machines.south / "in" / "south.json").write_bytes(made["same"])
    assert machines.examine(*sources(machines))[:2][1]["codes"] == [TOGETHER]
    (machines.south / "in" / "south.json").write_bytes(made["alone"])
    shutil.rmtree(machines.third)
    (machines.third / "in").mkdir(parents=True)
    status, found, _ = machines.examine(*sources(machines))
    assert (status, found["codes"]) == (4, [ALONE])
    assert run("verify", found["proofs"][0], "--policy", machines.policy).exit_code == 4
    changed = Path(found["proofs"][0])
    changed.write_text(changed.read_text(encoding="utf-8").replace('"10420"', '"90420"'), encoding="utf-8")
    done = run("verify", changed, "--policy", machines.policy)
    assert (done.exit_code, "[fraud-proof.does-not-hold]" in done.output) == (2, True)


def test_a_policy_that_lists_others_judges_nobody(machines: Machines, run: Run) -> None:
    _, found, _ = machines.examine(*sources(machines))
    text = machines.policy.read_text(encoding="utf-8")
    machines.policy.write_text(re.sub("^signer supplier .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    done = run("verify", found["proofs"][0], "--policy", machines.policy)
    assert (done.exit_code, "[signer.not-listed]" in done.output) == (3, True)
    assert "claimed" not in done.output


def test_without_one_of_the_sources_there_is_no_proof_and_both_are_named(machines: Machines) -> None:
    asked = sources(machines)
    (machines.third / "in" / "south-0").unlink()
    status, found, text = machines.examine(*asked)
    assert (status, found) == (3, {"codes": ["batch.claimed"], "proofs": []})
    assert "north.json" in text
    assert "south.json" in text


def test_a_passport_that_both_offices_saw_took_once(machines: Machines, made: dict[str, bytes]) -> None:
    for name in ("again.json", "once-more.json"):
        (machines.south / "in" / name).write_bytes(made["north"])
    (machines.south / "in" / "south.json").unlink()
    assert machines.examine(*sources(machines))[:2] == (0, {"codes": [], "proofs": []})


def test_what_somebody_made_up_proves_nothing(machines: Machines) -> None:
    """Another office's lines say that the gate reader took ten times as much."""
    asked = sources(machines)
    machines.south.joinpath("in", "south.json").unlink()
    shutil.copy(machines.north / "in" / "north.json", machines.south / "in")
    (machines.third / "in" / "south-0").unlink()
    made_up = machines.south / "made-up.ndjson"
    lines = machines.observe(machines.north).read_bytes().splitlines(keepends=True)
    made_up.write_bytes(
        HEADER + b"".join(line.replace(b'"6000 mass', b'"60000 mass') for line in lines if b"6000 mass" in line)
    )
    done = machines.run("examine", made_up, machines.observe(machines.north), *asked, "--json")
    value = json.loads(done.stdout)
    assert (done.exit_code, [one["code"] for one in value["findings"]]) == (3, ["batch.claimed"])
    assert value["fraudProofs"] == []


def test_what_somebody_made_up_hides_nothing(machines: Machines) -> None:
    """Another office's line says that the door reader's credential was replaced by one that took nothing; and that the lot
    yielded more."""
    asked = sources(machines)
    north, south = machines.observe(machines.north), machines.observe(machines.south)
    (take,) = [line for line in north.read_bytes().splitlines() if line.startswith(b'{"place":["take"')]
    line = json.loads(take)
    replaced = line["place"][-1]
    line["place"][-1] = "f" * 64
    line["shows"] = f"0 mass 2026-11-21T00:00:00Z {replaced}"
    made_up = machines.third / "made-up.ndjson"
    made_up.write_bytes(HEADER + json.dumps(line, separators=(",", ":"), sort_keys=True).encode() + b"\n")
    assert machines.run("examine", made_up, north, south).exit_code == 0
    done = machines.run("examine", made_up, north, south, *asked)
    assert (done.exit_code, f"[{TOGETHER}]" in done.output) == (3, True)


def test_verify_writes_the_proof_and_takes_one_beside_passports(machines: Machines, made: dict[str, bytes]) -> None:
    asked = ["--policy", machines.policy, "--trust", machines.policy.with_name("trust.json"), "--at", AT]
    sources(machines)
    done = machines.run("verify", machines.third / "in", *asked, "--fraud-proofs", machines.third, "--quiet")
    assert done.exit_code == 0
    (proof,) = machines.third.glob("fraud-proof-*.json")
    done = machines.run("verify", proof, machines.north / "in", *asked, "--json")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["verdict"] for one in reports] == ["undetermined", "verified"]


def test_a_yield_that_was_lowered_is_told_and_proves_nothing(machines: Machines) -> None:
    """Both takes fit what the lot had yielded by the credential that they cite; the newer one says less."""
    world = World()
    metal = lot(world, "11000")
    for office, issuer, kilograms in ((machines.north, world.maker, "6000"), (machines.south, world.supplier, "4420")):
        passport = taker(world, metal, f"reader of {office.name}", kilograms, issuer)
        (office / "in" / f"{office.name}.json").write_bytes(passport.encode())
    less = lot(world, "10000", supersedes=metal)
    (machines.south / "in" / "less.json").write_bytes(less.encode())
    machines.policy.write_text("\n".join(world.lines().values()) + "\n", encoding="utf-8")
    machines.policy.with_name("trust.json").write_bytes(world.trust().encode())
    status, found, text = machines.examine(*sources(machines))
    assert (status, found) == (3, {"codes": ["batch.claimed"], "proofs": []})
    assert "yielded 10000 kilogram; 10420 are claimed" in text


def test_the_page_for_verifiers_says_what_is_printed(machines: Machines) -> None:
    page = " ".join((REPOSITORY / "docs" / "verifiers.md").read_text(encoding="utf-8").split())
    for asked in ([], sources(machines)):
        _, _, text = machines.examine(*asked)
        (finding,) = json.loads(text)["findings"]
        assert f"? {finding['message']} [{finding['code']}]" in page
