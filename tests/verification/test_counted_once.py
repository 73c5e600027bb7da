"""One ledger counts once, whatever a policy calls it: lines of one chain, of one channel, and the witnesses of a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import pytest
import rlp
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Verdict
from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal.log.notes import Cosigner, Note, SubtreeSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, SealedAnchor
from carbonseal.verification.verify import Report
from carbonseal_devnet.ethereum.evidence import mainnet_header, trie_around
from tests.fabric.scenes.channels import Channel
from tests.fabric.scenes.identities import Organisation
from tests.fabric.scenes.scene import Scene, scene
from tests.programs.effort import examples
from tests.verification.tampering import every_head, rejected, undetermined
from tests.world import BLOCK_TIME, OTHER_ORIGIN, World, chain_evidence, codes, key

OTHER = f"tlog:{OTHER_ORIGIN}"
TIME = int(BLOCK_TIME.timestamp())
ORDER = (Verdict.REJECTED, Verdict.UNDETERMINED, Verdict.VERIFIED)


@dataclass(frozen=True)
class Line:
    """One more line of a policy, the evidence of its ledger, and what has to be trusted."""

    ledger: str
    text: str
    evidence: Evidence
    trust: tuple[TrustItem, ...]


def chain_line(ledger: str, statement: Statement, publisher: bytes = b"\x11" * 20) -> Line:
    made = chain_evidence(statement, publisher=publisher)
    pins = " ".join(f"{option}={value}" for option, value in made.options.items())
    return Line(ledger, f"{ledger} {pins}", made.evidence, tuple(made.trust(ledger)))


def eas_line(ledger: str, statement: Statement) -> Line:
    """The same chain's EAS contract, under another chain id."""
    contract, code = b"\x33" * 20, b"\x44" * 32
    place = bytes(keccak(statement.digest() + (2).to_bytes(32, "big")))
    root, storage = trie_around(place, rlp.encode(TIME - 60), 2)
    state_root, account = trie_around(contract, rlp.encode([b"\x01", b"", root, code]), 2)
    header = mainnet_header(state_root, 77, TIME)
    genesis = chain_evidence(statement).options["genesis"]
    evidence = Evidence("ethereum-eas", 1, rlp.encode([contract, header, list(account), list(storage)]))
    blocks = {77: f"0x{keccak(header).hex()}", 0: genesis}
    trust = (
        TrustItem(ledger, "block", {"number": number, "hash": one}, "made up", "2026-01-01T00:00:00Z")
        for number, one in blocks.items()
    )
    pins = f"contract=eas genesis={genesis} eas=0x{contract.hex()} code=0x{code.hex()} slot=2 publisher=any"
    return Line(ledger, f"{ledger} {pins}", evidence, tuple(trust))


def fabric_line(ledger: str, made: Scene) -> Line:
    made = replace(made, call=replace(made.call, time=TIME - 60))
    made = replace(made, answers=tuple(made.question(made.channel.peer(at), time=TIME - 55) for at in range(2)))
    pins = " ".join(f"{option}={value}" for option, value in made.options.items())
    return Line(ledger, f"{ledger} {pins}", made.evidence().encode(), (replace(made.trust(), ledger=ledger),))


def with_the_way(statement: Statement) -> Scene:
    """From an early configuration, by all that followed, to one that has nobody of it."""
    way = (LATER, HANDED_OVER, ONE_LEFT, NOBODY_LEFT)
    blocks = tuple(now.block(before) for before, now in pairwise(way))
    return replace(scene(statement, NOBODY_LEFT), trusted=LATER, configs=blocks)


