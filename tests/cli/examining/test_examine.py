"""`carbonseal verify` of several files, and `carbonseal examine`: two histories of one log are found, proved, and rejected."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from carbonseal.log.notes import NoteSigner, Signature, with_signature
from carbonseal.records.canonical import jcs
from carbonseal.verification.observing.observations import HEADER, merge
from tests.cli.conftest import AT, Run
from tests.verification.examination.histories import two_histories
from tests.world import ORIGIN, key


@dataclass
class Office:
    """Two passports of a log that has two histories, and what verifies each."""

    folder: Path
    a: Path
    b: Path
    policy: Path
    asked: list[str]

    def path(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(params=[0, 1], ids=["one size", "two sizes"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    histories = two_histories(request.param)
    files = {
        "a.json": histories.one.encode(),
        "b.json": histories.other.encode(),
        "customs.policy": "\n".join(histories.world.lines().values()).encode() + b"\n",
        "trust.json": histories.world.trust().encode(),
    }
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    a, b, policy, trust = (tmp_path / name for name in files)
    return Office(tmp_path, a, b, policy, ["--policy", str(policy), "--trust", str(trust), "--at", AT])


def test_each_history_verifies_alone_and_both_are_rejected_together(run: Run, office: Office) -> None:
    for path in (office.a, office.b):
        assert run("verify", path, *office.asked).exit_code == 0
    result = run("verify", office.a, office.b, *office.asked)
    assert result.exit_code == 4
    assert result.output.count("[log.fraud]") == 2
    assert "a.json" in result.output
    assert "b.json" in result.output
    reports = [
        json.loads(line) for line in run("verify", office.a, office.b, *office.asked, "--json").stdout.splitlines()
    ]
    assert [report["verdict"] for report in reports] == ["rejected", "rejected"]


def test_what_does_not_rest_on_that_log_stands(run: Run, office: Office) -> None:
    broken = office.path("c.json")
    broken.write_text("[]", encoding="utf-8")
    result = run("verify", office.a, broken, office.b, *office.asked, "--json")
    codes = [{found["code"] for found in json.loads(line)["findings"]} for line in result.stdout.splitlines()]
    assert ["log.fraud" in found for found in codes] == [True, False, True]


def test_the_fraud_proof_is_judged_by_itself(run: Run, office: Office) -> None:
    result = run("verify", office.a, office.b, *office.asked, "--fraud-proofs", office.folder, "--quiet")
    assert result.exit_code == 4
    (proof,) = office.folder.glob("fraud-proof-*.json")
    held = run("verify", proof, "--policy", office.policy)
    assert held.exit_code == 4
    assert "[fraud-proof.holds]" in held.output
    stranger = office.path("stranger.policy")
    text = office.policy.read_text(encoding="utf-8")
    other = NoteSigner(ORIGIN, key("stranger")).verifier.encode()
    stranger.write_text(re.sub("^log .*$", f"log {other}", text, flags=re.MULTILINE), encoding="utf-8")
    unlisted = run("verify", proof, "--policy", stranger)
    assert unlisted.exit_code == 3
    assert "[fraud-proof.log-not-listed]" in unlisted.output
    value = json.loads(proof.read_bytes())
    wrong = office.path("wrong.json")
    wrong.write_text(json.dumps({**value, "checkpoints": [value["checkpoints"][0]] * 2}), encoding="utf-8")
    failed = run("verify", wrong, "--policy", office.policy)
    assert failed.exit_code == 2
    assert "[fraud-proof.does-not-hold]" in failed.output
    assert run("verify", wrong, office.a, *office.asked).exit_code == 3


def test_a_fraud_proof_beside_a_passport_rejects_it(run: Run, office: Office) -> None:
    run("verify", office.a, office.b, *office.asked, "--fraud-proofs", office.folder)
    (proof,) = office.folder.glob("fraud-proof-*.json")
    result = run("verify", office.a, proof, *office.asked, "--json")
    report = json.loads(result.stdout.splitlines()[0])
    assert report["verdict"] == "rejected"
    assert "fraud-proof.holds" in {found["code"] for found in report["findings"]}


def observed(run: Run, office: Office) -> tuple[Path, Path]:
    """Observations that two offices make, each of one history."""
    north, south = office.path("north.ndjson"), office.path("south.ndjson")
    for path, file in ((office.a, north), (office.b, south)):
        assert run("verify", path, *office.asked, "--observations", file).exit_code == 0
    return north, south


def test_observations_of_two_offices_contradict(run: Run, office: Office) -> None:
    north, south = observed(run, office)
    assert run("examine", north).exit_code == 0
    result = run("examine", north, south)
    assert result.exit_code == 3
    assert "[log.contradiction]" in result.output
    assert ORIGIN in result.output
    assert "a.json" in result.output
    assert "b.json" in result.output


def test_earlier_observations_beside_the_policy_count(run: Run, office: Office, request: pytest.FixtureRequest) -> None:
    """Two roots of one size prove it; of two sizes, what was observed is a claim until the other passport is there."""
    north, _ = observed(run, office)
    folder = office.path("office")
    folder.mkdir()
    for path in (office.policy, office.path("trust.json"), north):
        (folder / path.name).write_bytes(path.read_bytes())
    assert run("verify", office.a, "--policy", folder, "--at", AT).exit_code == 0
    result = run("verify", office.b, "--policy", folder, "--at", AT)
    code, status = ("log.fraud", 4) if "one size" in request.node.name else ("log.contradiction", 3)
    assert (result.exit_code, f"[{code}]" in result.output) == (status, True)
    examined = run("examine", north, "--policy", folder)
    assert examined.exit_code == 0, examined.output
    assert run("verify", office.a, office.b, "--policy", folder, "--at", AT).exit_code == 4


def test_with_the_passports_a_fraud_proof_is_written(run: Run, office: Office) -> None:
    north, south = observed(run, office)
    sources = ["--policy", office.policy, "--with", office.folder]
    result = run("examine", north, south, *sources, "--fraud-proofs", office.folder, "--json")
    assert result.exit_code == 4, result.output
    examined = json.loads(result.stdout)
    assert [found["code"] for found in examined["findings"]] == ["log.fraud"]
    assert run("verify", examined["fraudProofs"][0], "--policy", office.policy).exit_code == 4


def test_a_renamed_source_is_found_by_its_bytes(run: Run, office: Office) -> None:
    north, south = observed(run, office)
    office.a.rename(office.path("renamed.json"))
    assert run("examine", north, south, "--policy", office.policy, "--with", office.folder).exit_code == 4


def test_merging_gives_the_same_bytes_in_any_order(run: Run, office: Office) -> None:
    north, south = observed(run, office)
    both, again = office.path("both.ndjson"), office.path("again.ndjson")
    assert run("examine", north, south, "-o", both).exit_code == 3
    assert run("examine", south, both, north, south, "-o", again).exit_code == 3
    assert both.read_bytes() == again.read_bytes()
    together = office.path("together.ndjson")
    run("verify", office.a, office.b, *office.asked, "--observations", together)
    assert together.read_bytes() == both.read_bytes()


def test_what_somebody_made_up_accuses_nobody(run: Run, office: Office) -> None:
    """Another office claims another root and another subtree, with notes and files that show nothing of the kind."""
    north, _ = observed(run, office)
    made_up = office.path("made-up.ndjson")
    lines = north.read_bytes().splitlines(keepends=True)[1:]
    claims = [re.sub(rb'"shows":"[0-9a-f]{64}', b'"shows":"' + b"0" * 64, line) for line in lines]
    made_up.write_bytes(HEADER + b"".join(line for line in claims if b'"signed"' not in line))
    result = run("examine", north, made_up, "--policy", office.policy, "--with", office.a)
    assert result.exit_code == 3, result.output
    assert "[log.fraud]" not in result.output
    made_up.write_bytes(HEADER + b"".join(claims))
    result = run("examine", north, made_up, "--policy", office.policy, "--with", office.a)
    assert result.exit_code == 2, result.output
    assert "the note is of another log, size or root" in result.output


def test_what_somebody_made_up_hides_nothing(run: Run, office: Office) -> None:
    """A third office feeds, for each place, lesser values, and for each value a lesser line: an unsigned note, a file that nobody
    has. So every first line, and every first two values of a place, are made up."""
    north, south = observed(run, office)
    made_up = office.path("made-up.ndjson")
    found = {line for path in (north, south) for line in path.read_bytes().splitlines(keepends=True)[1:]}
    claims = set()
    for line in found:
        lesser = re.sub(rb'"file":"[0-9a-f]{64}', b'"file":"' + b"0" * 64, line)
        claims.add(
            re.sub(rb"( [A-Za-z0-9+/]{6})[A-Za-z0-9+/]{10}", rb"\1AAAAAAAAAA", lesser)
            if b'"signed"' in line
            else lesser
        )
        for value in (b"0" * 64, b"0" * 63 + b"1"):
            if b'"signed"' not in line:
                claims.add(re.sub(rb'"shows":"[0-9a-f]{64}', b'"shows":"' + value, lesser))
    made_up.write_bytes(HEADER + b"".join(merge(sorted(claims))))
    sources = ["--policy", office.policy, "--with", office.folder]
    merged = office.path("merged.ndjson")
    assert run("examine", made_up, north, south, *sources, "-o", merged).exit_code == 4
    assert run("examine", merged, *sources).exit_code == 4


def test_a_line_that_somebody_adds_to_a_note_hides_nothing(run: Run, office: Office) -> None:
    """The policy lists a second key of the log, as a ledger. A made-up line of it hides no two roots of one size."""
    north, south = observed(run, office)
    second = NoteSigner(ORIGIN, key("the log's second")).verifier
    line = f"ledger peer tlog:{ORIGIN} key={second.encode()}\n"
    office.policy.write_text(office.policy.read_text(encoding="utf-8") + line, encoding="utf-8")
    added = Signature(ORIGIN, second.key_id, bytes(64))
    places = set()
    for path in (north, south):
        _, *lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        for one in lines:
            if one["place"][:2] == ["head", ORIGIN]:
                places.add(tuple(one["place"]))
                one["signed"] = with_signature(one["signed"].encode(), added).decode()
        path.write_bytes(HEADER + b"".join(jcs(one) + b"\n" for one in lines))
    result = run("examine", north, south, "--policy", office.policy)
    assert result.exit_code == (4 if len(places) == 1 else 3), result.output


def test_a_note_of_one_log_does_not_accuse_another(run: Run, office: Office) -> None:
    north, south = observed(run, office)
    for path in (north, south):
        lines = path.read_bytes().splitlines(keepends=True)
        heads = [line.replace(ORIGIN.encode(), b"honest.example/log", 1) for line in lines if b'["head","' in line]
        path.write_bytes(HEADER + b"".join(line for line in heads if b"honest" in line))
    result = run("examine", north, south, "--policy", office.policy)
    assert result.exit_code == 2
    assert "log.fraud" not in result.output


def test_unusable_files(run: Run, office: Office) -> None:
    assert run("examine", office.a).exit_code == 2
    later = office.path("later.ndjson")
    later.write_bytes(HEADER + b'{"place":["later","x"],"shows":"1","source":{"file":"","name":""}}\n')
    result = run("examine", later)
    assert result.exit_code == 3
    assert "later.ndjson" in result.output
    north, _ = observed(run, office)
    assert run("examine", north, "--with", office.folder).exit_code == 2
    assert run("verify", office.a, *office.asked, "--observations", north).exit_code == 2
