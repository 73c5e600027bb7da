"""Observations: what passports show of logs, as sets that merge; forks are contradictions, honest logs have none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.passport.assembly import refresh
from carbonseal.passport.passports import Passport
from carbonseal.verification.observing.log_facts import log_facts, log_keys
from carbonseal.verification.observing.observations import (
    HEADER,
    Observation,
    Source,
    check_lines,
    contradictions,
    merge,
    parse_line,
    rows,
)
from tests.log.refusals import refusal
from tests.verification.examination.histories import two_histories
from tests.verification.tampering import every_head, root_seal
from tests.world import ORIGIN, OTHER_ORIGIN, MemoryLog, World, key


def lines(world: World, passport: Passport, name: str = "a.json") -> list[bytes]:
    """The observations of a passport, under the world's policy."""
    found = rows(log_facts(passport, log_keys(world.policy())), Source(name.encode().hex().ljust(64, "0"), name))
    return sorted(key + rest for key, rest in found.items())


def read(found: Iterable[bytes]) -> list[Observation]:
    return [parse_line(line) for line in check_lines([HEADER, *found])]


def test_a_passport_shows_heads_entries_and_subtrees_of_both_logs() -> None:
    world = World()
    passport = world.passport()
    found = read(lines(world, passport))
    assert {(one.kind, one.origin) for one in found} == {
        (kind, origin) for kind in ("head", "subtree") for origin in (ORIGIN, OTHER_ORIGIN)
    }
    head = next(one for one in found if one.kind == "head" and one.origin == ORIGIN)
    assert head.numbers == (world.log.size,)
    assert head.shows == world.log.checkpoint(world.log.size).root.hex()
    assert head.signed == root_seal(passport).heads[0].checkpoint.decode()
    assert (0, root_seal(passport).index) in {one.numbers for one in found if one.origin == ORIGIN}
    assert {one.source.name for one in found} == {"a.json"}


def test_what_no_listed_key_signed_or_what_is_not_valid_shows_nothing() -> None:
    world = World()
    passport = world.passport()
    forger = replace(world.log.signer, private_key=key("forger"))
    fork = MemoryLog(ORIGIN)
    fork.signer, fork.encoded = forger, [*world.log.encoded]
    unsigned = every_head(passport, lambda head: replace(head, checkpoint=fork.head(fork.size), anchors=()))
    assert lines(world, unsigned) == []
    broken = every_head(passport, lambda head: replace(head, inclusion=tuple(bytes(32) for _ in head.inclusion)))
    assert {one.kind for one in read(lines(world, broken)) if one.origin == ORIGIN} == {"head"}


def test_honest_passports_of_any_sizes_contradict_nothing() -> None:
    world = World()
    found = []
    for number in range(12):
        passport = world.passport(name=f"part {number}")
        if number % 3:
            world.passport(name=f"later {number}")
            seals = world.seals([*passport.seals])
            passport = refresh(
                passport, seals=seals, status_lists=[], link=lambda _, *sizes: world.log.consistency(*sizes)
            )
        found.append(lines(world, passport, f"{number}.json"))
    assert not [*contradictions(merge(*found))]


def test_two_histories_of_different_sizes() -> None:
    histories = two_histories()
    one, other = lines(histories.world, histories.one, "a.json"), lines(histories.world, histories.other, "b.json")
    assert not [*contradictions(one)]
    assert not [*contradictions(other)]
    found = [*contradictions(merge(one, other))]
    assert found
    for pair in found:
        assert {one.source.name for one in pair} == {"a.json", "b.json"}
        assert pair[0].shows != pair[1].shows
        assert pair[0].origin == ORIGIN
        assert pair[0].what == pair[1].what


LINES = st.lists(st.integers(0, 30), max_size=20).map(
    lambda numbers: sorted({_line(number) for number in numbers}, key=lambda line: line)
)


def _line(number: int) -> bytes:
    """One of thirty observations: of ten places with two values each, from two sources."""
    value, source = number % 2, number % 3 % 2
    return (
        b'{"place":["subtree","si,so],\\"shows\\":\\"","3","%d"],"shows":"%s","source":{"file":"%s","name":"n"}}\n'
        % (number % 10, b"%d" % value * 64, b"%d" % source * 64)
    )


