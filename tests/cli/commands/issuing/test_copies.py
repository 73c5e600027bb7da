"""`carbonseal passport export PASSPORT --as untp/dpp-0.7`: the copy in a file, what was lost and assumed on standard error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from carbonseal.cli.main import carbonseal
from tests.exports.test_dpp_0_7 import product
from tests.flow.chains import Chain


def run(*words: object) -> Result:
    return CliRunner().invoke(carbonseal, ["passport", "export", *map(str, words)])


def passport(folder: Path, **given: Any) -> Path:
    chain = Chain()
    path = folder / "passport.json"
    path.write_bytes(chain.passport(product(chain, **given)).encode())
    return path


def test_a_copy_of_a_file(tmp_path: Path) -> None:
    source, out = passport(tmp_path), tmp_path / "reader.untp.json"
    done = run(source, "--as", "untp/dpp-0.7", "-o", out)
    assert done.exit_code == 0, done.stderr
    assert json.loads(out.read_text())["credentialSubject"]["name"] == "door reader"
    assert "lost: the signature, the seals and their proofs: verify the original, not this copy\n" in done.stderr
    assert "assumed: idScheme: URN namespace product" in done.stderr
    whole = json.loads(run(source, "--as", "untp/dpp-0.7", "--json", "-o", "-").stdout)
    assert whole["document"] == json.loads(out.read_text())
    assert whole["lost"]
    assert whole["assumed"]


def test_what_the_credential_does_not_state_is_refused(tmp_path: Path) -> None:
    source, out = passport(tmp_path, facility=None), tmp_path / "reader.untp.json"
    done = run(source, "--as", "untp/dpp-0.7", "-o", out)
    assert done.exit_code == 2
    assert f"{source}: UNTP DPP 0.7.0 requires what the credential does not state: facility" in done.stderr
    assert not out.exists()


def test_wrong_usage(tmp_path: Path) -> None:
    source = passport(tmp_path)
    assert "Name DIRECTORY and DIGEST" in run(source, "-o", "-").stderr
    assert run(source, "a", "b", "--as", "untp/dpp-0.7", "-o", "-").exit_code == 2
    assert "--json is for --as" in run(tmp_path, "ab" * 32, "--json", "-o", "-").stderr
