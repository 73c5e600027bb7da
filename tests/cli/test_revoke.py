"""Revoking a passport, and vouching for a log whose guard is gone, by commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_way import carbonseal, good, served


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("revoke")
    directory = folder / "node"
    good("init", directory, "--origin", "certifier.example/revoke", "--issuer", "maker did:web:maker.example")
    (folder / "record.json").write_text('{"kilograms": "12.50"}')
    sealed = good("seal", directory, folder / "record.json", "--profile", "json/1").split()[0]
    request = {
        "issuer": "maker",
        "subject": "urn:example:reader",
        "records": [{"role": "footprint", "commitment": sealed}],
    }
    (folder / "request.json").write_text(json.dumps(request))
    for name in ("near", "far"):
        good("passport", "issue", directory, "--request", folder / "request.json", "-o", folder / f"{name}.json")
    return directory


def verdict(node: Path, name: str) -> int:
    return carbonseal(
        "verify", node.parent / f"{name}.json", "--policy", node / "policy-template.policy", "--quiet"
    ).status


def revoke_and_refresh(node: Path, name: str) -> None:
    passport = node.parent / f"{name}.json"
    assert verdict(node, name) == 0
    assert "revoked" in good("passport", "revoke", node, passport)
    good("passport", "refresh", node, passport)
    assert verdict(node, name) == 4


def test_a_revoked_passport_is_rejected_once_refreshed(node: Path) -> None:
    revoke_and_refresh(node, "near")
    assert verdict(node, "far") == 0


def test_the_same_while_the_node_is_served(node: Path) -> None:
    with served(node):
        revoke_and_refresh(node, "far")


def test_another_nodes_passport_is_not_revoked(node: Path, tmp_path: Path) -> None:
    good("init", tmp_path / "other", "--origin", "other.example/revoke")
    done = carbonseal("passport", "revoke", tmp_path / "other", node.parent / "near.json")
    assert done.status == 2
    assert "was issued here" in done.err


def test_a_node_without_its_guard_signs_only_after_its_operators_word(node: Path) -> None:
    (node / "guard" / "default").unlink()
    refused = carbonseal("seal", node, node.parent / "request.json", "--profile", "json/1")
    assert refused.status == 2
    assert "carbonseal log adopt" in refused.err
    assert carbonseal("log", "adopt", node, stdin="n\n").status == 1
    good("log", "adopt", node, stdin="y\n")
    good("seal", node, node.parent / "request.json", "--profile", "json/1")
