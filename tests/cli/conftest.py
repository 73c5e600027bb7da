"""What the command line's tests work on: files as people have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carbonseal.cli.main import carbonseal
from tests.world import World

AT = "2026-11-22T09:00:00Z"


@dataclass
class Files:
    """A passport that verifies, with the policy and the trust that it verifies under."""

    directory: Path
    passport: Path
    policy: Path
    trust: Path

    def without_trust(self) -> Path:
        """Another trust file, with nothing in it."""
        return self.write("no-trust.json", '{"carbonseal":"trust/1","items":[]}')

    def tampered(self) -> Path:
        text = self.passport.read_text(encoding="utf-8")
        return self.write("tampered.json", text.replace('"kilograms":"12.50"', '"kilograms":"02.50"'))

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(scope="session")
def made() -> dict[str, bytes]:
    """A world's passport, policy and trust, made once."""
    world = World()
    passport = world.passport(components=[world.passport(world.supplier, "battery")])
    policy = "\n".join(world.lines().values()) + "\n"
    return {"passport": passport.encode(), "policy": policy.encode(), "trust": world.trust().encode()}


@pytest.fixture
def files(made: dict[str, bytes], tmp_path: Path) -> Files:
    paths = {name: tmp_path / file for name, file in NAMES.items()}
    for name, path in paths.items():
        path.write_bytes(made[name])
    return Files(tmp_path, **paths)


NAMES = {"passport": "passport.json", "policy": "customs.policy", "trust": "trust.json"}

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run the command in this process: `run("verify", path, ...)`."""

    def invoke(*arguments: object, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(carbonseal, [str(argument) for argument in arguments], input=input)

    return invoke
