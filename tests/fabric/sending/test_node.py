"""The whole way with the command line: a node that anchors on Fabric, a passport, and a verdict without any network."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from carbonseal.cli.main import carbonseal
from carbonseal_devnet.fabric.network import FabricNetwork


def run(*words: str | Path | int, status: int = 0) -> str:
    done = CliRunner().invoke(carbonseal, [str(word) for word in words])
    assert done.exit_code == status, done.output
    return done.output


def begin(network: FabricNetwork, node: Path, user: str = "User1") -> None:
    options = " ".join(f"{name}={value}" for name, value in network.node_options(user=user).items())
    ledger = f"consortium {network.uri} {options}"
    run(
        "init",
        node,
        "--origin",
        "log.example/fabric",
        "--ledger",
        ledger,
        "--issuer",
        "certifier did:web:certifier.example",
    )


def test_from_record_to_verdict(carbonseal_fabric: FabricNetwork, tmp_path: Path) -> None:
    node, records, passport = tmp_path / "node", tmp_path / "records.ndjson", tmp_path / "passport.json"
    begin(carbonseal_fabric, node)
    records.write_text('{"name":"cell","kilograms":"3.5"}\n', encoding="utf-8")
    run("seal", node, records, "--profile", "json/1", "--receipts", tmp_path / "receipts")
    commitment = json.loads((tmp_path / "receipts").read_text("utf-8").splitlines()[0])["commitment"]
    request = {
        "issuer": "certifier",
        "subject": "urn:example:cell",
        "name": "Cell",
        "records": [{"role": "footprint", "commitment": commitment, "disclose": True}],
        "components": [],
    }
    (tmp_path / "request.json").write_text(json.dumps(request), encoding="utf-8")
    run("passport", "issue", node, "--request", tmp_path / "request.json", "-o", passport)
    run("anchor", node, "--wait", 60)
    run("passport", "refresh", node, passport, "-o", passport)
    block, trust = tmp_path / "config.block", tmp_path / "trust.json"
    block.write_bytes(carbonseal_fabric.genesis)
    run("trust", "pin", carbonseal_fabric.ledger, block, "--source", "the consortium", "-o", trust)
    output = run("verify", passport, "--policy", node / "policy-template.policy", "--trust", trust, "--json")
    report = json.loads(output)
    assert report["verdict"] == "verified"
    assert report["existed_by"]
    assert {"fabric.ordered", "fabric.valid"} <= {finding["code"] for finding in report["findings"]}
    assert not json.loads(run("status", node, "--json"))["ledgers"][0]["warning"]


@pytest.mark.parametrize(("days", "warned"), [(3, True), (40, False)])
def test_a_certificate_that_expires_soon_is_warned_of(
    carbonseal_fresh_fabric: FabricNetwork, tmp_path: Path, days: int, warned: bool
) -> None:
    network = carbonseal_fresh_fabric
    network.organisations["Org1MSP"].renew(network.msp(user="User2"), lasts=timedelta(days=days))
    begin(network, tmp_path / "node", "User2")

    run("anchor", tmp_path / "node", "--wait", 60)
    warning = json.loads(run("status", tmp_path / "node", "--json"))["ledgers"][0]["warning"]
    assert ("the certificate that signs anchors expires on" in warning) is warned
    assert ("renew it" in run("status", tmp_path / "node")) is warned
