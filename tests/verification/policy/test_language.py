"""The seven keywords: what is read, and every error with its line and column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from carbonseal.instants import parse_instant
from carbonseal.verification.policy import MAX_BYTES, Role, StatusRequirement, parse_policy
from tests.verification.policy.lines import HASH, PINS, log, policy, public, refused, witness


def test_a_whole_policy() -> None:
    read = parse_policy(policy())
    assert list(read.logs) == ["log.example"]
    assert list(read.witnesses) == ["w1", "w2"]
    (signer,) = read.signers.values()
    assert (signer.name, signer.role, signer.id) == ("maker", Role.ISSUER, "did:web:maker.example")
    assert signer.since == parse_instant("2026-01-01T00:00:00Z")
    assert signer.until == parse_instant("2027-01-01T00:00:00Z")
    assert {ledger: pinned.name for ledger, pinned in read.ledgers.items()} == {
        "eip155:1": "chain",
        "tlog:other.example": "other",
    }
    assert read.time == "chain"
    assert read.status == StatusRequirement(timedelta(days=60))
    assert read.unknown_checks == ("over-allocation",)
    assert not read.required_checks()
    assert not read.history
    assert not read.disclosed


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "\n\n# a comment: ü\n   \n"),
        lambda text: text.replace("\n", "\n \t# \u2028\u202e\udcff\n").encode(errors="surrogateescape"),
        lambda text: text.replace("quorum ws", "\tquorum \t ws  "),
        lambda text: text.encode(),
    ],
)
def test_white_space_and_comments_mean_nothing(change: Callable[[str], str | bytes]) -> None:
    assert parse_policy(change(policy())) == parse_policy(policy())


def test_what_no_line_requires_is_not_asked() -> None:
    read = parse_policy("carbonseal-policy v1")
    assert (read.quorum, read.anchors, read.time, read.status, read.history) == (None, None, None, None, False)
    assert parse_policy(policy((6, "quorum none"))).quorum is None


class TestText:
    def test_a_byte_order_mark(self) -> None:
        refused(b"\xef\xbb\xbf" + policy().encode(), "policy.version", 1, 1)

    @pytest.mark.parametrize("letter", ["\0", "\x1b", "\x0b", "\x0c", "\r", "\x7f", "\ud800"])
    @pytest.mark.parametrize("line", ["quorum ws", "# a comment"])
    def test_control_characters(self, line: str, letter: str) -> None:
        refused(policy((6, line + letter)), "policy.text", 6, len(line) + 1)

    def test_lines_that_end_with_cr(self) -> None:
        raised = refused(policy().replace("\n", "\r\n"), "policy.text", 1, 21)
        assert "line feed" in raised.finding.remedy
        refused(policy().replace("\n", "\r"), "policy.text", 1, 21)

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
            (14, "quorum none", "policy.line-twice", 8),
            (2, "log x", "key.malformed", 5),
            (2, f"log {witness('w.example')}", "policy.value", 5),
            (3, f"witness w1 {log('w.example')}", "policy.value", 12),
            (3, f"witness none {witness('one.example')}", "policy.value", 9),
            (2, f"log {log('log.example').replace('+', '+0', 1)}", "key.id-differs", 5),
            (7, "signer maker issuer did:web:maker.example z6Mk", "policy.value", 43),
            (7, f"signer maker Issuer did:web:maker.example {public('maker')}", "policy.form", 14),
            (7, f"signer maker issuer did:web:x {public('maker')} since=2026-01-01T00:00:00Z", "policy.form", 80),
            (7, f"signer maker issuer did:web:x {public('maker')} from=2026-02-30T00:00:00Z", "policy.value", 80),
            (7, f"signer maker issuer did:web:x {public('maker')} from=2026", "policy.value", 80),
            (7, f"signer maker issuer did:web:x {public('maker')} products=", "policy.form", 80),
            (7, f"signer maker body did:web:x {public('maker')} products=urn:x", "policy.form", 78),
            (7, f"signer maker accreditor did:web:x {public('maker')} products=urn:x", "policy.form", 84),
            (
                7,
                f"signer maker issuer did:x {public('maker')} from=2026-01-01T00:00:00Z from=2026-01-01T00:00:00Z",
                "policy.name-twice",
                102,
            ),
            (
                7,
                f"signer maker issuer did:x {public('maker')} from=2027-01-01T00:00:00Z until=2026-01-01T00:00:00Z",
                "policy.window",
                102,
            ),
        ],
    )
    def test_refused(self, number: int, line: str, code: str, column: int) -> None:
        refused(policy((number, line)), code, number, column)

    def test_names_are_given_once(self) -> None:
        refused(policy((4, f"witness w1 {witness('two.example')}")), "policy.name-twice", 4, 9)
        refused(policy((7, f"signer w1 issuer did:web:maker.example {public('maker')}")), "policy.name-twice", 7, 8)
        refused(policy((8, f"ledger ws eip155:1 {PINS}")), "policy.name-twice", 8, 8)
        refused(policy((10, "group ws all chain other")), "policy.name-twice", 10, 7)

    def test_a_name_is_given_before_it_is_used(self) -> None:
        refused(policy((3, "group ws any w1 w2"), (5, f"witness w1 {witness('one.example')}")), "group.member-unknown")
        refused(policy((3, "quorum w1")), "group.member-unknown", 3, 8)


class TestDropped:
    """Keywords of an earlier form are answered with the line that replaces them."""

    @pytest.mark.parametrize(
        ("line", "instead"),
        [
            ("issuer maker did:web:x z6Mk from=2026", "signer maker issuer did:web:x z6Mk from=2026"),
            ("ledger-group both all chain other", "group both all chain other"),
            ("ledger-quorum both", "require anchors by=both"),
            ("ledger-quorum none", "nothing"),
            ("time-quorum chain", "require time by=chain"),
            ("time-quorum none", "nothing"),
            ("status required", "require status"),
            ("status none", "nothing"),
            ("check over-allocation", "require over-allocation"),
        ],
    )
    def test_it_names_what_replaces_it(self, line: str, instead: str) -> None:
        raised = refused(policy() + line, "policy.dropped-keyword", 15, 1)
        assert raised.finding.facts["word"] == line.split(maxsplit=1)[0]
        assert raised.finding.facts["instead"].startswith(instead)

    @pytest.mark.parametrize("word", ["issuer", "check", "ledger-quorum"])
    def test_what_is_not_a_whole_line_is_an_unknown_keyword(self, word: str) -> None:
        refused(policy() + word, "policy.unknown-keyword", 15, 1)


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
            ("group ws any none", "group.member-unknown", 14),
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
            ("group both 3 chain other", "group.threshold", 12),
            ("group both all chain chain", "group.member-twice", 22),
            ("group both all chain both", "group.in-itself", 22),
            ("group both all chain w1", "policy.sort", 22),
            ("group both all maker chain", "policy.sort", 22),
            ("group both all eip155:1 other", "group.member-unknown", 16),
        ],
    )
    def test_of_ledgers(self, line: str, code: str, column: int) -> None:
        refused(policy((10, line)), code, 10, column)

    def test_of_signers(self) -> None:
        more = f"signer bureau body did:web:bureau.example {public('bureau')}\n"
        parse_policy(policy() + more + "group vouching any maker bureau\n")
        refused(policy() + more + "group vouching any bureau ws\n", "policy.sort", 16, 27)

    def test_nothing_counts_twice_however_deep(self) -> None:
        nested = policy((10, "group inner any chain\ngroup both all inner chain"))
        refused(nested, "group.member-twice", 11, 22)

    def test_no_more_names_than_the_limit(self) -> None:
        crowd = "\n".join(f"group g{n} any chain" for n in range(300))
        refused(policy((14, crowd)), "group.too-many-names")


class TestKeys:
    """A key has one role, under one name."""

    @pytest.mark.parametrize(
        ("number", "line", "column"),
        [
            (4, f"witness w2 {witness('two.example', 'one.example')}", 12),  # one witness under two names
            (4, f"witness w2 {witness('one.example')}", 12),
            (3, f"witness w1 {witness('one.example', 'log.example')}", 12),  # a log as its own witness
            (7, f"signer maker issuer did:web:maker.example {public('log.example')}", 43),
            (7, f"signer maker issuer did:web:maker.example {public('one.example')}", 43),
            (9, f"ledger other tlog:log.example key={log('log.example')}", 14),  # a log as its own ledger
            (14, f"signer again issuer did:web:maker.example {public('maker')}", 43),
            (14, f"signer again issuer did:web:supplier.example {public('maker')}", 46),
            (14, f"signer again body did:web:maker.example {public('maker')}", 41),
            (14, f"signer again issuer did:web:supplier.example {public('other.example')}", 46),
        ],
    )
    def test_twice(self, number: int, line: str, column: int) -> None:
        refused(policy((number, line)), "policy.key-twice", number, column)

    def test_a_signer_may_have_several(self) -> None:
        read = parse_policy(policy((14, f"signer next issuer did:web:maker.example {public('next')}")))
        assert len(read.signers) == 2


class TestLedgers:
    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (f"ledger again eip155:1 {PINS}", "policy.ledger-twice"),
            ("ledger again fax:1", "policy.unknown-scheme"),
            ("ledger again eip155", "ethereum.option-missing"),
            (f"ledger again eip155:01 {PINS}", "ethereum.name-malformed"),
            (f"ledger again eip155:2 {PINS} colour=blue", "ethereum.option-unknown"),
            (f"ledger again eip155:2 {PINS} quorum=ws", "ethereum.option-unknown"),
            ("ledger again eip155:2 genesis", "policy.form"),
            ("ledger again eip155:2 genesis=", "policy.form"),
            (f"ledger again eip155:2 {PINS} genesis={HASH}", "policy.name-twice"),
            (f"ledger again tlog:x key={log('y')}", "tlog.key-of-another-log"),
            (f"ledger again tlog:x key={log('x')} quorum=both", "policy.sort"),
            (f"ledger again tlog:x key={log('x')} quorum=nobody", "group.member-unknown"),
        ],
    )
    def test_refused(self, line: str, code: str) -> None:
        raised = refused(policy((14, line)), code)
        assert raised.finding.place[1].startswith("line 14, column ")

    def test_witnesses_of_a_log(self) -> None:
        line = f"ledger other tlog:other.example key={log('other.example')} quorum=w1"
        assert parse_policy(policy((9, line))).ledgers["tlog:other.example"].quorum == "w1"
