"""More attacks on the rules of one history: what a holder, a thief, a lying witness or another office tries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from carbonseal.findings import Outcome, Refused, Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import Heartbeat
from carbonseal.log.fraud_proofs import FraudProof, OtherPrefix, TwoRoots, of_roots
from carbonseal.log.notes import Algorithm, Cosigner, Note, NoteSigner, Signature
from carbonseal.log.proofs import TlogProof
from carbonseal.log.subtrees import split_consistency
from carbonseal.log.text import encode_base64
from carbonseal.passport.assembly import refresh
from carbonseal.passport.credentials import SUSPENSION, sign_document
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head
from carbonseal.verification.checked.caches import Caches
from carbonseal.verification.examination import Collection, equivocations, prove
from carbonseal.verification.observing.log_facts import LogFacts, SignedHead, log_keys
from carbonseal.verification.observing.observations import HEADER, Source, check_lines, rows, signed_heads
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import Report, verify
from tests.passport.stated import ACCREDITED, ACCREDITOR, opinion
from tests.verification.conformity.scenes import Scene, commitments, found
from tests.verification.examination.test_examination import MemoryRuns
from tests.verification.status.test_self_made_versions import carrying
from tests.verification.tampering import root_seal, undetermined, with_heads
from tests.verification.test_times_and_status import every_seal, later_seals
from tests.world import AT, BLOCK_TIME, ORIGIN, OTHER_ORIGIN, SIGNED, MemoryLog, World, codes, key, suspendable, written

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
TIME = int(BLOCK_TIME.timestamp())


# --- what is kept between passports --------------------------------------------------------------------------------


def test_two_lines_that_exchange_their_names_are_two_policies() -> None:
    """Under one cache: what was found of the ledger called `chain` is not what is asked of another that is called so."""
    world = World()
    passport, caches = world.passport(), Caches()
    lines = world.lines()
    exchanged = {
        "chain": lines["chain"].replace("ledger chain", "ledger other"),
        "other": lines["other"].replace("ledger other", "ledger chain"),
    }

    def report(**changes: str) -> Report:
        return verify(passport, world.policy(**changes), world.trust(), at=AT, caches=caches)

    for _ in range(2):
        assert report().existed_by == BLOCK_TIME
        other = report(**exchanged)
        undetermined(other, "time-quorum.unmet", "ledger.not-dated")
        assert other.existed_by is None
        assert report(**exchanged, time="require time by=other").existed_by == BLOCK_TIME


def test_a_policy_whose_ledger_is_taken_away_is_another_policy() -> None:
    world = World()
    passport, caches = world.passport(), Caches()
    policy, trust = world.policy(), world.trust()
    assert verify(passport, policy, trust, at=AT, caches=caches).verdict is Verdict.VERIFIED
    del policy.ledgers[f"tlog:{OTHER_ORIGIN}"]
    undetermined(verify(passport, policy, trust, at=AT, caches=caches), "ledger-quorum.unmet", "ledger.not-listed")


# --- key windows ---------------------------------------------------------------------------------------------------


def made_at(world: World, created: datetime) -> Passport:
    """A passport whose credential says that it was signed then."""
    maker = replace(world.maker)
    maker.sign = lambda document: sign_document(document, maker.key.sign, maker.public, created)  # type: ignore[method-assign]
    return world.passport(maker)


@pytest.mark.parametrize(
    ("created", "instant", "code"),
    [
        (BLOCK_TIME, BLOCK_TIME, ""),
        (BLOCK_TIME + DAY, BLOCK_TIME, ""),  # C is later than T: T counts
        (BLOCK_TIME - SECOND, BLOCK_TIME, "signer.key-not-yet"),
        (BLOCK_TIME, BLOCK_TIME - SECOND, "signer.key-ended"),
        (BLOCK_TIME, BLOCK_TIME + SECOND, "signer.key-not-yet"),
    ],
)
def test_a_window_of_one_instant(created: datetime, instant: datetime, code: str) -> None:
    world = World()
    passport = made_at(world, created)
    window = f"from={written(instant)} until={written(instant)}"
    report = world.verify(passport, maker=f"{world.lines()['maker']} {window}", status="")
    if code:
        undetermined(report, code)
    else:
        assert report.verdict is Verdict.VERIFIED


def test_an_old_credential_under_a_head_after_the_end() -> None:
    """Signed and sealed in the window. Who has the late head alone shows nothing of that; with the early one it is shown again."""
    world = World()
    passport = world.passport()
    early = passport.seals
    world.passport(name="something later")
    late = later_seals(world, list(early), BLOCK_TIME + 30 * DAY)
    whole = refresh(
        passport,
        seals=late,
        status_lists=[],
        link=lambda origin, old, new: world.log.consistency(old, new) if origin == ORIGIN else None,
    )
    cut = every_seal(whole, lambda seal: replace(seal, heads=(replace(seal.heads[-1], consistency=None),)))
    line = f"{world.lines()['maker']} until={written(BLOCK_TIME + DAY)}"
    at, status = BLOCK_TIME + 40 * DAY, "require status within=60d"
    undetermined(world.verify(cut, at=at, status=status, maker=line), "signer.key-ended")
    assert world.verify(whole, at=at, status=status, maker=line).verdict is Verdict.VERIFIED


# --- witnesses that lie about time ---------------------------------------------------------------------------------


class TestLyingWitnesses:
    """Two of three must have cosigned the other log's checkpoint; one of them states whatever it likes."""

    def report(self, *times: int, at: datetime = AT) -> Report:
        cosigners = [(Cosigner(f"w{n}.example", key(f"w{n}")), time) for n, time in enumerate(times)]

        class Witnessed(World):
            def other_proof(self, index: int) -> Evidence:
                size = self.other.size
                proof = TlogProof(index, self.other.inclusion(index, size), self.other.head(size, *cosigners))
                return Evidence("tlog-proof", 1, proof.encode())

        world = Witnessed()
        passport = world.passport()
        names = [f"w{n}" for n in range(3)]
        witnesses = [f"witness {name} {Cosigner(f'{name}.example', key(name)).verifier.encode()}" for name in names]
        line = f"{world.lines()['other']} quorum=two"
        other = "\n".join([*witnesses, f"group two 2 {' '.join(names)}", line])
        rest = {"both": "", "anchors": "require anchors by=other", "time": "require time by=other"}
        return world.verify(passport, at=at, other=other, **rest)

    @pytest.mark.parametrize("liar", [1, TIME - 10**9, 2**62, 2**63 - 1])
    def test_one_moves_the_time_no_further_than_the_honest_ones(self, liar: int) -> None:
        report = self.report(TIME, liar, TIME + 60)
        assert report.verdict is Verdict.VERIFIED
        assert report.existed_by in (BLOCK_TIME, BLOCK_TIME + timedelta(minutes=1))

    @pytest.mark.parametrize(
        ("liar", "code"),
        [
            (0, "ledger.not-witnessed"),
            (int(AT.timestamp()) + 1, "time.after-instant"),
            (2**62, "time.no-date"),
            (2**63 - 1, "time.no-date"),
        ],
    )
    def test_where_the_liar_is_needed_its_time_counts_as_it_stands(self, liar: int, code: str) -> None:
        undetermined(self.report(TIME, liar), code)