CHANNEL = Channel()
LATER = CHANNEL.updated()
RENEWED = LATER.updated(
    orderers=(CHANNEL.ordering.node("orderer9", "orderer"),)
)  # another certificate of the same root
MILL, PORT = CHANNEL.organisations
SECOND, HARBOUR, MINE = (Organisation(f"{name}MSP") for name in ("SecondOrderer", "Harbour", "Mine"))
HANDED_OVER = LATER.updated(ordering=SECOND)
ONE_LEFT = HANDED_OVER.updated(organisations=(HARBOUR, MILL))
SEATS_CHANGED = ONE_LEFT.updated(organisations=(HARBOUR, CHANNEL.ordering))  # who ordered endorses
NOBODY_LEFT = ONE_LEFT.updated(organisations=(HARBOUR, MINE))
NEIGHBOUR = Channel("neighbour")  # of the same organisations
NAMESAKE = Channel(ordering=Organisation("ElseOrdererMSP"), organisations=(Organisation("ElseMSP"), MINE))
Maker = Callable[[Statement], Line]
OF_THE_CHAIN: dict[str, Maker] = {
    "another chain id": lambda statement: chain_line("eip155:31338", statement),
    "another publisher": lambda statement: chain_line("eip155:31339", statement, b"\x12" * 20),
    "EAS": lambda statement: eas_line("eip155:31340", statement),
}
OF_THE_CHANNEL: dict[str, Maker] = {
    "a channel": lambda statement: fabric_line(f"fabric:{CHANNEL.genesis}", scene(statement)),
    "a made-up name": lambda statement: fabric_line(f"fabric:{'ab' * 32}", scene(statement, LATER)),
    "another orderer": lambda statement: fabric_line(f"fabric:{'cd' * 32}", scene(statement, RENEWED)),
    "replaced orderers": lambda statement: fabric_line(f"fabric:{'01' * 32}", scene(statement, HANDED_OVER)),
    "one member left": lambda statement: fabric_line(f"fabric:{'02' * 32}", scene(statement, ONE_LEFT)),
    "changed seats": lambda statement: fabric_line(f"fabric:{'03' * 32}", scene(statement, SEATS_CHANGED)),
}
NEIGHBOURS: dict[str, Maker] = {  # each a ledger of its own
    "another channel of theirs": lambda statement: fabric_line(
        f"fabric:{NEIGHBOUR.genesis}", scene(statement, NEIGHBOUR)
    ),
    "its name among others": lambda statement: fabric_line(f"fabric:{NAMESAKE.genesis}", scene(statement, NAMESAKE)),
}
REPLACED: dict[str, Maker] = {  # one ledger with "a channel", if something shows it
    "nobody left": lambda statement: fabric_line(f"fabric:{'04' * 32}", scene(statement, NOBODY_LEFT)),
    "with the way there": lambda statement: fabric_line(f"fabric:{'05' * 32}", with_the_way(statement)),
}
ALIASES = OF_THE_CHAIN | OF_THE_CHANNEL | NEIGHBOURS | REPLACED
LEDGER_OF = (
    {"chain": "chain", "other": "other"}
    | dict.fromkeys(OF_THE_CHAIN, "chain")
    | dict.fromkeys(OF_THE_CHANNEL, "channel")
    | {name: name for name in NEIGHBOURS}
)
ANCHORS = 2 + len(ALIASES)  # of a head


@dataclass
class Aliased(World):
    """The world, anchored under every alias too."""

    def more(self, statement: Statement) -> Iterable[Line]:
        return (make(statement) for make in ALIASES.values())

    def anchored_head(self, *given: int, **options: object) -> Head:
        head = super().anchored_head(*given, **options)  # type: ignore[arg-type]
        anchors = []
        for line in self.more(self.log.checkpoint(given[1]).statement()):
            self.trusted += [item for item in line.trust if item not in self.trusted]
            anchors.append(SealedAnchor(line.ledger, line.evidence))
        return replace(head, anchors=(*head.anchors, *anchors))

    def with_group(self, passport: Passport, group: str, names: Sequence[str], time: str = "") -> Report:
        """Under a policy with these lines, and what `group` says of them."""
        statement = self.log.checkpoint(self.log.size).statement()
        made = {name: make(statement) for name, make in ALIASES.items() if name in names}
        lines = [f"ledger {name.replace(' ', '-')} {line.text}" for name, line in made.items()]
        both = "\n".join([*lines, f"group g {group} {' '.join(name.replace(' ', '-') for name in names)}"])
        return self.verify(passport, both=both, anchors="require anchors by=g", time=time)


@cache
def aliased() -> tuple[Aliased, Passport]:
    world = Aliased()
    return world, world.passport()


