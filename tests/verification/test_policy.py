"""The grammar of policies: what is read, and every error with its line and column."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.instants import parse_instant
from carbonseal.log.notes import Cosigner, NoteSigner
from carbonseal.passport.multibase import encode_key
from carbonseal.verification.policy import MAX_BYTES, Policy, parse_policy
from tests.installed import install
from tests.world import key

HASH = "0x" + "ab" * 32
PINS = f"genesis={HASH} registry=0x{'22' * 20} code={HASH} publisher=0x{'11' * 20}"


def public(name: str) -> str:
    return encode_key(key(name).public_key().public_bytes_raw())


def log(name: str) -> str:
    return NoteSigner(name, key(name)).verifier.encode()


def witness(name: str, key_name: str | None = None) -> str:
    return Cosigner(name, key(key_name or name)).verifier.encode()


LINES = [
    "carbonseal-policy v1",
    f"log {log('log.example')} https://log.example",
    f"witness w1 {witness('one.example')}",
    f"witness w2 {witness('two.example')} https://two.example",
    "group ws any w1 w2",
    "quorum ws",
    f"issuer maker did:web:maker.example {public('maker')} from=2026-01-01T00:00:00Z until=2027-01-01T00:00:00Z",
    f"ledger chain eip155:1 {PINS}",
    f"ledger other tlog:other.example key={log('other.example')}",
    "ledger-group both all chain other",
    "ledger-quorum both",
    "time-quorum chain",
    "status required",
    "check over-allocation",
]


def policy(*changes: tuple[int, str]) -> str:
    """The lines above with some replaced, by their number in the file; a line that is 0 is added at the end."""
    lines = list(LINES)
    for number, line in changes:
        lines[number - 1 : number] = [line]
    return "\n".join(lines) + "\n"


def refused(text: str | bytes, code: str, line: int | None = None, column: int | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_policy(text)
    finding = caught.value.finding
    assert finding.code.name == code, str(finding)
    assert finding.code.outcome in (Outcome.REJECTED, Outcome.UNDETERMINED)
    assert finding.message
    if line is not None:
        assert finding.place[:2] == ("policy", f"line {line}, column {column}"), str(finding)
    return caught.value


def test_a_whole_policy() -> None:
    read = parse_policy(policy())
    assert list(read.logs) == ["log.example"]
    assert list(read.witnesses) == ["w1", "w2"]
    issuer = next(iter(read.issuers.values()))
    assert (issuer.name, issuer.id) == ("maker", "did:web:maker.example")
    assert issuer.since == parse_instant("2026-01-01T00:00:00Z")
    assert issuer.until == parse_instant("2027-01-01T00:00:00Z")
    assert {ledger: pinned.name for ledger, pinned in read.ledgers.items()} == {
        "eip155:1": "chain",
        "tlog:other.example": "other",
    }
    assert read.time_quorum == "chain"
    assert read.status_required
    assert read.checks == ("over-allocation",)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "\n\n# a comment: ü\n   \n"),
        lambda text: text.replace("quorum ws", "\tquorum \t ws  "),
        lambda text: text.encode(),
    ],
)
def test_white_space_line_ends_and_comments_mean_nothing(change: object) -> None:
    changed: Policy = parse_policy(change(policy()))  # type: ignore[operator]
    assert changed == parse_policy(policy())


def test_none_asks_for_nothing() -> None:
    read = parse_policy(
        policy((6, "quorum none"), (11, "ledger-quorum none"), (12, "time-quorum none"), (13, "status none"))
    )
    assert (read.quorum, read.ledger_quorum, read.time_quorum, read.status_required) == (None, None, None, False)


class TestText:
    def test_a_byte_order_mark(self) -> None:
        refused(b"\xef\xbb\xbf" + policy().encode(), "policy.text", 1, 1)

    def test_not_utf8(self) -> None:
        refused(policy().encode().replace(b"quorum ws", b"quorum \xff"), "policy.not-utf8", 6, 8)

    @pytest.mark.parametrize("letter", ["\0", "\x1b", "\x0b", "\x0c", "\x85", "\u00a0", "\u2028", "\u202e", "\ud800"])
    def test_what_cannot_be_seen(self, letter: str) -> None:
        refused(policy((6, f"quorum ws{letter}")), "policy.text", 6, 10)

    def test_too_large(self) -> None:
        refused(policy() + "#" * MAX_BYTES, "policy.too-large")
        refused(policy().encode() + b"#" * MAX_BYTES, "policy.too-large")

    @pytest.mark.parametrize(
        "first", ["", "carbonseal-policy v2", "carbonseal-policy v1 ", " carbonseal-policy v1", "# x"]
    )
    def test_another_first_line(self, first: str) -> None:
        refused(policy((1, first)), "policy.version", 1, 1)
        refused("", "policy.version", 1, 1)


class TestLines:
    @pytest.mark.parametrize(
        ("number", "line", "code", "column"),
        [
            (6, "quorums ws", "policy.unknown-keyword", 1),
            (6, "  Quorum ws", "policy.unknown-keyword", 3),
            (6, "quorum", "policy.form", 1),
            (6, "quorum ws ws", "policy.form", 1),
            (6, "quorum nobody", "group.member-unknown", 8),
            (6, "quorum both", "group.member-unknown", 8),
            (11, "ledger-quorum ws", "group.member-unknown", 15),
            (11, "ledger-quorum maker", "group.member-unknown", 15),
            (13, "status optional", "policy.form", 8),
            (14, "quorum none", "policy.line-twice", 1),
            (14, "ledger-quorum none", "policy.line-twice", 1),
            (14, "time-quorum none", "policy.line-twice", 1),
            (14, "status none", "policy.line-twice", 1),
            (14, "check a b", "policy.form", 1),
            (2, "log x", "key.malformed", 5),
            (2, f"log {witness('w.example')}", "policy.value", 5),
            (3, f"witness w1 {log('w.example')}", "policy.value", 12),
            (3, f"witness none {witness('one.example')}", "policy.value", 9),
            (3, f"witness -w {witness('one.example')}", "policy.value", 9),
            (3, f"witness ä {witness('one.example')}", "policy.value", 9),
            (3, f"witness {'w' * 65} {witness('one.example')}", "policy.value", 9),
            (2, f"log {log('log.example').replace('+', '+0', 1)}", "key.id-differs", 5),
            (7, "issuer maker did:web:maker.example z6Mk", "policy.value", 36),
            (7, f"issuer maker did:web:maker.example {public('maker')} since=2026-01-01T00:00:00Z", "policy.form", 85),
            (7, f"issuer maker did:web:maker.example {public('maker')} from=2026-02-30T00:00:00Z", "policy.value", 85),
            (7, f"issuer maker did:web:maker.example {public('maker')} from=2026", "policy.value", 85),
            (
                7,
                f"issuer maker did:web:x {public('maker')} from=2026-01-01T00:00:00Z from=2026-01-01T00:00:00Z",
                "policy.name-twice",
                99,
            ),
            (
                7,
                f"issuer maker did:web:x {public('maker')} from=2027-01-01T00:00:00Z until=2026-01-01T00:00:00Z",
                "policy.window",
                99,
            ),
        ],
    )
    def test_refused(self, number: int, line: str, code: str, column: int) -> None:
        refused(policy((number, line)), code, number, column)

    @pytest.mark.parametrize("number", [2, 6, 7, 11, 12, 13])
    def test_missing(self, number: int) -> None:
        text = policy((number, "# nothing"))
        raised = refused(text, "policy.line-missing", 14, 1)
        assert raised.finding.facts["word"] == LINES[number - 1].split()[0]

    def test_names_are_given_once(self) -> None:
        refused(policy((4, f"witness w1 {witness('two.example')}")), "policy.name-twice", 4, 9)
        refused(policy((7, f"issuer w1 did:web:maker.example {public('maker')}")), "policy.name-twice", 7, 8)
        refused(policy((8, f"ledger ws eip155:1 {PINS}")), "policy.name-twice", 8, 8)
        refused(policy((10, "ledger-group ws all chain other")), "policy.name-twice", 10, 14)
        refused(
            policy((14, f"log {NoteSigner('log.example', key('y')).verifier.encode()}")), "policy.name-twice", 14, 5
        )
        refused(policy((13, "check over-allocation")) + "status required\n", "policy.name-twice", 14, 7)

    def test_a_name_is_given_before_it_is_used(self) -> None:
        refused(policy((3, "group ws any w1 w2"), (5, f"witness w1 {witness('one.example')}")), "group.member-unknown")
        refused(policy((3, "quorum w1")), "group.member-unknown", 3, 8)


class TestGroups:
    @pytest.mark.parametrize(
        ("line", "code", "column"),
        [
            ("group ws 3 w1 w2", "group.threshold", 10),
            ("group ws 0 w1 w2", "group.threshold", 10),
            ("group ws -1 w1 w2", "group.threshold-malformed", 10),
            ("group ws 01 w1 w2", "group.threshold-malformed", 10),
            ("group ws ² w1 w2", "group.threshold-malformed", 10),
            ("group ws most w1 w2", "group.threshold-malformed", 10),
            ("group ws any w1 w1", "group.member-twice", 17),
            ("group ws any w1 ws", "group.in-itself", 17),
            ("group ws any w1 w3", "group.member-unknown", 17),
            ("group ws any", "policy.form", 1),
            ("group w1 any w1 w2", "policy.name-twice", 7),
            ("group none any w1 w2", "policy.value", 7),
        ],
    )
    def test_of_witnesses(self, line: str, code: str, column: int) -> None:
        refused(policy((5, line)), code, 5, column)

    @pytest.mark.parametrize(
        ("line", "code", "column"),
        [
            ("ledger-group both 3 chain other", "group.threshold", 19),
            ("ledger-group both all chain chain", "group.member-twice", 29),
            ("ledger-group both all chain both", "group.in-itself", 29),
            ("ledger-group both all chain w1", "group.member-unknown", 29),
            ("ledger-group both all eip155:1 other", "group.member-unknown", 23),
        ],
    )
    def test_of_ledgers(self, line: str, code: str, column: int) -> None:
        refused(policy((10, line)), code, 10, column)

    def test_nothing_counts_twice_however_deep(self) -> None:
        nested = policy((10, "ledger-group inner any chain\nledger-group both all inner chain"))
        refused(nested, "group.member-twice", 11, 29)

    def test_no_more_names_than_the_limit(self) -> None:
        crowd = "\n".join(f"ledger-group g{n} any chain" for n in range(300))
        refused(policy((14, crowd)), "group.too-many-names")


class TestKeys:
    """A key has one role, under one name."""

    @pytest.mark.parametrize(
        ("number", "line", "column"),
        [
            (4, f"witness w2 {witness('two.example', 'one.example')}", 12),  # one witness under two names
            (4, f"witness w2 {witness('one.example')}", 12),
            (3, f"witness w1 {witness('one.example', 'log.example')}", 12),  # a log as its own witness
            (7, f"issuer maker did:web:maker.example {public('log.example')}", 36),
            (7, f"issuer maker did:web:maker.example {public('one.example')}", 36),
            (9, f"ledger other tlog:log.example key={log('log.example')}", 14),  # a log as its own ledger
            (14, f"issuer again did:web:maker.example {public('maker')}", 36),
            (14, f"issuer again did:web:supplier.example {public('maker')}", 39),
            (14, f"issuer again did:web:supplier.example {public('other.example')}", 39),
        ],
    )
    def test_twice(self, number: int, line: str, column: int) -> None:
        refused(policy((number, line)), "policy.key-twice", number, column)

    def test_one_witness_with_two_keys_is_one_witness(self) -> None:
        refused(policy((4, f"witness w2 {witness('one.example', 'another')}")), "policy.name-twice", 4, 12)

    def test_a_log_with_a_second_key_is_not_its_own_witness(self) -> None:
        refused(policy((3, f"witness w1 {witness('log.example', 'another')}")), "policy.name-twice", 3, 12)

    def test_an_issuer_may_have_several(self) -> None:
        assert len(parse_policy(policy((14, f"issuer next did:web:maker.example {public('next')}"))).issuers) == 2


class TestLedgers:
    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (f"ledger again eip155:1 {PINS}", "policy.ledger-twice"),
            ("ledger again fax:1", "policy.unknown-scheme"),
            ("ledger again eip155", "ethereum.option-missing"),
            (f"ledger again eip155:01 {PINS}", "ethereum.name-malformed"),
            (f"ledger again eip155:2 {PINS} colour=blue", "ethereum.option-unknown"),
            ("ledger again eip155:2 genesis", "policy.form"),
            ("ledger again eip155:2 genesis=", "policy.form"),
            (f"ledger again eip155:2 {PINS} genesis={HASH}", "policy.name-twice"),
            (f"ledger again tlog:x key={log('y')}", "tlog.key-of-another-log"),
        ],
    )
    def test_refused(self, line: str, code: str) -> None:
        raised = refused(policy((14, line)), code)
        assert raised.finding.place[1].startswith("line 14, column ")


THEIRS = """
from carbonseal.findings import Refused, rejected
PINNED = rejected("theirs.pinned", "{name}: {options}")
class Theirs:
    scheme = "other"
    def pin(self, name, options):
        raise Refused(PINNED(name=name, options=sorted(options)))
    def check(self, evidence, statement, pins, trust): ...
    def describe_item(self, kind, value): ...