# --- keys ----------------------------------------------------------------------------------------------------------

P = 2**255 - 19
WEAK = {
    "the neutral point": (1).to_bytes(32, "little"),
    "the neutral point, x negative": (1 | 1 << 255).to_bytes(32, "little"),
    "the neutral point, not reduced": (P + 1).to_bytes(32, "little"),
    "order 2": (P - 1).to_bytes(32, "little"),
    "order 4": bytes(32),
    "order 4, not reduced": P.to_bytes(32, "little"),
    "order 8": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    "a point, not reduced": (P + 3).to_bytes(32, "little"),
}


def vkey(name: str, algorithm: Algorithm, public: bytes) -> str:
    """The spelling of a verifier key, whatever it is of."""
    material = bytes([algorithm]) + public
    key_id = hashlib.sha256(f"{name}\n".encode() + material).hexdigest()[:8]
    return f"{name}+{key_id}+{encode_base64(material)}"


@pytest.mark.parametrize("public", WEAK.values(), ids=WEAK)
@pytest.mark.parametrize(
    "line",
    [
        lambda public: f"log {vkey('a.example', Algorithm.ED25519, public)}",
        lambda public: f"witness w {vkey('a.example', Algorithm.COSIGNATURE, public)}",
        lambda public: f"ledger l tlog:a.example key={vkey('a.example', Algorithm.ED25519, public)}",
    ],
    ids=["log", "witness", "ledger"],
)
def test_a_key_under_which_anybody_signs_is_in_no_line(line: Callable[[bytes], str], public: bytes) -> None:
    with pytest.raises(Refused):
        parse_policy(f"carbonseal-policy v1\n{line(public)}\n")