@pytest.mark.parametrize("alias", OF_THE_CHAIN)
def test_one_chain_under_two_names_is_one_ledger(alias: str) -> None:
    world, passport = aliased()
    report = world.with_group(passport, "all", ["chain", alias])
    undetermined(report, "ledger-quorum.unmet")
    assert world.with_group(passport, "any", ["chain", alias]).verdict is Verdict.VERIFIED
    (same, *_) = (finding for finding in report.findings if finding.code.name == "ledger.same")
    assert same.code.outcome is Outcome.NOTED
    assert same.facts["ledgers"] == ", ".join(sorted(["chain", alias.replace(" ", "-")]))
    dated = world.with_group(passport, "any", ["chain", alias], time="require time by=g")
    assert dated.verdict is Verdict.VERIFIED
    undetermined(world.with_group(passport, "2", ["chain", alias], time="require time by=g"), "time-quorum.unmet")


@pytest.mark.parametrize("alias", [name for name in OF_THE_CHANNEL if name != "a channel"])
def test_one_channel_under_two_names_is_one_ledger(alias: str) -> None:
    world, passport = aliased()
    report = world.with_group(passport, "all", ["a channel", alias])
    undetermined(report, "ledger-quorum.unmet")
    assert "ledger.same" in codes(report)
    assert world.with_group(passport, "any", ["a channel", alias]).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("other", NEIGHBOURS)
def test_channels_of_other_names_or_among_others_are_ledgers_of_their_own(other: str) -> None:
    world, passport = aliased()
    report = world.with_group(passport, "all", ["a channel", other])
    assert report.verdict is Verdict.VERIFIED
    assert "ledger.same" not in codes(report)


@pytest.mark.parametrize("third", ["one member left", "with the way there"])
def test_lines_are_one_by_way_of_a_third(third: str) -> None:
    """Two configurations that have nobody in common, by themselves and beside what leads from one to the other."""
    world, passport = aliased()
    ends = ["a channel", "nobody left"]
    assert world.with_group(passport, "2", ends).verdict is Verdict.VERIFIED  # nothing shows that they are one
    undetermined(world.with_group(passport, "2", [*ends, third]), "ledger.same", "ledger-quorum.unmet")


@settings(max_examples=examples(20), deadline=None)
@given(st.permutations(list(LEDGER_OF)), st.integers(1, len(LEDGER_OF)), st.integers(1, len(LEDGER_OF)))
def test_no_aliasing_makes_one_ledger_count_twice(names: list[str], some: int, threshold: int) -> None:
    """A group of so many lines is satisfied by at most as many as there are ledgers behind them."""
    names, threshold = names[:some], min(threshold, some)
    ledgers = len({LEDGER_OF[name] for name in names})
    world, passport = aliased()
    report = world.with_group(passport, str(threshold), names)
    assert report.verdict is (Verdict.VERIFIED if threshold <= ledgers else Verdict.UNDETERMINED)
    listed = {"chain", "other", *names}  # the world's policy has lines for these two
    assert ("ledger.same" in codes(report)) == (len(listed) > len({LEDGER_OF[name] for name in listed}))


@settings(max_examples=examples(20), deadline=None)
@given(
    st.permutations(list(LEDGER_OF)),
    st.integers(1, 4),
    st.sets(st.integers(0, ANCHORS - 1)),
    st.sets(st.integers(0, ANCHORS - 1)),
)
def test_adding_evidence_never_lowers_a_verdict(
    names: list[str], threshold: int, kept: set[int], more: set[int]
) -> None:
    """Anchors that a passport has beside others never make it less, and never later."""
    world, passport = aliased()

    def report_on(anchors: set[int]) -> Report:
        def chosen(head: Head) -> Head:
            return replace(head, anchors=tuple(one for at, one in enumerate(head.anchors) if at in anchors))

        return world.with_group(every_head(passport, chosen), str(threshold), names, time="require time by=chain")

    fewer, all_of_them = report_on(kept), report_on(kept | more)
    assert ORDER.index(fewer.verdict) <= ORDER.index(all_of_them.verdict)
    if fewer.existed_by is not None:
        assert all_of_them.existed_by is not None
        assert all_of_them.existed_by <= fewer.existed_by


