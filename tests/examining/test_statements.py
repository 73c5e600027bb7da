"""Statements are examined with everything else: of two histories none is verified, whatever files they are in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from carbonseal.cli.main import carbonseal
from carbonseal.log.entries import Heartbeat
from carbonseal.log.fraud_proofs import of_roots
from carbonseal.passport.seals import Head
from tests.passport.stated import POLICY, opinion
from tests.verification.conformity.scenes import NO_STATUS, Scene, commitments
from tests.verification.examination.histories import _in_other_log, _on_chain
from tests.world import ORIGIN, MemoryLog


def write(folder: Path) -> None:
    """A passport and a statement of one log, the same statement under another history of it, and a fraud proof."""
    scene = Scene()
    reader, world = scene.chain.product("reader", "5"), scene.world
    file = scene.stated.statement(opinion(commitments(reader)))
    passport = scene.passport(reader, file)
    fork = MemoryLog(ORIGIN)
    fork.encoded = [Heartbeat(1).encode(), *world.log.encoded[1:]]
    head = Head(fork.head(fork.size), (), None, (_on_chain(world, fork), _in_other_log(world, fork)))
    seals = {
        one: replace(seal, heads=(replace(head, inclusion=fork.inclusion(seal.index, fork.size)),))
        for one, seal in file.seals.items()
    }
    lines = world.lines() | {name.replace("_", "-"): line for name, line in {**NO_STATUS, **POLICY}.items()}
    (folder / "policy").write_text("".join(f"{line}\n" for line in lines.values() if line))
    items = [
        {"ledger": one.ledger, "kind": one.kind, "source": one.source, "when": one.when, "value": dict(one.value)}
        for one in world.trusted
    ]
    (folder / "trust.json").write_text(json.dumps({"carbonseal": "trust/1", "items": items}))
    (folder / "passport.json").write_bytes(passport.encode())
    (folder / "statement.json").write_bytes(file.encode())
    (folder / "forked.json").write_bytes(replace(file, seals=seals).encode())
    (folder / "fraud.json").write_bytes(of_roots(world.log.head(fork.size), fork.head(fork.size)).encode())


def verify(folder: Path, *names: str) -> Result:
    options = ["--policy", folder / "policy", "--trust", folder / "trust.json", "--at", "2026-11-22T09:00:00Z"]
    arguments = ["verify", *(folder / name for name in names), *options, "--jobs", 1]
    return CliRunner().invoke(carbonseal, [str(one) for one in arguments])


def test_a_statement_under_another_history_is_found(tmp_path: Path) -> None:
    write(tmp_path)
    honest = verify(tmp_path, "passport.json", "statement.json")
    assert (honest.exit_code, honest.output.count("VERIFIED")) == (0, 2)
    for name in ("passport.json", "forked.json"):
        assert verify(tmp_path, name).exit_code == 0  # by itself each verifies
    both = verify(tmp_path, "passport.json", "forked.json")
    assert (both.exit_code, both.output.count("log.fraud"), "VERIFIED" in both.output) == (4, 2, False)


def test_a_fraud_proof_weighs_on_statements(tmp_path: Path) -> None:
    write(tmp_path)
    found = verify(tmp_path, "fraud.json", "statement.json", "passport.json")
    assert (found.exit_code, "VERIFIED" in found.output) == (4, False)