def test_one_key_is_not_two_witnesses_whatever_they_are_called() -> None:
    lines = [f"witness w{n} {Cosigner(f'w{n}.example', key('one')).verifier.encode()}" for n in range(2)]
    as_signer = f"signer s body did:web:a.example {encode_key(key('one').public_key().public_bytes_raw())}"
    as_log = f"ledger l tlog:w1.example key={NoteSigner('w1.example', key('one')).verifier.encode()}"
    for other in (lines[1], as_signer, as_log):
        with pytest.raises(Refused) as refused:
            parse_policy(f"carbonseal-policy v1\n{lines[0]}\n{other}\n")
        assert refused.value.finding.code.name == "policy.key-twice"


# --- status --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "suspended"),
    [
        (SIGNED + timedelta(hours=20), False),
        (SIGNED + DAY, True),
        (SIGNED + 2 * DAY, True),
        (SIGNED + 2 * DAY + timedelta(hours=1), False),
    ],
)
def test_suspended_between_two_versions(at: datetime, suspended: bool) -> None:
    """The version that reinstates is carried, and says nothing of the days before it."""
    world = World()
    versions = [((), SIGNED), ((9,), SIGNED + DAY), ((), SIGNED + 2 * DAY + timedelta(hours=1))]
    passport = world.passport(change=suspendable, versions=[(*one, SUSPENSION) for one in versions])
    report = world.verify(passport, at=at)
    assert report.verdict is (Verdict.UNDETERMINED if suspended else Verdict.VERIFIED)
    assert ("status.suspended" in codes(report)) is suspended


def test_of_two_suspensions_that_begin_together_the_one_that_says_more_decides() -> None:
    world = World()
    passport = world.passport(change=suspendable)
    twins = [world.status_list(world.maker, bits, SIGNED + DAY, SUSPENSION) for bits in ([9], ())]
    for lists in (twins, twins[::-1]):
        undetermined(world.verify(carrying(world, passport, lists), at=AT), "status.suspended")


def test_a_statement_under_its_accreditors_list() -> None:
    """The body says that the accreditor's list, which is carried and clean, is its own: a list is its issuer's alone."""
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    accreditation = scene.stated.accreditation()

    def of_the_accreditor(draft: dict[str, object]) -> None:
        draft["credentialStatus"]["statusListCredential"] = f"urn:example:status:{ACCREDITOR.id}"  # type: ignore[index]

    given = opinion(commitments(reader))
    file = scene.stated.statement(given, accreditations=[accreditation], change=of_the_accreditor, versions=[])
    report = scene.verify(scene.passport(reader, file), **{**ACCREDITED, "status": "require status"})
    assert {"statement.not-shown", "statement.unmet"} <= set(found(report))
    assert "statement.stands" not in codes(report)


# --- records -------------------------------------------------------------------------------------------------------


def listing(*roles: str) -> Callable[[dict[str, object]], None]:
    """List the record, and its commitment again, in these roles."""

    def change(draft: dict[str, object]) -> None:
        (record,) = draft["credentialSubject"]["records"]  # type: ignore[index]
        draft["credentialSubject"]["records"] = [{**record, "role": role} for role in roles]  # type: ignore[index]

    return change


def test_what_a_component_discloses_is_not_disclosed_of_the_product() -> None:
    world = World()
    part = world.passport(world.supplier, "cell", change=listing("declaration"))
    whole = world.passport(components=[part])
    undetermined(world.verify(whole, records="require disclosed role=declaration"), "record.not-listed")
    undetermined(world.verify(whole, records="require disclosed role=footprint"), "record.not-listed")
    assert world.verify(whole).verdict is Verdict.VERIFIED


# --- heads ---------------------------------------------------------------------------------------------------------


