"""Files that would fill the memory or never come to an end: a verdict comes all the same, from little memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.findings import LONGEST_FACT, Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.entries import Heartbeat, RecordEntry
from carbonseal.passport.credentials import Carried
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import PRODUCT, Component, ListedRecord, ProductCredential, draft_product
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.verification.verify import LONGEST_NAME
from tests.verification.tampering import (
    Json,
    in_file,
    rejected,
    root_seal,
    sha256,
    with_heads,
)
from tests.world import CHAIN, ONE, ORIGIN, SIGNED, MemoryLog, World, codes

resource = pytest.importorskip("resource")
if not sys.platform.startswith("linux"):
    pytest.skip("only Linux bounds a process's memory", allow_module_level=True)

MEGABYTES = 1 << 20
PROGRAM = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import verify
policy = parse_policy(Path(sys.argv[2]).read_text())
for path in sorted(Path(sys.argv[1]).iterdir()):
    report = verify(path.read_bytes(), policy, at=datetime.now(UTC))
    print(report.verdict.value, *{finding.code.name for finding in report.findings})
"""


def run_verify(world: World, files: Sequence[bytes], folder: Path, memory: int) -> list[list[str]]:
    """Verdict and codes of each, from a process that gets so many bytes of memory."""
    passports, policy = folder / "passports", folder / "customs.policy"
    passports.mkdir()
    for number, raw in enumerate(files):
        (passports / f"{number:02}.json").write_bytes(raw)
    policy.write_text("\n".join(line for line in world.lines().values() if line) + "\n", encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, str(passports), str(policy), str(memory)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def test_a_million_misfits(tmp_path: Path) -> None:
    """What is wrong is reported of the first alone; a list of all that is wrong would take gigabytes."""
    world = World()
    passport, many = world.passport(), {f"k{number}": 1 for number in range(300_000)}
    malformed = ["rejected", "passport.malformed"]
    expected: dict[str | None, list[str]] = {
        "credentials": ["undetermined", "passport.over-limit"],
        **dict.fromkeys(("records", "seals", "checkpoints", "evidence", "statusLists"), malformed),
        None: ["undetermined", "passport.unknown-member"],
    }

    def crowded(section: str | None) -> bytes:
        return in_file(passport, lambda value: (value[section] if section else value).update(many))

    files = [crowded(section) for section in expected]
    assert run_verify(world, files, tmp_path, 1 << 30) == list(expected.values())


def test_seals_that_many_credentials_lead_to(tmp_path: Path) -> None:
    """Thousands of credentials that list the same few records: each seal is checked, and reported in full, once."""
    world = World()
    seals = sealed(world, records=20, heads=16, anchors=16)
    raw = listing(world, seals, parents=300)
    assert len(raw) < 2 * MEGABYTES
    (output,) = run_verify(world, [raw], tmp_path, 400 * MEGABYTES)
    assert output[0] == "undetermined"
    assert {"seal.included", "ledger.not-listed", "ledger-quorum.unmet"} <= set(output)


def sealed(world: World, *, records: int, heads: int, anchors: int) -> dict[bytes, Seal]:
    """Seals under many heads that the log signed, each with anchors on ledgers of no policy."""
    commitments = [world.put("json/1", {"number": number})[1] for number in range(records)]
    sizes = []
    for number in range(heads):
        world.log.append(Heartbeat(number))
        sizes.append(world.log.size)
    nowhere = tuple(SealedAnchor(f"nowhere:{number:02}", Evidence("none", 1, b"")) for number in range(anchors))
    made = {}
    for commitment in commitments:
        entry = RecordEntry(commitment).encode()
        index = world.log.encoded.index(entry)
        under = (Head(world.log.head(size), world.log.inclusion(index, size), None, nowhere) for size in sizes)
        made[commitment] = Seal(entry, index, tuple(under))
    return made


def listing(world: World, seals: dict[bytes, Seal], parents: int) -> bytes:
    """A passport of that many credentials, each of which lists all sealed records; one leads to the others."""
    records = [ListedRecord(f"part-{number}", "json/1", commitment) for number, commitment in enumerate(seals)]

    def carried(name: str, components: list[Component]) -> Carried[ProductCredential]:
        draft = draft_product(
            id=f"urn:example:{name}",
            issuer=world.maker.id,
            subject="urn:example:product",
            name="product",
            records=records,
            components=components,
            valid_from=SIGNED,
        )
        return PRODUCT.carry(world.maker.sign(draft), bytes(32))

    below = [carried(str(number), []) for number in range(parents)]
    root = carried("root", [Component(one.signed.digest, "1", "piece", ONE, "used") for one in below])
    credentials = {one.signed.digest: one for one in (*below, root)}
    return Passport(root.signed.digest, credentials, {}, seals, {}).encode()


def test_what_is_wrong_with_a_shared_seal_is_reported_at_every_place() -> None:
    """Also where the first place is a status list of which the policy does not ask."""
    world = World()
    part = world.passport(world.supplier, "part")
    listed = part.credential.records[0]

    def also(draft: Json) -> None:
        record = {"role": "again", "profile": listed.profile, "commitment": listed.commitment.hex()}
        draft["credentialSubject"]["records"].append(record)

    whole = world.passport(components=[part], change=also)
    assert world.verify(whole).verdict is Verdict.VERIFIED
    spoilt = replace(whole.seals[listed.commitment], index=2**40)
    report = world.verify(replace(whole, seals={**whole.seals, listed.commitment: spoilt}))
    rejected(report, "inclusion.index-beyond-size")
    places = {finding.place[:2] for finding in report.findings if finding.code.name == "inclusion.index-beyond-size"}
    assert {place[1] for place in places} == {"record again", "record footprint"}


def test_one_evidence_for_two_heads() -> None:
    """Evidence shows one anchor. Cited under ten thousand heads it would be read ten thousand times. That accuses nobody: evidence
    of a kind that is not known here may honestly be of several heads."""
    world = World()
    passport = world.passport()
    honest = root_seal(passport)
    world.log.append(Heartbeat(1))
    size = world.log.size
    later = Head(
        world.log.head(size),
        world.log.inclusion(honest.index, size),
        world.log.consistency(size - 1, size),
        honest.heads[0].anchors,
    )
    report = world.verify(with_heads(passport, *honest.heads, later))
    assert report.verdict is Verdict.VERIFIED
    assert "seal.evidence-shared" in codes(report)


def test_names_that_would_be_repeated_without_end() -> None:
    """A name of a kilobyte is written once in full; the places below it take its beginning."""
    world = World()
    report = world.verify(world.passport(change=lambda draft: draft["credentialSubject"].update(name="x" * 1024)))
    assert report.verdict is Verdict.VERIFIED
    assert report.name == "x" * 1024
    assert max(len(step) for finding in report.findings for step in finding.place) < LONGEST_NAME + 20


@pytest.mark.parametrize("odd", ["\u009b31m", "\u202e", "\u200f", "\x7f", "x" * 200_000])
def test_what_is_no_text_in_what_is_found(odd: str) -> None:
    """Places and messages are printable and of bounded length, in whatever format they are written."""
    world = World()
    files = [
        in_file(world.passport(), lambda value: value.update({odd: 1})),
        in_file(world.passport(), lambda value: value.update(credential=odd)),
        in_file(world.passport(), lambda value: value["seals"].update({odd: {}})),
        in_file(world.passport(), lambda value: value["evidence"].update({"00" * 32: {odd: 1}})),
        in_file(world.passport(), lambda value: under(value, ORIGIN + odd)),
    ]
    for raw in files:
        report = world.verify(raw)
        assert report.verdict is not Verdict.VERIFIED
        for finding in report.findings:
            assert finding.message.isprintable()
            assert all(step.isprintable() for step in finding.place)
            assert max(map(len, finding.facts.values()), default=0) <= LONGEST_FACT
            assert max(map(len, finding.place), default=0) <= LONGEST_FACT


def under(value: Json, origin: str) -> None:
    """Every checkpoint as one of that origin, which nobody signed."""
    renamed = {key: text.replace(ORIGIN, origin, 1) for key, text in value["checkpoints"].items()}
    for seal in value["seals"].values():
        for head in seal["heads"]:
            head["checkpoint"] = sha256(renamed[head["checkpoint"]])
    value["checkpoints"] = {sha256(text): text for text in renamed.values()}


def test_an_anchor_that_holds_under_another_root_of_the_same_size() -> None:
    """The two sides of a fork, with one evidence for both."""
    world = World()
    passport = world.passport()
    fork = MemoryLog(ORIGIN)
    fork.encoded = [*world.log.encoded[:-1], Heartbeat(9).encode()]
    honest = root_seal(passport)
    size = world.log.size
    side = Head(fork.head(size), fork.inclusion(honest.index, size), None, honest.heads[0].anchors)
    report = world.verify(with_heads(passport, *honest.heads, side))
    rejected(report, "log.equivocation")
    assert "seal.evidence-shared" in codes(report)
    assert CHAIN in {step for finding in report.findings for step in finding.place}
