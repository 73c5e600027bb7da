"""Sigsum's built-in policies: read by our rules, with the same quorums."""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256

from carbonseal.log.notes import Algorithm, VerifierKey
from carbonseal.log.quorums import Groups, satisfied
from carbonseal.verification.policy import parse_policy
from tests.interop.parts import ask


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def ours(keyword: str, words: list[str]) -> str:
    """A line of Sigsum's policies, with the key as C2SP writes it."""
    match keyword, words:
        case "log", [key, *_]:
            raw = bytes.fromhex(key)
            return f"log {VerifierKey(f'sigsum.org/v1/tree/{sha256(raw).hexdigest()}', raw).encode()}"
        case "witness", [witness, key, *_]:
            return f"witness {witness} {VerifierKey(witness, bytes.fromhex(key), Algorithm.COSIGNATURE).encode()}"
    return " ".join([keyword, *words])


def test_their_groups_mean_what_ours_mean(record_property: Callable[[str, object], None]) -> None:
    """Sigsum writes bare keys. As C2SP has it a log's name is its origin, and a witness's key has its name."""
    texts = {name: answer["text"] for name, answer in ask("CARBONSEAL_SIGSUM", {}).items()}
    assert len(texts) == 4
    sets: dict[str, list[list[str]]] = {}
    expected: dict[str, list[bool]] = {}
    draw = random.Random(1)
    for name, text in texts.items():
        groups = Groups()
        keys: dict[str, str] = {}
        quorum = None
        for keyword, *words in lines(text):
            match keyword, words:
                case "log", _:
                    pass
                case "witness", [witness, key, *_]:
                    groups.member(witness)
                    keys[witness] = key
                case "group", [group, threshold, *members]:
                    groups.group(group, threshold, members)
                case "quorum", [named]:
                    quorum = groups.quorum(named)
                case _:
                    raise AssertionError(keyword)
        policy = parse_policy(
            "carbonseal-policy v1\n" + "\n".join(ours(keyword, words) for keyword, *words in lines(text))
        )
        assert (len(policy.logs), set(policy.witnesses)) == (text.count("\nlog "), set(keys))
        assert policy.quorum == quorum
        drawn = [
            sorted(one for one in keys if draw.random() < share) for share in (0.1, 0.4, 0.6, 0.9) for _ in range(50)
        ]
        sets[name] = [[keys[one] for one in have] for have in drawn]
        expected[name] = [satisfied(quorum, set(have)) for have in drawn]
        assert {*expected[name]} == {True, False}
    answers = ask("CARBONSEAL_SIGSUM", sets)
    assert {name: answer["satisfied"] for name, answer in answers.items()} == expected
    record_property(
        "counted", f"sigsum-go: {len(texts)} built-in policies, {sum(map(len, sets.values()))} quorums alike"
    )
