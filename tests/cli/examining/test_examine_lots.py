"""`carbonseal verify` of several files, and `carbonseal examine`: what many passports took of one lot is added up."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from carbonseal.passport.passports import Passport
from tests.cli.conftest import AT, Run
from tests.verification.examination.lots import lot, taker
from tests.world import World

Verified = Callable[..., list[tuple[str, set[str]]]]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def verified(run: Run, tmp_path: Path, world: World) -> Verified:
    """Verdict and codes of passports that are verified together, under a policy that requires the check *batch*."""

    def verify(
        *passports: Passport, require: str = "require batch", more: tuple[object, ...] = ()
    ) -> list[tuple[str, set[str]]]:
        policy = "\n".join([*world.lines().values(), require]) + "\n"
        (tmp_path / "policy").write_text(policy, encoding="utf-8")
        (tmp_path / "trust.json").write_bytes(world.trust().encode())
        names = [tmp_path / f"{number}.json" for number in range(len(passports))]
        for name, passport in zip(names, passports, strict=True):
            name.write_bytes(passport.encode())
        asked = ["--policy", tmp_path / "policy", "--trust", tmp_path / "trust.json", "--at", AT, "--json", *more]
        lines = map(json.loads, run("verify", *names, *asked).stdout.splitlines())
        return [(line["verdict"], {found["code"] for found in line["findings"]}) for line in lines]

    return verify


def test_each_verifies_alone_and_together_one_issuer_took_too_much(world: World, verified: Verified) -> None:
    metal = lot(world)
    one, other = taker(world, metal, "one", "600"), taker(world, metal, "other", "450")
    assert [verdict for verdict, _ in (*verified(one), *verified(other))] == ["verified"] * 2
    for together in permutations([one, other, metal]):
        found = dict(zip([passport.credential.name for passport in together], verified(*together), strict=True))
        assert found["one"][0] == found["other"][0] == "rejected"
        assert "batch.exceeded" in found["one"][1]
        assert found["metal"][0] == "verified"


def test_several_issuers_together_are_undetermined(world: World, verified: Verified) -> None:
    metal = lot(world)
    one, other = taker(world, metal, "one", "600"), taker(world, metal, "other", "450", world.supplier)
    found = verified(one, other)
    assert [verdict for verdict, _ in found] == ["undetermined"] * 2
    assert all("batch.exceeded-together" in codes for _, codes in found)


def test_it_is_told_where_it_is_not_required(world: World, verified: Verified) -> None:
    metal = lot(world)
    found = verified(taker(world, metal, "one", "600"), taker(world, metal, "other", "450"), require="")
    assert [verdict for verdict, _ in found] == ["verified"] * 2
    assert all("batch.exceeded-noted" in codes for _, codes in found)


def test_one_passport_in_two_files_took_once(world: World, verified: Verified) -> None:
    metal = lot(world)
    one = taker(world, metal, "one", "600")
    assert [verdict for verdict, _ in verified(one, one, one)] == ["verified"] * 3


def test_what_does_not_verify_takes_nothing(world: World, verified: Verified) -> None:
    metal = lot(world)
    one, other = taker(world, metal, "one", "600"), taker(world, metal, "other", "450")
    unsealed = Passport(other.root, other.credentials, other.records, {}, other.status_lists)
    assert [verdict for verdict, _ in verified(one, unsealed)] == ["verified", "undetermined"]


def test_observations_of_two_offices_are_added_up(world: World, verified: Verified, run: Run, tmp_path: Path) -> None:
    metal = lot(world)
    files = [tmp_path / name for name in ("north.ndjson", "south.ndjson")]
    for file, (name, kilograms) in zip(files, (("one", "600"), ("other", "450")), strict=True):
        assert verified(taker(world, metal, name, kilograms), more=("--observations", file))[0][0] == "verified"
        assert run("examine", file).exit_code == 0
    done = run("examine", *files, "-o", tmp_path / "both.ndjson")
    assert done.exit_code == 3
    assert "[batch.claimed]" in done.output
    assert "yielded 1000 kilogram; 1050 are claimed: 50 too many" in done.output
    again = run("examine", *files[::-1], files[0], "-o", tmp_path / "again.ndjson")
    assert again.exit_code == 3
    assert (tmp_path / "both.ndjson").read_bytes() == (tmp_path / "again.ndjson").read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("600 mass", "0600 mass"),
        ("600 mass", "1200/2 mass"),
        ("600 mass", "-600 mass"),
        ("600 mass", "600 bananas"),
        ("600 mass", "600  mass"),
        ("1000 kilogram", "1000 kg"),
        ("1000 kilogram", "1e3 kilogram"),
        ('"take",', '"take","more",'),
        ("Z -", "Z x"),
    ],
)
def test_a_line_has_one_spelling(
    world: World, verified: Verified, run: Run, tmp_path: Path, old: str, new: str
) -> None:
    verified(taker(world, lot(world), "one", "600"), more=("--observations", tmp_path / "a.ndjson"))
    text = (tmp_path / "a.ndjson").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "b.ndjson").write_text(text.replace(old, new, 1), encoding="utf-8")
    done = run("examine", tmp_path / "b.ndjson")
    assert done.exit_code == 2
    assert "not a valid file of observations" in done.stderr
