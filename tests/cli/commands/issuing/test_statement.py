"""`carbonseal statement` and `carbonseal accreditation`: from an accreditor's node by a body's node to a maker's passport."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carbonseal.passport.conformity.files import parse_statement
from carbonseal.passport.passports import parse
from tests.cli.test_way import carbonseal, good, served
from tests.node.issuance.stating import SCOPE, subject


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One node for all three, with a passport and a request to accredit the body."""
    folder = tmp_path_factory.mktemp("statement")
    node = folder / "node"
    signers = ("--issuer", "maker did:web:maker.example", "--body", "tuev did:web:body.example")
    good("init", node, "--origin", "certifier.example/stated", *signers, "--accreditor", "dakks did:web:dakks.example")
    (folder / "record.json").write_text('{"kilograms": "12.50"}')
    commitment = good("seal", node, folder / "record.json", "--profile", "json/1").split()[0]
    record = {"role": "footprint", "commitment": commitment}
    (folder / "issue.json").write_text(json.dumps({"issuer": "maker", "subject": "urn:example:a", "records": [record]}))
    good("passport", "issue", node, "--request", folder / "issue.json", "-o", folder / "passport.json")
    (line,) = [line for line in good("policy", node).splitlines() if line.startswith("signer tuev body")]
    accredited = {
        "id": "did:web:body.example",
        "name": "Body",
        "number": "1",
        "keys": [line.split()[4]],
        "scope": [SCOPE],
    }
    request = {"accreditor": "dakks", "credentialSubject": accredited, "validUntil": "2036-01-01T00:00:00Z"}
    (folder / "accredit.json").write_text(json.dumps(request))
    return folder


def test_a_body_is_accredited_states_and_takes_it_back(folder: Path) -> None:
    node, passport = folder / "node", folder / "passport.json"
    good("accreditation", "issue", node, "--request", folder / "accredit.json", "-o", folder / "accredited.json")
    assert "did:web:body.example" in good("accreditation", "show", folder / "accredited.json")
    good("statement", "draft", "--for", passport, "--body", "tuev", "-o", folder / "opinion.json")
    drafted = json.loads((folder / "opinion.json").read_text())
    refused = carbonseal("statement", "issue", node, "--request", folder / "opinion.json", "-o", folder / "no.json")
    assert refused.status == 2 and not (folder / "no.json").exists()
    (commitment,) = drafted["credentialSubject"]["footprints"]
    drafted["credentialSubject"] = subject([bytes.fromhex(commitment)], opinionDate="2026-01-02")
    (folder / "opinion.json").write_text(json.dumps(drafted))
    given = ("--request", folder / "opinion.json", "--accreditation", folder / "accredited.json")
    with served(node):  # the same over HTTP
        good("statement", "issue", node, *given, "-o", folder / "statement.json")
    statement = parse_statement((folder / "statement.json").read_bytes())
    digest = statement.root.hex()
    assert "tuev" in good("statement", "list", node) and digest in good("statement", "list", node)
    assert digest in good("statement", "show", folder / "statement.json")
    good("statement", "attach", passport, folder / "statement.json", "-o", folder / "attached.json")
    assert set(parse((folder / "attached.json").read_bytes()).statements) == {statement.root}
    with served(node) as url:
        good("passport", "refresh", passport, "--from", url, "-o", folder / "public.json")
    assert set(parse((folder / "public.json").read_bytes()).statements) == {statement.root}
    done = good("passport", "refresh", node, passport, "-o", folder / "refreshed.json")
    assert "1 more statement" in done
    for act in ("suspend", "reinstate", "withdraw"):
        assert digest in good("statement", act, node, digest, "--reason", f"to {act}")
    assert "withdrawn: to withdraw" in good("statement", "list", node)
    good("statement", "get", node, digest, "-o", folder / "again.json")
    (accreditation,) = statement.accreditations
    for act in ("suspend", "withdraw"):
        good("accreditation", act, node, accreditation.hex(), "--reason", "audit")
    assert "withdrawn: audit" in good("accreditation", "list", node)
    good("accreditation", "get", node, accreditation.hex(), "-o", folder / "accredited-again.json")
