"""`carbonseal statement export FILE --as untp/dcc-0.7`, of statement files and of passports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from carbonseal.cli.main import carbonseal
from carbonseal.passport.passports import Passport
from tests.exports.test_dcc_0_7 import COMMITMENT, commitment, in_passport
from tests.flow.chains import Chain
from tests.passport.stated import Stated, opinion, program
from tests.world import World


def run(*words: object) -> Result:
    return CliRunner().invoke(carbonseal, ["statement", "export", *map(str, words)])


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "given.json"
    path.write_bytes(raw)
    return path


def test_of_a_statement_file(tmp_path: Path) -> None:
    made = Stated(World()).statement(opinion([COMMITMENT]))
    source, out = written(tmp_path, made.encode()), tmp_path / "copy.json"
    done = run(source, "--as", "untp/dcc-0.7", "-o", out)
    assert done.exit_code == 0, done.stderr
    assert json.loads(out.read_text())["issuer"]["id"] == "did:web:body.example"
    assert "lost: the signature, the seals and their proofs: verify the original, not this copy\n" in done.stderr
    whole = json.loads(run(source, "--as", "untp/dcc-0.7", "--json").stdout)
    assert whole["document"] == json.loads(out.read_text())
    refused = run(source, "--as", "untp/dcc-0.7", "--assessment-level", "authority-globalmra")
    assert refused.exit_code == 2
    assert "no accreditation of did:web:body.example that fits is carried" in refused.stderr


def test_of_a_passport_with_one_statement_or_several(tmp_path: Path) -> None:
    chain = Chain()
    pack = chain.product("pack", "7.70")
    one = in_passport(chain, pack, [commitment(pack)])
    assert isinstance(one, Passport)
    (digest,) = one.statements
    done = run(written(tmp_path, one.encode()), "--as", "untp/dcc-0.7", "--assessment-level", "authority-globalmra")
    assert done.exit_code == 0, done.stderr
    subject = json.loads(done.stdout)["credentialSubject"]
    assert subject["assessmentLevel"] == "authority-globalmra"
    assert subject["conformityAssessment"][0]["assessedPerformance"]
    other = Stated(World()).statement(program())
    several = written(tmp_path, replace(one, statements={**one.statements, **other.statements}).encode())
    unnamed = run(several, "--as", "untp/dcc-0.7")
    assert unnamed.exit_code == 2
    assert digest.hex() in unnamed.stderr
    assert "--statement DIGEST" in unnamed.stderr
    named = run(several, "--as", "untp/dcc-0.7", "--statement", digest.hex())
    assert json.loads(named.stdout)["credentialSubject"]["description"].count(digest.hex()) == 1
    unknown = run(several, "--as", "untp/dcc-0.7", "--statement", "ab" * 32)
    assert f"no statement {'ab' * 32}" in unknown.stderr


def test_a_passport_without_a_statement(tmp_path: Path) -> None:
    chain = Chain()
    done = run(written(tmp_path, chain.passport(chain.product("pack")).encode()), "--as", "untp/dcc-0.7")
    assert done.exit_code == 2
    assert "no statement" in done.stderr