VERIFIER = Theirs()
"""


class TestInstalledVerifiers:
    """The code of an installed package counts only where the ledger's line names that package, and never for what is built
    in."""

    def install(self, folder: Path, package: str, **schemes: str) -> None:
        module = package.replace("-", "_")
        names = {scheme: f"{module}:{target}" for scheme, target in schemes.items()}
        install(folder, package, {"carbonseal.evidence": names}, {module: THEIRS})

    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        monkeypatch.syspath_prepend(str(tmp_path))
        yield tmp_path
        for module in ("acme_ledgers", "other_ledgers"):
            sys.modules.pop(module, None)

    @pytest.mark.parametrize("package", ["acme-ledgers", "Acme_Ledgers", "acme.ledgers"])
    def test_named_and_installed(self, site: Path, package: str) -> None:
        self.install(site, "acme-ledgers", other="VERIFIER")
        raised = refused(policy((14, f"ledger theirs other:1 package={package} a=1")), "theirs.pinned", 14, 15)
        assert raised.finding.facts == {"name": "other:1", "options": "['a']"}  # package= is not the adapter's to read

    @pytest.mark.parametrize("option", ["", " package=other-ledgers"])
    def test_installed_and_not_named(self, site: Path, option: str) -> None:
        self.install(site, "acme-ledgers", other="VERIFIER")
        raised = refused(policy((14, "ledger theirs other:1" + option)), "policy.package-not-named", 14, 15)
        assert raised.finding.facts["package"] == "acme-ledgers"
        assert "acme_ledgers" not in sys.modules  # nothing of it has run

    def test_named_and_not_installed(self, site: Path) -> None:
        refused(policy((14, "ledger theirs other:1 package=acme-ledgers")), "policy.unknown-scheme", 14, 15)

    def test_offered_by_two_packages(self, site: Path) -> None:
        self.install(site, "acme-ledgers", other="VERIFIER")
        self.install(site, "other-ledgers", other="VERIFIER")
        refused(policy((14, "ledger theirs other:1 package=acme-ledgers")), "plugin.conflict", 14, 15)

    def test_named_and_broken(self, site: Path) -> None:
        self.install(site, "acme-ledgers", other="NOTHING")
        refused(policy((14, "ledger theirs other:1 package=acme-ledgers")), "plugin.broken", 14, 15)

    def test_never_instead_of_a_built_in_one(self, site: Path) -> None:
        self.install(site, "acme-ledgers", eip155="VERIFIER", tlog="VERIFIER", fabric="VERIFIER")
        ours = parse_policy(policy()).ledgers["eip155:1"].verifier
        assert type(ours).__module__ == "carbonseal_adapters.ethereum.checking.evidence"
        taken = (8, f"ledger chain eip155:1 package=acme-ledgers {PINS}")
        refused(policy(taken), "policy.package-built-in", 8, 14)
        assert "acme_ledgers" not in sys.modules


WORDS = [word for line in LINES for word in line.split()] + ["none", "any", "2", "=", "#", "from=", "key=", "package="]


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    for tried in (text, "carbonseal-policy v1\n" + text if isinstance(text, str) else LINES[0].encode() + b"\n" + text):
        try:
            parse_policy(tried)
        except Refused as error:
            assert str(error)


@given(st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=7), max_size=8))
def test_any_words_are_read_or_refused(lines: list[list[str]]) -> None:
    text = "\n".join([LINES[0], *(" ".join(line) for line in lines)])
    try:
        parse_policy(text)
    except Refused as error:
        assert error.finding.place[0] == "policy"
        assert error.finding.place[1].startswith("line ")


@given(st.integers(0, len(policy()) - 1), st.sampled_from("x 0=\n+#z"))
def test_a_letter_changed_anywhere(at: int, letter: str) -> None:
    text = policy()
    try:
        parse_policy(text[:at] + letter + text[at + 1 :])
    except Refused as error:
        assert error.finding.place[1].startswith("line ")
