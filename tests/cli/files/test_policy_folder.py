"""`--policy` names a file or a folder with policy, trust and earlier observations; without it, what a passport claims is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carbonseal.verification.observing.observations import HEADER
from tests.cli.conftest import AT, Files, Run
from tests.world import World


@pytest.fixture
def office(files: Files, tmp_path: Path) -> Path:
    """A verifier's folder."""
    folder = tmp_path / "office"
    folder.mkdir()
    for path in (files.policy, files.trust):
        path.rename(folder / path.name)
    return folder


def test_a_folder_has_policy_and_trust(run: Run, files: Files, office: Path) -> None:
    (office / "monday.ndjson").write_bytes(HEADER)
    (office / "readme.txt").write_bytes(b"our office")
    (office / "sub").mkdir()
    result = run("verify", files.passport, "--policy", office, "--at", AT)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("VERIFIED")
    assert result.stderr.splitlines() == [
        f"not used: {office / 'readme.txt'} (neither a policy, nor trust, nor observations)",
        f"not used: {office / 'sub'} (not a file)",
    ]


def test_trust_files_are_taken_together(run: Run, files: Files, office: Path) -> None:
    items = json.loads((office / files.trust.name).read_bytes())["items"]
    for number, item in enumerate(items):
        one = json.dumps({"carbonseal": "trust/1", "items": [item]})
        (office / f"trust-{number}").write_text(one, encoding="utf-8")
    (office / files.trust.name).rename(files.trust)
    assert run("verify", files.passport, "--policy", office, "--at", AT).exit_code == 0
    (office / "trust-0").unlink()
    assert run("verify", files.passport, "--policy", office, "--at", AT).exit_code == 3
    assert run("verify", files.passport, "--policy", office, "--trust", files.trust, "--at", AT).exit_code == 0


def test_a_folder_with_no_policy_or_two_is_refused(run: Run, files: Files, office: Path) -> None:
    policy = office / files.policy.name
    (office / "other").write_bytes(policy.read_bytes())
    two = run("verify", files.passport, "--policy", office)
    assert (two.exit_code, "has 2 policies: customs.policy, other" in two.stderr) == (2, True)
    (office / "other").unlink()
    policy.unlink()
    none = run("verify", files.passport, "--policy", office)
    assert (none.exit_code, "has no policy" in none.stderr) == (2, True)


def test_a_passport_in_the_folder_is_not_trust(run: Run, files: Files, office: Path) -> None:
    files.passport.rename(office / "a.json")
    result = run("verify", office / "a.json", "--policy", office, "--at", AT)
    assert result.exit_code == 0
    assert "not used" in result.stderr


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_policy_that_windows_saved(run: Run, files: Files, office: Path, mark: bytes) -> None:
    policy = office / files.policy.name
    policy.write_bytes(mark + policy.read_bytes().replace(b"\n", b"\r\n"))
    for given in (office, policy):
        arguments = ["--policy", given, "--trust", office / files.trust.name, "--at", AT]
        assert run("verify", files.passport, *arguments).exit_code == 0


def test_without_a_policy_claims_are_said(run: Run, files: Files) -> None:
    world = World()
    result = run("verify", files.passport)
    assert result.exit_code == 3
    assert result.output.startswith(f"UNDETERMINED {files.passport}\n")
    for said in (
        "claimed by     did:web:maker.example",
        "log      certifier.example/log, key id 0a74b8c4",
        "signer   issuer did:web:supplier.example, key z6Mk",
        "ledger   eip155:31337",
        "ledger   tlog:other.example/log",
        "require  status",
        "no policy is given: nothing is verified",
    ):
        assert said in result.output
    report = json.loads(run("verify", files.passport, "--json").stdout)
    assert (report["verdict"], report["findings"][0]["code"]) == ("undetermined", "policy.not-given")
    assert {issuer["id"] for issuer in report["claims"]["issuers"]} == {world.maker.id, world.supplier.id}
    assert report["claims"]["ledgers"] == ["eip155:31337", "tlog:other.example/log"]


def test_without_a_policy_what_is_wrong_with_a_file_is_said_too(run: Run, files: Files) -> None:
    pdf = files.write("a.pdf", "%PDF")
    assert run("verify", pdf).exit_code == 2
    assert run("verify", files.tampered()).exit_code == 4
    many = run("verify", files.passport, files.tampered(), pdf)
    assert many.exit_code == 4
    assert many.output.endswith("3 files: 1 undetermined, 1 rejected, 1 not a passport\n")
    assert run("verify", files.passport, pdf, "--quiet").output == ""
