"""Any text is read, or refused with the place of a character in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.verification.policy import parse_policy
from tests.verification.policy.lines import LINES, policy

WORDS = [word for line in LINES for word in line.split()]
WORDS += [
    "none",
    "any",
    "2",
    "=",
    "#",
    "from=",
    "key=",
    "package=",
    "quorum=",
    "products=x",
    "within=1d",
    "role=use",
    "by=both",
]
WORDS += ["history", "disclosed", "body", "issuer", "ledger-group", "status", "check"]


def read_or_refused(text: str) -> None:
    """What is refused has a place: a line of the text, and a column in it or just behind it."""
    for given_text in (text, text.encode(errors="surrogateescape")):
        try:
            parse_policy(given_text)
        except Refused as refused:
            where, place = refused.finding.place[:2]
            assert where == "policy"
            line, column = (int(part.split()[1]) for part in place.split(", "))
            written = text.split("\n")
            assert 1 <= line <= len(written)
            assert 1 <= column <= len(written[line - 1]) + 1
            assert str(refused)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(text: str) -> None:
    read_or_refused(text)
    read_or_refused(f"{LINES[0]}\n{text}")


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    read_or_refused(f"{LINES[0]}\n" + raw.decode(errors="surrogateescape"))


@given(st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=7), max_size=8))
def test_any_words(lines: list[list[str]]) -> None:
    read_or_refused("\n".join([LINES[0], *(" ".join(line) for line in lines)]).encode(errors="replace").decode())


@given(st.permutations(LINES[1:]), st.integers(0, len(LINES)))
def test_lines_in_any_order(lines: list[str], most: int) -> None:
    read_or_refused("\n".join([LINES[0], *lines[:most]]))


@given(st.integers(0, len(policy()) - 1), st.sampled_from("x 0=\n+#z\r"))
def test_a_letter_changed_anywhere(at: int, letter: str) -> None:
    text = policy()
    read_or_refused(text[:at] + letter + text[at + 1 :])