@given(LINES, LINES, LINES)
def test_merging_is_commutative_associative_and_idempotent(a: list[bytes], b: list[bytes], c: list[bytes]) -> None:
    one, other, third = [*merge(a)], [*merge(b)], [*merge(c)]
    assert [*merge(one, other)] == [*merge(other, one)]
    assert [*merge(merge(one, other), third)] == [*merge(one, merge(other, third))]
    assert [*merge(one, one)] == one == [*merge(one)]
    union = [*merge(one, other, third)]
    assert [*check_lines([HEADER, *union])] == union
    assert len({(x.numbers, x.shows) for x in read(union)}) == len(union)


def test_an_origin_may_look_like_anything() -> None:
    world = World()
    for origin in ("sigstore.example", 'a],"shows":"b', "日本/ü", "source"):
        log = MemoryLog(origin)
        log.signer = NoteSigner(origin, key("any"))
        facts = log_facts(world.passport(), {})
        assert not facts.heads


# --- the file ------------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "place": ["subtree", "log.example/1", "3", "2"],
    "shows": "ab" * 32,
    "source": {"file": "cd" * 32, "name": "a.json"},
}
NOTE = sign_checkpoint(
    Checkpoint("log.example/1", 24, bytes.fromhex("ab" * 32)), NoteSigner("log.example/1", key("any"))
)
HEAD = {**GOOD, "place": ["head", "log.example/1", "24"], "signed": NOTE.decode()}


def written(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode() + b"\n"


def test_sound_lines() -> None:
    assert parse_line(written(GOOD)).numbers == (3, 2)
    assert parse_line(written(HEAD)).signed == NOTE.decode()


MALFORMED: dict[str, bytes] = {
    "white space": json.dumps(GOOD).encode() + b"\n",
    "no line feed": written(GOOD)[:-1],
    "another member": written({**GOOD, "more": 1}),
    "no source": written({name: GOOD[name] for name in ("place", "shows")}),
    "a member more in the source": written({**GOOD, "source": {**GOOD["source"], "at": "x"}}),
    "a word that is not a number": written({**GOOD, "place": ["subtree", "o", "3", "x"]}),
    "a number in JSON": written({**GOOD, "place": ["subtree", "o", "3", 2]}),
    "a leading zero": written({**GOOD, "place": ["subtree", "o", "03", "2"]}),
    "a number too few": written({**GOOD, "place": ["subtree", "o", "3"]}),
    "a number too many": written({**HEAD, "place": ["head", "o", "3", "2"]}),
    "a number too large": written({**HEAD, "place": ["head", "o", str(1 << 63)]}),
    "a head without its note": written({**GOOD, "place": ["head", "o", "3"]}),
    "a head with a text that is not a note": written({**HEAD, "signed": "a note"}),
    "a note of another log": written({**HEAD, "place": ["head", "log.example/2", "24"]}),
    "a note of another size": written({**HEAD, "place": ["head", "log.example/1", "23"]}),
    "a note of another root": written({**HEAD, "shows": "cd" * 32}),
    "a subtree with a note": written({**GOOD, "signed": NOTE.decode()}),
    "capital hexadecimal": written({**GOOD, "shows": "AB" * 32}),
    "a short hash": written({**GOOD, "shows": "ab"}),
    "no origin": written({**GOOD, "place": ["subtree", "", "3", "2"]}),
    "a list": b"[]\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_lines(name: str) -> None:
    assert refusal(parse_line, MALFORMED[name]) == "observations.malformed"


def test_files_that_are_refused() -> None:
    one, other = written(GOOD), written(HEAD)
    for file, code in (
        ([], "observations.malformed"),
        ([one], "observations.malformed"),
        ([HEADER, one, other], "observations.unsorted"),
        ([HEADER, one, one], "observations.unsorted"),
        ([HEADER, one, one.replace(b"cdcd", b"cece")], "observations.unsorted"),
        ([HEADER, b"{\n"], "json.truncated"),
        ([HEADER, HEADER], "observations.malformed"),
    ):
        assert refusal(lambda file: [*check_lines(file)], file) == code


def test_unknown_kinds_and_versions_are_undetermined() -> None:
    """Goods that were presented are for a later version to say."""
    for line, code in (
        (written({**GOOD, "place": ["later", "did:web:a", "x"], "shows": "12.5"}), "observations.unknown-kind"),
        (b'{"carbonseal":"observations/2"}\n', "observations.unknown-version"),
    ):
        with pytest.raises(Refused) as refused:
            [*check_lines([HEADER, line] if b"later" in line else [line])]
        assert refused.value.finding.code.name == code
        assert refused.value.finding.code.outcome is Outcome.UNDETERMINED