class TestWitnessesOfALog:
    """`quorum=` on the line of another log: its witnesses must have cosigned the checkpoint in the evidence."""

    NAMES = ("w1", "w2", "w3")

    def world(self, *cosigned: tuple[str, int], spoil: bool = False) -> tuple[World, Passport]:
        """Anchored in the other log, whose checkpoint these witnesses cosigned, each at its time."""
        cosigners = [(Cosigner(f"{name}.example", key(name)), time) for name, time in cosigned]

        class Witnessed(World):
            def other_proof(self, index: int) -> Evidence:
                size = self.other.size
                head = self.other.head(size, *cosigners)
                if spoil:
                    line = head.splitlines(keepends=True)[-1]
                    head = head.replace(line, line[:-8] + b"AAAAA==\n")
                proof = TlogProof(index, self.other.inclusion(index, size), head)
                return Evidence("tlog-proof", 1, proof.encode())

        made = Witnessed()
        return made, made.passport()

    def verify(
        self, world: World, passport: Passport, quorum: str = "two", time: str = "require time by=other"
    ) -> Report:
        witnesses = [
            f"witness {name} {Cosigner(f'{name}.example', key(name)).verifier.encode()}" for name in self.NAMES
        ]
        line = f"{world.lines()['other']} quorum={quorum}"
        other = "\n".join([*witnesses, f"group two 2 {' '.join(self.NAMES)}", line])
        return world.verify(passport, other=other, both="", anchors="require anchors by=other", time=time)

    def test_enough_cosigned(self) -> None:
        report = self.verify(*self.world(("w1", TIME - 30), ("w3", TIME - 20)))
        assert report.verdict is Verdict.VERIFIED
        assert "ledger.witnessed" in codes(report)
        assert report.existed_by is not None
        assert int(report.existed_by.timestamp()) == TIME - 20  # by then two had

    def test_the_time_is_the_earliest_by_which_enough_did(self) -> None:
        report = self.verify(*self.world(("w1", TIME - 30), ("w3", TIME - 20), ("w2", TIME - 25)))
        assert report.existed_by is not None
        assert int(report.existed_by.timestamp()) == TIME - 25

    @pytest.mark.parametrize("cosigned", [(), (("w1", TIME),), (("w1", TIME), ("stranger", TIME))])
    def test_too_few(self, cosigned: tuple[tuple[str, int], ...]) -> None:
        report = self.verify(*self.world(*cosigned), time="")
        undetermined(report, "ledger.not-witnessed")
        assert "ledger-quorum.unmet" in codes(report)

    def test_one_that_was_cosigned_and_changed(self) -> None:
        rejected(self.verify(*self.world(("w1", TIME), ("w3", TIME), spoil=True)), "note.signature-fails")

    def test_a_cosignature_that_states_no_time_does_not_count(self) -> None:
        undated = SubtreeSigner("w1.example", MLDSA44PrivateKey.from_seed_bytes(bytes(32)))

        class Silent(World):
            def other_proof(self, index: int) -> Evidence:
                size = self.other.size
                note = Note.parse(self.other.head(size))
                head = Note(note.text, (*note.signatures, undated.sign(note.text, 0))).encode()
                return Evidence("tlog-proof", 1, TlogProof(index, self.other.inclusion(index, size), head).encode())

        world = Silent()
        passport = world.passport()
        other = f"witness w1 {undated.verifier.encode()}\n{world.lines()['other']} quorum=w1"
        report = world.verify(passport, other=other, both="", anchors="require anchors by=other", time="")
        undetermined(report, "ledger.not-witnessed")

    def test_the_times_of_cosignatures_are_reported(self) -> None:
        report = self.verify(*self.world(("w1", TIME - 30), ("w3", TIME - 20)))
        (found, *_) = (finding for finding in report.findings if finding.code.name == "ledger.witnessed")
        assert found.facts["witnesses"] == "w1 (2026-11-20T11:59:30Z), w3 (2026-11-20T11:59:40Z)"

    def test_without_a_quorum_a_log_dates_nothing(self) -> None:
        world, passport = self.world(("w1", TIME), ("w2", TIME))
        undetermined(world.verify(passport, time="require time by=other"), "time-quorum.unmet")