def test_a_head_that_nobody_signed_between_two_that_the_log_did_is_no_step_of_its_history() -> None:
    """Its proofs hold, and the run goes on; of the log's own heads none is shown to lead to the other."""
    world = World()
    passport = world.passport()
    first = root_seal(passport).heads[0]
    sizes = [world.log.size]
    for n in range(2):
        world.log.append(Heartbeat(n))
        sizes.append(world.log.size)
    index = root_seal(passport).index
    forger = MemoryLog(ORIGIN, "forger")
    forger.encoded = list(world.log.encoded)

    def head(size: int, before: int, log: MemoryLog) -> Head:
        return Head(log.head(size), log.inclusion(index, size), log.consistency(before, size), ())

    middle, last = head(sizes[1], sizes[0], forger), head(sizes[2], sizes[1], world.log)
    changed = with_heads(passport, first, middle, last)
    assert world.verify(changed).verdict is Verdict.VERIFIED
    undetermined(world.verify(changed, history="require history"), "history.unlinked", "head.unsigned")
    linked = with_heads(passport, first, head(sizes[1], sizes[0], world.log), last)
    assert world.verify(linked, history="require history").verdict is Verdict.VERIFIED


# --- fraud proofs and observations ---------------------------------------------------------------------------------


def grown(entries: int = 9) -> MemoryLog:
    log = MemoryLog(ORIGIN)
    for n in range(entries - 1):
        log.append(Heartbeat(n))
    return log


@pytest.mark.parametrize("old", range(1, 9))
def test_no_first_node_makes_an_honest_log_guilty(old: int) -> None:
    """The consistency proof of two honest heads, with any node of the tree in the place of its first."""
    log, keys = grown(), log_keys(World().policy())
    notes = (log.head(old), log.head(9))
    proof = log.consistency(old, 9)
    first, siblings = split_consistency(old, log.checkpoint(old).root, proof)
    nodes = {first, *proof, *(log.checkpoint(size).root for size in range(1, 10)), bytes(32)}
    for one in nodes:
        for rest in (siblings, proof, siblings[::-1], siblings[1:]):
            with pytest.raises(Refused):
                FraudProof(notes, OtherPrefix(one, tuple(rest))).check(keys)


def test_a_fraud_proof_whose_heads_are_exchanged_says_nothing() -> None:
    keys, one, other = log_keys(World().policy()), grown(), grown()
    other.encoded[0] = Heartbeat(77).encode()
    proof = of_roots(one.head(9), other.head(9))
    assert proof.check(keys).code.name == "fraud-proof.holds"
    signed_twice = replace(proof, notes=(proof.notes[0], proof.notes[0]))
    of_another = MemoryLog(OTHER_ORIGIN)
    of_another.encoded = list(other.encoded)
    for changed in (
        replace(proof, notes=proof.notes[::-1]),
        signed_twice,
        FraudProof((one.head(8), other.head(9)), TwoRoots()),
        FraudProof((one.head(9), of_another.head(9)), TwoRoots()),
    ):
        with pytest.raises(Refused):
            changed.check(keys)
    by_stranger = MemoryLog(ORIGIN, "stranger")
    by_stranger.encoded = list(other.encoded)
    report = of_roots(one.head(9), by_stranger.head(9)).check(keys)
    assert report.code.outcome is Outcome.UNDETERMINED


def test_what_an_office_makes_up_hides_no_fraud_and_proves_none() -> None:
    """Below both values of a place, and at sixteen places before it, it puts heads that nobody signed."""
    keys, one, other = log_keys(World().policy()), grown(), grown()
    other.encoded[0] = Heartbeat(77).encode()

    def row(note: bytes, name: str) -> dict[bytes, bytes]:
        head = SignedHead(Checkpoint.parse(Note.parse(note).text), note)
        return rows(LogFacts({head: None}), Source(name * 64, name))

    def forged(size: int, root: bytes) -> bytes:
        checkpoint = replace(one.checkpoint(1), size=size, root=root)
        line = Signature(ORIGIN, one.signer.verifier.key_id, bytes(64))
        return Note(checkpoint.encode(), (line,)).encode()

    honest = [one.head(size) for size in range(1, 10)]
    lies = [forged(size, bytes([n]) * 32) for size in range(1, 30) for n in (0, 255)]

    def seen(*notes: bytes) -> Collection:
        """What a verifier takes of another's file with these heads."""
        made: dict[bytes, bytes] = {}
        for note in notes:
            made |= row(note, "a")
        lines = [HEADER, *sorted(place + rest for place, rest in made.items())]
        collection = Collection(MemoryRuns())
        for head, source in signed_heads(check_lines(lines), keys):
            collection.add(rows(LogFacts({head: None}), source))
        return collection

    assert equivocations(seen(*honest, *lies).lines()) == {}
    fraud = equivocations(seen(*honest, *lies, other.head(9)).lines())
    proved = prove(fraud[ORIGIN], lambda _: None, keys)
    assert proved is not None
    assert proved[1].code.name == "log.fraud"
